/**
 * The engine PostgreSQL under Patroni: what is the same for all its clusters. The kernel's code is loaded at the first
 * use.
 */
import type { ClusterConfig } from '../../control-plane/clusters/cluster.ts';
import type { EngineAdapter } from '../adapter.ts';
import { HTTP_SCHEMES } from '../http/schemes.ts';
import { httpToken } from '../http/token.ts';
import { databaseLogin } from './login.ts';

/** The password's user and the addresses to which it may be sent. */
function loginBound(cluster: ClusterConfig): readonly unknown[] | undefined {
  const login = databaseLogin(cluster);
  return login === undefined ? undefined : [login.user, [...login.addresses].sort()];
}

export const PATRONI: EngineAdapter = {
  id: 'patroni',
  label: 'PostgreSQL under Patroni',
  guide: 'docs/patroni.md',
  namesMembers: true,
  addresses: {
    schemes: HTTP_SCHEMES,
    example: 'https://db1.example:8008, https://db2.example:8008',
    prompt:
      "The addresses of its members' REST APIs, in the order in which they are to be asked; " +
      'member=https://host:port where an address leads to a member that announces another one (a tunnel). ' +
      'Plain http is accepted to loopback only. Escape adds nothing.',
  },
  secrets: [
    httpToken({
      form: {
        holds: login => /^[^:\p{Cc}]+:\P{Cc}+$/u.test(login),
        refused: 'The access to a Patroni cluster has to have the form user:password.',
        misfit: 'Not of the form user:password.',
        asked: 'user:password',
      },
      editor: {
        label: "User and password of Patroni's REST API",
        placeHolder: 'user:password',
        prompt:
          "User and password of Patroni's REST API, as user:password. Kept in the editor's secret store, never in " +
          'settings or logs. Left empty: none. Escape changes nothing.',
      },
    }),
    {
      id: 'database',
      noun: 'database password',
      boundTo: loginBound,
      account: cluster => databaseLogin(cluster)?.user,
      terminal: { files: 'databasePasswordFiles', variable: 'AERODB_DATABASE_PASSWORD' },
      editor: {
        label: 'Password of the database login',
        placeHolder: 'Password of {0}',
        prompt:
          "Kept in the editor's secret store, never in settings or logs. Left empty: none. Escape changes nothing.",
        kept:
          'AeroDB: the database password of "{0}" is in the editor\'s secret store. It is sent to the configured ' +
          'database addresses only.',
        removed: 'AeroDB: the database password of "{0}" was removed from the secret store.',
      },
    },
  ],
  help: {
    inspect_snapshots: 'Under Patroni it needs the database login; without it, it is refused before anything is sent.',
    request_promotion:
      'Under Patroni it is one, a switchover: the leader shuts down and hands over to the node that is named.',
    request_demotion:
      'Under Patroni it is not available, and refused before anything is sent: Patroni cannot demote a leader and ' +
      'promote nobody.',
    force_promotion:
      'Under Patroni it is a failover to the node that is named, and what Patroni does not check is acknowledged ' +
      'one by one.',
  },
  options: ({ object, optional, name, list, hostAndPort }) => ({
    database: optional(object({ user: name(63), name: optional(name(63)), addresses: list(hostAndPort) })),
  }),
  describeRecorded: async (_target, kernel) => {
    const { describeRecorded } = await import('./recorded.ts');
    return describeRecorded(kernel);
  },
  // Patroni announces its members as https://host:8008/patroni. A person may copy that, so the path is removed. A
  // proxy's real path of this name ends with a slash.
  bareAddress: url => url.replace(/\/patroni$/, ''),
  past: async () => (await import('./past.ts')).PAST,
  wantsSecret: ({ domain, code, kernel }) =>
    domain === 'KERNEL_REJECTION' && (kernel?.status === 401 || code === '28P01'),
  looksUpRequests: false,
  meanings: new Map(),
  invalidNodeId: () => undefined,
  load: () => import('./kernel.ts'),
  open: async (cluster, { token, database }, { tls, timeouts, fingerprint }) => {
    const { patroniKernel } = await import('./kernel.ts');
    return patroniKernel(cluster, { login: token, tls, timeouts }, database, fingerprint);
  },
};
