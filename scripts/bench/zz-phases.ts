import type { Frame, Page } from 'playwright-core';
import { join } from 'node:path';
import { withCluster } from '../../test/support/test-cluster.ts';
import { Editor } from '../../test/ui/driver/editor.ts';
import { inspectCluster } from '../../test/ui/driver/steps.ts';
import { waitFor } from '../../test/ui/driver/wait.ts';
import type { Workbench } from '../../test/ui/driver/workbench.ts';
async function mark(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const marks: any = { log: [] };
    Object.assign(globalThis, { marks });
    const now = (): number => performance.timeOrigin + performance.now();
    const say = (what: string) => marks.log.push([what, now()]);
    say('init');
    addEventListener(
      'pointerdown',
      () => {
        marks.log.length = 0;
        say('pointerdown');
      },
      true,
    );
    addEventListener(
      'click',
      () => {
        marks.log.length = 0;
        say('click');
      },
      true,
    );
    addEventListener('DOMContentLoaded', () => say('dcl'));
    addEventListener('load', () => say('load'));
    addEventListener(
      'message',
      e => {
        const d: any = e.data;
        if (d?.type === 'show') say('show ' + d.panel.kind);
        else if (d && typeof d === 'object' && d.channel) say('ch ' + d.channel);
      },
      true,
    );
    const look = (): void => {
      const isDrawn = document.querySelector('footer[aria-label="Audit record"], #line') !== null;
      if (isDrawn && !marks.painted) {
        marks.painted = 1;
        say('drawn');
        requestAnimationFrame(() =>
          setTimeout(() => {
            say('painted');
            marks.painted = 2;
          }, 0),
        );
      }
      if (!isDrawn) marks.painted = 0;
    };
    setInterval(look, 4);
  });
}
const logOf = (frame: Frame | null) =>
  frame === null ? Promise.resolve([]) : frame.evaluate(() => (globalThis as any).marks.log as [string, number][]);
async function phases(workbench: Workbench, panel: Frame, name: string) {
  await waitFor(
    'painted',
    () => panel.evaluate(() => (globalThis as any).marks.painted),
    v => v === 2,
  );
  const main = await logOf(workbench.page.mainFrame());
  const outer = await logOf(panel.parentFrame());
  const inner = await logOf(panel);
  const start = main.find(([w]) => w === 'click')?.[1] ?? main[0]?.[1] ?? 0;
  const rel = (tag: string, log: [string, number][]) =>
    log.filter(([, t]) => t >= start - 1).map(([w, t]) => [t - start, `${tag}:${w}`] as const);
  const all = [
    ...rel('in', inner),
    ...rel(
      'out',
      outer.filter(([w]) => !w.startsWith('ch set')),
    ),
    ...rel(
      'main',
      main.filter(([w]) => !w.startsWith('ch')),
    ),
  ].sort((a, b) => a[0] - b[0]);
  console.log(name, all.map(([t, w]) => `${t.toFixed(0)} ${w}`).join(' | '));
  await workbench.runCommand('View: Close All Editors');
}
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
      const line = async (w: Workbench) => {
        await w.runCommand('Least: Show One Line');
        await w.quickInput.waitFor('Line');
        await w.quickInput.choose('line');
        return w.webviews.waitForElement('#line');
      };
      const own = (w: Workbench, name: string) => inspectCluster(w, { name, label: name });
      for (let i = 0; i < 3; i++) {
        let w = await editor.openWindow(mark);
        await phases(w, await own(w, 'three'), 'FIRST own');
        await editor.closeWindows();
        w = await editor.openWindow(mark);
        await phases(w, await line(w), 'FIRST line');
        await editor.closeWindows();
      }
      const w = await editor.openWindow(mark);
      for (let i = 0; i < 4; i++) {
        await phases(w, await own(w, 'three'), 'later three');
        await phases(w, await line(w), 'later line');
        await phases(w, await own(w, 'thousand'), 'later 1000');
      }
    }),
  );
} finally {
  await editor.stop();
}
