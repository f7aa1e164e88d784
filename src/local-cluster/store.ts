/** Keeps the data of a node in memory: one row for each key. */
import type { Position } from './vocabulary.ts';
import type { PlacedRecord } from './wal.ts';

export interface Row {
  readonly key: string;
  readonly value: string;
  readonly commit_id: string;
  readonly epoch: string;
}

/**
 * The data: the last committed value of each key. A replica replays every durable record at once (applied), but a
 * reader sees it only when a majority holds it (visible), so that what was read can never be taken back (P6-S3).
 */
export class Store {
  readonly #rows = new Map<string, Row>();
  readonly #committed: () => void;
  #waiting: { readonly row: Row | null; readonly end: Position }[] = [];
  #applied: Position;
  #visible: Position;

  constructor(at: Position, rows: readonly Row[], committed: () => void) {
    this.#committed = committed;
    this.#applied = this.#visible = at;
    for (const row of rows) this.#rows.set(row.key, row);
  }

  get applied(): Position {
    return this.#applied;
  }

  get visible(): Position {
    return this.#visible;
  }

  get size(): number {
    return this.#rows.size;
  }

  apply({ record, end }: PlacedRecord): void {
    const row =
      record.write === null
        ? null
        : { ...record.write, commit_id: record.commitId.toString(), epoch: record.epoch.toString() };
    this.#waiting.push({ row, end });
    this.#applied = end;
  }

  /** Makes everything applied up to `offset` visible. */
  commit(offset: bigint): void {
    let done = 0;
    for (const { row, end } of this.#waiting) {
      if (end.offset > offset) break;
      // Deleted first, because that keeps the map ordered by commit id.
      if (row !== null) this.#rows.delete(row.key);
      if (row !== null) this.#rows.set(row.key, row);
      this.#visible = end;
      done += 1;
    }
    if (done === 0) return;
    this.#waiting = this.#waiting.slice(done);
    this.#committed();
  }

  /** Visible rows in commit order, only those after `commitId`. */
  rows(commitId: bigint, limit = Number.POSITIVE_INFINITY): readonly Row[] {
    const found: Row[] = [];
    for (const row of this.#rows.values()) {
      if (BigInt(row.commit_id) <= commitId) continue;
      if (found.length >= limit) break;
      found.push(row);
    }
    return found;
  }
}
