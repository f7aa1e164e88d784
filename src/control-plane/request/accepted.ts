/** Step 2 of a request: authorizes it and checks that it can be carried out, or refuses it before any traffic. */
import { chosenEndpoint, invalidArguments, parseArguments, type CommandArguments } from '../commands/arguments.ts';
import { commandRefusal, type Authority } from '../commands/authority.ts';
import type { ClusterConfig } from '../clusters/cluster.ts';
import { commandSpec, isCommandName, type CommandName } from '../commands/commands.ts';
import { engineOf, type Engine } from '../engine.ts';
import { failure, refusal, success, type ControlError, type Result } from '../model/errors.ts';
import { quotedName } from '../model/plausible.ts';
import type { Kernel } from '../ports.ts';
import type { Session } from './session.ts';

/** An accepted command: its arguments are valid and the session may ask for it. */
export interface AcceptedCommand {
  readonly command: CommandName;
  readonly args: CommandArguments;
  /** The address of the one endpoint that a person chose, if one was chosen. */
  readonly from: string | undefined;
  readonly cluster: ClusterConfig;
  readonly engine: Engine;
  readonly kernel: Kernel;
}

/**
 * Checks everything that can be known without asking the kernel. `node`: `any` if the node is not known yet, so that
 * its id is not checked.
 */
export async function accept(
  session: Session,
  authority: Authority,
  command: string,
  input: Readonly<Record<string, unknown>>,
  node: 'given' | 'any' = 'given',
): Promise<Result<AcceptedCommand>> {
  if (!isCommandName(command)) {
    return failure(
      refusal('PHASE7_SCOPE_VIOLATION', `${quotedName(command)} is not one of the ten commands. Nothing was sent.`),
    );
  }
  const args = parseArguments(input);
  if (!args.ok) return args;
  const { clusters, engines, operator, confirmer } = session.env;
  const cluster = clusters.find(args.value.cluster);
  if (!cluster.ok) return cluster;
  const spec = commandSpec(command);
  const known = engineOf(engines, cluster.value);
  const engine = node === 'given' ? known : { ...known, invalidNodeId: () => undefined };
  const refused =
    unauthorized(session, authority, command, cluster.value) ??
    invalidArguments(spec, args.value, engine) ??
    (spec.class === 'control' && operator.account === ''
      ? refusal(
          'PHASE7_OPERATOR_UNKNOWN',
          'The operating system names no account for this session, so nobody can be held responsible for a ' +
            'control command. Nothing was sent.',
        )
      : undefined) ??
    (spec.confirmation === 'none' ? undefined : confirmer.unavailable());
  if (refused !== undefined) return failure(refused);
  const from = chosenEndpoint(args.value, cluster.value);
  if (!from.ok) return from;
  const kernel = await session.connect(cluster.value);
  if (!kernel.ok) return kernel;
  const reason = unsupported(command, kernel.value);
  return reason === undefined
    ? success({ command, args: args.value, from: from.value, cluster: cluster.value, engine, kernel: kernel.value })
    : failure(refusal('PHASE7_OPERATION_UNSUPPORTED', `${reason} Nothing was sent.`));
}

/** Why a session of this authority may not ask for the command on this cluster (P7-A1). */
export function unauthorized(
  session: Session,
  authority: Authority,
  command: CommandName,
  cluster: ClusterConfig,
): ControlError | undefined {
  const spec = commandSpec(command);
  return (
    (spec.authority === 'any' ? undefined : session.observedElsewhere(cluster)) ??
    commandRefusal(spec, authority, cluster)
  );
}

/** Why the engine does not support a command; found out without any traffic (P7-E1). */
export function unsupported(command: CommandName, kernel: Kernel): string | undefined {
  const { operation, explainedBy } = commandSpec(command);
  return (explainedBy === null ? undefined : kernel.unsupported[explainedBy]) ?? kernel.unsupported[operation];
}
