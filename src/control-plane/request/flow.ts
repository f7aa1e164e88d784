/** One request on its way: its identity in every record, and all the ways in which it can fail. */
import { recordedArguments, type Repeatable } from '../commands/arguments.ts';
import type { Authority } from '../commands/authority.ts';
import { failure, refusal, transportFailure, type ControlError, type Result } from '../model/errors.ts';
import { isName, WITHHELD } from '../model/plausible.ts';
import type { Stage } from '../model/record.ts';
import type { Explanation } from '../explanation/explanation.ts';
import { recordedError, type NotRecorded, type Recorded, type Recorder, type RecordFields } from './recorder.ts';

/** The command ended without a success to show; `error.outcome` says what is proven. */
export interface FlowFailure {
  readonly kind: 'failed';
  readonly requestId: string;
  readonly command: string;
  readonly cluster: string | null;
  readonly target: string | null;
  readonly error: ControlError;
  readonly recorded: Recorded;
  /**
   * Present if Operator authority ended with this request because its outcome is unknown: where that change is
   * recorded.
   */
  readonly authorityEnded?: Recorded;
  /** The explanation, if there was one before the end. */
  readonly explanation?: Explanation;
  /** Present if a byte of the request may have gone out. */
  readonly sent?: true;
  readonly force?: Force;
}

/**
 * A forced promotion as requested: who asserted what, and what the assertion replaces. `time` is that of its recorded
 * intent.
 */
export interface Force {
  readonly by: string;
  readonly time: string;
  readonly reason: string;
  readonly acknowledged: readonly string[];
}

/**
 * Ends Operator authority after an unknown outcome, at once. The returned function records that; `undefined`: there was
 * no authority to end.
 */
export type OnUnknown = (cluster: string | undefined, requestId: string) => (() => Promise<Recorded>) | undefined;

export class Flow {
  readonly requestId: string;
  /** The authority when the request was received; a later change does not apply to it. */
  readonly authority: Authority;
  readonly #recorder: Recorder;
  readonly #command: string;
  readonly #input: Readonly<Record<string, unknown>>;
  #told: Repeatable;
  readonly #onUnknown: OnUnknown;
  #sending = false;
  #executed: Recorded | undefined;
  #explanation: Explanation | undefined;
  #force: Force | undefined;

  constructor(
    recorder: Recorder,
    authority: Authority,
    requestId: string,
    command: string,
    input: Readonly<Record<string, unknown>>,
    onUnknown: OnUnknown,
  ) {
    this.#recorder = recorder;
    this.#onUnknown = onUnknown;
    this.authority = authority;
    this.requestId = requestId;
    this.#command = isName(command) ? command : WITHHELD;
    this.#input = input;
    this.#told = recordedArguments(input);
  }

  /** Records one stage of this request. */
  record(stage: Stage, fields: RecordFields): Promise<Recorded> {
    const { args, withheld } = this.#told;
    const { cluster, node } = args;
    const redacted = [...withheld, ...(this.#command === WITHHELD ? ['command'] : []), ...(fields.redacted ?? [])];
    return this.#recorder.record(stage, this.authority, {
      request_id: this.requestId,
      command: this.#command,
      ...(stage === 'command_requested' ? { args } : {}),
      ...(cluster === undefined ? {} : { cluster }),
      ...(node === undefined ? {} : { target: node }),
      ...fields,
      ...(redacted.length === 0 ? {} : { redacted }),
    });
  }

  /** The kernel knows a node of this name, so the name is no secret and is recorded from now on. */
  knowsNode(): void {
    const { node } = this.#input;
    if (typeof node !== 'string' || !this.#told.withheld.includes('node')) return;
    this.#told = { args: { ...this.#told.args, node }, withheld: this.#told.withheld.filter(name => name !== 'node') };
  }

  /** Ends the request as refused by the control plane: nothing was sent. */
  refuse(error: ControlError): Promise<FlowFailure> {
    return this.fail('command_rejected', error);
  }

  /** Records how the request failed, the kernel's words verbatim. */
  async fail(stage: Stage, cause: ControlError): Promise<FlowFailure> {
    const error = this.#repeatable(cause);
    const { cluster } = this.#input;
    const recordEnd =
      error.outcome === 'unknown'
        ? this.#onUnknown(typeof cluster === 'string' ? cluster : undefined, this.requestId)
        : undefined;
    const recorded = await this.record(stage, {
      error: recordedError(error),
      outcome: error.outcome,
      ...(error.kernel === undefined
        ? {}
        : {
            kernel_response: {
              accepted: false,
              code: error.code,
              invariant: error.invariants[0] ?? null,
              message: error.message,
              body: error.kernel.body,
            },
          }),
    });
    const authorityEnded = await recordEnd?.();
    return { ...this.#failure(error, recorded), ...(authorityEnded === undefined ? {} : { authorityEnded }) };
  }

  /** From now on every end of this request carries the explanation. */
  explained(explanation: Explanation): void {
    this.#explanation = explanation;
  }

  /** From now on a byte of the control request may have gone out. `force`: if it is a forced promotion. */
  sending(force?: Force): void {
    this.#sending = true;
    this.#force = force;
  }

  /** The kernel said that it executed the request. `recorded` says whether that could be recorded. */
  executed(recorded: Recorded): void {
    this.#executed = recorded;
  }

  /**
   * A part of the control plane threw. Before sending, nothing can have been executed; afterwards nothing is proven
   * until the kernel's answer is recorded (P7-E2).
   */
  async brokeOff(error: unknown): Promise<FlowFailure> {
    const cause = (error instanceof Error ? error.message : String(error)).replace(/\.$/u, '');
    if (this.#executed !== undefined) {
      return this.#failure(
        transportFailure(
          'PHASE7_TRANSPORT_FAILURE',
          `The kernel executed the request; what it answered could not be shown: ${cause}. The kernel's answer ` +
            `stands in the audit log; request id ${this.requestId}.`,
          'executed',
        ),
        this.#executed,
      );
    }
    return this.#sending
      ? this.fail(
          'outcome_unknown',
          transportFailure(
            'PHASE7_TRANSPORT_FAILURE',
            `The control plane broke off: ${cause}. The request was sent once; whether it was executed is ` +
              `unknown. Kernel state is authoritative; request id ${this.requestId}.`,
            'unknown',
          ),
        )
      : this.fail(
          'command_rejected',
          transportFailure(
            'PHASE7_TRANSPORT_FAILURE',
            `The control plane broke off: ${cause}. Nothing was executed.`,
            'not_executed',
          ),
        );
  }

  /** Fail closed: what cannot be recorded is not done (P7-O3). */
  notRecorded(recorded: NotRecorded): FlowFailure {
    return this.#failure(
      refusal('PHASE7_AUDIT_UNAVAILABLE', `The audit log cannot be written: ${recorded.cause} Nothing was sent.`),
      recorded,
    );
  }

  /** Withholds in the error's message every value that is withheld in the record. */
  #repeatable(error: ControlError): ControlError {
    const values = Object.entries(this.#input).flatMap(([name, value]) =>
      typeof value === 'string' && value !== '' && this.#told.withheld.includes(name) ? [value] : [],
    );
    return values.length === 0
      ? error
      : { ...error, message: values.reduce((message, value) => message.replaceAll(value, WITHHELD), error.message) };
  }

  #failure(error: ControlError, recorded: Recorded): FlowFailure {
    const { cluster = null, node = null } = this.#told.args;
    return {
      kind: 'failed',
      requestId: this.requestId,
      command: this.#command,
      cluster,
      target: node,
      error,
      recorded,
      ...(this.#explanation === undefined ? {} : { explanation: this.#explanation }),
      ...(this.#sending ? { sent: true } : {}),
      ...(this.#force === undefined ? {} : { force: this.#force }),
    };
  }
}

/** The stage that records the end of a dispatched request: chosen by what is proven, not by how the request failed. */
export function stageOfFailure(
  error: ControlError,
): 'command_executed' | 'kernel_rejected' | 'dispatch_failed' | 'outcome_unknown' {
  if (error.outcome === 'executed') return 'command_executed';
  if (error.outcome === 'unknown') return 'outcome_unknown';
  return error.domain === 'KERNEL_REJECTION' ? 'kernel_rejected' : 'dispatch_failed';
}

/** If the boundary throws, nothing is proven: for a control request the outcome is unknown (P7-E2). */
export async function attempt<T>(
  ask: () => Promise<Result<T>>,
  outcome: 'not_executed' | 'unknown',
): Promise<Result<T>> {
  try {
    return await ask();
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    return failure(
      transportFailure('PHASE7_TRANSPORT_FAILURE', `The exchange with the kernel broke off: ${cause}.`, outcome),
    );
  }
}
