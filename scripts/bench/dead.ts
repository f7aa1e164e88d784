/**
 * How long a person waits for a cluster to unfold in the tree while a hundred others beside it are dead, and have been
 * unfolded before: half of them refuse, half take the connection and never answer. In the real workbench, against a
 * real cluster, beside the same in a workbench without the dead.
 */
import type { Page } from 'playwright-core';
import { closeAll, closedPort, rawServer } from '../../test/support/servers.ts';
import { withCluster } from '../../test/support/test-cluster.ts';
import { Editor } from '../../test/ui/driver/editor.ts';
import { waitFor } from '../../test/ui/driver/wait.ts';
import type { Workbench } from '../../test/ui/driver/workbench.ts';
import { compared } from './measure.mjs';
import { inTurns } from './pairs.mjs';

const DEAD = 100;
const ROUNDS = 25;
const LIVING = 'a-living-one';

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

function arrowOf(workbench: Workbench, name: string): Promise<void> {
  return workbench.page.locator(`[role="treeitem"][aria-label^="Cluster ${name},"] .monaco-tl-twistie`).click();
}

/** Milliseconds from the click to the nodes of the living cluster. */
async function unfolded(workbench: Workbench): Promise<number> {
  await arrowOf(workbench, LIVING);
  const { chosen, drawn } = await waitFor(
    'the nodes of the living one',
    () => workbench.page.evaluate(() => (globalThis as unknown as { readonly marks: Marks }).marks),
    marks => marks.drawn > 0,
  );
  const tree = workbench.tree('Clusters');
  await tree.collapse([LIVING]);
  await tree.waitForRows('it folded', rows => rows.every(({ label }) => !label.startsWith('node-')));
  return drawn - chosen;
}

const viewport = { width: 1280, height: 6000 };
const beside = await Editor.start({ viewport });
const alone = await Editor.start({ viewport });
try {
  await withCluster({}, async ({ nodes }) => {
    const refusing = await closedPort();
    const silent = await rawServer(socket => socket.resume());
    const living = { name: LIVING, kind: 'aerodb', endpoints: nodes.map(({ url }) => url) };
    const dead = Array.from({ length: DEAD }, (_, index) => ({
      name: `dead-${index + 100}`,
      kind: 'aerodb',
      endpoints: [index % 2 === 0 ? silent.url : refusing.url],
    }));
    const open = async (editor: Editor, clusters: readonly { readonly name: string }[]): Promise<Workbench> => {
      editor.writeSettings({ 'aerodb.timeout.readSeconds': 600, 'aerodb.clusters': clusters });
      const workbench = await editor.openWindow(mark);
      await workbench.openView('AeroDB');
      await workbench.tree('Clusters').waitForRows('all of them', rows => rows.length === clusters.length);
      return workbench;
    };
    const own = await open(beside, [living, ...dead]);
    const peer = await open(alone, [living]);
    for (const { name } of dead) await arrowOf(own, name);
    await own
      .tree('Clusters')
      .waitForRows('those that refuse', rows => rows.filter(({ level }) => level === 2).length >= DEAD / 2);
    compared(
      { name: 'a living cluster unfolded beside 100 dead ones', peer: 'the same without the dead', times: 3 },
      await inTurns(
        ROUNDS,
        () => unfolded(own),
        () => unfolded(peer),
      ),
    );
  });
} finally {
  await closeAll();
  await alone.stop();
  await beside.stop();
}
