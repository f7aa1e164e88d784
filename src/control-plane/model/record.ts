/** The shape of an audit record as the control plane writes it; the log itself adds position and chain. */
import type { RecordedArguments } from '../commands/arguments.ts';
import type { ControlError, Outcome } from './errors.ts';
import type { Explanation } from '../explanation/explanation.ts';
import type { Operator } from '../commands/operator.ts';
import type { Wire } from './views.ts';

/** The stages of a request and of a session. */
export const STAGES = [
  'session_started',
  'authority_changed',
  'log_read',
  'command_requested',
  'command_rejected',
  'command_answered',
  'read_failed',
  'explanation_presented',
  'confirmation_requested',
  'confirmation_given',
  'confirmation_declined',
  'confirmation_voided',
  'dispatch_intent',
  'dispatch_failed',
  'command_executed',
  'kernel_rejected',
  'outcome_unknown',
  'torn_tail_found',
] as const;

export type Stage = (typeof STAGES)[number];

/** Summary of the kernel state that the operator saw. 64-bit values are decimal strings. */
export interface KernelState {
  readonly node: string | null;
  readonly endpoint: string;
  readonly commit_id: string | null;
  readonly control_version: string | null;
  readonly time: string;
  readonly clock: string;
  readonly epoch: string | null;
  readonly primary: string | null;
  readonly members: readonly {
    readonly node: string;
    readonly role: string;
    readonly state: string;
    readonly durable_offset: string | null;
  }[];
}

/** The kernel's answer to a control request, verbatim. */
export interface KernelResponse {
  readonly accepted: boolean;
  readonly code: string | null;
  readonly invariant: string | null;
  readonly message: string | null;
  readonly body: string;
}

/**
 * A person's reading of the log, recorded before it takes place. `files` are the paths as given. `filter` holds what
 * the person looked for, by the names of record fields (`cluster`, `request_id`) and of the search (`operator`, `asks`,
 * `text`, `from`, `to`, `since`, `until`, `only`); it is empty if the whole log is read.
 */
export interface LogRead {
  readonly action: 'open' | 'show' | 'verify' | 'export' | 'reconstruct';
  readonly files: readonly string[];
  readonly filter: Readonly<Record<string, string>>;
}

/** One record without its position (`v`, `seq`, `prev`, `hash`), which the log adds. */
export interface AuditEntry {
  readonly time: string;
  readonly clock: string;
  readonly session: string;
  /** The session's own counter, a decimal string from 1. */
  readonly n: string;
  readonly stage: Stage;
  readonly operator: Operator;
  readonly authority: string;
  readonly request_id?: string;
  readonly command?: string;
  readonly args?: RecordedArguments;
  readonly cluster?: string;
  readonly target?: string;
  readonly confirmation?: {
    readonly type: 'none' | 'standard' | 'enhanced';
    readonly acknowledged: readonly string[];
    readonly explanation_digest: string | null;
  };
  readonly kernel_state?: KernelState;
  readonly explanation?: Wire<Explanation>;
  readonly kernel_response?: KernelResponse;
  readonly error?: Wire<Omit<ControlError, 'kernel' | 'outcome'>>;
  readonly outcome?: Outcome | 'pending';
  readonly log_read?: LogRead;
  /** What happened, in words, if the stage alone does not say it. */
  readonly detail?: string;
  readonly redacted?: readonly string[];
}
