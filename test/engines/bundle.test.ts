/** The bundles hold only a part of undici: it has to do what the whole does, whatever a peer sends. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import fc from 'fast-check';
import { neededOfUndici } from '../../scripts/lib/needed-of-undici.mjs';
import { exchange, type Exchange } from '../../src/engines/http/http.ts';
import { hostileServer, plan, type Hostile, type Plan } from './hostile.ts';
import { temporaryFolder } from '../support/folders.ts';
import { closeAll } from '../support/servers.ts';
import { N1 } from '../support/wire.ts';

const RUNS = 150;
const SEED = Number(process.env['SEED'] ?? 20_260_731);
const LIMITS = { connectMs: 5000, totalMs: 10_000, bodyBytes: 20_000 };

describe(`the part of undici that is bundled (seed ${SEED})`, function () {
  this.timeout(60_000);
  const folder = temporaryFolder('aerodb-undici-');
  let server: Hostile;
  let bundled: typeof exchange;
  let external: readonly string[] = [];

  before(async () => {
    server = await hostileServer(N1);
    const outfile = join(folder, 'http.cjs');
    const { metafile } = await build({
      entryPoints: [join(import.meta.dirname, '../../src/engines/http/http.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      plugins: [neededOfUndici],
      metafile: true,
      logLevel: 'warning',
    });
    external = Object.values(metafile.inputs)
      .flatMap(({ imports }) => imports)
      .filter(each => each.external === true)
      .map(({ path }) => path);
    ({ exchange: bundled } = createRequire(import.meta.url)(outfile) as { readonly exchange: typeof exchange });
  });

  after(async () => {
    await closeAll();
  });

  const ask = async (
    how: typeof exchange,
    method: 'GET' | 'POST',
    given: Plan,
    totalMs = LIMITS.totalMs,
  ): Promise<Exchange> => {
    server.next(given, () => true);
    const outgoing = {
      method,
      url: new URL(`${server.url}/v1/cluster`),
      headers: { accept: 'application/json' },
      body: method === 'GET' ? null : '{"a":"ä"}',
    };
    const end = await how(
      outgoing,
      { context: undefined, ca: undefined, serverName: undefined, fingerprint: '' },
      { ...LIMITS, totalMs },
    );
    return end.ok ? { ok: true, answer: { ...end.answer, body: Buffer.from(end.answer.body) } } : end;
  };
  const codeOf = (end: Exchange): string => (end.ok ? 'ok' : end.failure.code);

  it('ends every exchange as the whole does: the same answer, or the same failure in the same words', async () => {
    const ends = new Set<string>();
    // Who hangs is asked below: here every answer ends, however slow the machine is.
    const ending = plan.filter(({ bend }) => bend.kind !== 'cut' || bend.how !== 'hang');
    await fc.assert(
      fc.asyncProperty(ending, fc.constantFrom('GET' as const, 'POST' as const), async (given, method) => {
        const whole = await ask(exchange, method, given);
        assert.deepEqual(await ask(bundled, method, given), whole);
        ends.add(codeOf(whole));
      }),
      { numRuns: RUNS, seed: SEED },
    );
    assert.deepEqual([...ends].sort(), ['PHASE7_INVALID_KERNEL_RESPONSE', 'PHASE7_TRANSPORT_FAILURE', 'ok']);
  });

  it('gives up at the same limit as the whole', async () => {
    const hanging: Plan = {
      bend: { kind: 'cut', at: 60, how: 'hang' },
      framing: { body: 'length', piece: 0, before: '' },
    };
    const whole = await ask(exchange, 'GET', hanging, 1000);
    assert.equal(codeOf(whole), 'PHASE7_TIMEOUT');
    assert.deepEqual(await ask(bundled, 'GET', hanging, 1000), whole);
  });

  it('loads no HTTP of Node and no assertions', () => {
    for (const name of ['node:http', 'node:http2', 'node:assert', 'node:zlib', 'node:perf_hooks'])
      assert.ok(!external.includes(name), name);
  });
});
