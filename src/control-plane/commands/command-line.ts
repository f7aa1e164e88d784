/**
 * The terminal program's line that asks for the same as a command and its arguments, for explanations, help and
 * completions. A pure function of the command table.
 */
import type { CommandArguments } from './arguments.ts';
import { endpointsOf, endpointToText, type ClusterConfig } from '../clusters/cluster.ts';
import type { Engine } from '../engine.ts';
import { commandSpec, type CommandName } from './commands.ts';
import type { AuditPosition } from '../model/audit-position.ts';

/** The name of the terminal program. */
export const PROGRAM = 'aerodb-control';

/** The words of each command in the terminal program; a missing or an eleventh command does not compile. */
export const TERMINAL_WORDS = {
  inspect_cluster_state: ['inspect', 'cluster'],
  inspect_node: ['inspect', 'node'],
  inspect_replication_status: ['inspect', 'replication'],
  inspect_promotion_state: ['inspect', 'promotion'],
  run_diagnostics: ['diag', 'diagnostics'],
  inspect_wal: ['diag', 'wal'],
  inspect_snapshots: ['diag', 'snapshots'],
  request_promotion: ['promote'],
  request_demotion: ['demote'],
  force_promotion: ['force-promote'],
} as const satisfies Readonly<Record<CommandName, readonly string[]>>;

/** The option that carries each argument of a command. */
export const ARGUMENT_OPTIONS = {
  cluster: 'cluster',
  node: 'node',
  lookup: 'request-id',
  before: 'before',
  from: 'from',
  reason: 'reason',
} as const satisfies Readonly<Record<keyof CommandArguments, string>>;

/**
 * One line for a POSIX shell. A cluster named by its own first address is in no file, so the line gives its addresses.
 * The line holds neither the typed name nor the acknowledgements: a person gives those (P7-A2).
 */
export function commandLine(
  command: CommandName,
  args: CommandArguments,
  cluster: ClusterConfig,
  engine: Engine,
): string {
  const named = isNamedByAddress(cluster, engine)
    ? ['--kind', cluster.kind, ...endpointsOf(cluster).flatMap(endpoint => ['--url', quoted(endpointToText(endpoint))])]
    : option(ARGUMENT_OPTIONS.cluster, args.cluster);
  return [
    PROGRAM,
    ...TERMINAL_WORDS[command],
    ...named,
    ...option(ARGUMENT_OPTIONS.node, args.node),
    ...option(ARGUMENT_OPTIONS.lookup, args.lookup),
    ...option(ARGUMENT_OPTIONS.before, args.before),
    ...option(ARGUMENT_OPTIONS.from, args.from),
    ...option(ARGUMENT_OPTIONS.reason, args.reason),
    ...(commandSpec(command).authority === 'operator' ? ['--operator'] : []),
  ].join(' ');
}

/** The line that verifies a log against its known position, and its second copy if there is one. */
export function verifyCommandLine(file: string, head: AuditPosition | null, copy: string | null): string {
  return [
    PROGRAM,
    'audit',
    'verify',
    '--auditor',
    ...option('file', file),
    ...option('copy', copy ?? undefined),
    ...(head === null ? [] : ['--head', `${head.seq}:${head.hash}`]),
  ].join(' ');
}

/** The sources of a reconstruction and the question that it answers. */
export interface ReconstructedFrom {
  readonly file: string;
  readonly others: readonly string[];
  readonly requestId: string | null;
  readonly cluster: string | null;
  readonly since: string | null;
  readonly until: string | null;
}

/** The line that makes the same reconstruction. */
export function reconstructCommandLine(made: ReconstructedFrom): string {
  return [
    PROGRAM,
    'audit',
    'reconstruct',
    '--auditor',
    ...option('file', made.file),
    ...made.others.flatMap(file => option('with', file)),
    ...option('request-id', made.requestId ?? undefined),
    ...option('cluster', made.cluster ?? undefined),
    ...option('since', made.since ?? undefined),
    ...option('until', made.until ?? undefined),
  ].join(' ');
}

/** An option and its value, quoted for a POSIX shell; empty without a value. */
export function option(name: string, value: string | undefined): readonly string[] {
  if (value === undefined) return [];
  return value.startsWith('-') ? [`--${name}=${quoted(value)}`] : [`--${name}`, quoted(value)];
}

function quoted(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

/** Whether the cluster is in no file and its first address, as typed, is its name. */
function isNamedByAddress(cluster: ClusterConfig, { bareAddress }: Engine): boolean {
  const [first] = endpointsOf(cluster);
  return first !== undefined && endpointToText(first) === bareAddress(cluster.name);
}
