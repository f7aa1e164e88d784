/**
 * Finds out, before a command is requested, what would be refused already and what a person still has to be asked, so
 * that nobody is asked in vain. It decides nothing: the request itself is checked when it is made.
 */
import { COMMAND_NAMES, commandSpec, type CommandName, type CommandSpec } from '../commands/commands.ts';
import type { ControlError } from '../model/errors.ts';
import { unauthorized, unsupported } from './accepted.ts';
import type { Session } from './session.ts';

export interface Preflight {
  /**
   * Why this session may not ask for the command. The request is then made without further questions, to be refused and
   * recorded.
   */
  readonly refusal: ControlError | undefined;
  /** Whether the command needs a node, or only together with a request id to look up on it. */
  readonly node: 'none' | 'with-lookup' | 'required';
  /** Whether to ask for the operator's reason; a command that the engine does not support needs none. */
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

/** The commands that a cluster's engine does not support, with the reason. Contacts nobody. */
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
