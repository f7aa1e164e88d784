/**
 * A switch and a forced group: one statement each, and what each answer of MySQL proves (P7-E1, P7-E2, P7-F3). The
 * answers are those of real servers (9.7.4), and others that no server should give.
 */
import assert from 'node:assert/strict';
import type { Outcome } from '../../src/control-plane/model/errors.ts';
import { connect } from '../../src/engines/connect.ts';
import {
  answering,
  CONTROL,
  DIED,
  group,
  LOOK,
  M1,
  M2,
  promotion,
  VIEW,
  type Answer,
  type Group,
} from './mysql-group.ts';
import { error, resultSet } from './mysql-server.ts';
import { closeAll, closedPort } from '../support/servers.ts';
import { errorOf, PATIENT, valueOf } from '../support/wire.ts';

const SWITCH = `SELECT group_replication_set_as_primary('${M2}') AS answer
FROM performance_schema.replication_group_members t
JOIN performance_schema.replication_group_members p ON p.MEMBER_ROLE = 'PRIMARY' AND p.MEMBER_ID = '${M1}'
JOIN performance_schema.replication_group_member_stats s ON s.MEMBER_ID = t.MEMBER_ID AND s.VIEW_ID = '${VIEW}'
WHERE t.MEMBER_ID = '${M2}' AND t.MEMBER_STATE = 'ONLINE' AND t.MEMBER_ROLE = 'SECONDARY'`;
const FORCE =
  'SET GLOBAL group_replication_force_members = ' +
  // The empty text would be answered with OK, and force nothing.
  `IF(@@GLOBAL.server_uuid = '${M2}' AND @@GLOBAL.group_replication_local_address <> '', ` +
  '@@GLOBAL.group_replication_local_address, NULL)';
const SWITCHED = `Primary server switched to: ${M2}`;

type Mode = 'validated' | 'forced';
type Case = readonly [
  what: string,
  answer: Answer,
  code: string,
  outcome: Outcome,
  /** What is said beside the words of MySQL; nothing where nothing is. */
  known?: RegExp,
];

function says(answer: string | null): Answer {
  return { rows: [{ answer }] };
}
function udf(reason: string): Answer {
  return {
    errno: 1123,
    message: `Can't initialize function 'group_replication_set_as_primary'; ${reason}`,
  };
}
function failedUdf(reason: string): Answer {
  return {
    errno: 3910,
    message: `The function 'group_replication_set_as_primary' failed. ${reason}`,
  };
}
function command(reason: string): Answer {
  return {
    errno: 4118,
    message:
      "The 'SET GLOBAL group_replication_force_members=127.0.0.1:34062' command encountered a failure. " + reason,
  };
}

const FOREIGN = 'PHASE7_INVALID_KERNEL_RESPONSE';
const UNPROVEN = /This program does not know what this answer proves/;
const ECHO_OF_ACTION = /an earlier delivery of this same one/;

const SWITCHES: readonly Case[] = [
  // Refused before the group was told of it.
  [
    'the right is missing',
    udf("User 'u'@'%' needs SUPER or GROUP_REPLICATION_ADMIN privileges."),
    'MYSQL_1123',
    'not_executed',
    /^The login for control needs GROUP_REPLICATION_ADMIN/,
  ],
  [
    'no uuid (empty, none, nul)',
    udf('Wrong arguments: You need to specify a server uuid.'),
    'MYSQL_1123',
    'not_executed',
  ],
  ['a malformed uuid', udf('Wrong arguments: The server uuid is not valid.'), 'MYSQL_1123', 'not_executed'],
  [
    'another type of time limit',
    udf(
      'Wrong arguments: Second parameter `running_transactions_timeout` must be type integer ' +
        'between 0 - 3600 (seconds).',
    ),
    'MYSQL_1123',
    'not_executed',
  ],
  [
    'not a member (unknown, upper)',
    udf('The requested uuid is not a member of the group.'),
    'MYSQL_1123',
    'not_executed',
  ],
  [
    'no quorum, or not running',
    udf('Member must be ONLINE and in the majority partition.'),
    'MYSQL_1123',
    'not_executed',
  ],
  [
    'a member is recovering',
    udf('A member is joining the group, wait for it to be ONLINE.'),
    'MYSQL_1123',
    'not_executed',
  ],
  ['a member is unreachable', udf('All members in the group must be reachable.'), 'MYSQL_1123', 'not_executed'],
  [
    'a table may not be read',
    {
      errno: 1142,
      state: '42000',
      message: "SELECT command denied to user 'u'@'localhost' for table 'replication_group_members'",
    },
    'MYSQL_1142',
    'not_executed',
    /^This login needs SELECT ON performance_schema/,
  ],
  // Could be the echo of this very request.
  [
    'precondition failed',
    { rows: [], columns: ['answer'] },
    'MYSQL_EMPTY_SET',
    'unknown',
    /This delivery of the request changed nothing.*this same request had been executed before/,
  ],
  [
    'it leads already',
    says('The requested member is already the current group primary.'),
    'MYSQL_ANSWER',
    'unknown',
    /is already the primary: another request made it so, or this same request/,
  ],
  [
    'two at once',
    failedUdf('There is already a configuration action being executed. Wait for it to finish.'),
    'MYSQL_3910',
    'unknown',
    ECHO_OF_ACTION,
  ],
  [
    'the target died',
    failedUdf(
      'The appointed primary for election left the group, this operation will be aborted and ' +
        'if present the old primary member will be re-elected. Check the group member list to ' +
        'see who is the primary.',
    ),
    'MYSQL_3910',
    'unknown',
    /may have become the primary before that/,
  ],
  // Proves nothing.
  [
    'a time limit out of range',
    failedUdf('Valid range for running_transactions_timeout is 0 to 3600.'),
    'MYSQL_3910',
    'unknown',
    UNPROVEN,
  ],
  ['another 3910', failedUdf('Something new.'), 'MYSQL_3910', 'unknown', UNPROVEN],
  [
    '1123 of another function',
    { errno: 1123, message: "Can't initialize function 'group_replication_switch'; No." },
    'MYSQL_1123',
    'unknown',
    UNPROVEN,
  ],
  ['1123 without a reason', udf(''), 'MYSQL_1123', 'unknown', UNPROVEN],
  [
    "1123's words with another number",
    { errno: 1105, message: "Can't initialize function 'group_replication_set_as_primary'; No." },
    'MYSQL_1105',
    'unknown',
    UNPROVEN,
  ],
  [
    'KILL QUERY',
    { errno: 1317, state: '70100', message: 'Query execution was interrupted' },
    'MYSQL_1317',
    'unknown',
    UNPROVEN,
  ],
  [
    'its own time limit',
    { errno: 3024, message: 'Query execution was interrupted, maximum statement execution time exceeded' },
    'MYSQL_3024',
    'unknown',
    UNPROVEN,
  ],
  ['an unknown number', { errno: 65535, message: 'What nobody has seen.' }, 'MYSQL_65535', 'unknown', UNPROVEN],
  [
    'the words of a login',
    { errno: 1045, state: '28000', message: "Access denied for user 'op'@'localhost'" },
    'MYSQL_1045',
    'unknown',
    UNPROVEN,
  ],
  [
    'a success of another member',
    says(`Primary server switched to: ${M1}`),
    'MYSQL_ANSWER',
    'unknown',
    /not the answer that MySQL gives to a successful switch/,
  ],
  ['a success that is longer', says(`${SWITCHED}.`), 'MYSQL_ANSWER', 'unknown', /successful switch/],
  ['a success on two lines', says(`${SWITCHED}\n`), 'MYSQL_ANSWER', 'unknown', /successful switch/],
  ['a success in capitals', says(SWITCHED.toUpperCase()), 'MYSQL_ANSWER', 'unknown', /successful switch/],
  ['a success that is cut', says(SWITCHED.slice(0, -1)), 'MYSQL_ANSWER', 'unknown', /successful switch/],
  ['an empty text', says(''), 'MYSQL_ANSWER', 'unknown', /successful switch/],
  ['NULL', says(null), 'MYSQL_ANSWER', 'unknown', /successful switch/],
  ['two rows', { rows: [{ answer: SWITCHED }, { answer: SWITCHED }] }, FOREIGN, 'unknown'],
  ['two columns', { rows: [{ answer: SWITCHED, more: '1' }] }, FOREIGN, 'unknown'],
  [
    'the same column twice',
    { packets: resultSet([{ name: 'answer' }, { name: 'answer' }], [[SWITCHED, SWITCHED]]) },
    FOREIGN,
    'unknown',
  ],
  ['a column of another name', { rows: [{ a: SWITCHED }] }, FOREIGN, 'unknown'],
  [
    'bytes that are no text',
    { packets: resultSet([{ name: 'answer' }], [[Buffer.from([0xff, 0xfe])]]) },
    FOREIGN,
    'unknown',
  ],
  ['OK in the place of rows', 'ok', FOREIGN, 'unknown'],
];

const FORCES: readonly Case[] = [
  [
    'the right is missing',
    {
      errno: 1227,
      state: '42000',
      message:
        'Access denied; you need (at least one of) the SUPER or SYSTEM_VARIABLES_ADMIN privilege(s) for this operation',
    },
    'MYSQL_1227',
    'not_executed',
    /^The login for control needs SYSTEM_VARIABLES_ADMIN/,
  ],
  [
    'another server, which is given NULL',
    {
      errno: 1231,
      state: '42000',
      message: "Variable 'group_replication_force_members' can't be set to the value of 'NULL'",
    },
    'MYSQL_1231',
    'not_executed',
  ],
  [
    'not running',
    command('Member is not ONLINE, it is not possible to force a new group membership.'),
    'MYSQL_4118',
    'not_executed',
  ],
  [
    'after the time without a majority',
    command('A request to force a new group membership was issued while the member is leaving the group.'),
    'MYSQL_4118',
    'not_executed',
  ],
  // Could be the echo of this very request.
  [
    'it has a majority (again)',
    command(
      'The group_replication_force_members can only be updated when Group Replication is ' +
        'running and majority of the members are unreachable.',
    ),
    'MYSQL_4118',
    'unknown',
    /this same request had been executed before/,
  ],
  [
    'a second during the first',
    {
      errno: 3724,
      message:
        'This option cannot be set while START or STOP GROUP_REPLICATION is ongoing or other ' +
        'Group Replication options are being set.',
    },
    'MYSQL_3724',
    'unknown',
    ECHO_OF_ACTION,
  ],
  // Proves nothing.
  [
    'malformed, uuid, sqlport, unknown host, self missing',
    command(
      "Error setting group_replication_force_members value '127.0.0.1:9'. Please check error " +
        'log for additional details.',
    ),
    'MYSQL_4118',
    'unknown',
    UNPROVEN,
  ],
  [
    'the value of another variable',
    { errno: 1231, state: '42000', message: "Variable 'super_read_only' can't be set to the value of 'NULL'" },
    'MYSQL_1231',
    'unknown',
    UNPROVEN,
  ],
  [
    'more behind the words of a refusal',
    command('Member is not ONLINE, it is not possible to force a new group membership. Perhaps.'),
    'MYSQL_4118',
    'unknown',
    UNPROVEN,
  ],
  [
    'the refusal of a switch',
    udf('Member must be ONLINE and in the majority partition.'),
    'MYSQL_1123',
    'unknown',
    UNPROVEN,
  ],
  ['an unknown number', { errno: 65535, message: 'What nobody has seen.' }, 'MYSQL_65535', 'unknown', UNPROVEN],
  ['rows in the place of OK', says(SWITCHED), FOREIGN, 'unknown'],
  ['an empty set in the place of OK', { rows: [], columns: ['answer'] }, FOREIGN, 'unknown'],
];

/** Whatever was asked. */
const BOTH: readonly Case[] = [
  ['the connection is cut', 'cut', 'PHASE7_TRANSPORT_FAILURE', 'unknown'],
  ['the connection is cut in the middle of an answer', 'half', 'PHASE7_TRANSPORT_FAILURE', 'unknown'],
  ['silence', 'silence', 'PHASE7_TIMEOUT', 'unknown'],
  ['a packet that is none', { packets: [Buffer.from([0xff, 1])] }, FOREIGN, 'unknown'],
];

describe('asking MySQL for a switch or a forced group', () => {
  let demo: Group;
  beforeEach(async () => {
    demo = await group();
  });
  afterEach(closeAll);

  function ask(mode: Mode, answer: Answer): ReturnType<typeof request> {
    demo.nodes[1].bend = answering('control', answer);
    return request(mode, answer === 'silence' ? { ...PATIENT, controlMs: 300 } : PATIENT);
  }

  async function request(mode: Mode, timeouts = PATIENT, more: Parameters<typeof promotion>[2] = {}) {
    return (await demo.kernel({ timeouts })).promote(promotion(demo.nodes[1].server.endpoint, mode, more));
  }

  /** Byte for byte, with the login for control, and no connection beside. */
  function sentOnce(statement: string): void {
    assert.deepEqual(demo.asked(), [{ user: 'switch', kind: 'control', statement }]);
    assert.equal(demo.connections(), 1);
  }

  function quiet(): void {
    assert.equal(demo.connections(), 0);
  }

  it('also P7-E1, freeze/one-request: a switch is one statement, which names target, primary and view', async () => {
    const { result, body, sentence } = valueOf(await ask('validated', says(SWITCHED)));
    assert.deepEqual([result.kind, result.outcome, result.target], ['set_as_primary', 'executed', M2]);
    assert.deepEqual([result.epoch, result.controlVersion, result.events], [null, null, []]);
    assert.deepEqual(result.changes, [{ component: 'primary', nodeId: null, before: M1, after: M2 }]);
    assert.equal(body, SWITCHED);
    assert.match(sentence, /the answer does not say whether that member takes writes yet/);
    sentOnce(SWITCH);
  });

  it('also P7-E1, freeze/one-request: a forced group is one statement, which names the target alone', async () => {
    for (const [more, before] of [
      [{}, `view ${VIEW}`],
      [{ primaryId: null, snapshot: 'live' }, null],
    ] as const) {
      demo = await group();
      demo.nodes[1].bend = answering('control', 'ok');
      const { result, body } = valueOf(await request('forced', PATIENT, more));
      assert.deepEqual([result.kind, result.outcome, result.target, body], ['force_members', 'executed', M2, 'OK']);
      assert.deepEqual(result.changes, [{ component: 'group', nodeId: null, before, after: 'db2:3306 alone' }]);
      sentOnce(FORCE);
    }
  });

  for (const [mode, cases] of [
    ['validated', [...SWITCHES, ...BOTH]],
    ['forced', [...FORCES, ...BOTH]],
  ] as const)
    for (const [what, answer, code, outcome, known] of cases)
      it(`also P7-E2, P7-F3: ${mode}: ${what}: ${outcome.replace('_', ' ')}, after one statement`, async () => {
        const failed = errorOf(await ask(mode, answer));
        const isOwn = code.startsWith('MYSQL_');
        assert.deepEqual(
          [failed.domain, failed.code, failed.outcome],
          [isOwn ? 'KERNEL_REJECTION' : 'TRANSPORT_ERROR', code, outcome],
          failed.message,
        );
        if (known === undefined) assert.equal(failed.known, undefined);
        else assert.match(failed.known ?? '', known);
        if (isOwn && typeof answer === 'object' && 'errno' in answer) {
          assert.equal(failed.message, answer.message.trim(), 'verbatim');
          assert.equal(
            failed.kernel?.body,
            `ERROR ${answer.errno} (${answer.state ?? 'HY000'}): ${answer.message.trim()}`,
          );
        }
        if (!isOwn)
          assert.match(failed.message, /sent once and not repeated; whether it was executed is unknown.*aaaaaaaa-/);
        assert.doesNotMatch(JSON.stringify(failed), /canary/);
        sentOnce(mode === 'forced' ? FORCE : SWITCH);
      });

  it('also P7-E2: an answer that comes too late changes nothing of what was said, and nothing is sent again', async () => {
    for (const [mode, then] of [
      ['validated', says(SWITCHED)],
      ['forced', 'ok'],
    ] as const) {
      demo = await group();
      demo.nodes[1].bend = answering('control', { afterMs: 300, then });
      const failed = errorOf(await request(mode, { ...PATIENT, controlMs: 150 }));
      assert.deepEqual([failed.code, failed.outcome], ['PHASE7_TIMEOUT', 'unknown']);
      await new Promise(resolve => setTimeout(resolve, 300));
      sentOnce(mode === 'forced' ? FORCE : SWITCH);
    }
  });

  it('also P7-E2: the explained time of an answer is waited for where the configured one is shorter', async () => {
    const began = performance.now();
    demo.nodes[1].bend = answering('control', 'silence');
    const failed = errorOf(await request('forced', DIED, { answerMs: 1_200 }));
    assert.equal(failed.code, 'PHASE7_TIMEOUT');
    assert.ok(performance.now() - began >= 1_190);
    sentOnce(FORCE);
  });

  const LOGINS: readonly Case[] = [
    [
      'wrong password',
      { errno: 1045, state: '28000', message: "Access denied for user 'op'@'localhost' (using password: YES)" },
      'MYSQL_1045',
      'not_executed',
      /admits no login with this user/,
    ],
    [
      'offline mode',
      { errno: 3032, message: 'The server is currently in offline mode' },
      'MYSQL_3032',
      'not_executed',
      /It is not down/,
    ],
    [
      'too many connections',
      { errno: 1040, state: '08004', message: 'Too many connections' },
      'MYSQL_1040',
      'not_executed',
    ],
    ['the words of a success', { errno: 1105, message: SWITCHED }, 'MYSQL_1105', 'not_executed'],
  ];
  for (const [what, answer, code, outcome, known] of LOGINS)
    it(`also P7-E2: a login that is refused (${what}): nothing was sent`, async () => {
      for (const mode of ['validated', 'forced'] as const) {
        demo = await group();
        demo.nodes[1].logsIn = peer => {
          if (typeof answer === 'object' && 'errno' in answer)
            peer.send(error(answer.errno, answer.state ?? 'HY000', answer.message));
        };
        const failed = errorOf(await request(mode));
        assert.deepEqual([failed.domain, failed.code, failed.outcome], ['KERNEL_REJECTION', code, outcome]);
        if (known === undefined) assert.equal(failed.known, undefined);
        else assert.match(failed.known ?? '', known);
        assert.deepEqual([demo.asked(), demo.connections()], [[], 1]);
      }
    });

  it('also P7-E2: a connection that is refused, cut or silent before the statement: nothing was executed', async () => {
    for (const [logsIn, timeouts] of [
      [(peer: { socket: () => { destroy: () => void } }) => peer.socket().destroy(), PATIENT],
      [() => undefined, DIED],
    ] as const) {
      demo = await group();
      demo.nodes[1].logsIn = logsIn;
      const failed = errorOf(await request('validated', timeouts));
      assert.deepEqual([failed.code, failed.outcome], ['PHASE7_CONNECTION_FAILED', 'not_executed'], failed.message);
      assert.match(failed.message, /Nothing was sent and nothing was executed/);
      assert.deepEqual([demo.asked(), demo.connections()], [[], 1]);
    }
    const gone = `mysql://127.0.0.1:${(await closedPort()).port}`;
    const kernel = await demo.kernel({ endpoints: [gone] });
    const failed = errorOf(await kernel.promote(promotion(gone, 'forced')));
    assert.deepEqual([failed.code, failed.outcome], ['PHASE7_CONNECTION_FAILED', 'not_executed']);
  });

  it('also P7-S3: ids of another form, and addresses that are not configured, are refused before any traffic', async () => {
    const { endpoint } = demo.nodes[1].server;
    const kernel = await demo.kernel({ endpoints: [endpoint] });
    const ids = [M2.toUpperCase(), '', 'x', `${M2}' OR '1`, `${M2}\n`, ` ${M2}`, M2.replaceAll('-', ''), '*', "'"];
    const views = ['', 'live', 'latest', '1', "1:1' OR '1'='1", '1:1\n', '123456789012345678901:1', '1:1:1', '-1:1'];
    const refusals: readonly (readonly [string, Readonly<Parameters<typeof promotion>>])[] = [
      ...ids.flatMap(target =>
        (['validated', 'forced'] as const).map(
          mode => ['PHASE7_INVALID_NODE_ID', [endpoint, mode, { target }]] as const,
        ),
      ),
      ...[null, ...ids].map(
        primaryId => ['PHASE7_OPERATION_UNSUPPORTED', [endpoint, 'validated', { primaryId }]] as const,
      ),
      ...views.map(snapshot => ['PHASE7_OPERATION_UNSUPPORTED', [endpoint, 'validated', { snapshot }]] as const),
      ...[demo.nodes[0].server.endpoint, `${endpoint}/`, 'mysql://localhost:3306', ''].map(
        other => ['PHASE7_SCOPE_VIOLATION', [other, 'forced']] as const,
      ),
    ];
    for (const [code, told] of refusals) {
      const failed = errorOf(await kernel.promote(promotion(...told)));
      assert.equal(failed.code, code, JSON.stringify(told));
      assert.equal(failed.kernel, undefined);
      assert.match(failed.message, /Nothing was sent\./);
    }
    quiet();
  });

  it('a demotion is refused before any traffic, and its explanation', async () => {
    const kernel = await demo.kernel();
    const { endpoint } = demo.nodes[0].server;
    for (const refused of [await kernel.demote(promotion(endpoint, 'validated')), await kernel.explainDemotion(M1)]) {
      assert.equal(errorOf(refused).code, 'PHASE7_OPERATION_UNSUPPORTED');
      assert.match(errorOf(refused).message, /without a successor.*Nothing was sent/);
    }
    quiet();
  });

  it('also P7-S3: without a login for control nothing is sent, and the other is not used in its place', async () => {
    const { endpoint } = demo.nodes[1].server;
    for (const secrets of [{}, { look: LOOK }, { control: CONTROL }]) {
      const kernel = valueOf(await connect(demo.config, { secrets, timeouts: PATIENT }));
      for (const mode of ['validated', 'forced'] as const)
        assert.equal(errorOf(await kernel.promote(promotion(endpoint, mode))).code, 'PHASE7_OPERATION_UNSUPPORTED');
    }
    quiet();
  });

  it('also P7-E3: what MySQL says instead of a success is shown as one line of bounded length', async () => {
    const hostile = `\u202eno\u0000\u001b[31m<b>${'x'.repeat(3_000_000)}`;
    const failed = errorOf(await ask('validated', says(hostile)));
    assert.deepEqual([failed.code, failed.outcome], ['MYSQL_ANSWER', 'unknown']);
    assert.ok(JSON.stringify(failed).length < 4_000);
    assert.doesNotMatch(failed.message, /\p{C}/u);
    sentOnce(SWITCH);
  });
});
