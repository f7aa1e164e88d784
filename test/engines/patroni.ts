/**
 * Patroni's REST API on real sockets, as its web server writes: HTTP/1.0, no content length, text or a page as an
 * error. Bodies are those of a three-node cluster of Patroni 3.0.2; a test bends what it is about.
 */
import { createServer } from 'node:net';
import type { PatroniCluster } from '../../src/engines/patroni/login.ts';
import type { ClusterConfig } from '../../src/control-plane/clusters/cluster.ts';
import type { Result } from '../../src/control-plane/model/errors.ts';
import type { Kernel, PromotionRequest } from '../../src/control-plane/ports.ts';
import type { ExplainedReading } from '../../src/control-plane/explanation/words.ts';
import type { Member } from '../../src/control-plane/model/views.ts';
import type { PatroniExplained } from '../../src/engines/patroni/explain.ts';
import type { PatroniMember, PatroniState } from '../../src/engines/patroni/views.ts';
import { connect, type Timeouts } from '../../src/engines/connect.ts';
import { listen, parseRequest, type HttpRunning, type Received } from '../support/servers.ts';
import { controlRequest, PATIENT, valueOf, type Wire } from '../support/wire.ts';

/** An answer, or what happens in its place: the connection ends without a byte, or nothing ever comes. */
export type Answer =
  | { readonly status: number; readonly body: string; readonly type?: string; readonly headers?: readonly string[] }
  | 'nothing'
  | 'silence';

export const DATE = 'Sat, 21 Nov 2026 07:50:45 GMT';
export const TIME = '2026-11-21T07:50:45.000Z';
export const SYSTEM = '7710529035699382962';

export function json(body: unknown, status = 200): Answer {
  return { status, body: JSON.stringify(body), type: 'application/json' };
}

export function text(status: number, body: string): Answer {
  return { status, body, type: 'text/html' };
}

/** The page that Patroni's web server sends where it has no words of its own. */
export function page(status: number, reason: string): Answer {
  return text(
    status,
    `<!DOCTYPE HTML>\n<html lang="en">\n    <head>\n        <meta charset="utf-8">\n        <title>Error ` +
      `response</title>\n    </head>\n    <body>\n        <h1>Error response</h1>\n        <p>Error ` +
      `code: ${status}</p>\n        <p>Message: ${reason}.</p>\n    </body>\n</html>\n`,
  );
}

/** A member as `/cluster` lists it. */
export function member(name: string, url: string, more: Wire = {}): Wire {
  return {
    name,
    role: 'replica',
    state: 'running',
    api_url: `${url}/patroni`,
    host: '127.0.0.1',
    port: 5442,
    timeline: 5,
    lag: 0,
    ...more,
  };
}

export function leader(name: string, url: string, more: Wire = {}): Wire {
  return member(name, url, { role: 'leader', lag: undefined, ...more });
}

const ABOUT = {
  server_version: 150018,
  postmaster_start_time: '2026-11-21 07:50:39.120103+00:00',
  dcs_last_seen: 1795247445,
  database_system_identifier: SYSTEM,
  patroni: { version: '3.0.2', scope: 'demo' },
};

/** `/patroni` of the leader and of a replica. */
export const LEADER: Wire = {
  state: 'running',
  role: 'master',
  xlog: { location: 83886408 },
  timeline: 5,
  replication: [
    {
      usename: 'replicator',
      application_name: 'pg2',
      client_addr: '127.0.0.1',
      state: 'streaming',
      sync_state: 'async',
      sync_priority: 0,
    },
  ],
  ...ABOUT,
};
export const REPLICA: Wire = {
  state: 'running',
  role: 'replica',
  timeline: 5,
  xlog: {
    received_location: 215490816,
    replayed_location: 187560672,
    replayed_timestamp: '2026-11-21 07:54:41.812763+00:00',
    paused: false,
  },
  ...ABOUT,
};
export const HISTORY: readonly unknown[] = [
  [3, 67272976, 'no recovery target specified', '2026-11-21T07:51:46.160410+00:00', 'pg3'],
  [4, 95351160, 'no recovery target specified'],
];
export const CONFIG: Wire = {
  ttl: 20,
  loop_wait: 2,
  retry_timeout: 5,
  maximum_lag_on_failover: 1048576,
  synchronous_mode: false,
  postgresql: {
    use_slots: true,
    parameters: {
      max_connections: 50,
      archive_command: 'curl -H "token: canary-archive" https://a',
      primary_conninfo: 'host=db password=canary-conninfo',
    },
    recovery_conf: { restore_password: 'canary-restore' },
  },
};

export interface Node extends HttpRunning {
  /** Bends the next answers; by default the node is truthful. */
  answer: (request: Received) => Answer | undefined;
  readonly truth: (request: Received) => Answer;
}

/** A node that answers with `answer`, else as `truth` says. */
export async function node(truth: (request: Received) => Answer): Promise<Node> {
  const received: Received[] = [];
  const running = await listen(
    createServer(socket => {
      let given = '';
      socket.on('data', chunk => {
        given += chunk.toString('latin1');
        const request = parseRequest(given);
        if (request === undefined) return;
        given = '';
        received.push(request);
        const answer = self.answer(request) ?? truth(request);
        if (answer === 'silence') return;
        if (answer === 'nothing') socket.end();
        else socket.end(bytes(answer));
      });
    }),
  );
  const self: Node = { ...running, received, answer: () => undefined, truth };
  return self;
}

function bytes({
  status,
  body,
  type,
  headers = ['Server: BaseHTTP/0.6 Python/3.11.2', `Date: ${DATE}`],
}: Exclude<Answer, string>): string {
  return [`HTTP/1.0 ${status} X`, ...headers, ...(type === undefined ? [] : [`Content-Type: ${type}`]), '', body].join(
    '\r\n',
  );
}

/** Two nodes, pg1 the leader and pg2 a replica, and pg3 at an address that is configured nowhere. */
export interface Cluster {
  readonly pg1: Node;
  readonly pg2: Node;
  readonly pg3: Node;
  readonly config: PatroniCluster;
  /** `/cluster` as both answer it, with the members bent. */
  readonly view: (bend?: {
    readonly pg1?: Wire;
    readonly pg2?: Wire;
    readonly pg3?: Wire;
    readonly more?: Wire;
  }) => Wire;
  kernel(secrets?: {
    readonly token?: string;
    readonly database?: string;
    readonly timeouts?: Timeouts;
  }): Promise<Kernel>;
  /** Requests that reached any node. */
  all(): readonly Received[];
}

export async function cluster(more: Partial<PatroniCluster> = {}): Promise<Cluster> {
  const truth =
    (own: Wire) =>
    ({ path }: Received): Answer => {
      switch (path) {
        case '/cluster':
          return json(self.view());
        case '/patroni':
          return json(own);
        case '/history':
          return json(HISTORY);
        case '/config':
          return json(CONFIG);
        case '/metrics':
          return {
            status: 200,
            type: 'text/plain',
            body:
              '# HELP patroni_version x\n# TYPE patroni_version gauge\npatroni_version{scope="demo"} ' +
              '030002\npatroni_postgres_server_version {scope="demo"} 150018\n',
          };
        default:
          return page(501, 'Unsupported method');
      }
    };
  const [pg1, pg2, pg3] = [await node(truth(LEADER)), await node(truth(REPLICA)), await node(truth(REPLICA))];
  const config: ClusterConfig = { name: 'demo', kind: 'patroni', endpoints: [pg1.url, pg2.url], ...more };
  const self: Cluster = {
    pg1,
    pg2,
    pg3,
    config,
    view: (bend = {}) => ({
      members: [leader('pg1', pg1.url, bend.pg1), member('pg2', pg2.url, bend.pg2), member('pg3', pg3.url, bend.pg3)],
      ...bend.more,
    }),
    kernel: async ({ timeouts = PATIENT, ...secrets } = {}) => {
      const connected = await connect(config, { secrets, timeouts });
      if (!connected.ok) throw new Error(connected.error.message);
      return connected.value;
    },
    all: () => [...pg1.received, ...pg2.received, ...pg3.received],
  };
  return self;
}

/** A switchover or failover to pg2, through `endpoint`. */
export function promotion(
  endpoint: string,
  mode: PromotionRequest['mode'],
  primaryId: string | null = 'pg1',
): PromotionRequest {
  return { ...controlRequest(endpoint, 'pg2'), controlVersion: null, mode, acknowledgedInvariants: [], primaryId };
}

/** The reading before a switchover or a failover, with the facts that Patroni's adapter keeps for its own words. */
export function explainedOf(result: Result<ExplainedReading>): PatroniExplained {
  const reading = valueOf(result);
  if (!('facts' in reading)) throw new Error('no facts of Patroni');
  return reading as PatroniExplained;
}

/** What Patroni says of a member beyond what every engine says. */
export function ownOf(shown: Member | undefined): PatroniState | undefined {
  return shown === undefined ? undefined : (shown as PatroniMember).patroni;
}
