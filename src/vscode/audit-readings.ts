/**
 * What a person reads of the log in this window, recorded before each reading (docs/audit-log.md). Paging and unfolding
 * belong to the reading that an opening or a filter began.
 */
import type { AuditSought } from '../control-plane/model/audit-reader.ts';
import type { LogRead } from '../control-plane/model/record.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';

/** Why a reading could not be recorded; `null` where it is. */
export type NotRecorded = string | null;

export class AuditReadings {
  readonly #plane: () => ControlPlane;
  readonly #file: string;
  /** The filters under which the log was read since it was last opened or reloaded. */
  readonly #filters = new Set<string>();
  /** The one that is in place in the tab: a reload keeps it. */
  #inPlace: AuditSought = {};

  constructor(plane: () => ControlPlane, file: string) {
    this.#plane = plane;
    this.#file = file;
  }

  /** The log is opened or read anew, with the filter that is in place. */
  async open(): Promise<NotRecorded> {
    this.#filters.clear();
    return this.#once('open', this.#inPlace);
  }

  /** A filter is chosen in the tab. `undefined`: the log was read with it already. */
  async filter(sought: AuditSought): Promise<NotRecorded | undefined> {
    this.#inPlace = sought;
    return this.#filters.has(JSON.stringify(sought)) ? undefined : this.#once('show', sought);
  }

  /** The tab was closed: the next one begins without a filter. */
  close(): void {
    this.#inPlace = {};
  }

  /** What could not be recorded is no reading that was recorded already: chosen again, it is tried again. */
  async #once(action: LogRead['action'], sought: AuditSought): Promise<NotRecorded> {
    const asText = JSON.stringify(sought);
    this.#filters.add(asText);
    const notRecorded = await this.record(action, sought);
    if (notRecorded !== null) this.#filters.delete(asText);
    return notRecorded;
  }

  /** Any other reading. */
  async record(action: LogRead['action'], sought: AuditSought = {}): Promise<NotRecorded> {
    const recorded = await this.#plane().recordLogRead({ action, files: [this.#file], filter: asRecorded(sought) });
    return recorded.position === null ? recorded.cause : null;
  }
}

function asRecorded(sought: AuditSought): LogRead['filter'] {
  if (sought === 'dangling_intents') return { only: sought };
  const { requestId, ...others } = sought;
  return { ...others, ...(requestId === undefined ? {} : { request_id: requestId }) };
}
