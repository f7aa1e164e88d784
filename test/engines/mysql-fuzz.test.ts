/**
 * Bent answers of MySQL to every statement: a view of one state, or a typed error, in time. MYSQL_FUZZ_SEED repeats a
 * run, MYSQL_FUZZ_CASES changes its length.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ControlError, Result } from '../../src/control-plane/model/errors.ts';
import type { Kernel } from '../../src/control-plane/ports.ts';
import { seedFrom } from '../support/seed.ts';
import {
  group,
  M1,
  M2,
  M3,
  promotion,
  READ_KINDS,
  type Answer,
  type Group,
  type Kind,
  type Row,
} from './mysql-group.ts';
import { closeAll } from '../support/servers.ts';

const CASES = Number(process.env['MYSQL_FUZZ_CASES'] ?? 1_500);
const SEED = seedFrom('MYSQL_FUZZ_SEED');
const TIMEOUTS = { connectMs: 5_000, readMs: 250, controlMs: 250 };
const SWITCHED = `Primary server switched to: ${M2}`;

const value = fc.oneof(
  fc.constantFrom<string | null>(
    null,
    '',
    '0',
    '1',
    'ON',
    'OFF',
    '18446744073709551616',
    '-1',
    'PRIMARY',
    'SECONDARY',
    'ONLINE',
    'OFFLINE',
    'ERROR',
    'UNREACHABLE',
    'RECOVERING',
    M1,
    M2,
    M3,
    M2.toUpperCase(),
    '1:1',
    '2026-11-28 23:26:22',
    '\u202e\u0000<b>',
    '::1',
    `${M1}:1-9223372036854775807`,
    SWITCHED,
    'x'.repeat(70_000),
  ),
  fc.string({ unit: 'binary', maxLength: 30 }),
);
const place = fc.nat();
const errno = fc.constantFrom(1045, 1123, 1142, 1146, 1227, 1231, 1317, 3032, 3724, 3910, 4118, 9999);

type Bend =
  | { readonly kind: 'cell'; readonly row: number; readonly column: number; readonly to: string | null }
  | { readonly kind: 'drop' | 'double' | 'turn' | 'forget' | 'none' | 'ok' | 'cut' | 'half' | 'silence' | 'true' }
  | { readonly kind: 'more'; readonly name: string; readonly to: string | null }
  | { readonly kind: 'error'; readonly errno: number; readonly message: string }
  | { readonly kind: 'bytes'; readonly packets: readonly Uint8Array[] };

const bend: fc.Arbitrary<Bend> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('cell' as const), row: place, column: place, to: value }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('drop', 'double', 'turn', 'forget', 'none', 'ok', 'cut', 'half', 'true'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('more' as const), name: fc.string(), to: value }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('error' as const), errno, message: fc.string() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('bytes' as const),
      packets: fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 4 }),
    }),
  },
);

function bentBy(told: Bend, truth: Answer): Answer {
  if (typeof truth === 'string' || !('rows' in truth)) return truth;
  const { rows } = truth;
  const columns = Object.keys(rows[0] ?? { answer: null });
  switch (told.kind) {
    case 'cell': {
      const name = columns[told.column % columns.length] ?? '';
      return {
        columns,
        rows: rows.map((row, nth) => (nth === told.row % rows.length ? { ...row, [name]: told.to } : row)),
      };
    }
    case 'drop':
      return { columns, rows: rows.slice(1) };
    case 'double':
      return { columns, rows: [...rows, ...rows] };
    case 'turn':
      return { columns, rows: rows.toReversed() };
    case 'forget':
      return { columns: columns.slice(1), rows };
    case 'none':
      return { columns, rows: [] };
    case 'more':
      return { columns: [...columns, told.name], rows: rows.map(row => ({ ...row, [told.name]: told.to })) };
    case 'error':
      return { errno: told.errno, message: told.message };
    case 'bytes':
      return { packets: told.packets.map(bytes => Buffer.from(bytes)) };
    case 'true':
      return truth;
    case 'ok':
    case 'cut':
    case 'half':
    case 'silence':
      return told.kind;
  }
}

/** What P7-D1 compares. */
function stateOf(told: Answer | undefined): string {
  if (typeof told !== 'object' || !('rows' in told)) return 'none';
  const { rows, columns } = told;
  const of = (row: Row, name: string): string | null =>
    columns?.includes(name) === false ? null : (row[name] ?? null);
  return JSON.stringify(
    rows.map(row => ['self', 'MEMBER_ID', 'MEMBER_STATE', 'MEMBER_ROLE', 'VIEW_ID'].map(name => of(row, name))),
  );
}

type Read = (kernel: Kernel, endpoint: string) => Promise<Result<unknown>>;
const READS: Readonly<Record<string, Read>> = {
  readCluster: kernel => kernel.readCluster(),
  readNode: kernel => kernel.readNode(M2),
  readReplication: kernel => kernel.readReplication(),
  readPromotion: kernel => kernel.readPromotion(),
  readWal: kernel => kernel.readWal(M2),
  readSnapshots: kernel => kernel.readSnapshots(M2),
  declareDiagnosticsCost: kernel => kernel.declareDiagnosticsCost(M2),
  collectDiagnostics: (kernel, endpoint) => kernel.collectDiagnostics(M2, endpoint),
  validated: kernel => kernel.explainPromotion(M2, 'validated'),
  forced: kernel => kernel.explainPromotion(M2, 'forced'),
};
const TWICE = new Set(['readCluster', 'readReplication', 'readPromotion', 'validated', 'forced']);

function wellFormed({ domain, code, message, kernel }: ControlError): void {
  assert.equal(kernel !== undefined, domain === 'KERNEL_REJECTION');
  assert.match(code, /^(?:PHASE7|MYSQL)_/);
  assert.doesNotMatch(message, /[\p{Cc}\p{Cf}]/u);
  assert.ok(message.length < 5_000, `${message.length}`);
}

describe('a hostile MySQL', function () {
  this.timeout(300_000);
  let demo: Group;
  let kernel: Kernel;
  let endpoint = '';
  /** What was told to each listing of the group, by each server. */
  let listed: Map<string, Answer[]>;
  before(async () => {
    demo = await group();
    endpoint = demo.nodes[1].server.endpoint;
    kernel = await demo.kernel({ endpoints: [endpoint, demo.nodes[0].server.endpoint], timeouts: TIMEOUTS });
    process.stdout.write(`    fuzz: seed ${SEED}, ${CASES} cases; MYSQL_FUZZ_SEED=${SEED} repeats them\n`);
  });
  after(closeAll);

  it('also P7-E2, P7-D1: a read is a view of one state, or a typed error, whatever comes', async () => {
    const tally = { ok: 0, error: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(READS)),
        fc.constantFrom<Kind>('group', 'group', 'self', ...READ_KINDS),
        fc.constantFrom('always', 'odd', 'even'),
        bend,
        async (name, on, when, told) => {
          listed = new Map(demo.nodes.map(({ server }) => [server.endpoint, []]));
          for (const node of demo.nodes) {
            const counted = new Map<Kind, number>();
            node.bend = (kind, truth) => {
              const nth = (counted.get(kind) ?? 0) + 1;
              counted.set(kind, nth);
              const isBent = kind === on && (when === 'always' || (when === 'odd') === (nth % 2 === 1));
              const answer = isBent ? bentBy(told, truth) : truth;
              if (kind === 'group') listed.get(node.server.endpoint)?.push(answer);
              return answer;
            };
          }
          const began = performance.now();
          const result = (await READS[name]?.(kernel, endpoint)) ?? assert.fail(name);
          assert.ok(performance.now() - began < 10_000);
          tally[result.ok ? 'ok' : 'error'] += 1;
          if (!result.ok) {
            wellFormed(result.error);
            assert.equal(result.error.outcome, 'not_executed');
            return;
          }
          const reading = result.value as {
            observed: { nodeId: string; time: string };
            endpoint: string;
            notes: string[];
          };
          assert.match(reading.observed.nodeId, /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
          assert.match(reading.observed.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z$/);
          for (const note of reading.notes) assert.doesNotMatch(note, /[\p{Cc}\p{Cf}]/u);
          if (TWICE.has(name)) {
            const [first, second] = (listed.get(reading.endpoint) ?? []).slice(-2);
            if (on === 'group' && told.kind === 'cell' && told.to !== null && !/^[ -~]+$/.test(told.to)) return;
            assert.equal(schemaState(first), schemaState(second), `${name}, ${JSON.stringify(told)}`);
          }
        },
      ),
      { numRuns: CASES, seed: SEED },
    );
    process.stdout.write(`    reads: ${tally.ok} views, ${tally.error} errors\n`);
    assert.ok(tally.ok > 0 && tally.error > 0);
  });

  /** A view or a role that has no form is unknown, as one that is not told. */
  function schemaState(told: Answer | undefined): string {
    if (typeof told !== 'object' || !('rows' in told)) return 'none';
    return stateOf({
      ...told,
      rows: told.rows.map(row => ({
        ...row,
        VIEW_ID: /^\d{1,20}:\d{1,20}$/.test(row['VIEW_ID'] ?? '') ? (row['VIEW_ID'] ?? null) : null,
        MEMBER_ROLE: row['MEMBER_ROLE'] ?? '',
      })),
    });
  }

  it('also P7-F3, P7-E2, freeze/no-retry: control is one statement, and executed only by the whole answer', async () => {
    const tally: Record<string, number> = {};
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('validated' as const, 'forced' as const),
        bend,
        value,
        async (mode, told, text) => {
          const truth: Answer =
            mode === 'forced' ? 'ok' : { rows: [{ answer: told.kind === 'true' ? SWITCHED : text }] };
          const instead: Answer =
            told.kind === 'true' ? truth : bentBy(told, { rows: [{ answer: mode === 'forced' ? text : SWITCHED }] });
          const { asked, server } = demo.nodes[1];
          const before = { asked: asked.length, connections: server.connections() };
          demo.nodes[1].bend = () => instead;
          const result = await kernel.promote(promotion(endpoint, mode));
          assert.deepEqual([asked.length, server.connections()], [before.asked + 1, before.connections + 1]);
          const outcome = result.ok ? 'executed' : result.error.outcome;
          tally[outcome] = (tally[outcome] ?? 0) + 1;
          if (result.ok) {
            const isProven =
              mode === 'forced'
                ? instead === 'ok' || (typeof instead === 'object' && 'packets' in instead)
                : typeof instead === 'object' && 'rows' in instead && instead.rows[0]?.['answer'] === SWITCHED;
            assert.ok(isProven, JSON.stringify(instead));
            return;
          }
          wellFormed(result.error);
          if (outcome === 'not_executed')
            assert.ok(typeof instead === 'object' && 'errno' in instead, JSON.stringify(instead));
        },
      ),
      { numRuns: CASES, seed: SEED },
    );
    process.stdout.write(`    control: ${JSON.stringify(tally)}\n`);
    assert.ok((tally['executed'] ?? 0) > 0 && (tally['unknown'] ?? 0) > 0);
  });
});
