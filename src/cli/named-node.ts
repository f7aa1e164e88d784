/**
 * Finds a node by its name. The cluster is read for it; that is a request of its own, with its own record. An id is
 * used as it is, without any reading.
 */
import type { CommandName } from '../control-plane/commands/commands.ts';
import { engineOf } from '../control-plane/engine.ts';
import { isNodeName } from '../control-plane/model/plausible.ts';
import type { FlowFailure } from '../control-plane/request/flow.ts';
import type { Recorded } from '../control-plane/request/recorder.ts';
import { byName } from '../text/natural.ts';
import { visible } from '../text/foreign.ts';
import { ENGINES } from '../engines/registry.ts';
import type { Session } from './session.ts';

/** The parts of the session that are needed here. */
interface Asking extends Pick<Session, 'plane'> {
  readonly clusters: Pick<Session['clusters'], 'find'>;
}

type Input = Readonly<Record<string, string>>;

/** The arguments with the node's id in them, or the reason why there is none. */
export type NamedNode =
  | { readonly kind: 'id'; readonly input: Input }
  /** Exactly one member has the name. `told` gives name and id. */
  | { readonly kind: 'found'; readonly input: Input; readonly told: string; readonly recorded: Recorded }
  /** No member has the name, or several have it. The request is made as typed, so that it is refused and recorded. */
  | { readonly kind: 'nobody'; readonly input: Input; readonly hint: string; readonly recorded: Recorded }
  | { readonly kind: 'unread'; readonly failure: FlowFailure; readonly hint: string };

/** Finds the node. `input` holds the arguments as they were typed. */
export async function nodeByName({ plane, clusters }: Asking, command: CommandName, input: Input): Promise<NamedNode> {
  const asTyped = { kind: 'id', input } as const;
  const { node, cluster } = input;
  if (node === undefined || node === '' || cluster === undefined || !isNodeName(node)) return asTyped;
  const config = clusters.find(cluster);
  if (!config.ok || engineOf(ENGINES, config.value).invalidNodeId(node) === undefined) return asTyped;
  // A request that is refused whatever the node is, is refused without reading the cluster.
  if ((await plane.refusal(command, input)) !== undefined) return asTyped;
  const result = await plane.execute('inspect_cluster_state', { cluster });
  if (result.kind === 'failed') return { kind: 'unread', failure: result, hint: sought(node) };
  if (result.kind !== 'answered' || result.answer.command !== 'inspect_cluster_state') return asTyped;
  const members = byName(result.answer.reading.view.members);
  const called = members.filter(({ name }) => name === node);
  const [found] = called;
  if (found !== undefined && called.length === 1)
    return {
      kind: 'found',
      input: { ...input, node: found.nodeId },
      told: `Node ${visible(found.name)} is ${visible(found.nodeId)}.`,
      recorded: result.recorded,
    };
  const hint =
    called.length > 1
      ? `${called.length} members are called "${visible(node)}": ` +
        `${called.map(({ nodeId }) => visible(nodeId)).join(', ')}. An id names one of them.`
      : `No member is called "${visible(node)}". The members are ` +
        `${members.map(({ name }) => visible(name)).join(', ') || 'none'}.`;
  return { kind: 'nobody', input, hint, recorded: result.recorded };
}

function sought(node: string): string {
  return `"${visible(node)}" is not an id, so the members had to be read to find the name. Nothing else was requested.`;
}
