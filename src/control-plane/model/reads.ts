/** The reading commands: one kernel operation each, and the summary of the state that a record holds. */
import type { CommandArguments } from '../commands/arguments.ts';
import type { CommandName, ControlCommandName } from '../commands/commands.ts';
import type { DocumentedReading } from './document.ts';
import { failure, success, type Result } from './errors.ts';
import { isPosition } from './plausible.ts';
import type { Kernel } from '../ports.ts';
import type { KernelState } from './record.ts';
import type {
  ClusterView,
  DiagnosticsView,
  Member,
  NodeView,
  PromotionView,
  Reading,
  ReplicationView,
  SnapshotsView,
  WalView,
} from './views.ts';

/** The view that each reading command returns. */
export interface CommandViews {
  readonly inspect_cluster_state: ClusterView;
  readonly inspect_node: NodeView;
  readonly inspect_replication_status: ReplicationView;
  readonly inspect_promotion_state: PromotionView;
  readonly run_diagnostics: DiagnosticsView;
  readonly inspect_wal: WalView;
  readonly inspect_snapshots: SnapshotsView;
}

/** The commands that read. */
export type ReadCommandName = Exclude<CommandName, ControlCommandName>;

/** A command's answer; the command tells which view it holds. */
export type AnsweredView = {
  [C in ReadCommandName]: { readonly command: C; readonly reading: DocumentedReading<CommandViews[C]> };
}[ReadCommandName];

/** Commands that read at once, without a confirmation. */
export type InspectCommandName = Exclude<ReadCommandName, 'run_diagnostics'>;

/** Asks the kernel for exactly the one operation of the command. The arguments were checked before. */
export async function readView(
  kernel: Kernel,
  command: InspectCommandName,
  args: CommandArguments,
  from: string | undefined,
): Promise<Result<AnsweredView>> {
  const told = await readOperation(kernel, command, args, from);
  return from === undefined ? told : byChoice(told, from);
}

async function readOperation(
  kernel: Kernel,
  command: InspectCommandName,
  args: CommandArguments,
  from: string | undefined,
): Promise<Result<AnsweredView>> {
  const node = args.node ?? '';
  switch (command) {
    case 'inspect_cluster_state':
      return view(command, await kernel.readCluster(from));
    case 'inspect_node':
      return view(command, await kernel.readNode(node));
    case 'inspect_replication_status':
      return view(command, await kernel.readReplication(from));
    case 'inspect_promotion_state':
      return view(
        command,
        await kernel.readPromotion(
          args.node === undefined ? undefined : { node, requestId: args.lookup, before: args.before },
          from,
        ),
      );
    case 'inspect_wal':
      return view(command, await kernel.readWal(node, args.before));
    case 'inspect_snapshots':
      return view(command, await kernel.readSnapshots(node, args.before));
  }
}

/**
 * Marks the answer of an endpoint that a person chose; a failure adds that, for this reason, no other endpoint was
 * asked.
 */
function byChoice(told: Result<AnsweredView>, from: string): Result<AnsweredView> {
  if (told.ok) {
    const answer = { ...told.value, reading: { ...told.value.reading, isChosen: true } } as AnsweredView;
    return success(answer);
  }
  const only = `Only ${from} was asked, because it was chosen; no other was asked in its place.`;
  const { error } = told;
  if (error.domain === 'TRANSPORT_ERROR') return failure({ ...error, message: `${error.message} ${only}` });
  if (error.kernel === undefined) return told;
  // The kernel's own words are not changed.
  return failure({ ...error, known: error.known === undefined ? only : `${error.known} ${only}` });
}

function view<C extends ReadCommandName>(
  command: C,
  result: Result<DocumentedReading<CommandViews[C]>>,
): Result<{ readonly command: C; readonly reading: DocumentedReading<CommandViews[C]> }> {
  return result.ok ? success({ command, reading: result.value }) : failure(result.error);
}

/**
 * The arguments that read the next older part of the list in an answer, from the same node; `undefined` if nothing is
 * older or nobody can be asked for it.
 */
export function olderPart({ command, reading }: AnsweredView, cluster: string): CommandArguments | undefined {
  if (command !== 'inspect_promotion_state' && command !== 'inspect_wal' && command !== 'inspect_snapshots')
    return undefined;
  const {
    view: { nextBefore },
    observed: { nodeId: node },
  } = reading;
  const before = nextBefore?.toString();
  return before === undefined || !isPosition(before) || node === null ? undefined : { cluster, node, before };
}

/** The fields of a view that say which authority state it shows. */
interface AuthorityFacts {
  readonly epoch?: bigint | null;
  readonly primaryId?: string | null;
  readonly members?: readonly Member[];
}

/** Summary of the state that an answer shows, for a record. */
export function answeredState(answer: AnsweredView): KernelState {
  return kernelState(answer.reading, authorityFacts(answer));
}

/** Summary of the state that the operator saw: where it was read, and the authority that it shows. */
export function kernelState({ observed, endpoint }: Reading<unknown>, facts: AuthorityFacts): KernelState {
  return {
    node: observed.nodeId,
    endpoint,
    commit_id: observed.commitId?.toString() ?? null,
    control_version: observed.controlVersion?.toString() ?? null,
    time: observed.time,
    clock: observed.clock,
    epoch: facts.epoch?.toString() ?? null,
    primary: facts.primaryId ?? null,
    members: (facts.members ?? []).map(member => ({
      node: member.nodeId,
      role: member.role,
      state: member.replicationState,
      durable_offset: member.durableOffset?.toString() ?? null,
    })),
  };
}

function authorityFacts(answer: AnsweredView): AuthorityFacts {
  switch (answer.command) {
    case 'inspect_cluster_state':
      return answer.reading.view;
    case 'inspect_node':
      return { epoch: answer.reading.view.epoch, members: [answer.reading.view.member] };
    case 'inspect_replication_status':
      return { epoch: answer.reading.view.epoch, primaryId: answer.reading.view.primaryId };
    case 'inspect_promotion_state':
      return { epoch: answer.reading.view.epoch };
    case 'run_diagnostics':
    case 'inspect_wal':
    case 'inspect_snapshots':
      return {};
  }
}
