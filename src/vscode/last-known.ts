/**
 * What the tree of this window last knew of a node that does not answer. It comes from memory, with its time; no node
 * is contacted.
 */
import { isOwn } from '../control-plane/model/errors.ts';
import type { DocumentedReading, Fact } from '../control-plane/model/document.ts';
import { memberTableOf, topologyOf } from '../control-plane/model/members-shown.ts';
import { nameAmong, toWire, type ClusterView } from '../control-plane/model/views.ts';
import type { FlowFailure } from '../control-plane/request/flow.ts';
import type { LastReport } from '../panel-protocol/panels.ts';
import { markWords, type Mark } from './tree-marks.ts';

/** What the cluster's answer says about a node; `undefined` when it does not name that node. */
export function lastKnownOf(
  reading: DocumentedReading<ClusterView>,
  nodeId: string,
  mark: Mark | undefined,
): LastReport | undefined {
  const { members } = reading.view;
  const name = nameAmong(members, nodeId);
  if (name === undefined) return undefined;
  const { observed, endpoint, skipped, notes } = reading;
  return {
    name,
    source: toWire({ observed, endpoint, skipped, notes }),
    toldBy: nameAmong(members, observed.nodeId) ?? observed.nodeId,
    facts: factsOf(reading, nodeId),
    ...(mark === undefined ? {} : { mark: markWords(mark) }),
  };
}

/** The row of a node in the table of members; each value has the title of its column. */
function factsOf({ document }: DocumentedReading<ClusterView>, nodeId: string): readonly Fact[] {
  const shown = document();
  const table = memberTableOf(shown);
  const row = table?.rows[topologyOf(shown)?.nodes.findIndex(node => node.nodeId === nodeId) ?? -1];
  return (table?.columns ?? []).flatMap(({ title: name, is, isNarrow }, column) => {
    const value = row?.[column];
    if (value === undefined || isNarrow === true) return [];
    return [{ name, value: typeof value === 'object' && value !== null ? value : { is, value } }];
  });
}

/** Reads that are sent to one node only. */
const OF_ONE_NODE: readonly string[] = ['inspect_node', 'inspect_wal', 'inspect_snapshots', 'inspect_promotion_state'];

/**
 * The node, when a reading of this node alone got no answer. `undefined` when something answered or refused to. Only
 * the error's message says why there was no answer: perhaps the node was not even asked.
 */
export function withoutAnswer({ command, target, error }: FlowFailure): string | undefined {
  return target !== null &&
    OF_ONE_NODE.includes(command) &&
    error.domain === 'TRANSPORT_ERROR' &&
    !isOwn(error, 'PHASE7_INVALID_KERNEL_RESPONSE')
    ? target
    : undefined;
}
