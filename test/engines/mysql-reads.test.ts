/** What a group of MySQL servers says, and what is shown of it: values of its own, or unknown, or nothing at all. */
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { Reading } from '../../src/control-plane/model/views.ts';
import type { Result } from '../../src/control-plane/model/errors.ts';
import type { Kernel } from '../../src/control-plane/ports.ts';
import { MYSQL } from '../../src/engines/mysql/engine.ts';
import { countOf, onOneLine } from '../../src/engines/mysql/gtid.ts';
import type {
  MysqlClusterView,
  MysqlNodeView,
  MysqlReplicationView,
  MysqlWalView,
} from '../../src/engines/mysql/views.ts';
import {
  answering,
  askedBefore,
  bent,
  CONTROL,
  DIED,
  EXECUTED,
  group,
  GROUP_NAME,
  LOOK,
  M1,
  M2,
  M3,
  NOW,
  promotion,
  READ_KINDS,
  VIEW,
  type Group,
  type Node,
  type Row,
} from './mysql-group.ts';
import { partOf } from '../support/documents.ts';
import { error } from './mysql-server.ts';
import { closeAll, closedPort } from '../support/servers.ts';
import { errorOf, valueOf } from '../support/wire.ts';

type Read = (kernel: Kernel, node: string, endpoint: string) => Promise<Result<Reading<unknown>>>;
const READS: Readonly<Record<string, Read>> = {
  readCluster: kernel => kernel.readCluster(),
  readNode: (kernel, node) => kernel.readNode(node),
  readReplication: kernel => kernel.readReplication(),
  readPromotion: kernel => kernel.readPromotion(),
  readWal: (kernel, node) => kernel.readWal(node),
  readSnapshots: (kernel, node) => kernel.readSnapshots(node),
  declareDiagnosticsCost: (kernel, node) => kernel.declareDiagnosticsCost(node),
  collectDiagnostics: (kernel, node, endpoint) => kernel.collectDiagnostics(node, endpoint),
  'explainPromotion validated': (kernel, node) => kernel.explainPromotion(node, 'validated'),
  'explainPromotion forced': (kernel, node) => kernel.explainPromotion(node, 'forced'),
};
/** Reads that ask a member for its group twice. */
const TWICE = [
  'readCluster',
  'readReplication',
  'readPromotion',
  'explainPromotion validated',
  'explainPromotion forced',
];

/** A view with what MySQL says beyond what every engine says. */
function own<V>(result: Result<Reading<unknown>>): Reading<V> {
  return valueOf(result) as Reading<V>;
}

async function clusterOf(kernel: Kernel): Promise<Reading<MysqlClusterView>> {
  return own(await kernel.readCluster());
}

async function nodeOf(kernel: Kernel, id: string): Promise<Reading<MysqlNodeView>> {
  return own(await kernel.readNode(id));
}

/** Everything that a value shows. */
function shown(value: unknown): string {
  return [
    JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? String(one) : one)),
    inspect(value, { depth: 20, maxStringLength: null, maxArrayLength: null }),
  ].join('\n');
}

const UNREACHABLE: Row = { MEMBER_STATE: 'UNREACHABLE' };

function notesAre(reading: Reading<unknown>, ...expected: readonly RegExp[]): void {
  for (const note of expected)
    assert.ok(
      reading.notes.some(one => note.test(one)),
      `${String(note)}: ${shown(reading.notes)}`,
    );
}

describe('what MySQL says', () => {
  let demo: Group;
  beforeEach(async () => {
    demo = await group();
  });
  afterEach(closeAll);

  const url = (nth: 0 | 1 | 2): string => demo.nodes[nth].server.endpoint;
  const everywhere = (bend: Node['bend']): void => {
    for (const node of demo.nodes) node.bend = bend;
  };
  /** The group as a server lists it: of the given rows only. */
  const listing = (rows: Readonly<Record<string, Row>>): Node['bend'] =>
    bent('group', row => (row['MEMBER_ID'] === null ? undefined : { ...row, ...rows[row['MEMBER_ID'] ?? ''] }));
  /** Alone, as a server that is in no group lists itself. */
  const alone = (state: string, id: string, more: Row = {}): Node['bend'] =>
    bent('group', row =>
      row['MEMBER_ID'] === id
        ? { ...row, MEMBER_STATE: state, MEMBER_ROLE: '', VIEW_ID: null, certifying: null, applying: null, ...more }
        : undefined,
    );

  describe('of a group', () => {
    it('is members, roles, states and queues, its view, and who said it when', async () => {
      const { view, observed, endpoint, skipped, notes } = await clusterOf(await demo.kernel());
      assert.deepEqual([view.name, view.primaryId, view.groupView, view.epoch], [GROUP_NAME, M1, VIEW, null]);
      assert.deepEqual(
        view.members.map(({ nodeId, role, replicationState, health, apiUrl, mysql }) => [
          nodeId,
          role,
          replicationState,
          health,
          apiUrl,
          mysql.version,
          mysql.applying,
          mysql.applied,
        ]),
        [
          [M1, 'primary', 'ONLINE', 'running', url(0), '9.7.4', 0n, 4n],
          [M2, 'replica', 'ONLINE', 'running', url(1), '9.7.4', 0n, 4n],
          [M3, 'replica', 'ONLINE', 'running', url(2), '9.7.4', 0n, 4n],
        ],
      );
      assert.deepEqual(observed, {
        snapshot: VIEW,
        commitId: null,
        controlVersion: null,
        nodeId: M1,
        time: '2026-11-28T23:26:22.736124Z',
        clock: 'mysql-utc-timestamp',
      });
      assert.deepEqual([endpoint, skipped], [url(0), []]);
      assert.ok(
        notes.every(note => note.startsWith('Not available here')),
        shown(notes),
      );
    });

    it('without a majority (members-no-quorum) says that others may have gone on', async () => {
      const lost = { MEMBER_STATE: 'UNREACHABLE' };
      demo.nodes[0].bend = listing({ [M2]: lost, [M3]: lost });
      const reading = await clusterOf(await demo.kernel());
      assert.deepEqual(
        reading.view.members.map(({ health }) => health),
        ['running', 'unknown', 'unknown'],
      );
      notesAre(reading, /does not reach a majority/);
      demo.nodes[0].bend = listing({ [M3]: lost });
      const two = await clusterOf(await demo.kernel());
      assert.ok(!two.notes.some(note => /majority/.test(note)), 'one of three is a minority');
    });

    it('with a member that is recovering, or in a state that is not known, says so of that one', async () => {
      demo.nodes[0].bend = listing({ [M2]: { MEMBER_STATE: 'RECOVERING' }, [M3]: { MEMBER_STATE: 'DANCING' } });
      const { view } = await clusterOf(await demo.kernel());
      assert.deepEqual(
        view.members.map(({ replicationState, health }) => [replicationState, health]),
        [
          ['ONLINE', 'running'],
          ['RECOVERING', 'running'],
          ['DANCING', 'unknown'],
        ],
      );
      assert.match(view.members[1]?.healthBasis ?? '', /^joining/);
    });

    it('no primary, or more than one, is no primary', async () => {
      for (const role of ['SECONDARY', '', 'primary', 'PRIMARY ']) {
        demo.nodes[0].bend = listing({ [M1]: { MEMBER_ROLE: role } });
        const reading = await clusterOf(await demo.kernel());
        assert.equal(reading.view.primaryId, null, role);
        notesAre(reading, /lists no primary/);
      }
      demo.nodes[0].bend = listing({ [M2]: { MEMBER_ROLE: 'PRIMARY' } });
      assert.equal((await clusterOf(await demo.kernel())).view.primaryId, null);
    });

    it('half of a group is no majority of it, as is said of it and before a force', async () => {
      for (const node of demo.nodes)
        node.bend = bent('group', row =>
          row['MEMBER_ID'] === M3 ? undefined : { ...row, ...(row['MEMBER_ID'] === M1 ? UNREACHABLE : {}) },
        );
      const kernel = await demo.kernel();
      notesAre(await clusterOf(kernel), /does not reach a majority/);
      const { words } = valueOf(await kernel.explainPromotion(M2, 'forced'));
      const said = words.rejection.join(' ');
      assert.match(said, /Of 2 members it does not reach 1\./);
      assert.doesNotMatch(said, /it reaches a majority now/);
    });

    it('in multi-primary mode is said so, and neither switched nor forced', async () => {
      everywhere(bent('group', row => ({ ...row, single_primary: '0', MEMBER_ROLE: 'PRIMARY' })));
      const kernel = await demo.kernel();
      notesAre(await clusterOf(kernel), /multi-primary mode/);
      for (const mode of ['validated', 'forced'] as const) {
        const refused = errorOf(await kernel.explainPromotion(M2, mode));
        assert.equal(refused.code, 'PHASE7_OPERATION_UNSUPPORTED');
        assert.match(refused.message, /only single-primary mode is supported/);
      }
    });

    it('an OFFLINE or ERROR member is skipped, in configured order and with its reason', async () => {
      const gone = (await closedPort()).port;
      demo.nodes[0].bend = alone('OFFLINE', M1);
      demo.nodes[1].bend = alone('ERROR', M2);
      const endpoints = [`mysql://127.0.0.1:${gone}`, url(0), url(1), url(2)];
      const reading = await clusterOf(await demo.kernel({ endpoints }));
      assert.deepEqual([reading.endpoint, reading.observed.nodeId, reading.view.members.length], [url(2), M3, 3]);
      assert.deepEqual(
        reading.skipped.map(({ endpoint }) => endpoint),
        endpoints.slice(0, 3),
      );
      assert.match(reading.skipped[0]?.reason ?? '', /^no connection/);
      assert.match(reading.skipped[1]?.reason ?? '', /^is OFFLINE: it is in no group/);
      assert.match(reading.skipped[2]?.reason ?? '', /^is ERROR/);
    });

    it('where nobody is in the group the first answer stands, with a note', async () => {
      demo.nodes[0].bend = alone('OFFLINE', M1);
      demo.nodes[1].bend = alone('ERROR', M2);
      demo.nodes[2].bend = alone('OFFLINE', M3);
      const reading = await clusterOf(await demo.kernel());
      assert.deepEqual([reading.endpoint, reading.observed.snapshot, reading.view.primaryId], [url(0), 'live', null]);
      assert.deepEqual(
        reading.skipped.map(({ endpoint }) => endpoint),
        [url(1), url(2)],
      );
      notesAre(reading, /is OFFLINE: it is in no group and lists itself alone/);
    });

    it('a server whose Group Replication never ran, and that lists itself without an id, is known by its own', async () => {
      const empty = { MEMBER_ID: '', MEMBER_HOST: '', MEMBER_PORT: null, MEMBER_VERSION: '' };
      demo.nodes[0].bend = alone('OFFLINE', M1, empty);
      const { view } = await clusterOf(await demo.kernel({ endpoints: [url(0)] }));
      const [member] = view.members;
      assert.deepEqual([member?.nodeId, member?.name, member?.apiUrl, member?.mysql.version], [M1, M1, null, null]);
      assert.equal(member?.health, 'halted');
    });
  });

  describe('twice', () => {
    const moves: readonly (readonly [string, (row: Row) => Row])[] = [
      ['the primary', row => ({ ...row, MEMBER_ROLE: row['MEMBER_ID'] === M2 ? 'PRIMARY' : 'SECONDARY' })],
      ['a state', row => ({ ...row, MEMBER_STATE: row['MEMBER_ID'] === M3 ? 'UNREACHABLE' : 'ONLINE' })],
      ['the view', row => ({ ...row, VIEW_ID: '17959083215292949:4' })],
      ['the server itself', row => ({ ...row, self: GROUP_NAME })],
      ['a member', row => ({ ...row, MEMBER_ID: row['MEMBER_ID'] === M3 ? GROUP_NAME : (row['MEMBER_ID'] ?? '') })],
    ];
    for (const [what, move] of moves)
      it(`also P7-D1, freeze/consistent: ${what} moves between two readings: neither is shown`, async () => {
        for (const endpoints of [[url(1)], [url(1), url(2)]])
          for (const operation of TWICE) {
            for (const node of demo.nodes) {
              node.bend = everySecond(move);
            }
            const failed = errorOf(
              (await READS[operation]?.(await demo.kernel({ endpoints }), M2, url(1))) ?? assert.fail(),
            );
            assert.deepEqual(
              [failed.code, failed.outcome],
              ['PHASE7_INCONSISTENT_SNAPSHOT', 'not_executed'],
              `${operation}: ${failed.message}`,
            );
          }
      });

    it('also P7-D1: what moves on one member does not hide what the next one says twice alike', async () => {
      demo.nodes[0].bend = everySecond(row => ({ ...row, VIEW_ID: '1:4' }));
      const { endpoint, skipped } = await clusterOf(await demo.kernel());
      assert.equal(endpoint, url(1));
      assert.match(skipped[0]?.reason ?? '', /moved between two readings/);
    });

    it('counts that move between two readings do not matter', async () => {
      demo.nodes[0].bend = everySecond(row => ({ ...row, applying: '9', applied: '10', committed_by_all: '' }));
      const { view } = await clusterOf(await demo.kernel());
      assert.equal(view.members[0]?.mysql.applying, 9n, 'the later one');
    });

    /** The second of each two listings of the group is another. */
    function everySecond(move: (row: Row) => Row): Node['bend'] {
      return (kind, truth, nth) => (nth % 2 === 0 ? bent('group', move)(kind, truth, nth) : truth);
    }
  });

  describe('of a node', () => {
    it('is asked of the node itself, by its own address', async () => {
      const reading = await nodeOf(await demo.kernel(), M2);
      assert.deepEqual([reading.endpoint, reading.observed.nodeId, reading.view.source], [url(1), M2, 'self']);
      assert.equal(reading.view.gtids?.executed, EXECUTED.replace('\n', ''));
    });

    it('through a tunnel: who answers is asked of the server, whatever the group calls it', async () => {
      const rename = (row: Row): Row => ({ ...row, MEMBER_HOST: 'db.internal', MEMBER_PORT: '3306' });
      everywhere(bent('group', rename));
      const kernel = await demo.kernel();
      for (const [nth, id] of [M1, M2, M3].entries()) {
        const reading = await nodeOf(kernel, id);
        assert.deepEqual([reading.endpoint, reading.view.source], [url(nth as 0 | 1 | 2), 'self']);
      }
      assert.equal(valueOf(await kernel.explainPromotion(M3, 'validated')).endpoint, url(2));
    });

    it('where another server answers at its address: it is found at another one, or is only reported', async () => {
      const swapped = listing({
        [M2]: { MEMBER_PORT: String(demo.nodes[2].server.port) },
        [M3]: { MEMBER_PORT: String(demo.nodes[1].server.port) },
      });
      everywhere(swapped);
      assert.equal((await nodeOf(await demo.kernel(), M2)).endpoint, url(1));
      const kernel = await demo.kernel({ endpoints: [url(0), url(2)] });
      const reported = await nodeOf(kernel, M2);
      assert.deepEqual([reported.view.source, reported.view.gtids, reported.observed.nodeId], ['reported', null, M1]);
      notesAre(reported, /not its own word: no configured address answers as that server/);
      for (const read of ['readWal', 'readSnapshots', 'declareDiagnosticsCost', 'explainPromotion forced']) {
        const failed = errorOf((await READS[read]?.(kernel, M2, url(0))) ?? assert.fail());
        assert.deepEqual([failed.code, failed.outcome], ['PHASE7_CONNECTION_FAILED', 'not_executed'], read);
      }
    });

    it('also P7-D1: another server than the one that was found answers: nothing of it is shown', async () => {
      for (const [kind, read] of [
        ['self', 'readNode'],
        ['redo', 'readWal'],
        ['redo', 'readSnapshots'],
        ['self', 'explainPromotion forced'],
      ] as const) {
        demo.nodes[1].bend = bent(kind, row => ({ ...row, self: M3 }));
        const failed = errorOf((await READS[read]?.(await demo.kernel(), M2, url(1))) ?? assert.fail());
        assert.equal(failed.code, 'PHASE7_INVALID_KERNEL_RESPONSE', read);
        assert.match(failed.message, new RegExp(`server ${M3} answered where server ${M2} was asked`));
      }
    });

    it('a node that is no member, or no id, is refused', async () => {
      const kernel = await demo.kernel();
      const failed = errorOf(await kernel.readNode('11111111-1111-4111-8111-111111111111'));
      assert.equal(failed.code, 'PHASE7_INVALID_NODE_ID');
      assert.match(failed.message, /Nothing was sent to it/);
    });

    it('is named and reached by IPv6 in brackets', async () => {
      demo.nodes[0].bend = listing({ [M2]: { MEMBER_HOST: 'fd00::7', MEMBER_PORT: '3306' } });
      demo.nodes[1].bend = bent('self', row => ({ ...row, report_host: 'fd00::7', report_port: '3306' }));
      const kernel = await demo.kernel();
      const member = (await clusterOf(kernel)).view.members[1];
      assert.deepEqual([member?.name, member?.apiUrl], ['[fd00::7]:3306', 'mysql://[fd00::7]:3306']);
      assert.equal((await nodeOf(kernel, M2)).view.member.apiUrl, 'mysql://[fd00::7]:3306');
    });

    const marked: readonly (readonly [string, Row, RegExp])[] = [
      [
        'listed as primary and read-only',
        { MEMBER_ROLE: 'PRIMARY', super_read_only: '1' },
        /takes no writes: super_read_only is ON/,
      ],
      ['in no group and writable', { MEMBER_STATE: 'OFFLINE', super_read_only: '0' }, /OFFLINE and takes writes/],
      [
        'in no group, by no row',
        { MEMBER_STATE: null, MEMBER_ROLE: null, super_read_only: 'OFF' },
        /OFFLINE and takes writes/,
      ],
      [
        'with the value of a force',
        { force_members: '127.0.0.1:34062' },
        /group_replication_force_members holds a value/,
      ],
      ['without a performance schema', { performance_schema: 'OFF' }, /performance schema is off/],
    ];
    for (const [what, row, note] of marked)
      it(`${what}: a note says so`, async () => {
        const kernel = await demo.kernel();
        assert.ok(!(await nodeOf(kernel, M2)).notes.some(one => note.test(one)));
        demo.nodes[1].bend = bent('self', truth => ({ ...truth, ...row }));
        notesAre(await nodeOf(kernel, M2), note);
      });
  });

  describe('in part', () => {
    const OPTIONAL = {
      group: [
        'MEMBER_HOST',
        'MEMBER_PORT',
        'MEMBER_ROLE',
        'MEMBER_VERSION',
        'VIEW_ID',
        'certifying',
        'applying',
        'applied',
        'committed_by_all',
        'group_name',
        'single_primary',
      ],
      self: [
        'report_host',
        'report_port',
        'version',
        'super_read_only',
        'read_only',
        'offline_mode',
        'gtid_executed',
        'gtid_purged',
        'group_name',
        'local_address',
        'force_members',
        'single_primary',
        'consistency',
        'exit_state_action',
        'unreachable_majority_timeout',
        'member_expel_timeout',
        'autorejoin_tries',
        'performance_schema',
        'MEMBER_ROLE',
        'VIEW_ID',
        'certifying',
        'applying',
        'applied',
        'receives',
        'received',
        'not_applied',
        'last_error',
        'applies',
      ],
    } as const;
    for (const [kind, fields] of Object.entries(OPTIONAL) as ['group' | 'self', readonly string[]][])
      for (const field of fields)
        it(`also P7-E2: ${kind}.${field} that is NULL or missing is unknown, and takes nothing else with it`, async () => {
          const read =
            kind === 'group' ? (kernel: Kernel) => clusterOf(kernel) : (kernel: Kernel) => nodeOf(kernel, M1);
          const whole = paths(await read(await demo.kernel()));
          for (const bend of [bent(kind, row => ({ ...row, [field]: null })), without(kind, field)]) {
            everywhere(bend);
            const told = paths(await read(await demo.kernel()));
            const changed = [...whole.keys()].filter(path => told.get(path) !== whole.get(path));
            // What is the same for each member, and what is said of that one value.
            assert.ok(
              changed.every(
                path =>
                  /nodeId|primaryId|role|Role|health|name|clusterId|apiUrl|notes/.test(path) ||
                  told.get(path) === null ||
                  told.get(path) === undefined ||
                  /unknown|none/.test(String(told.get(path))) ||
                  path === 'observed.snapshot',
              ),
              `${field}: ${changed.map(path => `${path}: ${String(told.get(path))}`).join('; ')}`,
            );
            assert.equal(told.get('observed.nodeId'), M1);
            assert.equal(told.get('observed.time'), '2026-11-28T23:26:22.736124Z');
          }
        });

    it('a number that is none is unknown, and one of 64 bits is exact', async () => {
      for (const [written, read] of [
        ['18446744073709551615', 18446744073709551615n],
        ['9223372036854775808', 9223372036854775808n],
        ['007', 7n],
        ['-1', null],
        ['1.5', null],
        ['1e3', null],
        ['', null],
        ['0x10', null],
        [' 1', null],
        ['1'.repeat(21), null],
      ] as const) {
        demo.nodes[0].bend = bent('group', row => ({ ...row, applying: written }));
        const { view } = await clusterOf(await demo.kernel());
        const counts = view.members[0]?.mysql;
        assert.deepEqual([counts?.applying, counts?.applied], [read, 4n], written);
      }
    });

    it('also P7-E2: without a server, an id, a state or a time nothing is said', async () => {
      for (const [field, values] of [
        ['self', [null, '', 'x', M1.toUpperCase(), `${M1}\n`]],
        ['MEMBER_ID', [null, 'x', M1.toUpperCase()]],
        ['MEMBER_STATE', [null, '']],
        ['now', [null, '', '2026-11-28', '2026-11-28T23:26:22Z', '2026-11-28 23:26:22.1234567', '0', `${NOW}\n`]],
      ] as const)
        for (const value of values) {
          everywhere(bent('group', row => ({ ...row, [field]: value })));
          const failed = errorOf(await (await demo.kernel()).readCluster());
          assert.deepEqual([failed.domain, failed.code], ['TRANSPORT_ERROR', 'PHASE7_INVALID_KERNEL_RESPONSE'], field);
        }
      everywhere(answering('group', { rows: [], columns: ['MEMBER_ID'] }));
      assert.match(errorOf(await (await demo.kernel()).readCluster()).message, /lists no member/);
    });

    it('a time has six digits of a second, fewer or none', async () => {
      for (const fraction of ['', '.7', '.736', '.736124']) {
        everywhere(bent('group', row => ({ ...row, now: `2026-11-28 23:26:22${fraction}` })));
        assert.equal((await clusterOf(await demo.kernel())).observed.time, `2026-11-28T23:26:22${fraction}Z`);
      }
    });

    it('also P7-E2: OK in the place of rows is no answer to any statement', async () => {
      for (const kind of READ_KINDS) {
        everywhere(answering(kind, 'ok'));
        const kernel = await demo.kernel();
        const said: string[] = [];
        for (const read of Object.values(READS)) said.push(shown(await read(kernel, M2, url(1))));
        assert.ok(
          said.some(one => one.includes('it has no rows')),
          kind,
        );
      }
    });
  });

  it('also P7-O1: parts of its log join up to the whole, each asked of the same member, and a part says that it is one', async () => {
    const at = (nth: number): string =>
      `2026-11-28 23:25:${String(10 + Math.floor(nth / 100))}.${String(nth).padStart(6, '0')}`;
    const log = Array.from({ length: 250 }, (_none, nth) => ({
      at: at(nth),
      code: 'MY-011507',
      message: `number ${nth}`,
    }));
    const position = (row: Row): bigint =>
      BigInt(Date.parse(`${row['at'] ?? ''}Z`.slice(0, 19).replace(' ', 'T') + 'Z')) * 1000n +
      BigInt((row['at'] ?? '').slice(20));
    for (const node of demo.nodes)
      node.bend = (kind, truth) => {
        const before = askedBefore(node.asked.at(-1)?.statement ?? '');
        return kind === 'beside'
          ? { rows: [{ newer: nothingNewer ? '0' : '1', expired: '7' }] }
          : kind === 'log'
            ? {
                rows: log
                  .filter(row => before === null || position(row) < before)
                  .toReversed()
                  .slice(0, 101),
                columns: ['at', 'code', 'message'],
              }
            : truth;
      };
    let nothingNewer = false;
    const kernel = await demo.kernel();
    const told: string[] = [];
    const said: string[] = [];
    for (let before: string | undefined, nth = 0; nth < 4; nth += 1) {
      const reading = valueOf(await kernel.readPromotion({ node: M2, before }));
      assert.equal(reading.observed.nodeId, M2);
      assert.equal(reading.view.nextAfter === null, nth === 0);
      told.unshift(...reading.view.events.map(({ fields }) => String(fields['message'])));
      said.push(partOf(reading.document()));
      const isLast = reading.view.nextBefore === null;
      assert.equal(
        reading.notes.some(note => note.includes('overwrote 7 of its log')),
        isLast,
      );
      if (isLast) break;
      before = reading.view.nextBefore.toString();
    }
    assert.deepEqual(
      told,
      log.map(({ message }) => message),
    );
    assert.deepEqual(said, [
      'Showing the newest 100 messages; there are older ones.',
      'Showing messages from 2026-11-28T23:25:10.000050Z to 2026-11-28T23:25:11.000149Z. ' +
        'There are older ones and newer ones.',
      'Showing messages from 2026-11-28T23:25:10.000000Z to 2026-11-28T23:25:10.000049Z. ' +
        'There are newer ones, and none older.',
    ]);
    // A position that is newer than everything: what came is the newest part.
    nothingNewer = true;
    const far = valueOf(await kernel.readPromotion({ node: M2, before: '9999999999999999' }));
    assert.equal(far.view.nextAfter, null);
    assert.equal(partOf(far.document()), said[0]);
    assert.ok(demo.nodes.every(({ id, asked }) => id === M2 || asked.every(({ kind }) => kind !== 'log')));

    const whole = valueOf(await (await group()).kernel().then(one => one.readPromotion()));
    assert.deepEqual([whole.view.nextBefore, whole.view.nextAfter, whole.view.total], [null, null, 2n]);
    assert.equal(partOf(whole.document()), '');
  });

  it('also P7-E2: a part of its log that is not the one asked for is refused, and so is what is no position', async () => {
    const kernel = await demo.kernel();
    const asked = demo.asked().length;
    for (const before of ['wal-010006', '-1', '1 OR 1=1', '1.5']) {
      const refused = errorOf(await kernel.readPromotion({ node: M1, before }));
      assert.deepEqual([refused.code, refused.field], ['PHASE7_MALFORMED_REQUEST', 'before'], before);
    }
    for (const read of [kernel.readWal(M2, '5'), kernel.readSnapshots(M2, '5')])
      assert.match(errorOf(await read).message, /no older part to ask for\. Nothing was sent\.$/);
    assert.equal(demo.asked().length, asked);
    const early = errorOf(await kernel.readPromotion({ node: M1, before: '1700000000000000' }));
    assert.match(early.message, /messages came that are not older/);
  });

  it('a member that is out of the group tells its own log, and another one does not in its place', async () => {
    demo.nodes[1].bend = bent('group', row => ({ ...row, MEMBER_STATE: row['MEMBER_ID'] === M2 ? 'ERROR' : 'ONLINE' }));
    const kernel = await demo.kernel();
    const reading = valueOf(await kernel.readPromotion({ node: M2 }));
    assert.equal(reading.observed.nodeId, M2);
    demo.nodes[1].bend = (kind, truth) => (kind === 'self' || kind === 'who' ? 'cut' : truth);
    const gone = errorOf(await kernel.readPromotion({ node: M2 }));
    assert.equal(gone.outcome, 'not_executed');
    for (const node of demo.nodes) node.bend = bent('self', row => ({ ...row, self: M3 }));
    assert.match(errorOf(await kernel.readPromotion({ node: M2 })).message, /answered where server .* was asked/);
  });

  it('more than 100 messages of its log are cut to the newest, and that is said', async () => {
    const messages = (count: number): readonly Row[] =>
      Array.from({ length: count }, (_none, nth) => ({
        at: NOW,
        code: 'MY-011507',
        message: `number ${nth}`,
      })).toReversed();
    for (const [count, events, first] of [
      [100, 100, 'number 0'],
      [101, 100, 'number 1'],
    ] as const) {
      demo.nodes[0].bend = answering('log', { rows: messages(count) });
      const reading = valueOf(await (await demo.kernel()).readPromotion());
      assert.equal(reading.view.events.length, events);
      assert.deepEqual([reading.view.events[0]?.seq, reading.view.events[0]?.fields['message']], [1n, first]);
      assert.equal(
        partOf(reading.document()),
        count > 100 ? 'Showing the newest 100 messages; there are older ones.' : '',
      );
    }
  });

  it('what it logged and is doing is in its own words, without the frame of the plugin', async () => {
    const { view } = valueOf(await (await demo.kernel()).readPromotion());
    assert.equal(view.state, 'Primary Switch: executing Primary election (0 of 2)');
    assert.deepEqual(
      view.events.map(({ type, time, fields }) => [type, time, fields['message']]),
      [
        [
          'members changed',
          '2026-11-28T23:25:21.530567Z',
          'Group membership changed to 127.0.0.1:33061 on view ' + '17959083215292949:1.',
        ],
        [
          'primary elected',
          '2026-11-28T23:25:21.531586Z',
          'A new primary with address 127.0.0.1:33061 was elected. The new primary will execute ' +
            'all previous group transactions before allowing writes.',
        ],
      ],
    );
    const failed = errorOf(await (await demo.kernel()).readPromotion({ node: M1, requestId: M3 }));
    assert.match(failed.message, /keeps no ledger.*Nothing was sent/);
  });

  it('redo log and binary logs are shown as they are, and clones', async () => {
    const kernel = await demo.kernel();
    const wal = own<MysqlWalView>(await kernel.readWal(M2));
    assert.deepEqual(
      [
        wal.view.segments?.length,
        wal.view.appendOffset,
        wal.view.durableOffset,
        wal.view.oldestOffset,
        wal.view.totalBytes,
      ],
      [3, 19515496n, 19515476n, 18995200n, 786432n],
    );
    assert.deepEqual(
      wal.view.binaryLogs.map(({ name, bytes }) => [name, bytes]),
      [
        ['binlog.000001', 2548n],
        ['binlog.000002', 1071n],
      ],
    );
    const { view, notes } = valueOf(await kernel.readSnapshots(M2));
    assert.deepEqual(
      view.items.map(({ kind, id, durable }) => [kind, id, durable]),
      [
        ['checkpoint', '19508664', true],
        ['snapshot', 'clone 1', true],
      ],
    );
    assert.ok(notes.some(note => /keeps no list of backups/.test(note)));
  });

  it('times that MySQL shows in the time zone of a session are asked for in UTC', async () => {
    const kernel = await demo.kernel();
    await kernel.readPromotion();
    await kernel.readSnapshots(M1);
    const asked = demo.asked().map(({ statement }) => statement);
    for (const column of ['LOGGED', 'BEGIN_TIME', 'END_TIME'])
      assert.ok(
        asked.some(one => one.includes(`'1970-01-01' + INTERVAL UNIX_TIMESTAMP(${column}) SECOND AS `)),
        column,
      );
    for (const one of asked) assert.doesNotMatch(one, /\b(?:LOGGED|BEGIN_TIME|END_TIME) AS\b/);
  });

  it('a server without the plugin clone tells of no clone, and that is said; another error is one', async () => {
    const missing = { errno: 1146, state: '42S02', message: "Table 'performance_schema.clone_status' doesn't exist" };
    demo.nodes[1].bend = answering('clones', missing);
    const { view, notes } = valueOf(await (await demo.kernel()).readSnapshots(M2));
    assert.equal(view.items.length, 1);
    assert.ok(notes.some(note => /plugin clone is not loaded/.test(note)));
    demo.nodes[1].bend = answering('clones', { ...missing, errno: 1142 });
    assert.equal(errorOf(await (await demo.kernel()).readSnapshots(M2)).code, 'MYSQL_1142');
  });

  it('its replication is counts of transactions and sets, and no lag in bytes', async () => {
    const { view, notes } = own<MysqlReplicationView>(await (await demo.kernel()).readReplication());
    assert.deepEqual(
      view.replicas.map(({ nodeId, applying, lagBytes }) => [nodeId, applying, lagBytes]),
      [
        [M2, 0n, null],
        [M3, 0n, null],
      ],
    );
    assert.equal(view.gtids.executed, EXECUTED.replace('\n', ''));
    assert.ok(
      notes.some(note => /no lag in bytes/.test(note)) && notes.some(note => /received by a primary/.test(note)),
    );
  });

  it('also P7-S3: how far each member is, is its own word, or unknown with the reason; who is out of reach is not asked', async () => {
    const progress = async (
      endpoints: readonly string[] = demo.config.endpoints.map(String),
    ): Promise<readonly (readonly [string, bigint | null, string | null])[]> =>
      own<MysqlReplicationView>(await (await demo.kernel({ endpoints })).readReplication()).view.progress.map(
        ({ nodeId, executed, unknown }) => [nodeId, executed, unknown] as const,
      );
    const whole = await progress();
    assert.deepEqual(
      whole.map(([nodeId, executed, why]) => [nodeId, executed !== null && executed > 0n, why]),
      [M1, M2, M3].map(id => [id, true, null]),
    );
    const of = async (id: string, endpoints?: readonly string[]): Promise<string> => {
      const [, executed, why] = (await progress(endpoints)).find(([nodeId]) => nodeId === id) ?? assert.fail(id);
      assert.equal(executed, null);
      return why ?? assert.fail('no reason');
    };
    demo.nodes[1].bend = answering('self', { errno: 3032, message: 'The server is currently in offline mode' });
    assert.match(await of(M2), /ERROR 3032/);
    demo.nodes[1].bend = bent('self', row => ({ ...row, self: M3 }));
    assert.match(await of(M2), new RegExp(`server ${M3} answered where server ${M2} was asked`));
    assert.match(await of(M3, [url(0), url(1)]), /no configured address/);
    demo.nodes[0].bend = listing({ [M3]: { MEMBER_STATE: 'UNREACHABLE' } });
    const before = demo.nodes[2].server.connections();
    assert.match(await of(M3), /does not reach it, and it was not asked/);
    assert.equal(demo.nodes[2].server.connections(), before);
  });

  it('a primary that the target does not reach is not asked for its open transactions', async () => {
    demo.nodes[1].bend = listing({ [M1]: UNREACHABLE });
    const { words } = valueOf(await (await demo.kernel()).explainPromotion(M2, 'validated'));
    assert.match(words.consequences.map(({ text }) => text).join(' '), /unknown: no primary is ONLINE/);
    assert.ok(demo.nodes[0].asked.every(({ kind }) => kind !== 'open'));
  });

  it('also P7-A2: an id in capitals is none of MySQL, and is refused before anybody is asked', () => {
    assert.equal(MYSQL.invalidNodeId(M2), undefined);
    assert.equal(MYSQL.invalidNodeId(M2.toUpperCase())?.code, 'PHASE7_INVALID_NODE_ID');
    assert.equal(MYSQL.invalidNodeId('db1:3306')?.code, 'PHASE7_INVALID_NODE_ID');
  });

  it('also P7-A2: without a view there is no switch to ask for, and nobody is asked to confirm one', async () => {
    everywhere(bent('group', row => ({ ...row, VIEW_ID: null })));
    const error = errorOf(await (await demo.kernel()).explainPromotion(M2, 'validated'));
    assert.equal(error.code, 'PHASE7_OPERATION_UNSUPPORTED');
    assert.match(error.message, /lists no view.*Nothing was sent/);
    assert.ok((await (await demo.kernel()).explainPromotion(M2, 'forced')).ok);
  });

  it('open transactions of the primary are asked of the primary, or unknown with the reason', async () => {
    const fact = async (): Promise<string> =>
      valueOf(await (await demo.kernel()).explainPromotion(M2, 'validated')).words.facts.find(({ name }) =>
        /open on the primary/.test(name),
      )?.value ?? '';
    assert.equal(await fact(), '1, the longest for 7 s');
    for (const [bend, why] of [
      [bent('open', row => ({ ...row, self: M3 })), new RegExp(`unknown: .*server ${M3} answers there`)],
      [bent('open', row => ({ ...row, performance_schema: '0' })), /unknown: .*performance schema is off/],
      // A consumer or the instrument is disabled: the table is empty then, whatever is open.
      [bent('open', row => ({ ...row, open: '0', longest: null, watched: '3' })), /unknown: .*follow no transactions/],
      [bent('open', row => ({ ...row, open: null })), /unknown: /],
      [answering('open', { errno: 1142, message: 'denied' }), /unknown: .*1142/],
      [answering('open', 'cut'), /unknown: .*ended/],
    ] as const) {
      demo.nodes[0].bend = bend;
      assert.match(await fact(), why);
    }
  });

  it('diagnostics do not call open transactions none where they are not followed, nor a time that is unknown 0', async () => {
    const open = async (bend: Node['bend']): Promise<string | undefined> => {
      everywhere(bend);
      const { view } = valueOf(await (await demo.kernel()).collectDiagnostics(M1, url(0)));
      return view.sections.find(({ name }) => name === `${url(0)}, open transactions`)?.entries[0]?.value;
    };
    const none = { open: '0', longest: null };
    assert.equal(await open(bent('open', row => ({ ...row, ...none }))), '0');
    assert.equal(await open(bent('open', row => ({ ...row, longest: null }))), '1, the longest for an unknown time');
    assert.match((await open(bent('open', row => ({ ...row, ...none, performance_schema: '0' })))) ?? '', /^unknown: /);
    assert.match((await open(bent('open', row => ({ ...row, ...none, watched: '3' })))) ?? '', /^unknown: /);
  });

  it('a member that reports its host in capitals is found at the address that is configured', async () => {
    const { port } = demo.nodes[1].server;
    everywhere(listing({ [M2]: { MEMBER_HOST: 'LOCALHOST' } }));
    const kernel = await demo.kernel({ endpoints: [url(0), `mysql://localhost:${port}`, url(2)] });
    const { view } = own<MysqlReplicationView>(await kernel.readReplication());
    assert.equal(view.progress.find(({ nodeId }) => nodeId === M2)?.unknown, null);
  });

  it('who is no secondary is not listed as one: a primary among several, and a server outside of the group', async () => {
    for (const role of ['PRIMARY', '']) {
      everywhere(bent('group', row => ({ ...row, MEMBER_ROLE: role })));
      const { view } = own<MysqlReplicationView>(await (await demo.kernel()).readReplication());
      assert.deepEqual([view.replicas, view.progress.length], [[], 3]);
    }
  });

  it('a forced group names every member that is left out, also one of the same name', async () => {
    everywhere(bent('group', row => ({ ...row, MEMBER_HOST: 'localhost', MEMBER_PORT: '3306' })));
    const { words } = valueOf(await (await demo.kernel()).explainPromotion(M2, 'forced'));
    assert.match(
      words.consequences.map(({ text }) => text).join('\n'),
      /"localhost:3306" \(ONLINE\), "localhost:3306" \(ONLINE\)/,
    );
  });

  it('also freeze/least-safe: a forced group asks for every acknowledgement, whatever is known of versions and settings', async () => {
    for (const unknown of [{}, { MEMBER_VERSION: null }, { MEMBER_VERSION: '99.0' }, { single_primary: null }]) {
      everywhere(bent('group', row => ({ ...row, ...unknown })));
      const { view } = valueOf(await (await demo.kernel()).explainPromotion(M2, 'forced'));
      assert.deepEqual(view.overriddenInvariants, ['P6-A1', 'P6-S1'], JSON.stringify(unknown));
    }
  });

  it('no statement relies on the backslash, which is none with NO_BACKSLASH_ESCAPES', async () => {
    const kernel = await demo.kernel();
    for (const read of Object.values(READS)) await read(kernel, M2, url(1));
    for (const { statement } of demo.asked()) assert.doesNotMatch(statement, /\\/);
  });

  it('also P7-S3, freeze/addresses: no address is contacted but those that are configured, whatever the group names', async () => {
    const { port } = demo.nodes[2].server;
    everywhere(listing({ [M2]: { MEMBER_PORT: String(port) }, [M1]: { MEMBER_PORT: String(port) } }));
    const kernel = await demo.kernel({ endpoints: [url(0), url(1)] });
    for (const read of Object.values(READS)) await read(kernel, M3, url(1));
    await kernel.promote(promotion(url(1), 'validated'));
    await kernel.promote(promotion(url(2), 'validated'));
    assert.equal(demo.nodes[2].server.connections(), 0);
    assert.equal(errorOf(await kernel.collectDiagnostics(M3, url(2))).code, 'PHASE7_SCOPE_VIOLATION');
  });

  it('also P7-S3: the login for looking sends nothing but reads, and that for control nothing but control', async () => {
    const kernel = await demo.kernel();
    for (const read of Object.values(READS)) await read(kernel, M2, url(1));
    for (const mode of ['validated', 'forced'] as const) await kernel.promote(promotion(url(1), mode));
    const users = (control: boolean): readonly string[] => [
      ...new Set(
        demo
          .asked()
          .filter(({ kind }) => (kind === 'control') === control)
          .map(({ user }) => user),
      ),
    ];
    assert.deepEqual([users(false), users(true)], [['watch'], ['switch']]);
    assert.deepEqual(new Set(demo.asked().map(({ kind }) => kind)), new Set([...READ_KINDS, 'control']));
  });

  it('also P7-S3: without the login for looking nothing is asked, and the other is not used in its place', async () => {
    const kernel = await demo.kernel({ secrets: { control: CONTROL } });
    for (const read of Object.values(READS))
      assert.equal(errorOf(await read(kernel, M2, url(1))).code, 'PHASE7_OPERATION_UNSUPPORTED');
    assert.equal(demo.connections(), 0);
  });

  it('also P7-O3, freeze/secrets: no password is in any result, whatever a server does with it', async () => {
    const passwords = [LOOK, CONTROL].map(login => login.slice(login.indexOf(':') + 1));
    const [first = '', second = ''] = passwords;
    const everything = `${first} ${encodeURIComponent(second)} ${second}`;
    const bends: readonly Node['bend'][] = [
      ...READ_KINDS.map(kind => answering(kind, { errno: 1105, message: everything })),
      ...READ_KINDS.map(kind =>
        bent(kind, row =>
          Object.fromEntries(
            Object.entries(row).map(([name, value]) => [
              name,
              /^(?:self|now|MEMBER_ID|MEMBER_STATE)$/.test(name) ? value : everything,
            ]),
          ),
        ),
      ),
      ...READ_KINDS.map(kind => bent(kind, row => ({ ...row, [everything]: '1' }))),
      bent('group', row => ({ ...row, MEMBER_HOST: first })),
      answering('control', { errno: 1105, message: everything }),
      answering('control', { rows: [{ answer: second }] }),
      answering('control', { rows: [{ [second]: second }] }),
    ];
    /** A connection knows its own password, and withholds that. */
    const withheld = (result: unknown, secret: string): void =>
      assert.equal(shown(result).includes(secret), false, shown(result).slice(0, 1_000));
    const askAll = async (): Promise<void> => {
      const kernel = await demo.kernel();
      for (const secret of [first, second]) withheld(kernel, secret);
      for (const read of Object.values(READS)) withheld(await read(kernel, M2, url(1)), first);
      for (const mode of ['validated', 'forced'] as const)
        withheld(await kernel.promote(promotion(url(1), mode)), second);
    };
    for (const bend of bends) {
      everywhere(bend);
      await askAll();
    }
    for (const node of demo.nodes) node.logsIn = peer => peer.send(error(1045, '28000', everything));
    await askAll();
  });

  it('also P7-E3: a refusal of the login is the same everywhere: nobody else is asked', async () => {
    for (const [errno, known] of [
      [1045, /not those of a login/],
      [1142, undefined],
      [1227, undefined],
    ] as const) {
      demo = await group();
      demo.nodes[0].logsIn = peer => peer.send(error(errno, '28000', 'No.'));
      const failed = errorOf(await (await demo.kernel()).readCluster());
      assert.deepEqual([failed.domain, failed.code], ['KERNEL_REJECTION', `MYSQL_${errno}`]);
      if (known !== undefined) assert.match(failed.known ?? '', known);
      assert.equal(demo.connections(), 1);
    }
    demo = await group();
    demo.nodes[0].logsIn = peer => peer.send(error(3032, 'HY000', 'The server is currently in offline mode'));
    const { endpoint, skipped } = await clusterOf(await demo.kernel());
    assert.equal(endpoint, url(1));
    assert.match(skipped[0]?.reason ?? '', /3032/);
  });

  it('a member that is silent or cut is skipped in time, and all of them are one error', async () => {
    for (const told of ['silence', 'cut', 'half'] as const) {
      demo.nodes[0].bend = answering('group', told);
      const kernel = await demo.kernel({ timeouts: DIED });
      assert.equal((await clusterOf(kernel)).endpoint, url(1), told);
    }
    everywhere(answering('group', 'silence'));
    const failed = errorOf(await (await demo.kernel({ timeouts: DIED })).readCluster());
    assert.deepEqual([failed.code, failed.outcome], ['PHASE7_TIMEOUT', 'not_executed']);
    assert.match(failed.message, /No endpoint of cluster "orders" answered/);
  });

  it('also P7-E3: hostile texts stay out of sentences, in all of their length', async () => {
    const hostile = `\u202e\u2066\u0000\u001b[31m\r\n<script>alert(1)</script>\u200b${'x'.repeat(200_000)}`;
    for (const kind of READ_KINDS) {
      everywhere(
        bent(kind, row =>
          Object.fromEntries(
            Object.entries(row).map(([name, value]) => [
              name,
              /^(?:self|now|MEMBER_ID|MEMBER_STATE|single_primary|MEMBER_ROLE|VIEW_ID|performance_schema)$/.test(name)
                ? value
                : hostile,
            ]),
          ),
        ),
      );
      const kernel = await demo.kernel();
      for (const [name, read] of Object.entries(READS)) {
        const result = await read(kernel, M2, url(1));
        const sentences = result.ok
          ? [...result.value.notes, ...result.value.skipped.map(({ reason }) => reason), ...wordsOf(result.value)]
          : [result.error.message];
        for (const one of sentences) {
          assert.doesNotMatch(one, /[\p{Cc}\p{Cf}]/u, `${kind}: ${name}`);
          assert.ok(one.length < 10_000, `${kind}: ${name}: ${one.slice(0, 200)}`);
        }
      }
    }
  });

  /** The sentences of an explanation, but for the sets, which are as long as they are. */
  function wordsOf(reading: object): readonly string[] {
    if (!('words' in reading)) return [];
    const {
      action,
      consequences = [],
      undo,
      rejection = [],
      protection,
      facts = [],
    } = reading.words as {
      readonly action?: string;
      readonly consequences?: readonly { readonly text: string }[];
      readonly undo?: string;
      readonly rejection?: readonly string[];
      readonly protection?: string;
      readonly facts?: readonly { readonly name: string; readonly value: string }[];
    };
    return [
      action ?? '',
      ...consequences.map(({ text }) => text),
      undo ?? '',
      ...rejection,
      protection ?? '',
      ...facts.filter(({ name }) => !name.startsWith('Received and not applied')).map(({ value }) => value),
    ];
  }
});

/** The values of a reading by their paths, as texts. */
function paths(value: unknown, at = ''): ReadonlyMap<string, string | null> {
  if (typeof value === 'object' && value !== null)
    return new Map(Object.entries(value).flatMap(([key, one]) => [...paths(one, at === '' ? key : `${at}.${key}`)]));
  return new Map([[at, typeof value === 'function' ? '' : (((value ?? null) as string | null)?.toString() ?? null)]]);
}

/** A column is not there at all. */
function without(kind: 'group' | 'self', field: string): Node['bend'] {
  return (on, told) =>
    on === kind && typeof told === 'object' && 'rows' in told
      ? { rows: told.rows, columns: Object.keys(told.rows[0] ?? {}).filter(name => name !== field) }
      : told;
}

describe('GTID sets', () => {
  const U = GROUP_NAME;
  it('are counted: single ones, intervals, tags, line breaks, capitals, more than 2^63', () => {
    for (const [set, count] of [
      ['', 0n],
      [`${U}:1`, 1n],
      [`${U}:1-3`, 3n],
      [`${U}:1-4:1000001-1000002`, 6n],
      [EXECUTED, 12n],
      [`${U}:1-3,\r\n ${U.toUpperCase()}:5`, 4n],
      [`${U}:1:tag_1:1-5:other:7`, 7n],
      [`${U}:1-9223372036854775806,${M1}:1-9223372036854775806`, 18446744073709551612n],
      [` ${U} : 1 - 3`, null],
    ] as const)
      assert.equal(countOf(set), count, set);
  });

  it('that are none have no count', () => {
    for (const set of [
      null,
      'x',
      U,
      `${U}:`,
      `${U}:a b`,
      `${U}:3-1`,
      `${U}:-1`,
      `${U}:1-`,
      `${U}:1.5`,
      `${U}:${'1'.repeat(20)}`,
      `${U}:1;`,
      'ANONYMOUS',
      `${U}:1-2-3`,
      `${U.slice(1)}:1`,
    ])
      assert.equal(countOf(set), null, set ?? 'null');
  });

  it('are shown on one line', () => {
    assert.equal(onOneLine(EXECUTED), EXECUTED.replace('\n', ''));
    assert.equal(onOneLine(`${U}:1,\r\n\t ${M1}:2`), `${U}:1,${M1}:2`);
  });
});
