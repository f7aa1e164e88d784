/**
 * Long searches for what is wrong, which are no tests because they take as long as they are given:
 * `npm run campaign -- NAME [options]`. CONTRIBUTING.md says what each looks for.
 */
import { join } from 'node:path';
import { root } from './lib/paths.mjs';
import { Failure, script } from './lib/run.mjs';

/** Starts in one data directory; `npm test` tries fewer. */
const STARTS = '2000';

/** @type {ReadonlyMap<string, { program: readonly string[], env?: Readonly<Record<string, string>> }>} */
const CAMPAIGNS = new Map([
  ['cut', { program: ['test/cut/campaign.ts'] }],
  ['day', { program: ['test/load/day.ts'] }],
  [
    'starts',
    {
      program: [
        'node_modules/mocha/bin/mocha.js',
        '--extension',
        'test.ts',
        'test/local-cluster/exclusive.test.ts',
        '--grep',
        'simultaneous',
      ],
      env: { AERODB_STARTS: STARTS },
    },
  ],
  ['torture', { program: ['test/local-cluster/torture.ts'] }],
  ['desktop', { program: ['test/extension-host/run-desktop.ts'] }],
]);

await script(async () => {
  const [name = '', ...options] = process.argv.slice(2);
  const campaign = CAMPAIGNS.get(name);
  if (campaign === undefined)
    throw new Failure(
      `${name === '' ? 'Which campaign?' : `There is no campaign "${name}".`} There are ` +
        `${[...CAMPAIGNS.keys()].join(', ')}. Usage: npm run campaign -- NAME [OPTIONS]`,
    );
  if (process.execve === undefined) throw new Failure('Campaigns run on Linux and macOS.');
  process.chdir(root);
  const [file = '', ...rest] = campaign.program;
  // The campaign takes the place of this process: signals and the exit code are its own.
  process.execve(
    process.execPath,
    [process.execPath, '--disable-warning=ExperimentalWarning', join(root, file), ...rest, ...options],
    { ...campaign.env, ...process.env },
  );
});
