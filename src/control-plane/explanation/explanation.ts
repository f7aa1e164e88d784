/**
 * Explanations: pure functions of command, arguments and facts that were read from the kernel. They state what the
 * kernel will be asked, what changes if it executes, and what it said when asked beforehand. They never promise
 * success, recommend or guess (P7-A3, P7-D1).
 */
import type { CommandArguments } from '../commands/arguments.ts';
import type { ClusterConfig } from '../clusters/cluster.ts';
import { commandLine } from '../commands/command-line.ts';
import { COMMANDS, type ConfirmedCommandName, type ControlCommandName } from '../commands/commands.ts';
import type { Engine } from '../engine.ts';
import type { Document } from '../model/document.ts';
import { invariant, type Invariant } from '../model/invariants.ts';
import {
  nameAmong,
  type DiagnosticsCost,
  type KernelCheck,
  type KernelEvent,
  type Member,
  type Observed,
  type Reading,
  type SkippedEndpoint,
  type StateChange,
} from '../model/views.ts';
import type { CostReading, ExecutedControl, ExplainedReading, Fact, Words } from './words.ts';

/**
 * An explanation is shown in full before a confirmation and recorded in full; its digest binds the confirmation to it.
 */
export interface Explanation {
  readonly command: ConfirmedCommandName;
  readonly title: string;
  /** The exact action in one sentence. */
  readonly action: string;
  readonly cluster: {
    readonly name: string;
    readonly kind: string;
    readonly environment: string | null;
  };
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
  readonly consequences: Words['consequences'];
  /** What the engine reported beside the standard parts, each fact with where and when it was read. */
  readonly facts: readonly Fact[];
  /** The kernel's state and its own dry run, if it has one; `null` for a command that changes nothing. */
  readonly kernel: {
    readonly decision: 'approve' | 'deny' | null;
    readonly reason: string | null;
    readonly checks: readonly KernelCheck[];
    readonly epoch: bigint | null;
    readonly primaryId: string | null;
    readonly members: readonly Member[];
    readonly controlVersion: bigint | null;
  } | null;
  readonly cost: DiagnosticsCost | null;
  readonly invariants: readonly (Invariant & { readonly overridden: boolean })[];
  /** Invariants that the operator has to acknowledge one by one. */
  readonly acknowledge: readonly string[];
  readonly undo: string;
  readonly rejection: readonly string[];
  readonly protection: string;
  /** The terminal program's line that asks for the same. It leaves out what a person types at the prompts. */
  readonly commandLine: string;
}

/** Explains a control command from one reading of the kernel. */
export function explainControl(
  command: ControlCommandName,
  args: CommandArguments & { readonly node: string },
  cluster: ClusterConfig,
  reading: ExplainedReading,
  engine: Engine,
): Explanation {
  const { view: facts, words } = reading;
  const name = nameAmong(facts.members, args.node) ?? args.node;
  return {
    ...common(command, args, cluster, reading, name, engine),
    action: words.action,
    changes: words.changes,
    consequences: words.consequences,
    facts: words.facts,
    kernel: {
      decision: facts.decision,
      reason: facts.reason,
      checks: facts.checks,
      epoch: facts.epoch,
      primaryId: facts.primaryId,
      members: facts.members,
      controlVersion: facts.controlVersion,
    },
    cost: null,
    invariants: cited([...words.reliedOn, ...facts.checks.map(check => check.invariant)], facts.overriddenInvariants),
    acknowledge: COMMANDS[command].confirmation === 'enhanced' ? facts.overriddenInvariants : [],
    undo: words.undo,
    rejection: words.rejection,
    protection: words.protection,
  };
}

/** Explains the diagnostic collection from its declared cost. */
export function explainDiagnostics(
  args: CommandArguments & { readonly node: string },
  cluster: ClusterConfig,
  reading: CostReading,
  engine: Engine,
): Explanation {
  const { name, ...cost } = reading.view;
  const { words } = reading;
  const called = name === null || name === args.node ? args.node : `"${name}" (${args.node})`;
  return {
    ...common('run_diagnostics', args, cluster, reading, name ?? args.node, engine),
    action: `Ask node ${called} of cluster "${cluster.name}" to collect its diagnostics. ${words.declared}`,
    changes: [],
    consequences: [
      { scope: 'node', text: words.node },
      { scope: 'cluster', text: 'No role, epoch or membership changes.' },
      { scope: 'replication', text: words.replication },
      { scope: 'durability', text: "Nothing is written to the kernel's data." },
    ],
    facts: [],
    kernel: null,
    cost,
    invariants: cited(['P7-A2', 'P7-S2'], []),
    acknowledge: [],
    undo: 'There is nothing to undo: the collection reads and changes nothing.',
    rejection: ['The kernel may refuse the collection, for instance while the node is not ready to answer.'],
    protection: words.protection,
  };
}

function common(
  command: ConfirmedCommandName,
  args: CommandArguments & { readonly node: string },
  cluster: ClusterConfig,
  reading: Reading<unknown>,
  name: string,
  engine: Engine,
): Pick<Explanation, 'command' | 'title' | 'cluster' | 'target' | 'reason' | 'source' | 'commandLine'> {
  return {
    command,
    title: COMMANDS[command].title,
    cluster: { name: cluster.name, kind: cluster.kind, environment: cluster.environment ?? null },
    target: { nodeId: args.node, name },
    reason: args.reason ?? null,
    source: {
      endpoint: reading.endpoint,
      observed: reading.observed,
      skipped: reading.skipped.map(({ endpoint, reason: why }) => ({ endpoint, reason: why })),
      notes: reading.notes,
    },
    commandLine: commandLine(command, args, cluster, engine),
  };
}

function cited(reliedOn: readonly string[], overridden: readonly string[]): Explanation['invariants'] {
  const ids = [...new Set([...overridden, ...reliedOn])];
  return ids.map(id => ({ ...invariant(id), overridden: overridden.includes(id) }));
}

/** What happened, from the kernel's answer alone. */
export interface Execution {
  readonly sentence: string;
  readonly changes: readonly StateChange[];
  readonly events: readonly KernelEvent[];
  readonly epoch: bigint | null;
  readonly controlVersion: bigint | null;
  readonly document: () => Document;
}

/** Explains an executed request: what the kernel answered, before → after. */
export function explainExecution({ result, sentence, document }: ExecutedControl): Execution {
  const { changes, events, epoch, controlVersion } = result;
  return { sentence, changes, events, epoch, controlVersion, document };
}
