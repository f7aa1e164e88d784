/**
 * A primary's side of replication: it takes writes, serves the log of its epoch, and counts which writes a majority
 * holds.
 */
import { encodeRecord, type WalRecord } from './records.ts';
import type { Store } from './store.ts';
import { type Position, majorityOf } from './vocabulary.ts';
import type { Wal } from './wal.ts';

interface Waiter {
  readonly end: Position;
  readonly resolve: (end: Position) => void;
  readonly reject: (error: Error) => void;
}

/** The write is in this node's log, but this node will never learn whether a majority holds it. */
export class SupersededWrite extends Error {}

/** What the primary has heard from one replica. */
export interface Acknowledgement {
  readonly offset: bigint;
  readonly at: string;
}

/**
 * The log of one epoch, served by the node that is primary in it. After a demotion it accepts no writes, but still
 * serves the rest of the log to the others. It ends when a newer epoch is adopted.
 */
export class Serving {
  readonly epoch: bigint;
  readonly #wal: Wal;
  readonly #store: Store;
  readonly #members: number;
  readonly #acknowledged = new Map<string, Acknowledgement>();
  #waiters: Waiter[] = [];
  #watchers: (() => void)[] = [];
  #begins: bigint | null;
  #committed: bigint | null = null;
  #ended = false;

  /** `begins`: where this epoch's first record ends; null if that record has not been written yet. */
  constructor(epoch: bigint, begins: bigint | null, wal: Wal, store: Store, members: number) {
    this.epoch = epoch;
    this.#begins = begins;
    this.#wal = wal;
    this.#store = store;
    this.#members = members;
  }

  /** Everything below this offset is durable on a majority; null: not yet known in this epoch. */
  get committed(): bigint | null {
    return this.#committed;
  }

  get pending(): number {
    return this.#waiters.length;
  }

  get hasEnded(): boolean {
    return this.#ended;
  }

  acknowledged(nodeId: string): Acknowledgement | null {
    return this.#acknowledged.get(nodeId) ?? null;
  }

  /** Writes the record that begins the epoch: older records count as acknowledged only together with it. */
  async begin(): Promise<void> {
    if (this.#begins !== null) {
      this.#advance();
      return;
    }
    const end = await this.#append(null);
    this.#begins = end.offset;
    this.#advance();
  }

  /**
   * Appends a write; resolves when it is durable on a majority (P6-S1). Rejects with SupersededWrite if that can no
   * longer become known.
   */
  async write(write: { readonly key: string; readonly value: string }): Promise<Position> {
    const end = await this.#append(write);
    if (this.#committed !== null && this.#committed >= end.offset) return end;
    if (this.#ended) throw new SupersededWrite('a newer epoch exists');
    return new Promise((resolve, reject) => this.#waiters.push({ end, resolve, reject }));
  }

  /** A replica holds everything below `offset` durably. */
  acknowledge(nodeId: string, offset: bigint): void {
    if (this.#ended) return;
    this.#acknowledged.set(nodeId, { offset, at: new Date().toISOString() });
    this.#advance();
  }

  /**
   * Resolves when there is something new for a replica that holds the log up to `from` and knows of `committed`, or
   * after `timeout` milliseconds.
   */
  async news(from: bigint, committed: bigint | null, timeout: number): Promise<void> {
    if (this.#ended || this.#wal.durable.offset > from || (this.#committed ?? -1n) > (committed ?? -1n)) return;
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, timeout);
      this.#watchers.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** A newer epoch exists, or the node halts: nothing is acknowledged from now on (P6-A1). */
  end(): void {
    this.#ended = true;
    for (const waiter of this.#waiters)
      waiter.reject(new SupersededWrite('a newer epoch exists, or this node has halted'));
    this.#waiters = [];
    this.#tell();
  }

  async #append(write: WalRecord['write']): Promise<Position> {
    const { bytes, end } = encodeRecord(this.#wal.appended, this.epoch, write);
    await this.#wal.append(bytes, [{ record: { commitId: end.commitId, epoch: this.epoch, write }, end }]);
    this.#advance();
    this.#tell();
    return end;
  }

  #advance(): void {
    const held = [this.#wal.durable.offset, ...[...this.#acknowledged.values()].map(one => one.offset)].sort((a, b) =>
      a > b ? -1 : a < b ? 1 : 0,
    );
    const offset = held[majorityOf(this.#members) - 1];
    if (
      this.#ended ||
      offset === undefined ||
      this.#begins === null ||
      offset < this.#begins ||
      offset <= (this.#committed ?? -1n)
    )
      return;
    this.#committed = offset;
    this.#store.commit(offset);
    const done = this.#waiters.filter(waiter => waiter.end.offset <= offset);
    this.#waiters = this.#waiters.slice(done.length);
    for (const waiter of done) waiter.resolve(waiter.end);
    this.#tell();
  }

  #tell(): void {
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const watcher of watchers) watcher();
  }
}
