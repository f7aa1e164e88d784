/**
 * What activating the extension costs, in windows of the real workbench, each with an extension host of its own: in
 * turns with an extension that registers one command. The numbers are those that VS Code itself shows under "Show
 * Running Extensions": loading the file and `activate()`.
 */
import { join } from 'node:path';
import { Editor } from '../../test/ui/driver/editor.ts';
import { waitFor } from '../../test/ui/driver/wait.ts';
import type { Workbench } from '../../test/ui/driver/workbench.ts';
import { compared } from './measure.mjs';
import { inTurns } from './pairs.mjs';

const PAIRS = 15;
/** Where it is shown as 0, it took less than one. */
const LEAST_MS = 1;

/** Milliseconds that the editor says an activation took. */
async function activation(workbench: Workbench, name: string): Promise<number> {
  const time = workbench.page
    .locator('.runtime-extensions-editor .extension', { hasText: name })
    .locator('.activation-time');
  const shown = await waitFor(
    `the time of activation of ${name}`,
    async () => ((await time.count()) === 0 ? '' : time.first().innerText()),
    text => /\d+ ?ms/u.test(text),
  );
  return Math.max(LEAST_MS, Number(/(\d+) ?ms/u.exec(shown)?.[1]));
}

const editor = await Editor.start({
  extensions: [join(import.meta.dirname, 'peer')],
  // The list begins with the slowest, and draws only what is in sight.
  viewport: { width: 1280, height: 4000 },
});
try {
  const inNewWindow = async (view: string, name: string): Promise<number> => {
    const workbench = await editor.openWindow();
    await workbench.openView(view);
    await workbench.runCommand('Developer: Show Running Extensions');
    const took = await activation(workbench, name);
    await editor.closeWindows();
    return took;
  };
  compared(
    { name: 'activation', peer: 'an extension that registers one command', times: 1.3 },
    await inTurns(
      PAIRS,
      () => inNewWindow('AeroDB', 'AeroDB Control Plane'),
      () => inNewWindow('Least', 'Least Possible'),
    ),
  );
} finally {
  await editor.stop();
}
