/** Turns what happens in a session into audit records, one after the other. */
import { levelFor, OBSERVER, type Authority } from '../commands/authority.ts';
import type { ControlError } from '../model/errors.ts';
import type { Operator } from '../commands/operator.ts';
import type { AuditPosition } from '../model/audit-position.ts';
import type { AuditLog, Clock } from '../ports.ts';
import type { AuditEntry, Stage } from '../model/record.ts';

/** The fields of a record that depend on what is recorded. */
export type RecordFields = Omit<AuditEntry, 'time' | 'clock' | 'session' | 'n' | 'stage' | 'operator' | 'authority'>;

/** A record that could not be written, as the error that the operator reads. */
export interface NotRecorded {
  readonly position: null;
  readonly cause: string;
}

/** Where a record stands in the log, or why it does not. */
export type Recorded = RecordedInLog | NotRecorded;

/** Where a record stands in the log, and the time in it. */
export interface RecordedInLog {
  readonly position: AuditPosition;
  readonly time: string;
}

/** Appends a session's records to the log, in call order; `n` counts only what was recorded. */
export class Recorder {
  readonly #log: AuditLog;
  readonly #clock: Clock;
  readonly #operator: Operator;
  readonly #session: string;
  #n = 0n;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(log: AuditLog, clock: Clock, operator: Operator, session: string) {
    this.#log = log;
    this.#clock = clock;
    this.#operator = operator;
    this.#session = session;
  }

  /** Appends one record; before the session's first one, also `session_started`. Never throws. */
  record(stage: Stage, authority: Authority, fields: RecordFields): Promise<Recorded> {
    const turn = this.#queue.then(async () => {
      try {
        if (this.#n === 0n) await this.#append('session_started', OBSERVER, {});
        return await this.#append(stage, authority, fields);
      } catch (error) {
        return { position: null, cause: error instanceof Error ? error.message : String(error) };
      }
    });
    this.#queue = turn;
    return turn;
  }

  async #append(stage: Stage, authority: Authority, fields: RecordFields): Promise<RecordedInLog> {
    const time = this.#clock.now();
    const position = await this.#log.append({
      time,
      clock: this.#clock.name,
      session: this.#session,
      n: (this.#n + 1n).toString(),
      stage,
      operator: this.#operator,
      authority: fields.cluster === undefined ? authority.level : levelFor(authority, fields.cluster),
      ...fields,
    });
    this.#n += 1n;
    return { position, time };
  }
}

/** An error as a record holds it; the kernel's verbatim answer is in `kernel_response`. */
export function recordedError(error: ControlError): NonNullable<AuditEntry['error']> {
  const { domain, code, message, invariants, field, known } = error;
  return {
    domain,
    code,
    message,
    invariants,
    ...(field === undefined ? {} : { field }),
    ...(known === undefined ? {} : { known }),
  };
}
