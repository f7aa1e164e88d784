/**
 * How long panels take in a browser of this machine: `node test/webview/bench.ts`, one JSON line each. The time of a
 * panel runs from the editor's message to the frame after it is painted; the message's way from the extension host is
 * not in it.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { measured } from '../../scripts/lib/bench.mjs';
import { Bundle, launch, openPanel } from './page.ts';
import { clusterPanel, members, walPanel } from './samples.ts';
import type { ShowPanel } from '../../src/panel-protocol/panels.ts';

interface Line {
  readonly measure: string;
  readonly milliseconds?: number;
  readonly bytes?: number;
  readonly median?: number;
  readonly limit: number;
}

function say(line: Line): void {
  measured({
    name: line.measure,
    value: line.milliseconds ?? line.bytes ?? Number.NaN,
    unit: line.bytes === undefined ? 'ms' : 'bytes',
    limit: line.limit,
  });
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

await using bundle = await Bundle.make();
say({ measure: 'bundle', bytes: statSync(join(bundle.folder, 'webview.js')).size, limit: 250_000 });
const browser = await launch();
try {
  const { page } = await openPanel(browser, bundle, 'dark');
  const paint = async (message: ShowPanel): Promise<number> =>
    page.evaluate(async data => {
      const start = performance.now();
      window.dispatchEvent(new MessageEvent('message', { data }));
      await new Promise(done => {
        requestAnimationFrame(() => setTimeout(done, 0));
      });
      await new Promise(done => {
        requestAnimationFrame(() => setTimeout(done, 0));
      });
      return performance.now() - start;
    }, message);
  for (const [count, limit] of [
    [3, 300],
    [50, 1000],
    [1000, 1000],
  ] as const) {
    const times: number[] = [];
    for (let run = 0; run < 7; run += 1) {
      await paint(walPanel(2));
      times.push(await paint(clusterPanel(members(count))));
    }
    say({ measure: `cluster of ${count} painted`, milliseconds: Math.round(median(times)), limit });
  }
  await paint(walPanel(10_000));
  const frames = await page.evaluate(async () => {
    const table = document.querySelector('.long');
    const gaps: number[] = [];
    if (table === null) return gaps;
    let last = performance.now();
    for (let step = 0; step < 300; step += 1) {
      table.scrollTop += step % 50 === 49 ? 40_000 : 120;
      if (table.scrollTop + table.clientHeight >= table.scrollHeight - 1) table.scrollTop = 0;
      await new Promise(done => {
        requestAnimationFrame(done);
      });
      const now = performance.now();
      gaps.push(now - last);
      last = now;
    }
    return gaps;
  });
  say({
    measure: 'scrolling 10,000 rows, longest frame',
    milliseconds: Math.round(Math.max(...frames)),
    median: Math.round(median(frames)),
    limit: 50,
  });
} finally {
  await browser.close();
}
