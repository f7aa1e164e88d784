/**
 * Records what a person reads of the log in this window, before each reading (docs/audit-log.md). Paging and unfolding
 * belong to the reading that was recorded when the log was opened or filtered.
 */
import type { AuditQuery } from '../control-plane/model/audit-reader.ts';
import type { LogRead } from '../control-plane/model/record.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';

/** Why a reading could not be recorded; `null` when it was recorded. */
export type NotRecorded = string | null;

export class AuditReadings {
  readonly #plane: () => ControlPlane;
  readonly #file: string;
  /** The filters that were recorded since the log was last opened or reloaded. */
  readonly #filters = new Set<string>();
  /** The filter in the tab; a reload keeps it. */
  #inPlace: AuditQuery = {};

  constructor(plane: () => ControlPlane, file: string) {
    this.#plane = plane;
    this.#file = file;
  }

  /** Records that the log is opened or read again, with the filter in the tab. */
  async open(): Promise<NotRecorded> {
    this.#filters.clear();
    return this.#once('open', this.#inPlace);
  }

  /** Records that the log is read with this filter. Returns `undefined` when that was recorded already. */
  async filter(sought: AuditQuery): Promise<NotRecorded | undefined> {
    this.#inPlace = sought;
    return this.#filters.has(JSON.stringify(sought)) ? undefined : this.#once('show', sought);
  }

  /** The tab was closed: the next one starts without a filter. */
  close(): void {
    this.#inPlace = {};
  }

  /** Forgets a filter that could not be recorded, so that it is recorded again when the person chooses it again. */
  async #once(action: LogRead['action'], sought: AuditQuery): Promise<NotRecorded> {
    const asText = JSON.stringify(sought);
    this.#filters.add(asText);
    const notRecorded = await this.record(action, sought);
    if (notRecorded !== null) this.#filters.delete(asText);
    return notRecorded;
  }

  /** Records any other reading. */
  async record(action: LogRead['action'], sought: AuditQuery = {}): Promise<NotRecorded> {
    const recorded = await this.#plane().recordLogRead({ action, files: [this.#file], filter: asRecorded(sought) });
    return recorded.position === null ? recorded.cause : null;
  }
}

function asRecorded(sought: AuditQuery): LogRead['filter'] {
  if (sought === 'dangling_intents') return { only: sought };
  const { requestId, ...others } = sought;
  return { ...others, ...(requestId === undefined ? {} : { request_id: requestId }) };
}
