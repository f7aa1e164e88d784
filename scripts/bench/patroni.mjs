/**
 * What asking a Patroni cluster costs. One real cluster for all of it, and each number beside
 * what does the same without this project, in the same rounds: patronictl as a whole process, a bare HTTP exchange, and
 * one with a hundred members.
 */
import { once } from 'node:events';
import { createServer, get } from 'node:http';
import { join } from 'node:path';
import { compared } from './measure.mjs';
import { inTurns, processTime, time } from './pairs.mjs';
import { builtProgram, temporaryFolder } from './stand.mjs';
import { PatroniCluster } from '../lib/patroni-cluster.mjs';
import { ensurePatroni } from '../lib/patroni-install.mjs';
import { Failure, onPath, script } from '../lib/run.mjs';
import { connect, DEFAULT_TIMEOUTS } from '../../src/engines/connect.ts';

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
  using folder = temporaryFolder();
  const patronictl = onPath('patronictl');
  if (patronictl === undefined) throw new Failure('There is no patronictl here; it comes with Patroni.');
  const cluster = await PatroniCluster.start({ programs: await ensurePatroni(line => console.log(line)) });
  const large = createServer((_request, response) => {
    response.writeHead(200, { server: 'BaseHTTP/0.6', 'content-type': 'application/json' }).end(body);
  });
  const body = largeAnswer();
  try {
    const program = await builtProgram(folder.path);
    const [first] = cluster.members;
    if (first === undefined) throw new Failure('The cluster has no members.');
    const urls = cluster.members.map(({ url }) => url);
    const inspect = [
      program,
      ...['inspect', 'cluster', '--kind', 'patroni', ...urls.flatMap(url => ['--url', url])],
      ...['--audit-dir', join(folder.path, 'audit')],
    ];
    const own = () => processTime(process.execPath, inspect);
    compared(
      { name: 'inspect cluster under Patroni, whole process', peer: 'patronictl list', times: 0.5 },
      await inTurns(PROCESSES, own, () => processTime(patronictl, ['-c', join(first.folder, 'patroni.yml'), 'list'])),
    );
    const get = `require("node:http").get("${first.url}/cluster", answer => answer.pipe(process.stdout))`;
    compared(
      { name: 'inspect cluster under Patroni, whole process, beside Node', peer: 'node -e with a GET', times: 3.5 },
      await inTurns(PROCESSES, own, () => processTime(process.execPath, ['-e', get])),
    );
    large.listen(0, '127.0.0.1');
    await once(large, 'listening');
    const address = large.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    for (const [name, url, addresses, times] of /** @type {const} */ ([
      ['reading a Patroni cluster', first.url, urls, 2],
      [`a Patroni answer of ${MEMBERS} members read`, `http://127.0.0.1:${port}`, [`http://127.0.0.1:${port}`], 6],
    ])) {
      const read = await adapter(addresses);
      const pairs = await inTurns(
        EXCHANGES,
        () => time(read),
        () => time(() => bareGet(`${url}/cluster`)),
      );
      compared({ name, peer: 'a bare GET of /cluster', times }, pairs);
    }
  } finally {
    large.close();
    await cluster.stop();
  }
});
