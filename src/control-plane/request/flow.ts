/** One request on its way: its identity in every record, and the ways in which it can end without success. */
import { recordedArguments, type Repeatable } from '../commands/arguments.ts';
import type { Authority } from '../commands/authority.ts';
import { failure, refusal, transportFailure, type ControlError, type Result } from '../model/errors.ts';
import { isName, WITHHELD } from '../model/plausible.ts';
import type { Stage } from '../model/record.ts';
import type { Explanation } from '../explanation/explanation.ts';
import { recordedError, type NotRecorded, type Recorded, type Recorder, type RecordFields } from './recorder.ts';

/** The command ended without a success that can be shown; `error.outcome` says what is proven. */
export interface FlowFailure {
  readonly kind: 'failed';
  readonly requestId: string;
  readonly command: string;
  readonly cluster: string | null;
  readonly target: string | null;
  readonly error: ControlError;
  readonly recorded: Recorded;
  /** Set where Operator authority ended with this request, because its outcome is unknown: where that is recorded. */
  readonly authorityEnded?: Recorded;
  /** What was explained before it ended so. */
  readonly explanation?: Explanation;
  /** Set where a byte of the request may have gone out. */
  readonly sent?: true;
  readonly force?: Force;
}

/** A force as it was asked for: on whose word, and in place of what. `time` is that of its recorded intent. */
export interface Force {
  readonly by: string;
  readonly time: string;
  readonly reason: string;
  readonly acknowledged: readonly string[];
}

/**
 * Ends what an unknown outcome of a request of this cluster ends, at once; what it returns records that, if there was
 * anything to end.
 */
export type OnUnknown = (cluster: string | undefined, requestId: string) => (() => Promise<Recorded>) | undefined;

export class Flow {
  readonly requestId: string;
  /** The authority under which the request was received; a later change does not carry over. */
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

  /** The kernel knows the node by this name: whatever it reads like, it is one, and from now on it is recorded. */
  knowsNode(): void {
    const { node } = this.#input;
    if (typeof node !== 'string' || !this.#told.withheld.includes('node')) return;
    this.#told = { args: { ...this.#told.args, node }, withheld: this.#told.withheld.filter(name => name !== 'node') };
  }

  /** Refused by the control plane: nothing was sent. */
  refuse(error: ControlError): Promise<FlowFailure> {
    return this.fail('command_rejected', error);
  }

  /** Records how the request ended, the kernel's words verbatim. */
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

  /** From now on the ends of this request carry what was explained. */
  explained(explanation: Explanation): void {
    this.#explanation = explanation;
  }

  /** From now on a byte of the control request may be out. `force`: where it is one. */
  sending(force?: Force): void {
    this.#sending = true;
    this.#force = force;
  }

  /** The kernel has said that it executed the request, and that is recorded, or could not be. */
  executed(recorded: Recorded): void {
    this.#executed = recorded;
  }

  /**
   * A part of this side threw: before the request was sent nothing can have been executed, afterwards nothing is proven
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

  /** An error in whose words something stands that is withheld in the record says no more than that. */
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

/** How the end of a dispatched request is recorded: by what is proven, not by how it failed. */
export function stageOfFailure(
  error: ControlError,
): 'command_executed' | 'kernel_rejected' | 'dispatch_failed' | 'outcome_unknown' {
  if (error.outcome === 'executed') return 'command_executed';
  if (error.outcome === 'unknown') return 'outcome_unknown';
  return error.domain === 'KERNEL_REJECTION' ? 'kernel_rejected' : 'dispatch_failed';
}

/** A boundary that throws has proven nothing: for a control request the outcome is unknown (P7-E2). */
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
