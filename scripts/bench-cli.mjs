/**
 * What the terminal program costs as a whole process: `npm run bench:cli`. The bundled file under this Node, against a
 * real local cluster, with an empty Node process and curl beside it in the same rounds, so that all of them see the
 * same machine.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from './build.mjs';
import { measured } from './lib/bench.mjs';
import { root } from './lib/paths.mjs';

const ROUNDS = 41;

const folder = mkdtempSync(join(tmpdir(), 'aerodb-bench-cli-'));
const cluster = spawn(
  process.execPath,
  [join(root, 'src/local-cluster/main.ts'), '--nodes', '3', '--port', '0', '--data', join(folder, 'cluster')],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);

/** @returns {Promise<string>} the address of the first node */
async function firstNode() {
  const lines = [];
  for await (const line of createInterface({ input: cluster.stdout })) {
    lines.push(JSON.parse(line).url);
    if (lines.length === 3) break;
  }
  return lines[0];
}

/**
 * @param {string} file
 * @param {readonly string[]} args
 * @returns {number} milliseconds from start to end
 */
function once(file, args) {
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const took = Number(process.hrtime.bigint() - start) / 1e6;
  if (status !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${status}: ${stderr}`);
  return took;
}

/** @param {readonly number[]} values */
function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

try {
  const url = await firstNode();
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  await build({ release: true, folder: join(folder, 'dist') });
  const program = join(folder, 'dist/aerodb-control.cjs');
  const node = process.execPath;
  const empty = {
    name: 'node -e 0',
    file: node,
    args: ['-e', '0'],
    limit: Infinity,
    took: /** @type {number[]} */ ([]),
  };
  /** `limit`: milliseconds above the empty Node process. */
  const runs = [
    empty,
    {
      name: 'curl',
      file: 'curl',
      args: ['-sS', '-o', '/dev/null', `${url}/v1/cluster`],
      limit: Infinity,
      took: /** @type {number[]} */ ([]),
    },
    { name: '--help', file: node, args: [program, '--help'], limit: 20, took: /** @type {number[]} */ ([]) },
    {
      name: 'inspect cluster',
      file: node,
      args: [program, 'inspect', 'cluster', '--url', url, '--audit-dir', join(folder, 'audit')],
      limit: 60,
      took: /** @type {number[]} */ ([]),
    },
  ];
  for (let round = 0; round <= ROUNDS; round += 1) {
    // The first round warms the file system's caches and does not count.
    for (const { file, args, took } of runs) {
      const ms = once(file, args);
      if (round > 0) took.push(ms);
    }
  }
  console.log(
    `Node ${process.versions.node}, ${cpus().length} cores, load ${(loadavg()[0] ?? 0).toFixed(1)}, ${ROUNDS} ` +
      'rounds; milliseconds, whole processes',
  );
  let missed = 0;
  for (const { name, limit, took } of runs) {
    const above = median(took.map((ms, round) => ms - (empty.took[round] ?? 0)));
    const least = Math.min(...took) - Math.min(...empty.took);
    if (above > limit) missed += 1;
    if (limit !== Infinity)
      measured({ name: `${name}, whole process above node -e 0`, value: above, unit: 'ms', limit });
    const verdict = limit === Infinity ? '' : `  limit ${limit}: ${above <= limit ? 'kept' : 'MISSED'}`;
    console.log(
      `${name.padEnd(16)} median ${median(took).toFixed(1).padStart(6)}   above node -e 0: ` +
        `median ${above.toFixed(1).padStart(6)}, least ${least.toFixed(1).padStart(6)}${verdict}`,
    );
  }
  process.exitCode = missed === 0 ? 0 : 1;
} finally {
  cluster.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
}
