/**
 * What activating the extension costs: `npm run bench:activation`. Twenty windows of the real workbench, one after the
 * other, each with an extension host of its own; the number is the one that VS Code itself shows under "Show Running
 * Extensions": loading the file and `activate()`.
 */
import { measured, percentile } from '../../scripts/lib/bench.mjs';
import { Editor } from './driver/editor.ts';
import { waitFor } from './driver/wait.ts';
import type { Workbench } from './driver/workbench.ts';

const WINDOWS = 20;
/** What a person does not notice. */
const LIMIT_MS = 100;

/** Milliseconds that the editor says the activation took: the view of the extension is opened, which activates it. */
async function activation(workbench: Workbench): Promise<number> {
  await workbench.openView('AeroDB');
  await workbench.runCommand('Developer: Show Running Extensions');
  const time = workbench.page
    .locator('.runtime-extensions-editor .extension', { hasText: 'AeroDB Control Plane' })
    .locator('.activation-time');
  const shown = await waitFor(
    'the time of activation',
    async () => ((await time.count()) === 0 ? '' : time.first().innerText()),
    text => /\d+ ?ms/u.test(text),
  );
  return Number(/(\d+) ?ms/u.exec(shown)?.[1]);
}

const editor = await Editor.start();
try {
  const times: number[] = [];
  for (let window = 0; window < WINDOWS; window += 1) {
    times.push(await activation(await editor.openWindow()));
    await editor.closeWindows();
  }
  const value = percentile(times);
  const ok = measured({ name: `activation, median of ${WINDOWS} windows`, value, unit: 'ms', limit: LIMIT_MS });
  process.stdout.write(
    `activation in ${WINDOWS} windows: median ${value} ms, fastest ${Math.min(...times)} ms, ` +
      `slowest ${Math.max(...times)} ms (limit ${LIMIT_MS} ms)\n${times.join(' ')}\n`,
  );
  process.exitCode = ok ? 0 : 1;
} finally {
  await editor.stop();
}
