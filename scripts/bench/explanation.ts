/**
 * How much the audit log grows by one explanation of a promotion in a cluster of ten thousand members, which is refused
 * at the confirmation: every record of the request counts.
 */
import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { openAuditLog } from '../../src/audit/log.ts';
import { ControlPlane } from '../../src/control-plane/control-plane.ts';
import { success } from '../../src/control-plane/model/errors.ts';
import { connect, DEFAULT_TIMEOUTS } from '../../src/engines/connect.ts';
import { ENGINES } from '../../src/engines/registry.ts';
import { Failure } from '../lib/run.mjs';
import { measured } from './measure.mjs';
import { localNodes, temporaryFolder } from './stand.mjs';

const MEMBERS = 10_000;
const OWN_NODES = 3;
/** Bytes. */
const MOST = 1_000_000;

using folder = temporaryFolder();
using nodes = await localNodes(join(folder.path, 'cluster'), ['--observed', String(MEMBERS - OWN_NODES)]);
const directory = join(folder.path, 'audit');
const config = { name: 'large', kind: 'aerodb' as const, endpoints: [...nodes.urls] };
let explained = 0;
const plane = new ControlPlane({
  engines: ENGINES,
  audit: openAuditLog({ directory }),
  clusters: {
    find: () => success(config),
    entries: () => [config],
    connect: cluster => connect(cluster, { timeouts: DEFAULT_TIMEOUTS }),
  },
  confirmer: {
    unavailable: () => undefined,
    confirm: () => {
      explained += 1;
      return Promise.resolve({ kind: 'declined', at: 'measured' });
    },
  },
  clock: { name: 'system-utc', now: () => new Date().toISOString() },
  ids: { uuid: randomUUID },
  operator: { account: 'bench', host: 'bench', name: null },
});
const seen = await plane.execute('inspect_cluster_state', { cluster: config.name });
if (seen.kind !== 'answered' || seen.answer.command !== 'inspect_cluster_state')
  throw new Failure('The cluster was not read.');
const { members } = seen.answer.reading.view;
const target = members.find(({ name }) => name === 'node-2');
if (members.length !== MEMBERS || target === undefined) throw new Failure('The cluster is another one.');
await plane.changeAuthority({ level: 'Operator', cluster: config.name });
const file = join(directory, 'audit.jsonl');
const before = statSync(file).size;
await plane.execute('request_promotion', { cluster: config.name, node: target.nodeId });
if (explained !== 1) throw new Failure('Nothing was explained.');
measured({
  name: 'explanation of 10,000 members in the audit log',
  value: statSync(file).size - before,
  unit: 'bytes',
  limit: MOST,
});
plane.end();
