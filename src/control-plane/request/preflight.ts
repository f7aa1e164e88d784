/**
 * What would be refused already, and what a person has yet to be asked for, before a command is requested: so that
 * nobody is asked in vain. It decides nothing; the request itself is checked when it is made.
 */
import { COMMAND_NAMES, commandSpec, type CommandName, type CommandSpec } from '../commands/commands.ts';
import type { ControlError } from '../model/errors.ts';
import { unauthorized, unsupported } from './accepted.ts';
import type { Session } from './session.ts';

export interface Preflight {
  /** Why this session may not ask for the command; it is refused, and recorded, without asking for anything more. */
  readonly refusal: ControlError | undefined;
  /** Whether it is about a node, or only together with a request id that is looked up there. */
  readonly node: 'none' | 'with-lookup' | 'required';
  /** Whether the operator's reason is asked for; what the engine cannot be asked for needs none. */
  readonly reason: CommandSpec['reason'];
}

/** Contacts nobody. */
export async function preflight(session: Session, command: CommandName, cluster: string): Promise<Preflight> {
  const { target, reason } = commandSpec(command);
  const node = target === 'none' ? 'none' : target === 'optional-node' ? 'with-lookup' : 'required';
  const config = session.env.clusters.find(cluster);
  const refusal = config.ok ? unauthorized(session, session.authority, command, config.value) : config.error;
  const isAsked = reason !== 'none' && refusal === undefined && !(await unavailable(session, cluster)).has(command);
  return { refusal, node, reason: isAsked ? reason : 'none' };
}

/** What a cluster's engine cannot be asked for, with the reason. Contacts nobody. */
export async function unavailable(session: Session, cluster: string): Promise<ReadonlyMap<CommandName, string>> {
  const config = session.env.clusters.find(cluster);
  const kernel = config.ok ? await session.connect(config.value) : config;
  if (!kernel.ok) return new Map();
  return new Map(
    COMMAND_NAMES.flatMap(command => {
      const reason = unsupported(command, kernel.value);
      return reason === undefined ? [] : [[command, reason] as const];
    }),
  );
}
