/**
 * Explanations: pure functions of command, arguments and facts read from the kernel. They state what the
 * kernel would be asked, what would change if it executes, and what it said when asked beforehand. They never
 * promise success, never recommend and never guess (P7-A3, P7-D1).
 */
import type { CommandArguments } from './arguments.ts';
import type { ClusterConfig } from './cluster.ts';
import { commandLine } from './command-line.ts';
import { COMMANDS, type ConfirmedCommandName, type ControlCommandName } from './commands.ts';
import { invariant, type Invariant, type InvariantId } from './invariants.ts';
import type {
  ControlResultView, DiagnosticsCost, KernelCheck, KernelEvent, KernelExplanation, Member, Observed, Reading, SkippedEndpoint, StateChange,
} from './views.ts';

/** What a consequence concerns. */
export type Scope = 'node' | 'cluster' | 'replication' | 'durability';

/** Shown in full before a confirmation, recorded in full, and bound to it by its digest. */
export interface Explanation {
  readonly command: ConfirmedCommandName;
  readonly title: string;
  /** The exact action in one sentence. */
  readonly action: string;
  readonly cluster: { readonly name: string; readonly kind: ClusterConfig['kind']; readonly environment: string | null };
  readonly target: { readonly nodeId: string; readonly name: string };
  readonly reason: string | null;
  readonly source: {
    readonly endpoint: string;
    readonly observed: Observed;
    readonly skipped: readonly SkippedEndpoint[];
    readonly notes: readonly string[];
  };
  /** What changes if the kernel executes; empty for a command that reads. */
  readonly changes: readonly StateChange[];
  readonly consequences: readonly { readonly scope: Scope; readonly text: string }[];
  /** The kernel's own dry run; `null` for a command that the kernel does not validate beforehand. */
  readonly kernel: {
    readonly decision: 'approve' | 'deny';
    readonly reason: string | null;
    readonly checks: readonly KernelCheck[];
    readonly epoch: bigint;
    readonly primaryId: string | null;
    readonly members: readonly Member[];
    readonly controlVersion: bigint;
  } | null;
  readonly cost: DiagnosticsCost | null;
  readonly invariants: readonly (Invariant & { readonly overridden: boolean })[];
  /** Invariants that the operator has to acknowledge one by one. */
  readonly acknowledge: readonly string[];
  readonly undo: string;
  readonly rejection: readonly string[];
  readonly protection: string;
  /** The terminal program's line that asks for the same; what a person types at the questions is no part of it. */
  readonly commandLine: string;
}

const RELIED_ON = {
  request_promotion: ['P6-A1', 'P6-A2', 'P6-A3', 'P6-S1', 'P6-S2', 'P6-S3', 'P6-F1', 'P6-F2', 'P5-I16', 'P7-E1', 'P7-E3'],
  request_demotion: ['P6-A1', 'P6-A2', 'P6-A3', 'P6-F1', 'P7-E1', 'P7-E3'],
  force_promotion: ['P6-A1', 'P6-A1a', 'P6-A2', 'P6-A3', 'P6-S1', 'P6-S2', 'P6-S3', 'P6-F1', 'P6-F2', 'P5-I16', 'P7-E1', 'P7-E3'],
  run_diagnostics: ['P7-A2', 'P7-S2'],
} as const satisfies Record<ConfirmedCommandName, readonly InvariantId[]>;

/** Explains a control command from the one reading that the kernel gave. */
export function explainControl(
  command: ControlCommandName, args: CommandArguments & { readonly node: string }, cluster: ClusterConfig, reading: Reading<KernelExplanation>,
): Explanation {
  const facts = reading.view;
  const name = memberName(facts.members, args.node);
  const words = WORDS[command](facts, name);
  return {
    ...common(command, args, cluster, reading, name),
    action: words.action,
    changes: words.changes,
    consequences: words.consequences,
    kernel: {
      decision: facts.decision, reason: facts.reason, checks: facts.checks, epoch: facts.epoch,
      primaryId: facts.primaryId, members: facts.members, controlVersion: facts.controlVersion,
    },
    cost: null,
    invariants: cited(command, facts.overriddenInvariants),
    acknowledge: COMMANDS[command].confirmation === 'enhanced' ? facts.overriddenInvariants : [],
    undo: words.undo,
    rejection: [
      ...(facts.decision === 'deny'
        ? [`Asked beforehand, the kernel answered that it would deny this request${facts.reason === null ? '' : ` (${facts.reason})`}. It decides anew when the request arrives.`]
        : ['Asked beforehand, the kernel answered that its checks pass. It decides anew when the request arrives, and may deny it.']),
      ...words.rejection,
    ],
    protection: `The request carries control version ${facts.controlVersion}. The kernel refuses it (AERO_STATE_CHANGED) if a role, an epoch, a replication state, the promotion state or the membership has moved on that node since this was read.`,
  };
}

/** Explains the diagnostic collection from its declared cost. */
export function explainDiagnostics(
  args: CommandArguments & { readonly node: string }, cluster: ClusterConfig, reading: Reading<DiagnosticsCost>,
): Explanation {
  const { files, bytes } = reading.view;
  return {
    ...common('run_diagnostics', args, cluster, reading, args.node),
    action: `Ask node ${args.node} of cluster "${cluster.name}" to collect its diagnostics. The node declares the cost: ${files} files, ${bytes} bytes to read.`,
    changes: [],
    consequences: [
      { scope: 'node', text: `The node reads ${files} files (${bytes} bytes) from its disk, the whole WAL with its checksums among them, while it serves other requests.` },
      { scope: 'cluster', text: 'No role, epoch or membership changes.' },
      { scope: 'replication', text: 'No replication state changes. Disk reads of this size can slow the node while they run.' },
      { scope: 'durability', text: 'Nothing is written to the kernel\'s data.' },
    ],
    kernel: null,
    cost: reading.view,
    invariants: cited('run_diagnostics', []),
    acknowledge: [],
    undo: 'There is nothing to undo: the collection reads and changes nothing.',
    rejection: ['The kernel may refuse the collection, for instance while the node is not ready to answer.'],
    protection: 'The answer must come from the named node; an answer from any other node is refused.',
  };
}

function common(
  command: ConfirmedCommandName, args: CommandArguments & { readonly node: string }, cluster: ClusterConfig, reading: Reading<unknown>, name: string,
): Pick<Explanation, 'command' | 'title' | 'cluster' | 'target' | 'reason' | 'source' | 'commandLine'> {
  return {
    command,
    title: COMMANDS[command].title,
    cluster: { name: cluster.name, kind: cluster.kind, environment: cluster.environment ?? null },
    target: { nodeId: args.node, name },
    reason: args.reason ?? null,
    source: { endpoint: reading.endpoint, observed: reading.observed, skipped: reading.skipped, notes: reading.notes },
    commandLine: commandLine(command, args, cluster),
  };
}

function cited(command: ConfirmedCommandName, overridden: readonly string[]): Explanation['invariants'] {
  const ids: readonly string[] = [...new Set<string>([...overridden, ...RELIED_ON[command]])];
  return ids.map((id) => ({ ...invariant(id), overridden: overridden.includes(id) }));
}

function memberName(members: readonly Member[], nodeId: string): string {
  return members.find((member) => member.nodeId === nodeId)?.name ?? nodeId;
}

type Words = Pick<Explanation, 'action' | 'changes' | 'consequences' | 'undo' | 'rejection'>;

const WORDS: Readonly<Record<ControlCommandName, (facts: KernelExplanation, name: string) => Words>> = {
  request_promotion: (facts, name) => ({
    action: `Ask node "${name}" (${facts.target}) to become the primary of the cluster, if the kernel's validation allows it.`,
    changes: promotionChanges(facts),
    consequences: promotionConsequences(facts, name),
    undo: 'There is no undo. Handing write authority on is a new demotion and a new promotion, each requested and validated by itself.',
    rejection: [
      'The kernel denies a promotion while another node answers as primary, or does not answer at all: not being reachable is never proof of death (P6-A1).',
      'The kernel denies a promotion when it cannot prove that every acknowledged write is on the target (P6-S1, P6-S2).',
    ],
  }),
  request_demotion: (facts, name) => ({
    action: `Ask node "${name}" (${facts.target}) to give up write authority and become a replica.`,
    changes: [
      { component: 'role', nodeId: facts.target, before: roleOf(facts, facts.target), after: 'replica' },
      { component: 'write authority', nodeId: null, before: authorityHolder(facts), after: 'none' },
    ],
    consequences: [
      { scope: 'node', text: `"${name}" durably gives up write authority and stops accepting writes.` },
      { scope: 'cluster', text: 'From then on no node accepts writes, until a promotion succeeds. This command promotes nobody; a promotion is another command, confirmed by itself.' },
      { scope: 'replication', text: 'No node ships new writes while there is no primary. Replicas keep what they have.' },
      { scope: 'durability', text: 'Acknowledged writes stay durable on a majority of the members. Writes in flight that were not acknowledged are refused or remain unacknowledged.' },
    ],
    undo: 'There is no undo. Write authority comes back to a node only by a promotion, which the kernel validates anew.',
    rejection: ['The kernel denies a demotion of a node that is not the primary (P6-A3).'],
  }),
  force_promotion: (facts, name) => ({
    action: `Ask node "${name}" (${facts.target}) to become the primary of the cluster on the operator's own assertion that the old primary is down.`,
    changes: promotionChanges(facts),
    consequences: [
      { scope: 'cluster', text: facts.overriddenInvariants.length === 0
        ? 'The kernel names no check that this force would override. A force that overrides nothing is denied (InvalidRequest).'
        : `The operator's assertion stands in for what the kernel could not find out (${facts.overriddenInvariants.join(', ')}). If the assertion is wrong, responsibility for the consequences is the operator's.` },
      ...promotionConsequences(facts, name),
      { scope: 'durability', text: 'A primary that was wrongly asserted dead can acknowledge no further write once a majority adopted the new epoch; writes that it holds without acknowledgement may be lost, and it halts with AuthorityAmbiguity when it learns of the new epoch.' },
    ],
    undo: 'There is no undo. A node that halts because of this needs an operator\'s action on that node.',
    rejection: [
      'The assertion replaces detection and nothing else (P6-A1a): a check that fails, rather than being unknown, stays a denial, forced or not.',
      'Each overridden invariant has to be acknowledged by itself; the kernel refuses an incomplete acknowledgement.',
    ],
  }),
};

function promotionChanges(facts: KernelExplanation): readonly StateChange[] {
  return [
    { component: 'role', nodeId: facts.target, before: roleOf(facts, facts.target), after: 'primary' },
    { component: 'write authority', nodeId: null, before: authorityHolder(facts), after: memberName(facts.members, facts.target) },
    { component: 'epoch', nodeId: null, before: facts.epoch.toString(), after: `above ${facts.epoch}` },
  ];
}

function promotionConsequences(facts: KernelExplanation, name: string): Explanation['consequences'] {
  return [
    { scope: 'node', text: `"${name}" stops following and accepts writes.` },
    { scope: 'cluster', text: `The primary of the cluster is "${name}", under an epoch above ${facts.epoch}. A majority of the members has to adopt that epoch durably first.` },
    { scope: 'replication', text: `The other members follow "${name}" and acknowledge nothing of an older epoch.` },
    { scope: 'durability', text: 'A write is acknowledged when it is durable on a majority of the members; the promotion is denied unless a majority, the target among them, answers and none of it is ahead of the target.' },
  ];
}

function roleOf(facts: KernelExplanation, nodeId: string): string {
  return facts.members.find((member) => member.nodeId === nodeId)?.role ?? 'unknown';
}

function authorityHolder(facts: KernelExplanation): string {
  return facts.primaryId === null ? 'none known' : memberName(facts.members, facts.primaryId);
}

/** What happened, told from the kernel's answer alone. */
export interface Execution {
  readonly sentence: string;
  readonly changes: readonly StateChange[];
  readonly events: readonly KernelEvent[];
  readonly epoch: bigint;
  readonly controlVersion: bigint;
}

/** The explanation after the fact: before → after as the kernel answered it. */
export function explainExecution(command: ControlCommandName, target: Explanation['target'], cluster: string, result: ControlResultView): Execution {
  const done = command === 'request_demotion' ? 'gave up write authority and is a replica' : 'is the primary';
  return {
    sentence: `The kernel executed the request: node "${target.name}" of cluster "${cluster}" ${done}, at epoch ${result.epoch}.`,
    changes: result.changes,
    events: result.events,
    epoch: result.epoch,
    controlVersion: result.controlVersion,
  };
}
