/**
 * The engine MySQL Group Replication: what is the same for all its clusters. The kernel's code is loaded at the first
 * use.
 */
import { urlsOf, type ClusterConfig } from '../../control-plane/clusters/cluster.ts';
import type { SecretKind } from '../../control-plane/engine.ts';
import { refusal } from '../../control-plane/model/errors.ts';
import { isUuid, quotedName } from '../../control-plane/model/plausible.ts';
import type { EngineAdapter } from '../adapter.ts';

/** The addresses for which a login is given. */
function addresses(cluster: ClusterConfig): readonly unknown[] {
  return [[...urlsOf(cluster)].sort()];
}

const LOGIN: NonNullable<SecretKind['form']> = {
  holds: login => /^[^:\p{Cc}]{1,32}:\P{Cc}+$/u.test(login),
  refused: 'A login to MySQL has to have the form user:password.',
  misfit: 'Not of the form user:password.',
  asked: 'user:password',
};

export const MYSQL: EngineAdapter = {
  id: 'mysql',
  label: 'MySQL Group Replication',
  guide: 'docs/mysql.md',
  namesMembers: false,
  addresses: {
    schemes: { mysql: { isPlain: false, hasPath: false } },
    example: 'mysql://db1.example:3306, mysql://db2.example:3306',
    prompt:
      'The SQL addresses of its members, in the order in which they are to be asked. TLS is required, ' +
      'except to loopback when no CA is configured. Escape adds nothing.',
  },
  secrets: [
    {
      id: 'look',
      noun: 'login for looking',
      boundTo: addresses,
      form: LOGIN,
      terminal: { files: 'lookLoginFiles', variable: 'AERODB_LOOK_LOGIN' },
      editor: {
        label: 'Login that may read',
        placeHolder: 'user:password',
        prompt:
          "User and password of the login for all reads, as user:password. Kept in the editor's secret store, " +
          'never in settings or logs. Left empty: none. Escape changes nothing.',
        kept:
          'AeroDB: the read login of "{0}" is in the editor\'s secret store. It is sent to the ' +
          'configured endpoints only.',
        removed: 'AeroDB: the read login of "{0}" was removed from the secret store.',
      },
    },
    {
      id: 'control',
      noun: 'login for control',
      boundTo: addresses,
      form: LOGIN,
      terminal: { files: 'controlLoginFiles', variable: 'AERODB_CONTROL_LOGIN' },
      editor: {
        label: 'Login that may switch and force',
        placeHolder: 'user:password',
        prompt:
          "User and password of the login for control requests, as user:password. Kept in the editor's secret store, " +
          'never in settings or logs. Left empty: none. Escape changes nothing.',
        kept:
          'AeroDB: the control login of "{0}" is in the editor\'s secret store. It is sent to the ' +
          'configured endpoints only.',
        removed: 'AeroDB: the control login of "{0}" was removed from the secret store.',
      },
    },
  ],
  help: {
    request_promotion:
      'In MySQL Group Replication it is a switch to the member that is named: one operation changes both roles, ' +
      'and waits without limit for transactions that are open on the old primary.',
    request_demotion:
      'In MySQL Group Replication it is not available, and refused before anything is sent: the primary cannot ' +
      'give up its role and choose nobody.',
    force_promotion:
      'In MySQL Group Replication it makes a new group of the member that is named, alone; MySQL refuses it while ' +
      'that member reaches a majority, and what MySQL does not check is acknowledged one by one.',
  },
  options: () => ({}),
  describeRecorded: async (_target, kernel) => {
    const { describeRecorded } = await import('./recorded.ts');
    return describeRecorded(kernel);
  },
  // The form in which the group reports its members' addresses.
  bareAddress: url => url.replace(/\/$/, '').toLowerCase(),
  past: async () => (await import('./past.ts')).PAST,
  // 1045: MySQL refused the user or the password.
  wantsSecret: ({ domain, code }) => domain === 'KERNEL_REJECTION' && code === 'MYSQL_1045',
  looksUpRequests: false,
  meanings: new Map(),
  // MySQL does not accept an id in capitals.
  invalidNodeId: node =>
    isUuid(node) && node === node.toLowerCase()
      ? undefined
      : refusal(
          'PHASE7_INVALID_NODE_ID',
          `${quotedName(node)} is not a node id: MySQL's are UUIDs in small letters. Nothing was sent.`,
          'node',
        ),
  load: () => import('./kernel.ts'),
  open: async (cluster, { look, control }, reach) => {
    const { mysqlKernel } = await import('./kernel.ts');
    return mysqlKernel(cluster, { look, control }, reach);
  },
};
