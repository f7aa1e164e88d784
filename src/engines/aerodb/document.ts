/** What AeroDB shows of a cluster, a node, diagnostics, an explanation and an execution. */
import { label, sentence, type Document, type Sentence } from '../../control-plane/model/document.ts';
import type {
  ClusterView,
  ControlResultView,
  DiagnosticsView,
  KernelExplanation,
  Member,
  NodeView,
  Wire,
} from '../../control-plane/model/views.ts';
import { byName } from '../../text/natural.ts';
import {
  diagnostics,
  entries,
  detail,
  fact,
  facts,
  membersTopology,
  nodeCell,
  plain,
  section,
  table,
} from '../documents.ts';
import { membersLine, nameOf, nodeLine } from '../headline.ts';
import { membersTable, nodeSections, PICTURE, STANDING } from './document-members.ts';
import { EVENTS } from './document-promotion.ts';
import { tellerAmong } from './teller.ts';
import { TERMS } from './terms.ts';

/** Which role each member has, and how far it is. */
export function clusterDocument(
  { clusterId, name, epoch, primaryId, members: told }: Wire<ClusterView>,
  observer: string | null,
): Document {
  const members = byName(told);
  const primary = members.find(({ nodeId }) => nodeId === primaryId);
  return {
    headline: [leadsAt(primaryId, primary?.name, epoch), ...membersLine(members, primaryId, STANDING)],
    terms: TERMS,
    epoch,
    ...tellerAmong(members, observer),
    sections: [
      section(
        null,
        facts(
          detail(label('Cluster'), clusterId === null ? plain('text', name) : { is: 'node', name, nodeId: clusterId }),
          detail(TERMS.primary, primary === undefined ? plain('code', primaryId) : nodeCell(primary)),
          detail(label('Members'), plain('number', members.length.toString())),
        ),
      ),
      section(label('Topology'), { is: 'topology', topology: membersTopology(members, primaryId, PICTURE) }),
      section(label('Members'), table(membersTable(members))),
    ],
  };
}

/** Who is primary, and at which epoch the answering node is. */
export function leadsAt(primaryId: string | null, name: string | undefined, epoch: string | null): Sentence {
  const at = plain('ordinal', epoch);
  return primaryId === null
    ? sentence('No primary is known, epoch {0}', at)
    : sentence('{0} is primary, epoch {1}', nameOf(name ?? primaryId), at);
}

/** One node, and whether the node itself answered. */
export function nodeDocument(view: Wire<NodeView>, observer: string | null): Document {
  return {
    headline: [
      ...nodeLine(view.member, view.source, STANDING),
      ...lagLine(view.member),
      sentence('epoch {0}', plain('ordinal', view.epoch)),
    ],
    terms: TERMS,
    epoch: view.epoch,
    ...tellerAmong([view.member], observer),
    sections: nodeSections(view),
  };
}

export function diagnosticsDocument({ sections }: Wire<DiagnosticsView>): Document {
  return { terms: TERMS, sections: diagnostics(sections) };
}

/** What is shown below an explanation: the members on which it rests, as the target reported them. */
export function explanationDocument({
  target,
  epoch,
  members,
}: Pick<Wire<KernelExplanation>, 'target' | 'epoch' | 'members'>): Document {
  return {
    terms: TERMS,
    epoch,
    ...tellerAmong(members, target),
    sections: [section(label('Members as the node reported them', 'Members'), table(membersTable(byName(members))))],
  };
}

/** What is shown below an explanation of diagnostics: nothing, because nothing of the cluster was read for it. */
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

/** A primary has no lag, so it gets no line. */
function lagLine({ role, lagBytes, lagCommits }: Wire<Member>): readonly Sentence[] {
  return role === 'primary'
    ? []
    : [sentence('lag: {0} bytes, {1} commits', plain('number', lagBytes), plain('number', lagCommits))];
}
