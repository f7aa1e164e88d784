/** The kernel port over the AeroDB API v1: one path for each method. */
import type { ClusterConfig } from '../../control-plane/clusters/cluster.ts';
import { failure, success, type Result } from '../../control-plane/model/errors.ts';
import type { ControlCommandName } from '../../control-plane/commands/commands.ts';
import type { Kernel } from '../../control-plane/ports.ts';
import type { ExplainedReading } from '../../control-plane/explanation/words.ts';
import { nameAmong, type KernelExplanation, type Reading } from '../../control-plane/model/views.ts';
import { documented } from '../documents.ts';
import { oneLine } from '../http/text.ts';
import { foreign, readError, type Access } from './ask.ts';
import { control } from './control.ts';
import { askChosen, askNode, askNodeAt, configured } from './endpoints.ts';
import { clusterDocument, diagnosticsDocument, nodeDocument } from './document.ts';
import { promotionDocument } from './document-promotion.ts';
import { replicationDocument } from './document-replication.ts';
import { snapshotsDocument, walDocument } from './document-storage.ts';
import { harmless } from './harmless.ts';
import { part, query } from './pages.ts';
import * as schema from './schema.ts';
import { promotion } from './schema-events.ts';
import { explanation } from './schema-explanation.ts';
import { wal, snapshots } from './schema-storage.ts';
import { aerodbCostWords, aerodbWords } from './words.ts';

/** The kernel of `cluster`. Holds configuration and secrets, never kernel state. */
export function aerodbKernel(cluster: ClusterConfig, access: Access, digest: string): Kernel {
  return {
    access: digest,
    unsupported: {},
    hasControlVersion: true,
    readCluster: async from =>
      documented(await askChosen(cluster, access, '/v1/cluster', schema.cluster, from), clusterDocument),
    readNode: async node => {
      const read = await askNode(cluster, access, node, `/v1/nodes/${encodeURIComponent(node)}`, schema.node);
      return documented(
        about(read, ({ member }) => member.nodeId, node),
        nodeDocument,
      );
    },
    readReplication: async from =>
      documented(await askChosen(cluster, access, '/v1/replication', schema.replication, from), replicationDocument),
    readPromotion: async (of, from) => {
      const { requestId, before } = of ?? {};
      const path = `/v1/promotion${query({ request_id: requestId, before })}`;
      const read = part(
        await (of === undefined
          ? askChosen(cluster, access, path, promotion, from)
          : askNode(cluster, access, of.node, path, promotion)),
        before,
        ({ events }) => events.map(({ seq }) => seq),
      );
      return documented(
        requestId === undefined ? read : about(read, ({ request }) => request?.requestId, requestId),
        promotionDocument,
      );
    },
    readWal: async (node, before) => {
      const read = await askNode(cluster, access, node, `/v1/wal${query({ before })}`, wal);
      return documented(
        part(read, before, ({ segments }) => (segments ?? []).map(({ endOffset }) => endOffset)),
        walDocument,
      );
    },
    readSnapshots: async (node, before) => {
      const read = await askNode(cluster, access, node, `/v1/snapshots${query({ before })}`, snapshots);
      return documented(
        part(read, before, ({ items }) => items.map(({ commitId }) => commitId)),
        snapshotsDocument,
      );
    },
    declareDiagnosticsCost: async node => {
      const read = await askNode(cluster, access, node, '/v1/diagnostics/cost', schema.diagnosticsCost);
      return read.ok ? success({ ...read.value, words: aerodbCostWords(read.value.view) }) : read;
    },
    collectDiagnostics: async (node, endpoint) => {
      const own = configured(cluster, endpoint);
      const told = own.ok ? await askNodeAt(access, own.value, node, '/v1/diagnostics', schema.diagnostics) : own;
      return documented(told.ok ? success(harmless(told.value)) : told, diagnosticsDocument);
    },
    explainPromotion: async (target, mode) => {
      const path = `/v1/explain/promotion?target=${encodeURIComponent(target)}&mode=${mode}`;
      const read = about(await askNode(cluster, access, target, path, explanation), view => view.target, target);
      return explained(
        mode === 'forced' ? 'force_promotion' : 'request_promotion',
        about(read, view => view.mode, mode),
      );
    },
    explainDemotion: async target => {
      const path = `/v1/explain/demotion?target=${encodeURIComponent(target)}`;
      return explained(
        'request_demotion',
        about(await askNode(cluster, access, target, path, explanation), view => view.target, target),
      );
    },
    promote: ({ mode, acknowledgedInvariants, ...request }) =>
      control(
        cluster,
        access,
        {
          name: 'promotion',
          path: '/v1/control/promotions',
          own: { mode, acknowledged_invariants: acknowledgedInvariants },
          mode,
        },
        request,
      ),
    demote: request =>
      control(cluster, access, { name: 'demotion', path: '/v1/control/demotions', own: {}, mode: null }, request),
  };
}

/** The kernel's dry run and what follows from it. */
function explained(command: ControlCommandName, read: Result<Reading<KernelExplanation>>): Result<ExplainedReading> {
  if (!read.ok) return read;
  const { view } = read.value;
  const name = nameAmong(view.members, view.target) ?? view.target;
  return success({ ...read.value, words: aerodbWords(command, view, name) });
}

/** Refuses an answer to a question that was not asked. */
function about<T>(
  read: Result<Reading<T>>,
  subject: (view: T) => string | null | undefined,
  asked: string,
): Result<Reading<T>> {
  if (!read.ok) return read;
  const found = subject(read.value.view);
  return found === asked
    ? read
    : failure(
        readError(
          read.value.endpoint,
          foreign(`the answer is about ${oneLine(found ?? 'nothing', 200)}, not ${asked}`).no,
        ),
      );
}
