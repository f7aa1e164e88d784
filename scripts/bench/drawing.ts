/**
 * How long panels take in a browser of this machine, beside a bare table with as many rows in the same browser, from
 * the editor's message to the frame after it is painted; and whether ten thousand rows are drawn and scrolled without a
 * frame that a person sees as a stop.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { ShowPanel } from '../../src/panel-protocol/panels.ts';
import { Bundle, launch, openPanel } from '../../test/webview/page.ts';
import { clusterPanel, members, walPanel } from '../../test/webview/samples.ts';
import { compared, measured, percentile } from './measure.mjs';
import { inTurns } from './pairs.mjs';

const LARGEST_BYTES = 250_000;
const LONGEST_FRAME_MS = 50;
const TEN_THOUSAND = 10_000;
const ROUNDS = 15;
const RUNS = 5;

/** Milliseconds from a message to the frame after the one in which it is drawn. */
function painted(page: Page, message: ShowPanel): Promise<number> {
  return page.evaluate(async data => {
    const start = performance.now();
    await window.editorSide.send(data);
    for (let frame = 0; frame < 2; frame += 1)
      await new Promise(done => {
        requestAnimationFrame(() => setTimeout(done, 0));
      });
    return performance.now() - start;
  }, message);
}

/** The same of a table of so many rows of eight cells, and nothing else. */
function tablePainted(page: Page, rows: number): Promise<number> {
  return page.evaluate(async count => {
    document.body.replaceChildren();
    const start = performance.now();
    const row = (_: unknown, n: number): string => `<tr>${`<td>node ${n}</td>`.repeat(8)}</tr>`;
    document.body.innerHTML = `<table>${Array.from({ length: count }, row).join('')}</table>`;
    for (let frame = 0; frame < 2; frame += 1)
      await new Promise(done => {
        requestAnimationFrame(() => setTimeout(done, 0));
      });
    return performance.now() - start;
  }, rows);
}

/** Milliseconds of each frame while a message is shown and then scrolled through to its end. */
function frames(page: Page, message: ShowPanel): Promise<{ readonly shown: number[]; readonly scrolled: number[] }> {
  return page.evaluate(async data => {
    const frame = (): Promise<number> => new Promise(done => requestAnimationFrame(done));
    const take = async (count: number, step: (index: number) => void): Promise<number[]> => {
      const taken: number[] = [];
      for (let index = 0, last = await frame(); index < count; index += 1) {
        step(index);
        const now = await frame();
        taken.push(now - last);
        last = now;
      }
      return taken;
    };
    const shown: number[] = [];
    const drawn = { is: false };
    let last = await frame();
    void window.editorSide.send(data).then(() => (drawn.is = true));
    for (let after = 0; after < 20; after += drawn.is ? 1 : 0) {
      const now = await frame();
      shown.push(now - last);
      last = now;
    }
    const table = document.querySelector('.long');
    if (table === null) throw new Error('There is no long table.');
    const scrolled = await take(300, index => {
      table.scrollTop += index % 50 === 49 ? 40_000 : 120;
      if (table.scrollTop + table.clientHeight >= table.scrollHeight - 1) table.scrollTop = 0;
    });
    return { shown, scrolled };
  }, message);
}

await using bundle = await Bundle.make();
measured({
  name: 'bundle of the panels',
  value: statSync(join(bundle.folder, 'webview.js')).size,
  unit: 'bytes',
  limit: LARGEST_BYTES,
});
const browser = await launch();
try {
  const { page } = await openPanel(browser, bundle, 'dark');
  const bare = await browser.newPage();
  for (const count of [3, 50, 1000]) {
    const message = clusterPanel(members(count));
    compared(
      { name: `a cluster of ${count} painted`, peer: 'a table of as many rows', times: 2 },
      await inTurns(
        ROUNDS,
        async () => {
          await painted(page, walPanel(2));
          return painted(page, message);
        },
        () => tablePainted(bare, count),
      ),
    );
  }
  for (const [name, message] of [
    ['10,000 members', clusterPanel(members(TEN_THOUSAND))],
    ['10,000 segments', walPanel(TEN_THOUSAND)],
  ] as const) {
    const runs = [];
    for (let run = 0; run < RUNS; run += 1) {
      await painted(page, run % 2 === 0 ? walPanel(2) : clusterPanel(members(2)));
      runs.push(await frames(page, message));
    }
    for (const part of ['shown', 'scrolled'] as const)
      measured({
        name: `${name} ${part}, longest frame`,
        value: percentile(runs.map(run => percentile(run[part], 1))),
        unit: 'ms',
        limit: LONGEST_FRAME_MS,
      });
  }
} finally {
  await browser.close();
}
