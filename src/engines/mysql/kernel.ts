/** The kernel port over MySQL's own protocol, for groups in single-primary mode. */
import type { ClusterConfig } from '../../control-plane/clusters/cluster.ts';
import { failure, refusal } from '../../control-plane/model/errors.ts';
import type { KernelOperation } from '../../control-plane/commands/commands.ts';
import type { Kernel } from '../../control-plane/ports.ts';
import { documented } from '../documents.ts';
import { noOlderPart } from '../parts.ts';
import type { Reach } from '../adapter.ts';
import type { Access } from './ask.ts';
import type { Login } from './client.ts';
import { promote } from './control.ts';
import { collect, declareCost } from './diagnostics.ts';
import {
  clusterDocument,
  diagnosticsDocument,
  nodeDocument,
  promotionDocument,
  replicationDocument,
} from './document.ts';
import { snapshotsDocument, walDocument } from './document-storage.ts';
import { explainPromotion } from './explain.ts';
import { readPromotion } from './history.ts';
import { readCluster, readNode } from './reads.ts';
import { readReplication } from './replication.ts';
import { readSnapshots, readWal } from './storage.ts';

const NO_DEMOTION =
  'In MySQL the primary cannot give up its role without a successor: a switch names it, and if Group ' +
  'Replication is stopped on the primary, the group chooses one.';
const NO_LOGIN = 'No login for reading is known for this cluster, and without one MySQL answers nothing.';
const NO_CONTROL = 'No login for control is known for this cluster.';

const READS: readonly KernelOperation[] = [
  'readCluster',
  'readNode',
  'readReplication',
  'readPromotion',
  'readWal',
  'readSnapshots',
  'declareDiagnosticsCost',
  'collectDiagnostics',
  'explainPromotion',
];

/** The operations that this cluster does not support, and why. */
function unsupportedOperations(
  look: Login | undefined,
  control: Login | undefined,
): Readonly<Partial<Record<KernelOperation, string>>> {
  return {
    ...(look === undefined ? Object.fromEntries(READS.map(operation => [operation, NO_LOGIN])) : {}),
    ...(look === undefined || control === undefined ? { promote: look === undefined ? NO_LOGIN : NO_CONTROL } : {}),
    explainDemotion: NO_DEMOTION,
    demote: NO_DEMOTION,
  };
}

/** `user:password`, split at the first colon; its form was checked before. */
function loginOf(secret: string | undefined): Login | undefined {
  if (secret === undefined) return undefined;
  const colon = secret.indexOf(':');
  return { user: secret.slice(0, colon), password: secret.slice(colon + 1) };
}

/** The kernel of `cluster`. Holds configuration and secrets, never kernel state. */
export function mysqlKernel(
  cluster: ClusterConfig,
  { look, control }: { readonly look: string | undefined; readonly control: string | undefined },
  { tls, timeouts, fingerprint }: Reach,
): Kernel {
  const [looking, controlling] = [loginOf(look), loginOf(control)];
  const unsupported = unsupportedOperations(looking, controlling);
  const refused = (operation: KernelOperation): ReturnType<typeof failure> =>
    failure(refusal('PHASE7_OPERATION_UNSUPPORTED', `${unsupported[operation] ?? operation} Nothing was sent.`));
  /** Refuses unsupported operations before any traffic. */
  const asked = async <T>(
    operation: KernelOperation,
    login: Login | undefined,
    use: (access: Access) => Promise<T>,
  ): Promise<T | ReturnType<typeof failure>> =>
    login === undefined || unsupported[operation] !== undefined
      ? refused(operation)
      : await use({ login, tls, timeouts });
  return {
    access: fingerprint,
    unsupported,
    hasControlVersion: false,
    readCluster: from =>
      asked('readCluster', looking, async access => {
        const unavailable = [...new Set(Object.values(unsupported))].map(reason => `Not available here: ${reason}`);
        return documented(await readCluster(cluster, access, unavailable, from), clusterDocument);
      }),
    readNode: node =>
      asked('readNode', looking, async access => documented(await readNode(cluster, access, node), nodeDocument)),
    readReplication: from =>
      asked('readReplication', looking, async access =>
        documented(await readReplication(cluster, access, from), replicationDocument),
      ),
    readPromotion: (of, from) =>
      asked('readPromotion', looking, async access =>
        of?.requestId === undefined
          ? documented(await readPromotion(cluster, access, of, from), promotionDocument)
          : failure(
              refusal(
                'PHASE7_OPERATION_UNSUPPORTED',
                'MySQL keeps no ledger: it does not know request ids, so the outcome of a request cannot ' +
                  'be looked up there. Nothing was sent.',
              ),
            ),
      ),
    readWal: (node, before) =>
      asked('readWal', looking, async access =>
        before === undefined
          ? documented(await readWal(cluster, access, node), walDocument)
          : noOlderPart('MySQL always lists all files of its logs.'),
      ),
    readSnapshots: (node, before) =>
      asked('readSnapshots', looking, async access =>
        before === undefined
          ? documented(await readSnapshots(cluster, access, node), snapshotsDocument)
          : noOlderPart('MySQL reports only one checkpoint and one clone.'),
      ),
    declareDiagnosticsCost: node =>
      asked('declareDiagnosticsCost', looking, access => declareCost(cluster, access, node)),
    collectDiagnostics: (node, endpoint) =>
      asked('collectDiagnostics', looking, async access =>
        documented(await collect(cluster, access, node, endpoint), diagnosticsDocument),
      ),
    explainPromotion: (target, mode) =>
      asked('explainPromotion', looking, access => explainPromotion(cluster, access, target, mode)),
    explainDemotion: () => Promise.resolve(refused('explainDemotion')),
    promote: request => asked('promote', controlling, access => promote(cluster, access, request)),
    demote: () => Promise.resolve(refused('demote')),
  };
}
