/**
 * The closed set of commands: palette entries, terminal words, authority checks, confirmations, explanations and tests
 * follow from this one table. There is no eleventh command.
 */

/** Inspection and diagnostic commands read; control commands ask the kernel to change something. */
export type CommandClass = 'inspection' | 'diagnostic' | 'control';

/** How a person consents: not at all, once by typing the node's name, or by acknowledging each invariant. */
export type ConfirmationType = 'none' | 'standard' | 'enhanced';

/** The operations of the kernel port; nothing else can be asked of a kernel. */
export type KernelOperation =
  | 'readCluster'
  | 'readNode'
  | 'readReplication'
  | 'readPromotion'
  | 'readWal'
  | 'readSnapshots'
  | 'collectDiagnostics'
  | 'declareDiagnosticsCost'
  | 'explainPromotion'
  | 'explainDemotion'
  | 'promote'
  | 'demote';

/**
 * What the command acts on. `optional-node`: the node is needed to look up a request id or to read one node's history.
 */
export type CommandTarget = 'none' | 'optional-node' | 'node' | 'replica' | 'primary';

/** One row of the command table. */
export interface CommandSpec {
  readonly class: CommandClass;
  readonly title: string;
  /** `any`: Observer, Operator and Auditor; `operator`: Operator of the cluster concerned. */
  readonly authority: 'any' | 'operator';
  readonly confirmation: ConfirmationType;
  /** The kernel operation that the command asks for: one command, one operation (P7-E1), forced or not. */
  readonly operation: KernelOperation;
  /** The operation that is read first, to explain the command. */
  readonly explainedBy: KernelOperation | null;
  /** Whether the operator's assertion replaces facts that the kernel cannot find out. */
  readonly forced: boolean;
  readonly target: CommandTarget;
  /** Whether the answer is an ordered list whose older part can be asked for. */
  readonly isPaged: boolean;
  /** Whether the endpoints are asked in configured order; then a person may choose one of them instead. */
  readonly isAskedInOrder: boolean;
  /** Whether the request carries the operator's reason, and whether the reason may be left out. */
  readonly reason: 'none' | 'optional' | 'required';
}

export const COMMANDS = {
  inspect_cluster_state: {
    class: 'inspection',
    title: 'Inspect Cluster State',
    authority: 'any',
    confirmation: 'none',
    operation: 'readCluster',
    explainedBy: null,
    forced: false,
    target: 'none',
    isPaged: false,
    isAskedInOrder: true,
    reason: 'none',
  },
  inspect_node: {
    class: 'inspection',
    title: 'Inspect Node',
    authority: 'any',
    confirmation: 'none',
    operation: 'readNode',
    explainedBy: null,
    forced: false,
    target: 'node',
    isPaged: false,
    isAskedInOrder: false,
    reason: 'none',
  },
  inspect_replication_status: {
    class: 'inspection',
    title: 'Inspect Replication Status',
    authority: 'any',
    confirmation: 'none',
    operation: 'readReplication',
    explainedBy: null,
    forced: false,
    target: 'none',
    isPaged: false,
    isAskedInOrder: true,
    reason: 'none',
  },
  inspect_promotion_state: {
    class: 'inspection',
    title: 'Inspect Promotion State',
    authority: 'any',
    confirmation: 'none',
    operation: 'readPromotion',
    explainedBy: null,
    forced: false,
    target: 'optional-node',
    isPaged: true,
    isAskedInOrder: true,
    reason: 'none',
  },
  run_diagnostics: {
    class: 'diagnostic',
    title: 'Run Diagnostics',
    authority: 'operator',
    confirmation: 'standard',
    operation: 'collectDiagnostics',
    explainedBy: 'declareDiagnosticsCost',
    forced: false,
    target: 'node',
    isPaged: false,
    isAskedInOrder: false,
    reason: 'none',
  },
  inspect_wal: {
    class: 'diagnostic',
    title: 'Inspect WAL',
    authority: 'any',
    confirmation: 'none',
    operation: 'readWal',
    explainedBy: null,
    forced: false,
    target: 'node',
    isPaged: true,
    isAskedInOrder: false,
    reason: 'none',
  },
  inspect_snapshots: {
    class: 'diagnostic',
    title: 'Inspect Snapshots',
    authority: 'any',
    confirmation: 'none',
    operation: 'readSnapshots',
    explainedBy: null,
    forced: false,
    target: 'node',
    isPaged: true,
    isAskedInOrder: false,
    reason: 'none',
  },
  request_promotion: {
    class: 'control',
    title: 'Request Promotion',
    authority: 'operator',
    confirmation: 'standard',
    operation: 'promote',
    explainedBy: 'explainPromotion',
    forced: false,
    target: 'replica',
    isPaged: false,
    isAskedInOrder: false,
    reason: 'optional',
  },
  request_demotion: {
    class: 'control',
    title: 'Request Demotion',
    authority: 'operator',
    confirmation: 'standard',
    operation: 'demote',
    explainedBy: 'explainDemotion',
    forced: false,
    target: 'primary',
    isPaged: false,
    isAskedInOrder: false,
    reason: 'optional',
  },
  force_promotion: {
    class: 'control',
    title: 'Force Promotion',
    authority: 'operator',
    confirmation: 'enhanced',
    operation: 'promote',
    explainedBy: 'explainPromotion',
    forced: true,
    target: 'replica',
    isPaged: false,
    isAskedInOrder: false,
    reason: 'required',
  },
} as const satisfies Record<string, CommandSpec>;

/** The name of one of the ten commands. */
export type CommandName = keyof typeof COMMANDS;

/** Commands that send a control request to a kernel. */
export type ControlCommandName = 'request_promotion' | 'request_demotion' | 'force_promotion';

/** Commands that are explained and confirmed before anything happens. */
export type ConfirmedCommandName = ControlCommandName | 'run_diagnostics';

/** The ten names in the order of the table. */
export const COMMAND_NAMES = Object.keys(COMMANDS) as readonly CommandName[];

/** Whether a string names one of the ten commands; anything else must not exist (P7-S3). */
export function isCommandName(value: string): value is CommandName {
  return Object.hasOwn(COMMANDS, value);
}

/** The row of a command, as the general type. */
export function commandSpec(name: CommandName): CommandSpec {
  return COMMANDS[name];
}

/** Whether this command only reads. If it fails, nothing was read; that is no failed execution. */
export function isReading(command: string): boolean {
  return isCommandName(command) && COMMANDS[command].class !== 'control';
}
