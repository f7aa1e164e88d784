/**
 * How long a person waits for a cluster to unfold in the tree while ten of fifty configured ones are dead: `npm run
 * bench:load`. In the real workbench, against a real cluster: from the click to its nodes being drawn, the kernel's
 * answer and two records in the log included. The dead are unfolded first; five refuse, five take the connection and
 * never answer.
 */
import { loadavg } from 'node:os';
import type { Page } from 'playwright-core';
import { measured, percentile } from '../../scripts/lib/bench.mjs';
import { closeAll, closedPort, rawServer } from '../support/servers.ts';
import { withCluster } from '../support/test-cluster.ts';
import { Editor } from './driver/editor.ts';
import { waitFor } from './driver/wait.ts';

const CLUSTERS = 50;
const LIMIT = 200;

interface Marks {
  chosen: number;
  drawn: number;
}

/** When something was last pressed, and when the nodes of a cluster were first in the tree after that. */
async function mark(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const marks: Marks = { chosen: 0, drawn: 0 };
    Object.assign(globalThis, { marks });
    addEventListener(
      'pointerdown',
      () => {
        marks.chosen = performance.now();
        marks.drawn = 0;
      },
      true,
    );
    setInterval(() => {
      if (marks.drawn > 0) return;
      const nodes = [...document.querySelectorAll('[role="treeitem"][aria-level="2"] .label-name')].filter(label =>
        label.textContent.startsWith('node-'),
      );
      if (nodes.length >= 3) marks.drawn = performance.now();
    }, 2);
  });
}

function isDead(index: number): boolean {
  return index % 5 === 0;
}

const editor = await Editor.start({ viewport: { width: 1280, height: 2400 } });
try {
  await withCluster({}, async ({ nodes }) => {
    const refusing = await closedPort();
    const silent = await rawServer(socket => socket.resume());
    const endpoints = (index: number): readonly string[] =>
      isDead(index) ? [index % 2 === 0 ? silent.url : refusing.url] : nodes.map(({ url }) => url);
    const names = Array.from({ length: CLUSTERS }, (_, index) => `cluster-${index + 10}`);
    editor.writeSettings({
      'aerodb.timeout.readSeconds': 600,
      'aerodb.clusters': names.map((name, index) => ({ name, kind: 'aerodb', endpoints: endpoints(index) })),
    });
    const workbench = await editor.openWindow(mark);
    await workbench.openView('AeroDB');
    const tree = workbench.tree('Clusters');
    await tree.waitForRows('all of them', rows => rows.length === CLUSTERS);
    const unfold = (name: string): Promise<void> =>
      workbench.page.locator(`[role="treeitem"][aria-label^="Cluster ${name},"] .monaco-tl-twistie`).click();
    for (const name of names.filter((_name, index) => isDead(index))) await unfold(name);
    await tree.waitForRows(
      'those that refuse',
      rows => rows.filter(({ level }) => level === 2).length === CLUSTERS / 10,
    );
    const times: number[] = [];
    for (const name of names.filter((_name, index) => !isDead(index))) {
      await unfold(name);
      const { chosen, drawn } = await waitFor(
        `the nodes of ${name}`,
        () => workbench.page.evaluate(() => (globalThis as unknown as { readonly marks: Marks }).marks),
        marks => marks.drawn > 0,
      );
      times.push(drawn - chosen);
      await tree.collapse([name]);
      await tree.waitForRows(`${name} folded`, rows => rows.every(({ label }) => !label.startsWith('node-')));
    }
    // The first one loads what asks and reads: what a person meets once in a window.
    const [first = Number.NaN, ...rest] = times;
    measured({
      name: 'a living cluster unfolded beside ten dead ones, median',
      value: percentile(rest),
      unit: 'ms',
      limit: LIMIT,
    });
    measured({
      name: 'a living cluster unfolded beside ten dead ones, 95 of 100',
      value: percentile(rest, 0.95),
      unit: 'ms',
      limit: LIMIT,
    });
    const rounded = (value: number): number => Math.round(value);
    process.stdout.write(
      `${JSON.stringify({
        measure: 'a living cluster unfolded beside ten dead ones',
        clusters: rest.length + 1,
        first: rounded(first),
        median: rounded(percentile(rest)),
        p95: rounded(percentile(rest, 0.95)),
        slowest: rounded(Math.max(...rest)),
        limit: LIMIT,
        load: Number((loadavg()[0] ?? 0).toFixed(1)),
      })}\n`,
    );
  });
} finally {
  await closeAll();
  await editor.stop();
}
