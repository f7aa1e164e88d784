/**
 * How long the views take in the real workbench on this machine, one JSON line each: `npm run bench:views`. A panel's
 * time runs from the choice that asks for it to the frame after its answer is painted, the kernel's answer and two
 * records in the audit log included. The tree's is processor time of the extension host. `load` is the machine's own:
 * numbers from a busy machine say little.
 */
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import type { Frame, Page } from 'playwright-core';
import { measured } from '../../scripts/lib/bench.mjs';
import { withCluster } from '../support/test-cluster.ts';
import { Editor } from './driver/editor.ts';
import { inspectCluster, type Named } from './driver/steps.ts';
import { waitFor } from './driver/wait.ts';
import type { Workbench } from './driver/workbench.ts';

interface Marks {
  chosen?: number;
  painted?: number;
}

interface Line {
  readonly measure: string;
  readonly milliseconds: number;
  readonly limit?: number;
  readonly [more: string]: unknown;
}

function say(line: Line): void {
  measured({
    name: line.measure,
    value: line.milliseconds,
    unit: 'ms',
    ...(line.limit === undefined ? {} : { limit: line.limit }),
  });
  process.stdout.write(`${JSON.stringify({ ...line, load: Number((loadavg()[0] ?? 0).toFixed(1)) })}\n`);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Linux counts processor time in hundredths of a second. */
const TICK_MS = 10;

/** In every frame: when something was last clicked, and when the answer of a panel was first painted. */
async function mark(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const marks: Marks = {};
    Object.assign(globalThis, { marks });
    const now = (): number => performance.timeOrigin + performance.now();
    addEventListener('click', () => (marks.chosen = now()), true);
    const look = (): void => {
      const drawn = document.querySelector('footer[aria-label="Audit record"]') !== null;
      if (!drawn) delete marks.painted;
      else if (marks.painted === undefined) {
        marks.painted = 0;
        requestAnimationFrame(() => setTimeout(() => (marks.painted = now()), 0));
      }
    };
    setInterval(look, 4);
  });
}

function marksOf(frame: Frame): Promise<Marks> {
  return frame.evaluate(() => (globalThis as unknown as { readonly marks: Marks }).marks);
}

/** Milliseconds from the click on the cluster to its painted panel, in a panel that is opened anew. */
async function opened(workbench: Workbench, cluster: Named): Promise<number> {
  const panel = await inspectCluster(workbench, cluster);
  const { painted = Number.NaN } = await waitFor(
    'the painted panel',
    () => marksOf(panel),
    marks => (marks.painted ?? 0) > 0,
  );
  const { chosen = Number.NaN } = await marksOf(workbench.page.mainFrame());
  await workbench.runCommand('View: Close All Editors');
  return painted - chosen;
}

/** Processor time that a process has used, in milliseconds. */
function used(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /u, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

const editor = await Editor.start();
try {
  await withCluster({}, async three =>
    withCluster({ flags: ['--observed', '997'] }, async thousand => {
      const clusters = [
        ['three', three],
        ['thousand', thousand],
      ] as const;
      editor.writeSettings({
        'aerodb.clusters': clusters.map(([name, { nodes }]) => ({
          name,
          kind: 'aerodb',
          endpoints: nodes.map(({ url }) => url),
        })),
      });
      const workbench = await editor.openWindow(mark);
      say({
        measure: 'the first panel of a window',
        milliseconds: Math.round(await opened(workbench, { name: 'three', label: 'three' })),
      });
      for (const [name, limit] of [
        ['three', 300],
        ['thousand', 1000],
      ] as const) {
        await opened(workbench, { name, label: name });
        const times: number[] = [];
        for (let run = 0; run < 5; run += 1) times.push(await opened(workbench, { name, label: name }));
        say({
          measure: `panel of ${name} nodes, from command to painted`,
          milliseconds: Math.round(median(times)),
          fastest: Math.round(Math.min(...times)),
          slowest: Math.round(Math.max(...times)),
          limit,
        });
      }
      await workbench.openView('AeroDB');
      const tree = workbench.tree('Clusters');
      await tree.expand(['three']);
      const [host] = editor.extensionHosts();
      if (host === undefined) throw new Error('There is no extension host.');
      const rows = async (): Promise<number> => {
        const before = used(host);
        await tree.clickInlineAction(['thousand'], 'Refresh');
        await tree.waitForRows('the thousand', seen => seen.some(({ label }) => label.startsWith('observed-')));
        await workbench.page.waitForTimeout(1500);
        return used(host) - before;
      };
      await tree.collapse(['three']);
      const before = used(host);
      await tree.expand(['thousand']);
      await workbench.page.waitForTimeout(1500);
      say({
        measure: 'tree of 1,000 nodes expanded, extension host',
        milliseconds: used(host) - before,
        limit: 200,
        ofWhich: 'reading, validating and recording the answer as well',
      });
      const again = [await rows(), await rows(), await rows()];
      say({ measure: 'tree of 1,000 nodes refreshed while expanded, extension host', milliseconds: median(again) });
    }),
  );
} finally {
  await editor.stop();
}
