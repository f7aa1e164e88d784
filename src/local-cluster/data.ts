/** The data of a node: its log, the rows that result from the log, and the snapshots for recovery. */
import { join } from 'node:path';
import type { FailStop } from './fail-stop.ts';
import { faults } from './faults.ts';
import { DamagedSnapshot, type Image, Snapshots } from './snapshots.ts';
import { Store } from './store.ts';
import { EMPTY_HISTORY, type HaltReason, type ReplicationState } from './vocabulary.ts';
import { type PlacedRecord, Wal } from './wal.ts';

export interface DataOptions {
  readonly segmentBytes: number;
  /** A checkpoint is taken after every so many newly visible commits. */
  readonly checkpointEvery: number;
}

/** The part of the node that its data needs. */
export interface DataOwner {
  readonly self: { readonly id: string };
  readonly state: ReplicationState;
  readonly disk: FailStop;
}

export interface DataRecovery {
  /** Bytes of an unfinished write that were cut from the end of the log. */
  readonly cut: number;
  /** Why the data cannot be trusted, so that the node has to halt; null: it can. */
  readonly halt: { readonly reason: HaltReason; readonly why: string } | null;
}

export class NodeData {
  readonly wal: Wal;
  readonly snapshots: Snapshots;
  /** Everything below this offset is durable on a majority, as the primary told this replica; null: not told. */
  committed: bigint | null = null;
  readonly #owner: DataOwner;
  readonly #checkpointEvery: bigint;
  readonly #held: PlacedRecord[] = [];
  #store: Store;
  #lastEpoch: { readonly epoch: bigint; readonly begins: bigint } | null = null;

  constructor(directory: string, options: DataOptions, owner: DataOwner) {
    this.#owner = owner;
    this.#checkpointEvery = BigInt(options.checkpointEvery);
    this.wal = new Wal(join(directory, 'wal'), options.segmentBytes, placed => this.#replay(placed));
    this.snapshots = new Snapshots(directory);
    this.#store = this.#storeAt({ at: EMPTY_HISTORY, rows: [] });
  }

  get store(): Store {
    return this.#store;
  }

  /** Where the first record of `epoch` ends; null if this log does not hold `epoch` as its latest one. */
  beginOf(epoch: bigint): bigint | null {
    return this.#lastEpoch?.epoch === epoch ? this.#lastEpoch.begins : null;
  }

  /** Deletes everything, so that the node begins without any data. */
  async clear(): Promise<void> {
    this.snapshots.clear();
    await this.wal.restartAt(EMPTY_HISTORY);
  }

  /** Reads the snapshot, then the log. */
  async recover(): Promise<DataRecovery> {
    try {
      const image = this.snapshots.recover();
      if (image !== null) this.#beginAt(image);
    } catch (error) {
      if (!(error instanceof DamagedSnapshot)) throw error;
      return { cut: 0, halt: { reason: 'SnapshotIntegrityFailure', why: error.message } };
    }
    const base = this.store.visible.offset;
    const { cut, corruption } = await this.wal.recover(this.store.visible);
    return { cut, halt: corruption === null ? this.#gapFrom(base) : { reason: 'WalCorruption', why: corruption } };
  }

  /** Takes over the primary's snapshot; the log then begins there. */
  async install(bytes: Buffer): Promise<void> {
    const image = this.snapshots.install(bytes);
    await this.wal.restartAt(image.at);
    this.#beginAt(image);
  }

  noteCommitted(offset: bigint | null): void {
    if (offset !== null && offset > (this.committed ?? -1n)) this.committed = offset;
    // Done even if the offset is not new: the log may have reached an earlier offset only now.
    if (this.committed !== null) this.store.commit(this.committed);
  }

  /** Applies what a fault held back, and makes visible what lies below `committed`. */
  applyHeld(committed: bigint | null): void {
    for (const placed of this.#held.splice(0)) this.store.apply(placed);
    this.store.commit(committed ?? 0n);
  }

  /** Why the recovered log does not continue the data that ends at `base`; null: it does continue it. */
  #gapFrom(base: bigint): DataRecovery['halt'] {
    const { oldest, durable } = this.wal;
    if (oldest > base)
      return {
        reason: 'WalGapDetected',
        why: `the log begins at ${oldest.toString()}, the data ends at ${base.toString()}`,
      };
    if (durable.offset < base)
      return {
        reason: 'WalCorruption',
        why: `the log ends at ${durable.offset.toString()}, the checkpoint is at ${base.toString()}`,
      };
    return null;
  }

  #beginAt(image: Image): void {
    this.#store = this.#storeAt(image);
    this.committed = image.at.offset;
    this.#lastEpoch = { epoch: image.at.epoch, begins: image.at.offset };
  }

  #storeAt(image: Image): Store {
    return new Store(image.at, image.rows, () => this.#checkpointIfDue());
  }

  #replay(placed: PlacedRecord): void {
    if (placed.end.offset <= this.store.applied.offset) return;
    if (placed.record.write === null) this.#lastEpoch = { epoch: placed.record.epoch, begins: placed.end.offset };
    if (faults().hold_apply) this.#held.push(placed);
    else this.store.apply(placed);
  }

  #checkpointIfDue(): void {
    const last = this.snapshots.items.at(-1)?.commit_id ?? 0n;
    if (this.store.visible.commitId - last < this.#checkpointEvery || this.#owner.state === 'ReplicationHalted') return;
    this.#owner.disk.durably(() => {
      this.snapshots.take(this.store, this.#owner.self.id);
      this.wal.retire(this.snapshots.neededFrom);
    });
  }
}
