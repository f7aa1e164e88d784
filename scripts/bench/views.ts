/**
 * How long the views take in the real workbench, beside the least possible of the same kind, by an extension in the
 * same windows (`peer/`). A panel's time runs from the choice that asks for it to the frame after its answer is
 * painted, the kernel's answer and two records in the audit log included; a tree's from the click to its rows.
 */
import { join } from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { withCluster } from '../../test/support/test-cluster.ts';
import { Editor } from '../../test/ui/driver/editor.ts';
import { inspectCluster, type Named } from '../../test/ui/driver/steps.ts';
import { waitFor } from '../../test/ui/driver/wait.ts';
import type { Workbench } from '../../test/ui/driver/workbench.ts';
import { compared } from './measure.mjs';
import { inTurns } from './pairs.mjs';

const FIRST_PANELS = 7;
const PANELS = 15;
const TREES = 11;

interface Marks {
  chosen?: number;
  painted?: number;
  rows?: number;
}

/** In every frame: when something was last pressed, and when an answer or the rows of a tree were first painted. */
async function mark(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const marks: Marks = {};
    Object.assign(globalThis, { marks });
    const now = (): number => performance.timeOrigin + performance.now();
    const pressed = (): void => {
      marks.chosen = now();
      delete marks.rows;
    };
    addEventListener('pointerdown', pressed, true);
    addEventListener('click', () => (marks.chosen = now()), true);
    const look = (): void => {
      const isDrawn = document.querySelector('footer[aria-label="Audit record"], #line') !== null;
      if (!isDrawn) delete marks.painted;
      else if (marks.painted === undefined) {
        marks.painted = 0;
        requestAnimationFrame(() => setTimeout(() => (marks.painted = now()), 0));
      }
      if (marks.rows === undefined && document.querySelectorAll('[role="treeitem"][aria-level="2"]').length > 5)
        marks.rows = now();
    };
    setInterval(look, 4);
  });
}

function marksOf(frame: Frame): Promise<Marks> {
  return frame.evaluate(() => (globalThis as unknown as { readonly marks: Marks }).marks);
}

/** Milliseconds from the click on the choice to the painted panel; leaves no panel open. */
async function painted(workbench: Workbench, panel: Frame): Promise<number> {
  const { painted: at = Number.NaN } = await waitFor(
    'the painted panel',
    () => marksOf(panel),
    marks => (marks.painted ?? 0) > 0,
  );
  const { chosen = Number.NaN } = await marksOf(workbench.page.mainFrame());
  await workbench.runCommand('View: Close All Editors');
  return at - chosen;
}

async function ownPanel(workbench: Workbench, cluster: Named): Promise<number> {
  return painted(workbench, await inspectCluster(workbench, cluster));
}

async function linePanel(workbench: Workbench): Promise<number> {
  await workbench.runCommand('Least: Show One Line');
  await workbench.quickInput.waitFor('Line');
  await workbench.quickInput.choose('line');
  return painted(workbench, await workbench.webviews.waitForElement('#line'));
}

/** Milliseconds from the click on the arrow to the rows below it, folded again afterwards. */
async function unfolded(workbench: Workbench, container: string, view: string, row: string): Promise<number> {
  await workbench.openView(container);
  const tree = workbench.tree(view);
  await tree.expand([row]);
  const { chosen = Number.NaN, rows = Number.NaN } = await waitFor(
    `the rows of ${row}`,
    () => marksOf(workbench.page.mainFrame()),
    marks => marks.rows !== undefined,
  );
  await tree.collapse([row]);
  await tree.waitForRows(`${row} folded`, seen => seen.every(({ level }) => level === 1));
  return rows - chosen;
}

const three: Named = { name: 'three', label: 'three' };
const editor = await Editor.start({
  extensions: [join(import.meta.dirname, 'peer')],
  viewport: { width: 1280, height: 1200 },
});
try {
  await withCluster({}, async small =>
    withCluster({ flags: ['--observed', '997'] }, async large => {
      editor.writeSettings({
        'aerodb.clusters': [
          { name: 'three', kind: 'aerodb', endpoints: small.nodes.map(({ url }) => url) },
          { name: 'thousand', kind: 'aerodb', endpoints: large.nodes.map(({ url }) => url) },
        ],
      });
      const inNewWindow = async (show: (workbench: Workbench) => Promise<number>): Promise<number> => {
        const took = await show(await editor.openWindow(mark));
        await editor.closeWindows();
        return took;
      };
      compared(
        { name: 'the first panel of a window', peer: 'a first webview that shows one line', times: 1.15 },
        await inTurns(
          FIRST_PANELS,
          () => inNewWindow(workbench => ownPanel(workbench, three)),
          () => inNewWindow(linePanel),
        ),
      );
      const workbench = await editor.openWindow(mark);
      for (const name of ['three', 'thousand'])
        compared(
          { name: `a later panel, of ${name} nodes`, peer: 'a later webview that shows one line', times: 1.5 },
          await inTurns(
            PANELS,
            () => ownPanel(workbench, { name, label: name }),
            () => linePanel(workbench),
          ),
        );
      compared(
        { name: 'a tree of 1,000 nodes unfolded', peer: 'a tree provider with 1,000 constant rows', times: 1.5 },
        await inTurns(
          TREES,
          () => unfolded(workbench, 'AeroDB', 'Clusters', 'thousand'),
          () => unfolded(workbench, 'Least', 'Rows', 'Thousand rows'),
        ),
      );
    }),
  );
} finally {
  await editor.stop();
}
