/** How a command ends. */
import type { ControlCommandName } from '../commands/commands.ts';
import type { Execution, Explanation } from '../explanation/explanation.ts';
import type { AnsweredView } from '../model/reads.ts';
import type { FlowFailure, Force } from './flow.ts';
import type { Recorded } from './recorder.ts';

/** A read was answered; nothing changed. */
export interface AnsweredRead {
  readonly kind: 'answered';
  readonly requestId: string;
  readonly cluster: string;
  readonly answer: AnsweredView;
  readonly recorded: Recorded;
}

/** The kernel says that it executed the request. */
export interface ExecutedRequest {
  readonly kind: 'executed';
  readonly requestId: string;
  readonly command: ControlCommandName;
  readonly cluster: string;
  readonly target: Explanation['target'];
  readonly execution: Execution;
  readonly recorded: Recorded;
  readonly force?: Force;
}

/** How a command ended. A failure carries its outcome in `error.outcome`: not executed, unknown, or even executed. */
export type CommandResult = AnsweredRead | ExecutedRequest | FlowFailure;
