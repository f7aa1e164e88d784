/** What an answering AeroDB node says about itself that affects its whole answer. */
import { sentence, type Sentence } from '../../control-plane/model/document.ts';
import type { Member, ReplicaProgress, Wire } from '../../control-plane/model/views.ts';
import { plain, toldByHalted, type Teller } from '../documents.ts';

type Row = Pick<Wire<Member>, 'nodeId' | 'name' | 'role' | 'replicationState' | 'haltReason' | 'health'>;

/** From its own row among the members in its answer. */
export function tellerAmong(members: readonly Row[], observer: string | null): Teller {
  const own = members.find(({ nodeId }) => nodeId === observer);
  if (own === undefined) return {};
  const others = members.filter(member => member !== own);
  return teller(own, [
    ...(own.health === 'halted' ? [toldByHalted(own.name, own.haltReason)] : followsNobody(own)),
    ...(others.length > 0 && others.every(({ health }) => health === 'unknown')
      ? [
          sentence(
            'This answer came from {0}, which cannot tell whether any of the {1} other members is running.',
            plain('strong', own.name),
            plain('number', others.length.toString()),
          ),
        ]
      : []),
  ]);
}

/** From its own row among the replicas in its answer; a primary has no row there. */
export function tellerAmongReplicas(replicas: readonly Wire<ReplicaProgress>[], observer: string | null): Teller {
  const own = replicas.find(({ nodeId }) => nodeId === observer);
  if (own === undefined) return {};
  const { nodeId, state: replicationState, haltReason } = own;
  const row = { nodeId, name: own.name ?? nodeId, role: 'replica' as const, replicationState };
  return teller(row, haltReason === null ? followsNobody(row) : [toldByHalted(row.name, haltReason)]);
}

/** A state in which a node follows nobody, in the node's own word. */
function followsNobody({ name, role, replicationState: state }: Omit<Row, 'haltReason' | 'health'>): Sentence[] {
  return role !== 'primary' && (state === 'Disabled' || state === 'Uninitialized')
    ? [
        sentence(
          'This answer came from {0}, which reports that it follows no node ({1}).',
          plain('strong', name),
          plain('text', state),
        ),
      ]
    : [];
}

function teller({ nodeId, name }: Pick<Row, 'nodeId' | 'name'>, selfReport: readonly Sentence[]): Teller {
  return { observer: { nodeId, name }, ...(selfReport.length === 0 ? {} : { selfReport }) };
}
