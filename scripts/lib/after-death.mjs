/**
 * A process beside `npm start` that outlives it: its standard input ends when that process does, however it died. Where
 * it was not told before that all is ended, it ends what the dead one has left.
 */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { endLeft } from './one-run.mjs';

const ALL_ENDED = 'all ended';

/**
 * Starts the process that waits for the end of this one, in a group of its own: what kills this one's does not reach
 * it.
 * @param {string} folder where this run writes down what it has started
 * @returns {{ allEnded: () => Promise<void> }} to be called when nothing is left to be ended
 */
export function watchOverThisRun(folder) {
  const args = ['--disable-warning=ExperimentalWarning', import.meta.filename, folder, String(process.pid)];
  const watch = spawn(process.execPath, args, { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = new Promise(resolve => {
    watch.once('error', resolve);
    watch.once('exit', resolve);
  });
  // Killed by somebody: then the next run ends what this one leaves, as without it.
  watch.stdin.on('error', () => undefined);
  watch.unref();
  return {
    allEnded: async () => {
      watch.stdin.end(ALL_ENDED);
      await ended;
    },
  };
}

if (import.meta.main) {
  const [folder = '', pid = ''] = process.argv.slice(2);
  if ((await text(process.stdin)) !== ALL_ENDED) await endLeft(folder, Number(pid));
}
