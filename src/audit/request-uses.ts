/**
 * Decides which records form one row when the log is shown by requests. A request begins at its `command_requested`, or
 * at its first record if that one is missing (a part of a log), and ends with the record that ends it. So only open
 * requests are kept in memory, however long the log is.
 */
import type { RequestEnd } from '../control-plane/model/audit-reader.ts';
import type { Stage } from '../control-plane/model/record.ts';
import { LAST_STAGES, OUTCOME_STAGES } from './query.ts';
import type { LineRequest } from './line-request.ts';
import { textMember } from './members.ts';

/** The stage with which every request begins. */
export const FIRST: Stage = 'command_requested';
const INTENT: Stage = 'dispatch_intent';
const OUTCOMES: ReadonlySet<string> = new Set(OUTCOME_STAGES);

/** One request as far as it was read. */
export interface OpenRequest<Row> {
  readonly row: Row;
  /** Its intent is recorded: from then on only an outcome ends it (P7-E2). */
  isSent: boolean;
  /** The stage of its last record. */
  stage: string;
}

/** The role of a record in its request. */
export interface RecordRole<Row> {
  readonly request: OpenRequest<Row>;
  /** The earlier use of the same id that was still open when this one began. */
  readonly overtaken: OpenRequest<Row> | undefined;
  readonly begins: boolean;
  readonly ends: boolean;
}

export class RequestUses<Row> {
  readonly #open = new Map<string, OpenRequest<Row>>();

  /** Takes the records in the order of the log. `begin` makes the row of a request that begins with this record. */
  take({ id, stage }: LineRequest, begin: () => Row): RecordRole<Row> {
    const open = this.#open.get(id);
    const begins = open === undefined || stage === FIRST;
    const request = begins ? { row: begin(), isSent: false, stage } : open;
    request.isSent ||= stage === INTENT;
    request.stage = stage;
    const ends = request.isSent ? OUTCOMES.has(stage) : LAST_STAGES.has(stage);
    if (ends) this.#open.delete(id);
    else if (begins) this.#open.set(id, request);
    return { request, begins, ends, overtaken: begins ? open : undefined };
  }

  isOpen(id: string): boolean {
    return this.#open.has(id);
  }

  /** The requests that no record has ended. */
  get open(): Iterable<OpenRequest<Row>> {
    return this.#open.values();
  }
}

/** The end of a request: by the line that ends it, or, without one, by how far it came. */
export function endOf({ isSent, stage }: OpenRequest<unknown>, ending: Buffer | null): RequestEnd {
  if (ending !== null) return { kind: 'ended', stage, outcome: textMember(ending, 'outcome') ?? 'unknown' };
  return isSent ? { kind: 'unknown' } : { kind: 'unfinished', stage };
}
