/** `npm run bench:kernel`: what the local cluster costs, beside a bare Node HTTP server in the same run. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, get, request } from 'node:http';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { build } from 'esbuild';
import { measured } from '../../scripts/lib/bench.mjs';
import { temporaryFolder } from '../support/folders.ts';

const folder = temporaryFolder('aerodb-bench-');
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const children: ChildProcess[] = [];

const BARE_SERVER = `
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
const bytes = readFileSync(process.argv[2]);
createServer((_request, response) => {
  response.setHeader('content-type', 'application/json');
  response.setHeader('content-length', bytes.length);
  response.end(bytes);
}).listen(0, '127.0.0.1', function () {
  const url = 'http://127.0.0.1:' + this.address().port;
  process.stdout.write(JSON.stringify({ url, pid: process.pid }) + '\\n');
});
`;

interface Ready {
  readonly url: string;
  readonly pid: number;
}

async function started(program: string, args: readonly string[], count: number): Promise<readonly Ready[]> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const found: Ready[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    found.push(JSON.parse(line) as Ready);
    if (found.length === count) return found;
  }
  throw new Error('a program ended before it was ready');
}

function fetchOnce(url: string): Promise<Buffer> {
  return new Promise((done, failed) => {
    get(url, { agent }, incoming => {
      const parts: Buffer[] = [];
      incoming.on('data', (part: Buffer) => parts.push(part));
      incoming.on('end', () => done(Buffer.concat(parts)));
    }).on('error', failed);
  });
}

function writeOnce(url: string, key: string): Promise<void> {
  return new Promise((done, failed) => {
    const outgoing = request(
      `${url}/local/writes`,
      { method: 'POST', agent, headers: { 'content-type': 'application/json' } },
      incoming => incoming.resume().on('end', done),
    );
    outgoing.on('error', failed);
    outgoing.end(JSON.stringify({ key, value: 'x'.repeat(64) }));
  });
}

async function timed(
  count: number,
  operation: (index: number) => Promise<unknown>,
): Promise<{ readonly p50: number; readonly p99: number }> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const began = performance.now();
    await operation(index);
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  return { p50: times[Math.floor(count * 0.5)] ?? 0, p99: times[Math.floor(count * 0.99)] ?? 0 };
}

function rss(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;
}

function say(text: string): boolean {
  return process.stdout.write(`${text}\n`);
}

function ms(value: number): string {
  return `${value.toFixed(2)} ms`;
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise(done =>
    child.exitCode === null && child.signalCode === null ? child.once('exit', () => done()) : done(),
  );
}

async function endAll(): Promise<void> {
  for (const child of children) child.kill('SIGTERM');
  await Promise.all(children.splice(0).map(ended));
}

try {
  const program = join(folder, 'local-cluster.mjs');
  await build({
    entryPoints: [resolve(import.meta.dirname, '../../src/local-cluster/main.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    outfile: program,
    logLevel: 'error',
  });
  const cluster = (name: string, ...more: readonly string[]): Promise<readonly Ready[]> =>
    started(program, ['--nodes', '3', '--port', '0', '--data', join(folder, name), ...more], 3);

  const starts: number[] = [];
  for (const name of ['a', 'b', 'c']) {
    const began = performance.now();
    await cluster(name);
    starts.push(performance.now() - began);
    await endAll();
  }
  measured({
    name: 'three nodes ready, slowest of three first starts',
    value: Math.max(...starts),
    unit: 'ms',
    limit: 1_000,
  });
  say(`three nodes ready (first start): ${starts.map(ms).join(', ')}   (limit 1000 ms)`);

  const [first, second] = await cluster('d', '--writes-per-second', '100');
  if (first === undefined || second === undefined) throw new Error('no nodes');
  const answer = join(folder, 'answer.json');
  writeFileSync(answer, await fetchOnce(`${first.url}/v1/cluster`));
  writeFileSync(join(folder, 'bare.mjs'), BARE_SERVER);
  const [bare] = await started(join(folder, 'bare.mjs'), [answer], 1);
  if (bare === undefined) throw new Error('no bare server');
  for (const url of [bare.url, `${first.url}/v1/cluster`]) await timed(500, () => fetchOnce(url));
  const rounds = [1, 2, 3, 4];
  const rounded = { bare: [] as number[], cluster: [] as number[] };
  for (const round of rounds) {
    rounded.bare.push((await timed(1_000, () => fetchOnce(`${bare.url}/?${round}`))).p50);
    rounded.cluster.push((await timed(1_000, () => fetchOnce(`${first.url}/v1/cluster`))).p50);
  }
  const best = { bare: Math.min(...rounded.bare), cluster: Math.min(...rounded.cluster) };
  measured({
    name: 'GET /v1/cluster p50 under 100 writes/s',
    value: best.cluster,
    unit: 'ms',
    peer: { name: 'bare server, same bytes', value: best.bare, times: 2 },
  });
  say(
    `GET /v1/cluster p50 under 100 writes/s: ${ms(best.cluster)}, bare server with the same ` +
      `bytes: ${ms(best.bare)}, ratio ${(best.cluster / best.bare).toFixed(2)}   (limit 2)`,
  );
  const write = await timed(300, index => writeOnce(first.url, `bench-${index}`));
  measured({ name: 'acknowledged write p50 (3 nodes, fsync on two)', value: write.p50, unit: 'ms' });
  say(`acknowledged write (3 nodes, fsync on two): p50 ${ms(write.p50)}, p99 ${ms(write.p99)}`);
  await endAll();

  const [, resting] = await cluster('e');
  const [again] = await started(join(folder, 'bare.mjs'), [answer], 1);
  if (resting === undefined || again === undefined) throw new Error('no nodes');
  await timed(50, () => fetchOnce(`${resting.url}/v1/cluster`));
  await timed(50, () => fetchOnce(again.url));
  await pause(3_000);
  measured({
    name: 'memory of a node at rest, above a bare server',
    value: rss(resting.pid) - rss(again.pid),
    unit: 'MiB',
    limit: 40,
  });
  say(
    `memory of a node at rest: ${rss(resting.pid).toFixed(1)} MiB, bare server ${rss(again.pid).toFixed(1)} MiB, ` +
      `difference ${(rss(resting.pid) - rss(again.pid)).toFixed(1)} MiB   (limit 40)`,
  );
  await endAll();

  const [observed] = await cluster('f', '--observed', '1000');
  if (observed === undefined) throw new Error('no nodes');
  const bytes = (await fetchOnce(`${observed.url}/v1/cluster`)).length;
  const large = await timed(200, () => fetchOnce(`${observed.url}/v1/cluster`));
  measured({ name: 'GET /v1/cluster of 1003 members p50', value: large.p50, unit: 'ms' });
  say(`GET /v1/cluster of 1003 members (${(bytes / 1_024).toFixed(0)} KiB): p50 ${ms(large.p50)}`);
} finally {
  agent.destroy();
  await endAll();
}
