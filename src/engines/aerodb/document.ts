/** What AeroDB shows of a cluster, a node, diagnostics, an explanation and an execution. */
import { label, type Document } from '../../control-plane/model/document.ts';
import type {
  ClusterView,
  ControlResultView,
  DiagnosticsView,
  KernelExplanation,
  NodeView,
  Wire,
} from '../../control-plane/model/views.ts';
import { diagnostics, entries, fact, facts, membersTopology, nodeCell, plain, section, table } from '../documents.ts';
import { membersTable, nodeSections, PICTURE } from './document-members.ts';
import { EVENTS } from './document-promotion.ts';
import { TERMS } from './terms.ts';

/** Who holds what role, and how far each member is. */
export function clusterDocument(
  { clusterId, name, epoch, primaryId, members }: Wire<ClusterView>,
  observer: string | null,
): Document {
  const primary = members.find(({ nodeId }) => nodeId === primaryId);
  return {
    terms: TERMS,
    epoch,
    ...observerOf(members, observer),
    sections: [
      section(
        null,
        facts(
          fact(label('Cluster'), clusterId === null ? plain('text', name) : { is: 'node', name, nodeId: clusterId }),
          fact(TERMS.primary, primary === undefined ? plain('code', primaryId) : nodeCell(primary)),
          fact(label('Members'), plain('number', members.length.toString())),
        ),
      ),
      section(label('Topology'), { is: 'topology', topology: membersTopology(members, primaryId, PICTURE) }),
      section(label('Members'), table(membersTable(members))),
    ],
  };
}

/** One node, and whether it speaks for itself. */
export function nodeDocument(view: Wire<NodeView>, observer: string | null): Document {
  return {
    terms: TERMS,
    epoch: view.epoch,
    ...observerOf([view.member], observer),
    sections: nodeSections(view),
  };
}

export function diagnosticsDocument({ sections }: Wire<DiagnosticsView>): Document {
  return { terms: TERMS, sections: diagnostics(sections) };
}

/** What stands below an explanation: the members that it rests on. The target itself told them. */
export function explanationDocument({
  target,
  epoch,
  members,
}: Pick<Wire<KernelExplanation>, 'target' | 'epoch' | 'members'>): Document {
  return {
    terms: TERMS,
    epoch,
    ...observerOf(members, target),
    sections: [section(label('Members as the node reported them', 'Members'), table(membersTable(members)))],
  };
}

/** What stands below an explanation of diagnostics: nothing of the cluster was read for it. */
export const COST_DOCUMENT: Document = { terms: TERMS, sections: [] };

/** What an executed request changed, from the kernel's own answer. */
export function executionDocument(
  { epoch, controlVersion, changes, events }: Wire<ControlResultView>,
  target: { readonly nodeId: string; readonly name: string },
): Document {
  return {
    terms: TERMS,
    sections: [
      section(
        null,
        facts(
          fact(label('Target'), { is: 'node', ...target, strong: true }),
          fact(TERMS.epoch.name, plain('ordinal', epoch)),
          fact(label('Control version'), plain('ordinal', controlVersion)),
        ),
      ),
      section(label('Before and after'), { is: 'changes', changes, names: [target] }),
      section(label('Events'), {
        is: 'events',
        entries: entries(events, EVENTS),
        empty: label('The kernel reports no events.'),
        brief: true,
      }),
    ],
  };
}

function observerOf(
  members: readonly { readonly nodeId: string; readonly name: string }[],
  observer: string | null,
): Pick<Document, 'observer'> {
  const member = members.find(({ nodeId }) => nodeId === observer);
  return member === undefined ? {} : { observer: { nodeId: member.nodeId, name: member.name } };
}
