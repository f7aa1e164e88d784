/**
 * Runs every benchmark, one after the other: `npm run bench [-- --only kernel,cli] [-- --dry-run]`. Writes
 * docs/benchmarks.json and docs/benchmarks.md, keeps there the results of those that did not run, and ends with 1 where
 * a limit is missed or a ratio is more than 1.3 times the committed one.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../lib/paths.mjs';
import { startGroup, whenAskedToEnd } from '../lib/processes.mjs';
import { Failure, script } from '../lib/run.mjs';
import { benchmarksDocument, missed, regressions } from './document.mjs';
import { BENCH_VARIABLE, ratioOf, readMeasures } from './measure.mjs';

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const COMMITTED_FILE = join(root, 'docs', 'benchmarks.json');
/** Every benchmark and its program here, in the order in which they run and are written down. */
const PROGRAMS = new Map([
  ['cli', 'cli.mjs'],
  ['kernel', 'kernel.ts'],
  ['activation', 'activation.ts'],
  ['views', 'views.ts'],
  ['drawing', 'drawing.ts'],
  ['dead', 'dead.ts'],
  ['audit', 'audit.mjs'],
  ['audit-editor', 'audit-editor.mjs'],
  ['explanation', 'explanation.ts'],
  ['reconstruct', 'reconstruct.mjs'],
  ['patroni', 'patroni.mjs'],
  ['mysql', 'mysql.mjs'],
]);
const known = [...PROGRAMS.keys()];

/** @type {{ stop: (grace?: number) => Promise<void> } | undefined} */
let running;
whenAskedToEnd(() => void (running?.stop(5000) ?? Promise.resolve()).finally(() => process.exit(1)));

/**
 * @param {string} name
 * @param {string} folder
 * @returns {Promise<import('./document.mjs').Result>}
 */
async function runBench(name, folder) {
  const report = join(folder, `${name}.jsonl`);
  const load = loadavg()[0] ?? 0;
  const started = performance.now();
  console.log(`\n── ${name} (load ${load.toFixed(1)}) ──`);
  const program = join(import.meta.dirname, PROGRAMS.get(name) ?? '');
  const group = startGroup(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
    cwd: root,
    env: { ...process.env, [BENCH_VARIABLE]: report },
  });
  running = group;
  group.child.stdout.on('data', chunk => process.stdout.write(chunk));
  group.child.stderr.on('data', chunk => process.stdout.write(chunk));
  const how = await group.ended;
  running = undefined;
  const measures = readMeasures(report);
  // A benchmark that misses its limit may end with 1; one that measured nothing has failed.
  if (measures.length === 0) throw new Failure(`The benchmark ${name} measured nothing: ${how}.`);
  return {
    date: new Date().toISOString().slice(0, 10),
    machine:
      `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} ` +
      `cores, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    versions: `${manifest.name} ${manifest.version}, Node ${process.versions.node}, ${process.platform}`,
    load,
    seconds: (performance.now() - started) / 1000,
    measures: measures.map(measure => {
      const ratio = ratioOf(measure);
      return ratio === undefined ? measure : { ...measure, ratio };
    }),
  };
}

await script(async () => {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, 'dry-run': { type: 'boolean', default: false } },
  });
  const chosen = values.only?.split(',') ?? known;
  const unknown = chosen.filter(name => !known.includes(name));
  if (unknown.length > 0)
    throw new Failure(`There is no benchmark ${unknown.join(', ')}: there are ${known.join(', ')}.`);
  /** @type {import('./document.mjs').Results} */
  const committed = existsSync(COMMITTED_FILE) ? JSON.parse(readFileSync(COMMITTED_FILE, 'utf8')) : {};
  /** @type {Record<string, import('./document.mjs').Result>} */
  const fresh = {};
  const failed = [];
  const folder = mkdtempSync(join(tmpdir(), 'aero-bench-'));
  try {
    for (const name of chosen) {
      try {
        fresh[name] = await runBench(name, folder);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        failed.push(error.message);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const merged = Object.fromEntries(
    known.flatMap(name => {
      const result = fresh[name] ?? committed[name];
      return result === undefined ? [] : [[name, result]];
    }),
  );
  const worse = [
    ...failed,
    ...missed(fresh).map(line => `MISSED ${line}`),
    ...regressions(committed, fresh).map(line => `WORSE ${line}`),
  ];
  if (!values['dry-run']) {
    writeFileSync(COMMITTED_FILE, `${JSON.stringify(merged, null, 2)}\n`);
    writeFileSync(join(root, 'docs', 'benchmarks.md'), benchmarksDocument(merged));
  }
  console.log(`\n${worse.length === 0 ? 'Every limit is kept, and no ratio is worse than before.' : worse.join('\n')}`);
  process.exitCode = worse.length === 0 ? 0 : 1;
});
