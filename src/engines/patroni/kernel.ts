/** The kernel port over Patroni's REST API, for PostgreSQL clusters. */
import type { ClusterConfig } from '../../control-plane/clusters/cluster.ts';
import { failure, refusal } from '../../control-plane/model/errors.ts';
import type { KernelOperation } from '../../control-plane/commands/commands.ts';
import type { Kernel } from '../../control-plane/ports.ts';
import { documented } from '../documents.ts';
import { noOlderPart } from '../parts.ts';
import type { Access } from './ask.ts';
import { promote } from './control.ts';
import { collect, declareCost } from './diagnostics.ts';
import { explainPromotion } from './explain.ts';
import { databaseLogin } from './login.ts';
import {
  clusterDocument,
  diagnosticsDocument,
  nodeDocument,
  promotionDocument,
  replicationDocument,
} from './document.ts';
import { snapshotsDocument, walDocument } from './document-storage.ts';
import { readPromotion } from './history.ts';
import { readCluster, readNode, readReplication, readWal } from './reads.ts';

const NO_DEMOTION =
  'Patroni cannot demote a leader without promoting another member: in a switchover without a candidate ' +
  'Patroni chooses one, and in a standby cluster no member accepts writes.';

/** The operations that this cluster does not support, and why. */
function unsupportedOperations(noLogin: string | undefined): Readonly<Partial<Record<KernelOperation, string>>> {
  return {
    explainDemotion: NO_DEMOTION,
    demote: NO_DEMOTION,
    ...(noLogin === undefined
      ? {}
      : {
          readSnapshots:
            "Checkpoints, replication slots and base backups are not visible through Patroni's API, " +
            `and ${noLogin}.`,
        }),
  };
}

/** The kernel of `cluster`. Holds configuration and secrets, never kernel state. */
export function patroniKernel(
  cluster: ClusterConfig,
  access: Access,
  password: string | undefined,
  digest: string,
): Kernel {
  const database = databaseLogin(cluster);
  const login =
    database === undefined || password === undefined
      ? undefined
      : { database, password, tls: access.tls, timeouts: access.timeouts };
  const noLogin =
    login !== undefined
      ? undefined
      : database === undefined
        ? 'no database login is configured for this cluster'
        : 'no password of the configured database login is known';
  const unsupported = unsupportedOperations(noLogin);
  const refused = (operation: KernelOperation): Promise<ReturnType<typeof failure>> =>
    Promise.resolve(
      failure(refusal('PHASE7_OPERATION_UNSUPPORTED', `${unsupported[operation] ?? operation} Nothing was sent.`)),
    );
  return {
    access: digest,
    unsupported,
    hasControlVersion: false,
    readCluster: async from => {
      const unavailable = [...new Set(Object.values(unsupported))].map(reason => `Not available here: ${reason}`);
      return documented(await readCluster(cluster, access, unavailable, from), clusterDocument);
    },
    readNode: async node => documented(await readNode(cluster, access, node), nodeDocument),
    readReplication: async from => documented(await readReplication(cluster, access, from), replicationDocument),
    readPromotion: async (of, from) => {
      if (of?.before !== undefined) return noOlderPart('Patroni always returns its whole history.');
      return of?.requestId === undefined
        ? documented(await readPromotion(cluster, access, of?.node, from), promotionDocument)
        : failure(
            refusal(
              'PHASE7_OPERATION_UNSUPPORTED',
              'Patroni keeps no ledger: it does not know request ids, so the outcome of a request cannot ' +
                'be looked up there. Nothing was sent.',
            ),
          );
    },
    readWal: async (node, before) => {
      if (before !== undefined) return noOlderPart('PostgreSQL always lists all its WAL files.');
      const read =
        login === undefined
          ? readWal(cluster, access, node, noLogin ?? '')
          : (await import('./sql.ts')).readWal(cluster, access, login, node);
      return documented(await read, walDocument);
    },
    readSnapshots: async (node, before) => {
      if (login === undefined) return await refused('readSnapshots');
      if (before !== undefined) return noOlderPart('PostgreSQL reports only its last checkpoint.');
      const { readSnapshots } = await import('./sql.ts');
      return documented(await readSnapshots(cluster, access, login, node), snapshotsDocument);
    },
    declareDiagnosticsCost: node => declareCost(cluster, access, node),
    collectDiagnostics: async (node, endpoint) =>
      documented(await collect(cluster, access, node, endpoint), diagnosticsDocument),
    explainPromotion: (target, mode) => explainPromotion(cluster, access, target, mode),
    explainDemotion: () => refused('explainDemotion'),
    promote: request => promote(cluster, access, request),
    demote: () => refused('demote'),
  };
}
