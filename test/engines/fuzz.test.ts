/**
 * At least ten thousand bent answers. Reads: a whole view, every value of it the kernel's own, or a typed error.
 * Control: exactly one request on the wire, and `executed` only with the whole proof. FUZZ_SEED repeats a run,
 * FUZZ_CASES changes its length.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ControlError, Result } from '../../src/control-plane/model/errors.ts';
import type { Kernel } from '../../src/control-plane/ports.ts';
import { seedFrom } from '../support/seed.ts';
import { hostileServer, plan, type Hostile, type Seen } from './hostile.ts';
import { closeAll } from '../support/servers.ts';
import { clusterOf, CONTROLS, kernelOf, N2, READS, REQUEST } from '../support/wire.ts';

const CASES = Number(process.env['FUZZ_CASES'] ?? 10_000);
const SEED = seedFrom('FUZZ_SEED');
const TIMEOUTS = { connectMs: 5_000, readMs: 150, controlMs: 250 };

type Json = Readonly<Record<string, unknown>>;

function record(value: unknown): Json {
  assert.ok(typeof value === 'object' && value !== null, 'an object was expected');
  return value as Json;
}

function wellFormedError(error: ControlError): void {
  assert.ok(['KERNEL_REJECTION', 'TRANSPORT_ERROR', 'OPERATOR_INPUT'].includes(error.domain), error.domain);
  assert.equal(error.kernel !== undefined, error.domain === 'KERNEL_REJECTION');
  if (error.domain === 'KERNEL_REJECTION') return;
  assert.match(error.code, /^PHASE7_/);
  assert.doesNotMatch(error.message, /\p{C}/u);
  assert.ok(error.message.length < 3_000);
}

/** What the kernel itself said of the outcome, read from the bytes by other means than the boundary's. */
function saidOutcome(body: string): unknown {
  const error = record(record(JSON.parse(body))['error']);
  return error['outcome'] ?? 'unsaid';
}

/** Every value of a view is one that the answer has under the same name. */
function assertFromAnswer(view: unknown, answer: unknown, at: string, leftOut = 0n): void {
  if (Array.isArray(view)) {
    assert.ok(Array.isArray(answer) && answer.length === view.length, `${at}: length`);
    view.forEach((member, index) => assertFromAnswer(member, answer[index], `${at}.${index}`));
    return;
  }
  if (typeof view === 'bigint') {
    assert.equal(String(answer), view.toString(), at);
    return;
  }
  if (typeof view === 'object' && view !== null) {
    for (const [key, member] of Object.entries(view)) {
      const wire = key.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
      const given = record(answer)[wire];
      // How many events of the answer the view's notes say to be left out.
      if (at === 'data' && wire === 'unreadable') assert.equal(member, leftOut, at);
      else if (wire === 'fields')
        assert.deepEqual(
          Object.keys(record(member)).filter(name => !(name in record(given))),
          [],
          at,
        );
      else if (wire === 'operator' && typeof given === 'object' && given !== null)
        assert.equal(member, `${String(record(given)['id'])} (${String(record(given)['authority'])})`, at);
      else if (/^next_(?:after|before)$/.test(wire) && typeof member === 'string')
        assert.equal(member, String(given), at);
      else if (given === undefined || given === null)
        assert.ok(member === null || member === 'unknown', `${at}.${wire}: invented ${String(member)}`);
      else assertFromAnswer(member, given, `${at}.${wire}`);
    }
    return;
  }
  // Of diagnostics what is not known to be harmless is withheld.
  if (at.startsWith('data.sections.') && view === '[withheld]') assert.equal(typeof answer, 'string', at);
  else assert.equal(view, answer, at);
}

/**
 * The answer as its view's notes say that it is shown: without the events and values that are left out, and with U+FFFD
 * for what is no text.
 */
function asNoted(answer: Json, notes: readonly string[]): Json {
  const whole = notes.includes('This answer holds text that is not Unicode; U+FFFD stands in its place.')
    ? record(
        JSON.parse(JSON.stringify(answer), (_key, value: unknown) =>
          typeof value === 'string' ? value.toWellFormed() : value,
        ),
      )
    : answer;
  const data = record(whole['data']);
  if (!Array.isArray(data['events'])) return whole;
  const events = data['events'].flatMap((event: unknown, index): readonly unknown[] => {
    const note = notes.find(one => one.startsWith(`Event ${index + 1} of this answer`));
    if (note === undefined) return [event];
    const names = /: its ([\w, ]+) does not match the API, and is shown as unknown\.$/.exec(note)?.[1]?.split(', ');
    return names === undefined ? [] : [{ ...record(event), ...Object.fromEntries(names.map(name => [name, null])) }];
  });
  return { ...whole, data: { ...data, events } };
}

/** The JSON in the bytes that were sent, whichever way it was framed. */
function sentJson({ sent }: Seen): Json {
  const text = sent.toString('latin1');
  const start = /HTTP\/\d\.\d 200[^]*?\n\r?\n/.exec(text);
  if (start === null) assert.fail(`no answer with status 200: ${text.slice(0, 200)}`);
  const body = text.slice(start.index + start[0].length);
  // What stands behind the length that was announced is no part of the answer.
  const length = /\ncontent-length: *(\d+)/iu.exec(start[0])?.[1];
  const found = [
    body,
    body.slice(0, length === undefined ? 0 : Number(length)),
    body.slice(0, body.lastIndexOf('}') + 1),
    unchunked(body),
  ]
    .map(parsed)
    .find(value => value !== undefined);
  return record(found ?? assert.fail(`no JSON in ${text}`));
}

function parsed(latin1: string): unknown {
  try {
    return JSON.parse(Buffer.from(latin1, 'latin1').toString('utf8'));
  } catch {
    return undefined;
  }
}

function unchunked(body: string): string {
  let plain = '';
  let rest = body;
  for (;;) {
    const line = rest.indexOf('\r\n');
    const size = Number.parseInt(rest.slice(0, line), 16);
    if (!(size > 0)) return plain;
    plain += rest.slice(line + 2, line + 2 + size);
    rest = rest.slice(line + 4 + size);
  }
}

describe('a hostile kernel', function () {
  this.timeout(300_000);
  let server: Hostile;
  let kernel: Kernel;
  before(async () => {
    server = await hostileServer(N2);
    kernel = await kernelOf(clusterOf([server.url]), undefined, TIMEOUTS);
    process.stdout.write(`    fuzz: seed ${SEED}, ${CASES} cases; FUZZ_SEED=${SEED} repeats them\n`);
  });
  after(closeAll);

  it('also P7-E2: a read is a whole view of what the kernel said, or a typed error', async () => {
    const tally = { ok: 0, error: 0 };
    const operations = fc.constantFrom(...(Object.keys(READS) as (keyof typeof READS)[]));
    await fc.assert(
      fc.asyncProperty(
        operations,
        plan,
        fc.constantFrom('last', 'last', 'last', 'any'),
        async (operation, bent, where) => {
          const seen = server.next(
            bent,
            ({ path }) => where === 'any' || operation === 'readCluster' || !/^\/v1\/(?:cluster|status)$/.test(path),
          );
          const result: Result<unknown> = await READS[operation](kernel, N2, server.url);
          assert.ok(seen.requests.every(({ method }) => method === 'GET'));
          assert.ok(seen.requests.length <= seen.connections, 'one request, one connection');
          tally[result.ok ? 'ok' : 'error']++;
          if (!result.ok) {
            wellFormedError(result.error);
            if (result.error.domain !== 'KERNEL_REJECTION') assert.equal(result.error.outcome, 'not_executed');
            return;
          }
          const { view, observed, notes } = result.value as { view: Json; observed: Json; notes: readonly string[] };
          const answer = asNoted(sentJson(seen), notes);
          assert.equal(answer['api_version'], 'v1');
          assertFromAnswer(observed, answer['observed_at'], 'observed_at');
          const shown =
            'member' in view ? { ...record(view['member']), source: view['source'], epoch: view['epoch'] } : view;
          const leftOut = notes.filter(note => note.endsWith('does not match the API, and is not shown.')).length;
          assertFromAnswer(shown, answer['data'], 'data', BigInt(leftOut));
        },
      ),
      { numRuns: Math.ceil(CASES * 0.6), seed: SEED },
    );
    process.stdout.write(`    reads: ${tally.ok} views, ${tally.error} errors\n`);
    assert.ok(tally.ok > 0 && tally.error > 0);
  });

  it('also P7-F3, P7-E2, freeze/no-retry: a control request goes out exactly once, and is executed only with proof', async () => {
    const tally: Record<string, number> = {};
    const operations = fc.constantFrom(...(Object.keys(CONTROLS) as (keyof typeof CONTROLS)[]));
    await fc.assert(
      fc.asyncProperty(operations, plan, async (operation, bent) => {
        const seen = server.next(bent, () => true);
        const result = await CONTROLS[operation](kernel, N2, server.url);
        // On a busy machine the deadline may pass before the server, in this same process, has looked: let it catch up.
        const late =
          !result.ok && (result.error.code === 'PHASE7_TIMEOUT' || result.error.code === 'PHASE7_CONNECTION_FAILED');
        if (late) await new Promise(resolve => setTimeout(resolve, 30));
        assert.ok(seen.connections === 1 || (late && seen.connections === 0), `${seen.connections} connections`);
        assert.ok(
          seen.requests.length === 1 || (seen.requests.length === 0 && (late || bent.bend.kind === 'deaf')),
          `${seen.requests.length} requests`,
        );
        const outcome = result.ok ? 'executed' : `${result.error.outcome}, ${result.error.code}`;
        tally[outcome] = (tally[outcome] ?? 0) + 1;
        if (!result.ok) {
          wellFormedError(result.error);
          const { domain, kernel: words, outcome: said } = result.error;
          if (domain === 'KERNEL_REJECTION') {
            const spoken = saidOutcome(words?.body ?? '');
            assert.equal(said, spoken === 'unsaid' ? 'unknown' : spoken);
          } else if (said === 'not_executed') {
            assert.equal(result.error.code, 'PHASE7_CONNECTION_FAILED');
            assert.equal(seen.requests.length, 0, 'not executed is claimed only where nothing arrived');
          } else assert.equal(said, 'unknown');
          return;
        }
        assert.match(seen.sent.toString('latin1'), /HTTP\/\d\.\d 200/);
        for (const answer of [sentJson(seen), record(JSON.parse(result.value.body))]) {
          const data = record(answer['data']);
          assert.equal(answer['api_version'], 'v1');
          assert.equal(record(answer['observed_at'])['node_id'], N2);
          assert.equal(data['outcome'], 'executed');
          assert.equal(data['request_id'], REQUEST);
          assert.equal(data['target'], N2);
          assert.equal(data['kind'], operation === 'promote' ? 'promotion' : 'demotion');
          assert.equal(data['mode'] ?? null, operation === 'promote' ? 'validated' : null);
          assert.ok(BigInt(String(data['control_version'])) > 17n, 'what was executed moved the control version');
          assertFromAnswer(result.value.result, data, 'data');
        }
      }),
      { numRuns: Math.floor(CASES * 0.4), seed: SEED },
    );
    process.stdout.write(
      `    control: ${Object.entries(tally)
        .map(([outcome, count]) => `${count} ${outcome}`)
        .join('; ')}\n`,
    );
    assert.ok((tally['executed'] ?? 0) > 0);
  });
});
