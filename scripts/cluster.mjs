/**
 * A real cluster to try the control plane on: `npm run cluster [-- options]` runs the local AeroDB cluster,
 * `npm run cluster -- patroni [options]` and `-- mysql [options]` one of these databases. Runs until Ctrl-C.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure, script } from './lib/run.mjs';

/** A word, and the program that it names: each reads the command line behind that word. */
const PROGRAMS = new Map([
  ['patroni', './cluster-patroni.mjs'],
  ['mysql', './cluster-mysql.mjs'],
]);

await script(async () => {
  const [word = '', ...options] = process.argv.slice(2);
  const named = PROGRAMS.get(word);
  if (named !== undefined) {
    process.argv.splice(2, 1);
    await import(named);
    return;
  }
  // `node` runs one node of the local cluster alone.
  if (word !== '' && word !== 'node' && !word.startsWith('-'))
    throw new Failure(
      `There is no cluster "${word}": there are ${[...PROGRAMS.keys()].join(', ')}, and without a word the local ` +
        'AeroDB cluster.',
    );
  if (word !== 'node' && ![word, ...options].some(each => /^--(?:data|help)\b/u.test(each))) inTemporaryFolder();
  await import('../src/local-cluster/main.ts');
});

/** Where no folder is named, what the cluster holds ends with it. */
function inTemporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'aerodb-cluster-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  process.argv.push('--data', folder);
}
