/** Answers with the documents that their engine makes of them, for tests that show answers without a kernel. */
import type { Document } from '../../src/control-plane/model/document.ts';
import type { AnsweredView, CommandViews, ReadCommandName } from '../../src/control-plane/model/reads.ts';
import { sentenceText } from '../../src/cli/text/cell.ts';
import { toWire, type Reading, type Wire } from '../../src/control-plane/model/views.ts';
import * as aerodb from '../../src/engines/aerodb/document.ts';
import { promotionDocument } from '../../src/engines/aerodb/document-promotion.ts';
import { replicationDocument } from '../../src/engines/aerodb/document-replication.ts';
import * as aerodbStorage from '../../src/engines/aerodb/document-storage.ts';
import { named } from '../../src/engines/named.ts';
import * as patroni from '../../src/engines/patroni/document.ts';
import * as patroniStorage from '../../src/engines/patroni/document-storage.ts';
import type { PatroniClusterView, PatroniNodeView, PatroniReplicationView } from '../../src/engines/patroni/views.ts';

type Describes<V> = {
  readonly [C in ReadCommandName]: (view: Wire<V[C & keyof V]>, observer: string | null) => Document;
};

/** Views with the values that only Patroni's members and replicas have. */
export interface PatroniViews
  extends Omit<CommandViews, 'inspect_cluster_state' | 'inspect_node' | 'inspect_replication_status'> {
  readonly inspect_cluster_state: PatroniClusterView;
  readonly inspect_node: PatroniNodeView;
  readonly inspect_replication_status: PatroniReplicationView;
}

export const DESCRIBED_BY_AERODB: Describes<CommandViews> = {
  inspect_cluster_state: aerodb.clusterDocument,
  inspect_node: aerodb.nodeDocument,
  inspect_replication_status: replicationDocument,
  inspect_promotion_state: promotionDocument,
  inspect_wal: aerodbStorage.walDocument,
  inspect_snapshots: aerodbStorage.snapshotsDocument,
  run_diagnostics: aerodb.diagnosticsDocument,
};

export const DESCRIBED_BY_PATRONI: Describes<PatroniViews> = {
  inspect_cluster_state: patroni.clusterDocument,
  inspect_node: patroni.nodeDocument,
  inspect_replication_status: patroni.replicationDocument,
  inspect_promotion_state: patroni.promotionDocument,
  inspect_wal: patroniStorage.walDocument,
  inspect_snapshots: patroniStorage.snapshotsDocument,
  run_diagnostics: patroni.diagnosticsDocument,
};

/** An answer before its document is made. */
export type Undocumented<V> = {
  [C in ReadCommandName & keyof V]: { readonly command: C; readonly reading: Reading<V[C]> };
}[ReadCommandName & keyof V];

/** The answer, with the document that its engine makes of it. */
export function documented<V>(engine: Describes<V>, shown: Undocumented<V>): AnsweredView {
  const { command, reading } = shown;
  const describe = engine[command] as (view: unknown, observer: string | null) => Document;
  const { view, names = {}, observed } = reading;
  const document = (): Document => named(describe(toWire(view), observed.nodeId), names, observed.nodeId);
  return { command, reading: { ...reading, document } } as AnsweredView;
}

/** What a document says about being only a part, in one line; empty when it says nothing. */
export function partOf({ sections }: Document): string {
  return sections
    .flatMap(({ blocks }) => blocks)
    .flatMap(block => (block.is === 'part' ? [block.sentences.map(sentenceText).join(' ')] : []))
    .join(' | ');
}
