/** The bundles hold only a part of undici: it has to do what the whole does, whatever a peer sends. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import fc from 'fast-check';
import { neededOfUndici } from '../../scripts/lib/needed-of-undici.mjs';
import { exchange, type Exchange, type HttpRequest } from '../../src/kernel/http.ts';
import { hostileServer, plan, type Hostile } from './hostile.ts';
import { closeAll } from './servers.ts';
import { N1 } from './wire.ts';

const RUNS = 150;
const SEED = Number(process.env['SEED'] ?? 20_260_731);
const LIMITS = { connectMs: 1000, totalMs: 250, bodyBytes: 20_000 };

describe(`the part of undici that is bundled (seed ${SEED})`, function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), 'aerodb-undici-'));
  let server: Hostile;
  let bundled: typeof exchange;
  let external: readonly string[] = [];

  before(async () => {
    server = await hostileServer(N1);
    const outfile = join(folder, 'http.cjs');
    const { metafile } = await build({ entryPoints: [join(import.meta.dirname, '../../src/kernel/http.ts')], outfile, bundle: true, platform: 'node', format: 'cjs', plugins: [neededOfUndici], metafile: true, logLevel: 'warning' });
    external = Object.values(metafile.inputs).flatMap(({ imports }) => imports).filter((each) => each.external === true).map(({ path }) => path);
    ({ exchange: bundled } = createRequire(import.meta.url)(outfile) as { readonly exchange: typeof exchange });
  });

  after(async () => {
    await closeAll();
    rmSync(folder, { recursive: true, force: true });
  });

  it('ends every exchange as the whole does: the same answer, or the same failure in the same words', async () => {
    const kinds = new Map<string, number>();
    const outgoing = (method: 'GET' | 'POST'): HttpRequest => ({ method, url: new URL(`${server.url}/v1/cluster`), headers: { accept: 'application/json' }, body: method === 'GET' ? null : '{"a":"ä"}' });
    const ask = async (how: typeof exchange, method: 'GET' | 'POST', given: Parameters<Hostile['next']>[0]): Promise<Exchange> => {
      server.next(given, () => true);
      const end = await how(outgoing(method), { context: undefined, serverName: undefined }, LIMITS);
      return end.ok ? { ok: true, answer: { ...end.answer, body: Buffer.from(end.answer.body) } } : end;
    };
    await fc.assert(fc.asyncProperty(plan, fc.constantFrom('GET' as const, 'POST' as const), async (given, method) => {
      const whole = await ask(exchange, method, given);
      const part = await ask(bundled, method, given);
      kinds.set(whole.ok ? 'ok' : whole.failure.code, (kinds.get(whole.ok ? 'ok' : whole.failure.code) ?? 0) + 1);
      assert.deepEqual(part, whole);
    }), { numRuns: RUNS, seed: SEED });
    assert.deepEqual([...kinds.keys()].sort(), ['PHASE7_INVALID_KERNEL_RESPONSE', 'PHASE7_TIMEOUT', 'PHASE7_TRANSPORT_FAILURE', 'ok']);
  });

  it('loads no HTTP of Node and no assertions', () => {
    for (const name of ['node:http', 'node:http2', 'node:assert', 'node:zlib', 'node:perf_hooks']) assert.ok(!external.includes(name), name);
  });
});
