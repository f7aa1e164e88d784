/**
 * What asking a Patroni cluster costs: `npm run bench:patroni`. One real cluster for all of it, and each number beside
 * what does the same without this project, in the same rounds: patronictl as a whole process, a bare HTTP exchange, and
 * one with a hundred members.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, get } from 'node:http';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { measured } from './lib/bench.mjs';
import { interleaved, processTime, time } from './lib/bench-time.mjs';
import { PatroniCluster } from './lib/patroni-cluster.mjs';
import { ensurePatroni } from './lib/patroni-install.mjs';
import { Failure, onPath, script } from './lib/run.mjs';
import { connect, DEFAULT_TIMEOUTS } from '../src/engines/connect.ts';

const PROCESSES = 21;
const EXCHANGES = 201;
const MEMBERS = 100;

/**
 * @param {string} url
 * @returns {Promise<void>} when the whole body of one answer, on a connection of its own, is here
 */
function bareGet(url) {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, response => response.resume().on('end', resolve).on('error', reject)).on(
      'error',
      reject,
    );
  });
}

/**
 * @param {readonly string[]} endpoints
 * @returns {Promise<() => Promise<void>>} reads the cluster once through the adapter
 */
async function adapter(endpoints) {
  const kernel = await connect(
    { name: 'bench', kind: 'patroni', endpoints: [...endpoints] },
    { timeouts: DEFAULT_TIMEOUTS },
  );
  if (!kernel.ok) throw new Failure(kernel.error.message);
  return async () => {
    const answer = await kernel.value.readCluster();
    if (!answer.ok) throw new Failure(answer.error.message);
  };
}

/** @returns {string} `/cluster` of a hundred members */
function largeAnswer() {
  const members = Array.from({ length: MEMBERS }, (_, index) => ({
    name: `member-${String(index).padStart(3, '0')}`,
    role: index === 0 ? 'leader' : 'replica',
    state: index === 0 ? 'running' : 'streaming',
    api_url: `http://10.0.${Math.floor(index / 200)}.${(index % 200) + 1}:8008/patroni`,
    host: `10.0.0.${(index % 200) + 1}`,
    port: 5432,
    timeline: 7,
    ...(index === 0 ? {} : { lag: index % 9 === 0 ? 'unknown' : index * 8192 }),
    tags: { zone: `z${index % 3}` },
  }));
  return JSON.stringify({ members, scope: 'bench' });
}

await script(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'aerodb-bench-patroni-'));
  const patronictl = onPath('patronictl');
  if (patronictl === undefined) throw new Failure('There is no patronictl here; it comes with Patroni.');
  const cluster = await PatroniCluster.start({ programs: await ensurePatroni(line => console.log(line)) });
  const large = createServer((_request, response) => {
    response.writeHead(200, { server: 'BaseHTTP/0.6', 'content-type': 'application/json' }).end(body);
  });
  const body = largeAnswer();
  try {
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    await build({ release: true, folder: join(folder, 'dist') });
    const [first] = cluster.members;
    if (first === undefined) throw new Failure('The cluster has no members.');
    const urls = cluster.members.map(({ url }) => url);
    const inspect = [
      join(folder, 'dist/aerodb-control.cjs'),
      'inspect',
      'cluster',
      '--kind',
      'patroni',
      ...urls.flatMap(url => ['--url', url]),
      '--audit-dir',
      join(folder, 'audit'),
    ];
    const [own, ctl] = await interleaved(
      PROCESSES,
      () => processTime(process.execPath, inspect),
      () => processTime(patronictl, ['-c', join(first.folder, 'patroni.yml'), 'list']),
    );

    const read = await adapter(urls);
    const [adapted, bare] = await interleaved(
      EXCHANGES,
      () => time(read),
      () => time(() => bareGet(`${first.url}/cluster`)),
    );

    large.listen(0, '127.0.0.1');
    await once(large, 'listening');
    const address = large.address();
    const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
    const readLarge = await adapter([url]);
    const [adaptedLarge, bareLarge] = await interleaved(
      EXCHANGES,
      () => time(readLarge),
      () => time(() => bareGet(`${url}/cluster`)),
    );

    console.log(
      `Node ${process.versions.node}, ${cpus().length} cores, load ${(loadavg()[0] ?? 0).toFixed(1)}; medians ` +
        `of ${PROCESSES} processes and ${EXCHANGES} exchanges, in milliseconds`,
    );
    const kept = [
      {
        name: 'inspect cluster under Patroni, whole process',
        value: own,
        unit: 'ms',
        peer: { name: 'patronictl list', value: ctl, times: 0.5 },
      },
      { name: 'reading a Patroni cluster, above a bare GET of /cluster', value: adapted - bare, unit: 'ms', limit: 2 },
      {
        name: 'a Patroni answer of 100 members parsed and modelled, above a bare GET',
        value: adaptedLarge - bareLarge,
        unit: 'ms',
        limit: 5,
      },
    ].map(measure => {
      const within = measured(measure);
      const bound =
        'peer' in measure && measure.peer !== undefined
          ? `${measure.peer.name} ${measure.peer.value.toFixed(1)}, limit half of that`
          : `limit ${measure.limit}`;
      console.log(
        `${measure.name.padEnd(70)} ${measure.value.toFixed(2).padStart(8)}   ${bound}: ${within ? 'kept' : 'MISSED'}`,
      );
      return within;
    });
    console.log(
      `bare GET ${bare.toFixed(2)}, through the adapter ${adapted.toFixed(2)}; of 100 members: ` +
        `bare ${bareLarge.toFixed(2)}, through the adapter ${adaptedLarge.toFixed(2)}`,
    );
    process.exitCode = kept.every(Boolean) ? 0 : 1;
  } finally {
    large.close();
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
