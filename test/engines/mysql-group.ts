/** Three MySQL servers that answer as real ones did (9.7.4), for tests to bend, and that keep what they were asked. */
import type { ClusterConfig } from '../../src/control-plane/clusters/cluster.ts';
import type { Kernel, PromotionRequest } from '../../src/control-plane/ports.ts';
import { connect, type Timeouts } from '../../src/engines/connect.ts';
import { STATUS, VARIABLES } from '../../src/engines/mysql/harmless.ts';
import * as statements from '../../src/engines/mysql/statements.ts';
import { error, moreAuthData, mysqlServer, ok, resultSet, type MysqlServer, type Peer } from './mysql-server.ts';
import { controlRequest, PATIENT, valueOf } from '../support/wire.ts';

/** The primary. */
export const M1 = 'f443c1da-eb82-11f1-a310-02fc00000001';
export const M2 = 'f48d831d-eb82-11f1-86ba-02fc00000001';
export const M3 = 'f51577f4-eb82-11f1-b3ee-02fc00000001';
export const IDS = [M1, M2, M3] as const;
export const GROUP_NAME = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';
export const VIEW = '17959083215292949:3';
export const NOW = '2026-11-28 23:26:22.736124';
export const EXECUTED = `${GROUP_NAME}:1-3,\nee0cf3ce-eb82-11f1-988d-02fc00000001:1-9`;
export const LOOK = 'watch:canary-look-Zx81';
export const CONTROL = 'switch:canary-control-Qy92';

export type Row = Readonly<Record<string, string | null>>;
/** `packets`: as they are. `half`: the connection ends in the middle of an answer. */
export type Answer =
  | { readonly rows: readonly Row[]; readonly columns?: readonly string[] }
  | { readonly errno: number; readonly message: string; readonly state?: string }
  | { readonly packets: readonly Buffer[] }
  | { readonly afterMs: number; readonly then: Answer }
  | 'ok'
  | 'cut'
  | 'half'
  | 'silence';

const KINDS = {
  group: statements.GROUP,
  self: statements.SELF,
  who: statements.WHO,
  stages: statements.STAGES,
  log: statements.errorLog(null),
  beside: statements.errorLogCounts(0n),
  open: statements.OPEN_TRANSACTIONS,
  channels: statements.CHANNELS,
  logs: statements.BINARY_LOGS,
  logStatus: statements.BINARY_LOG_STATUS,
  redo: statements.REDO,
  redoFiles: statements.REDO_FILES,
  clones: statements.CLONES,
  appliers: statements.APPLIERS,
  settings: statements.named('global_variables', VARIABLES),
  counters: statements.named('global_status', STATUS),
} as const;
export type Kind = keyof typeof KINDS | 'control';
export const READ_KINDS = Object.keys(KINDS) as readonly (keyof typeof KINDS)[];

/** The statement of the log with a position in it, and without. */
const POSITION = / AND UNIX_TIMESTAMP\(LOGGED\) < (\d+)\.(\d{6})(?=\n)/;

/** What a statement is; whatever is no read of ours is a control request. */
function kindOf(statement: string): Kind {
  const asked = statement.replace(POSITION, '').replace(/(?<=>= )\d+\.\d{6}$/, '0.000000');
  return READ_KINDS.find(kind => KINDS[kind] === asked) ?? 'control';
}

/** The position in the log that a statement asks before, in microseconds since 1970. */
export function askedBefore(statement: string): bigint | null {
  const [, seconds, fraction] = POSITION.exec(statement) ?? [];
  return seconds === undefined || fraction === undefined ? null : BigInt(seconds + fraction);
}

export interface Asked {
  readonly user: string;
  readonly kind: Kind;
  readonly statement: string;
}

export interface Node {
  readonly id: string;
  readonly server: MysqlServer;
  readonly asked: readonly Asked[];
  /** Bends an answer; `nth` counts the statements of one kind from 1 on. */
  bend: (kind: Kind, truth: Answer, nth: number) => Answer;
  /** Answers a login, by itself everybody is let in. */
  logsIn: ((peer: Peer) => void) | undefined;
}

export interface Group {
  readonly nodes: readonly [Node, Node, Node];
  readonly config: ClusterConfig;
  /** The members as one of them lists them. */
  readonly rows: (self: string, bend?: Readonly<Record<string, Row>>) => readonly Row[];
  readonly kernel: (how?: {
    readonly endpoints?: ClusterConfig['endpoints'];
    readonly secrets?: { readonly look?: string; readonly control?: string };
    readonly timeouts?: Timeouts;
  }) => Promise<Kernel>;
  readonly asked: () => readonly Asked[];
  readonly connections: () => number;
}

export const DIED: Timeouts = { ...PATIENT, connectMs: 400, readMs: 400, controlMs: 400 };

export async function group(): Promise<Group> {
  const ports: number[] = [];
  const rows: Group['rows'] = (self, bend = {}) =>
    IDS.map((id, nth) => ({
      MEMBER_ID: id,
      MEMBER_HOST: '127.0.0.1',
      MEMBER_PORT: String(ports[nth]),
      MEMBER_STATE: 'ONLINE',
      MEMBER_ROLE: id === M1 ? 'PRIMARY' : 'SECONDARY',
      MEMBER_VERSION: '9.7.4',
      VIEW_ID: VIEW,
      certifying: '0',
      applying: '0',
      applied: '4',
      committed_by_all: EXECUTED,
      self,
      group_name: GROUP_NAME,
      single_primary: '1',
      now: NOW,
      ...bend[id],
    }));
  const truth = (kind: Kind, id: string): Answer => {
    if (kind === 'control') return { errno: 1064, state: '42000', message: 'You have an error in your SQL syntax' };
    if (kind === 'group') return { rows: rows(id) };
    if (kind === 'self') return { rows: [selfRow(id, String(ports[IDS.findIndex(one => one === id)]))] };
    return { rows: OTHERS[kind](id) };
  };
  const nodes = [await node(M1, truth), await node(M2, truth), await node(M3, truth)] as const;
  ports.push(...nodes.map(({ server }) => server.port));
  const config: ClusterConfig = {
    name: 'orders',
    kind: 'mysql',
    endpoints: nodes.map(({ server }) => server.endpoint),
  };
  return {
    nodes,
    config,
    rows,
    kernel: async ({ endpoints = config.endpoints, secrets = { look: LOOK, control: CONTROL }, timeouts } = {}) =>
      valueOf(await connect({ ...config, endpoints }, { secrets, timeouts: timeouts ?? PATIENT })),
    asked: () => nodes.flatMap(({ asked }) => asked),
    connections: () => nodes.reduce((sum, { server }) => sum + server.connections(), 0),
  };
}

async function node(id: string, truth: (kind: Kind, id: string) => Answer): Promise<Node> {
  const asked: Asked[] = [];
  const users = new WeakMap<Peer, string>();
  const server = await mysqlServer({
    logsIn: (peer, packet) => {
      users.set(peer, packet.toString('utf8', 32, packet.indexOf(0, 32)));
      if (self.logsIn === undefined) peer.send(moreAuthData(Buffer.from([3])), ok());
      else self.logsIn(peer);
    },
    answers: (peer, statement) => {
      const kind = kindOf(statement);
      asked.push({ user: users.get(peer) ?? '', kind, statement });
      answer(peer, self.bend(kind, truth(kind, id), asked.filter(one => one.kind === kind).length));
    },
  });
  const self: Node = { id, server, asked, bend: (_kind, told) => told, logsIn: undefined };
  return self;
}

function answer(peer: Peer, told: Answer): void {
  if (told === 'silence') return;
  if (told === 'cut') peer.socket().destroy();
  else if (told === 'half') {
    peer.send(...packetsOf({ rows: [{ answer: 'x' }] }).slice(0, 3));
    peer.socket().destroySoon();
  } else if (typeof told === 'object' && 'afterMs' in told) setTimeout(() => answer(peer, told.then), told.afterMs);
  else peer.send(...packetsOf(told));
}

function packetsOf(
  told: Exclude<Answer, 'cut' | 'half' | 'silence' | { readonly afterMs: number }>,
): readonly Buffer[] {
  if (told === 'ok') return [ok()];
  if ('packets' in told) return told.packets;
  if ('errno' in told) return [error(told.errno, told.state ?? 'HY000', told.message)];
  const names = told.columns ?? Object.keys(told.rows[0] ?? { nothing: null });
  return resultSet(
    names.map(name => ({ name })),
    told.rows.map(row => names.map(name => row[name] ?? null)),
  );
}

/** Bends the rows of one kind of statement. */
export function bent(on: Kind, bend: (row: Row, nth: number) => Row | undefined, when?: number): Node['bend'] {
  return (kind, told, count) =>
    kind !== on || typeof told === 'string' || !('rows' in told) || (when !== undefined && when !== count)
      ? told
      : {
          columns: Object.keys(told.rows[0] ?? {}),
          rows: told.rows.map(bend).filter(row => row !== undefined),
        };
}

/** Answers one kind of statement in another way. */
export function answering(on: Kind, told: Answer): Node['bend'] {
  return (kind, truth) => (kind === on ? told : truth);
}

function selfRow(self: string, port: string): Row {
  return {
    self,
    report_host: '127.0.0.1',
    report_port: port,
    version: '9.7.4',
    super_read_only: self === M1 ? '0' : '1',
    read_only: self === M1 ? '0' : '1',
    offline_mode: '0',
    gtid_executed: EXECUTED,
    gtid_purged: '',
    group_name: GROUP_NAME,
    local_address: '127.0.0.1:34061',
    force_members: '',
    single_primary: '1',
    consistency: 'BEFORE_ON_PRIMARY_FAILOVER',
    exit_state_action: 'OFFLINE_MODE',
    unreachable_majority_timeout: '0',
    member_expel_timeout: '5',
    autorejoin_tries: '3',
    performance_schema: '1',
    MEMBER_STATE: 'ONLINE',
    MEMBER_ROLE: self === M1 ? 'PRIMARY' : 'SECONDARY',
    VIEW_ID: VIEW,
    certifying: '0',
    applying: '0',
    applied: '4',
    receives: 'ON',
    received: EXECUTED,
    not_applied: '',
    last_error: '0',
    applies: 'ON',
    now: NOW,
  };
}

const OTHERS: Readonly<Record<Exclude<Kind, 'group' | 'self' | 'control'>, (self: string) => readonly Row[]>> = {
  who: self => [{ self, now: NOW }],
  stages: () => [
    {
      stage: 'stage/group_rpl/Primary Switch: executing Primary election',
      completed: '0',
      estimated: '2',
    },
  ],
  // The newest first, as the statement asks for.
  log: () => [
    {
      at: '2026-11-28 23:25:21.531586',
      code: 'MY-011507',
      message:
        "Plugin group_replication reported: 'A new primary with address 127.0.0.1:33061 was elected. The new primary " +
        "will execute all previous group transactions before allowing writes.'",
    },
    {
      at: '2026-11-28 23:25:21.530567',
      code: 'MY-011503',
      message:
        "Plugin group_replication reported: 'Group membership changed to 127.0.0.1:33061 on view 17959083215292949:1.'",
    },
  ],
  beside: () => [{ newer: '2', expired: '0' }],
  open: self => [{ open: '1', longest: '7', watched: '4', self, performance_schema: '1', now: NOW }],
  channels: () => [{ name: 'from_elsewhere' }],
  logs: () => [
    { Log_name: 'binlog.000001', File_size: '2548', Encrypted: 'No' },
    { Log_name: 'binlog.000002', File_size: '1071', Encrypted: 'No' },
  ],
  logStatus: () => [
    { File: 'binlog.000002', Position: '1071', Binlog_Do_DB: '', Binlog_Ignore_DB: '', Executed_Gtid_Set: EXECUTED },
  ],
  redo: self => [{ current_lsn: '19515496', flushed_lsn: '19515476', checkpoint_lsn: '19508664', self, now: NOW }],
  redoFiles: () => [
    { id: '73', first: '18995200', end: '19255296', bytes: '262144' },
    { id: '74', first: '19255296', end: '19515392', bytes: '262144' },
    { id: '75', first: '19515392', end: '19775488', bytes: '262144' },
  ],
  clones: () => [
    {
      id: '1',
      state: 'Completed',
      began: '2026-11-28 23:31:23.259',
      ended: '2026-11-28 23:31:46.744',
      source: '127.0.0.1:33063',
      error: '0',
      executed: EXECUTED,
    },
  ],
  appliers: () => [
    { channel: 'group_replication_applier', worker: '1', state: 'ON', last_error: '0', applying: '' },
    { channel: 'group_replication_applier', worker: '2', state: 'ON', last_error: '0', applying: `${GROUP_NAME}:9` },
  ],
  settings: () => [{ name: 'gtid_mode', value: 'ON' }],
  counters: () => [{ name: 'Threads_running', value: '2' }],
};

/** A switch to M2, or a forced group of it, through `endpoint`. */
export function promotion(
  endpoint: string,
  mode: PromotionRequest['mode'],
  more: Partial<PromotionRequest> = {},
): PromotionRequest {
  return {
    ...controlRequest(endpoint, M2),
    targetName: 'db2:3306',
    controlVersion: null,
    snapshot: VIEW,
    mode,
    acknowledgedInvariants: [],
    primaryId: M1,
    ...more,
  };
}
