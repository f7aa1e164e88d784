/** What the local cluster costs, beside a bare Node HTTP server that sends the same bytes. */
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { build } from 'esbuild';
import { root } from '../lib/paths.mjs';
import { compared, percentile } from './measure.mjs';
import { inTurns, time } from './pairs.mjs';
import { BARE_SERVER, started, temporaryFolder } from './stand.mjs';

const STARTS = 9;
const ROUNDS = 40;
/** Requests in each round. */
const READS = 200;
const LARGE_READS = 10;
const WRITES = 20;
/** In which a node that was asked comes to rest. */
const REST_MS = 3_000;

type Started = Awaited<ReturnType<typeof started>>;

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

function exchange(url: string, sent?: string): Promise<Buffer> {
  return new Promise((done, failed) => {
    const headers = sent === undefined ? {} : { 'content-type': 'application/json' };
    const outgoing = request(url, { agent, method: sent === undefined ? 'GET' : 'POST', headers }, incoming => {
      const parts: Buffer[] = [];
      incoming.on('data', (part: Buffer) => parts.push(part));
      incoming.on('end', () => done(Buffer.concat(parts)));
    });
    outgoing.on('error', failed).end(sent);
  });
}

/** Milliseconds of some exchanges, one after the other: their median. */
async function each(count: number, url: string, body?: string): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) times.push(await time(() => exchange(url, body)));
  return percentile(times);
}

function memory({ ready: [first] }: Started): number {
  const status = readFileSync(`/proc/${String(first?.pid)}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024;
}

function urlOf({ ready: [first] }: Started): string {
  return first?.url ?? '';
}

using folder = temporaryFolder();

function at(name: string): string {
  return join(folder.path, name);
}

const program = at('local-cluster.mjs');
await build({
  entryPoints: [join(root, 'src/local-cluster/main.ts')],
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  outfile: program,
  logLevel: 'error',
});
const server = at('bare.mjs');
writeFileSync(server, BARE_SERVER);
writeFileSync(at('nothing.json'), '{}');

function cluster(name: string, ...flags: readonly string[]): Promise<Started> {
  return started([program, '--nodes', '3', '--port', '0', '--data', at(name), ...flags], 3);
}

/** The kernel's answer, from a bare server. */
async function sameBytes(url: string): Promise<Started> {
  writeFileSync(at('answer.json'), await exchange(url));
  return started([server, at('answer.json'), at('bare.log')]);
}

let nth = 0;
compared(
  { name: 'three nodes ready, first start', peer: 'three bare servers, one after the other', times: 2.5 },
  await inTurns(
    STARTS,
    async () => {
      let one: Started | undefined;
      const took = await time(async () => (one = await cluster(`start-${String((nth += 1))}`)));
      await one?.stop();
      return took;
    },
    async () => {
      const bare: Started[] = [];
      const took = await time(async () => {
        for (let index = 0; index < 3; index += 1) bare.push(await started([server, at('nothing.json')]));
      });
      await Promise.all(bare.map(one => one.stop()));
      return took;
    },
  ),
);

{
  using written = await cluster('written', '--writes-per-second', '100');
  const url = `${urlOf(written)}/v1/cluster`;
  using bare = await sameBytes(url);
  compared(
    { name: 'GET /v1/cluster under 100 writes/s, p50', peer: 'bare server, same bytes', times: 1.5 },
    await inTurns(
      ROUNDS,
      () => each(READS, url),
      () => each(READS, urlOf(bare)),
      5,
    ),
  );
  const body = JSON.stringify({ key: 'bench', value: 'x'.repeat(64) });
  compared(
    {
      name: 'acknowledged write (3 nodes, flushed on two), p50',
      peer: 'bare server that writes and flushes',
      times: 15,
    },
    await inTurns(
      ROUNDS,
      () => each(WRITES, `${urlOf(written)}/local/writes`, body),
      () => each(WRITES, urlOf(bare), body),
    ),
  );
}
{
  using resting = await cluster('resting');
  const url = `${urlOf(resting)}/v1/cluster`;
  using bare = await sameBytes(url);
  for (const one of [url, urlOf(bare)]) await each(50, one);
  await pause(REST_MS);
  compared({ name: 'memory of a node at rest', unit: 'MiB', peer: 'bare server', times: 1.5 }, [
    [memory(resting), memory(bare)],
  ]);
}
{
  using observed = await cluster('observed', '--observed', '1000');
  const url = `${urlOf(observed)}/v1/cluster`;
  using bare = await sameBytes(url);
  compared(
    { name: 'GET /v1/cluster of 1,003 members, p50', peer: 'bare server, same bytes', times: 8 },
    await inTurns(
      ROUNDS,
      () => each(LARGE_READS, url),
      () => each(LARGE_READS, urlOf(bare)),
    ),
  );
}
agent.destroy();
