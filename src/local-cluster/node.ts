/** One node of the cluster: what it is now, and the only places where that changes. */
import { join } from 'node:path';
import { Authority } from './authority.ts';
import {
  type ClusterConfig,
  type ClusterMember,
  type NodeIdentity,
  nodeDirectory,
  readIdentity,
  writeIdentity,
} from './config.ts';
import { faults } from './faults.ts';
import { Follower } from './follower.ts';
import { Ledger } from './ledger.ts';
import { observedMembers } from './observed.ts';
import { Peers } from './peers.ts';
import { Serving } from './serving.ts';
import { type Image, DamagedSnapshot, Snapshots } from './snapshots.ts';
import { Store } from './store.ts';
import type { Testimony } from './testimony.ts';
import { ControlVersion } from './versions.ts';
import {
  type AttemptState,
  type HaltReason,
  type KernelEvent,
  type Lifecycle,
  type ReplicationState,
  type Role,
  EMPTY_HISTORY,
  messageOf,
} from './vocabulary.ts';
import { type PlacedRecord, StorageError, Wal } from './wal.ts';

/**
 * How often a node asks the others what they are, in milliseconds. It changes what is shown and whom a replica follows,
 * never who is primary.
 */
const ASK_EVERY_MS = 500;

export interface NodeOptions {
  readonly data: string;
  readonly segmentBytes: number;
  /** A checkpoint is taken whenever this many commits have become visible since the last one. */
  readonly checkpointEvery: number;
  /** So many members exist only as reported state. */
  readonly observed: number;
}

type EventBody = Pick<KernelEvent, 'type' | 'fields'> & Partial<KernelEvent>;

/** One node: its durable parts, what it is now, and the only places where that changes. */
export class LocalNode {
  readonly cluster: ClusterConfig;
  readonly self: ClusterMember;
  readonly directory: string;
  readonly authority: Authority;
  readonly ledger: Ledger;
  readonly wal: Wal;
  readonly peers: Peers;
  readonly version: ControlVersion;
  readonly startedAt = new Date().toISOString();
  readonly snapshots: Snapshots;
  readonly observed: ReturnType<typeof observedMembers>;
  store: Store;
  serving: Serving | null = null;
  lifecycle: Lifecycle = 'booting';
  state: ReplicationState = 'Uninitialized';
  haltReason: HaltReason | null = null;
  attemptState: AttemptState = 'Steady';
  pendingNodeId: string | null = null;
  /** Called once when the disk fails: the node stops (P6-F1); a restart recovers from what is on disk. */
  failed: (error: Error) => void = () => undefined;
  readonly #follower: Follower;
  readonly #checkpointEvery: bigint;
  readonly #held: PlacedRecord[] = [];
  #epochBegins: { readonly epoch: bigint; readonly end: bigint } | null = null;
  #committed: bigint | null = null;
  #asking: NodeJS.Timeout | null = null;

  constructor(cluster: ClusterConfig, self: ClusterMember, options: NodeOptions) {
    this.cluster = cluster;
    this.self = self;
    this.#checkpointEvery = BigInt(options.checkpointEvery);
    this.directory = nodeDirectory(options.data, self.name);
    this.authority = new Authority(this.directory, self.id);
    this.ledger = new Ledger(join(this.directory, 'ledger.log'));
    this.wal = new Wal(join(this.directory, 'wal'), options.segmentBytes, placed => this.#replay(placed));
    this.observed = observedMembers(cluster.cluster_id, options.observed);
    this.snapshots = new Snapshots(this.directory);
    this.store = this.#storeAt({ at: EMPTY_HISTORY, rows: [] });
    this.version = new ControlVersion(join(this.directory, 'control-version'));
    this.peers = new Peers(cluster, self.id, testimony => this.#learn(testimony));
    this.#follower = new Follower(this);
  }

  /** Reads everything from disk and takes up what the disk says this node is. */
  async recover(): Promise<void> {
    this.lifecycle = 'recovering';
    const known = readIdentity(this.directory) ?? this.#identity(false);
    if (!known.initialized) {
      this.snapshots.clear();
      await this.wal.restartAt(EMPTY_HISTORY);
      writeIdentity(this.directory, this.#identity(false));
    } else if (
      known.cluster_id !== this.cluster.cluster_id ||
      known.node_id !== this.self.id ||
      known.members !== this.cluster.members.length
    ) {
      this.halt('ConfigurationError', 'node.json names another cluster, node or membership than cluster.json');
    } else if (await this.#recoverData()) await this.standUp();
    this.changed();
  }

  /** Hears every other member once, then follows and serves. */
  async run(): Promise<void> {
    await this.#askAll();
    this.lifecycle = 'running';
    this.changed();
    this.#asking = setInterval(() => void this.#askAll(), ASK_EVERY_MS);
    void this.#follower.run();
  }

  async stop(): Promise<void> {
    this.lifecycle = 'shutting_down';
    if (this.#asking !== null) clearInterval(this.#asking);
    this.#follower.stop();
    this.serving?.end();
    this.peers.close();
    await this.wal.close();
    this.ledger.close();
  }

  get role(): Role {
    const { standing } = this.authority;
    return standing === 'holder' ? 'primary' : standing === 'stale' ? 'unknown' : 'replica';
  }

  /** Whom this node takes for the primary: the last one known, unless that one has said otherwise. */
  get primaryId(): string | null {
    if (this.role === 'primary') return this.self.id;
    const { node_id: nodeId, epoch } = this.authority.adopted.primary;
    const said = this.peers.known(nodeId).testimony;
    const gaveUp = nodeId === this.self.id || epoch === 0n || (said !== null && said.role !== 'primary');
    return gaveUp ? null : nodeId;
  }

  /** Everything below is durable on a majority, as far as this node knows; null: it does not know. */
  get committed(): bigint | null {
    return this.serving === null ? this.#committed : this.serving.committed;
  }

  testimony(): Testimony {
    const { adopted } = this.authority;
    return {
      nodeId: this.self.id,
      role: this.role,
      state: this.state,
      haltReason: this.haltReason,
      epoch: adopted.epoch,
      candidate: adopted.candidate,
      primary: adopted.primary,
      serving: this.state === 'ReplicationHalted' ? null : (this.serving?.epoch ?? null),
      position: this.wal.appended,
      durable: this.wal.durable,
      applied: this.store.applied,
      visible: this.store.visible,
    };
  }

  event(body: EventBody, durable = true): KernelEvent {
    const event: KernelEvent = {
      seq: String(this.ledger.events.length + 1),
      time: new Date().toISOString(),
      epoch: this.authority.adopted.epoch.toString(),
      request_id: null,
      node_id: this.self.id,
      mode: null,
      operator: null,
      reason: null,
      audit_head: null,
      ...body,
    };
    if (durable) this.ledger.durableEvent(event);
    else this.ledger.event(event);
    return event;
  }

  /** Stops replicating, reading and writing until an operator acts (P6-F1). */
  halt(reason: HaltReason, why: string): void {
    if (this.state === 'ReplicationHalted') return;
    this.state = 'ReplicationHalted';
    this.haltReason = reason;
    this.serving?.end();
    this.#durably(() => {
      this.event({ type: 'replication.halted', fields: { reason, why } });
      this.changed();
    });
  }

  /** Takes up the state that the authority marker decides (P6-F2). */
  async standUp(): Promise<void> {
    const { standing, marker, adopted } = this.authority;
    if (standing === 'stale') {
      this.halt(
        'AuthorityAmbiguity',
        `this node took write authority in epoch ${marker?.epoch.toString() ?? ''}, and ` +
          `epoch ${adopted.epoch.toString()} exists`,
      );
      return;
    }
    this.state =
      this.cluster.members.length === 1 ? 'Disabled' : standing === 'holder' ? 'PrimaryActive' : 'ReplicaActive';
    this.haltReason = null;
    if (marker?.epoch === adopted.epoch) await this.#serve(marker.epoch);
    this.changed();
    this.#follower.wake();
  }

  /**
   * Authority was given up. A primary stays what it was otherwise and serves the rest of its log; a stale one joins the
   * new history if its own is a part of it. Another halt stays: giving up authority mends no log.
   */
  async standDown(): Promise<void> {
    if (this.state !== 'ReplicationHalted' || this.haltReason === 'AuthorityAmbiguity') {
      this.state = 'ReplicaActive';
      this.haltReason = null;
    }
    this.changed();
    await this.#follower.settle();
  }

  /** A replica found the primary of `epoch`: from here on it acknowledges nothing older (P6-A1). */
  follow(epoch: bigint, nodeId: string): void {
    this.#durably(() => this.authority.establish(epoch, nodeId));
    if (this.serving !== null && this.serving.epoch < epoch) this.#endServing();
    this.changed();
  }

  /** Adopts a newer epoch for `candidate`, or, where this node believes itself primary, halts (AuthorityAmbiguity). */
  adopt(epoch: bigint, candidate: string): void {
    const held = this.authority.marker?.held === true;
    this.#durably(() => this.authority.adopt(epoch, candidate));
    if (held)
      this.halt(
        'AuthorityAmbiguity',
        `epoch ${epoch.toString()} exists, and this node believed to be primary in an older one`,
      );
    else this.#endServing();
    this.changed();
  }

  noteCommitted(offset: bigint | null): void {
    if (offset !== null && offset > (this.#committed ?? -1n)) this.#committed = offset;
    // Also when nothing new was said: the log may only now have reached what was said before.
    if (this.#committed !== null) this.store.commit(this.#committed);
  }

  becomeInitialized(): void {
    writeIdentity(this.directory, this.#identity(true));
    this.state = 'ReplicaActive';
    this.changed();
  }

  /** Lets `control_version` move where something moved that a control decision depends on, and nowhere else. */
  changed(): void {
    const reported = this.peers.others.map(({ id }) => {
      const said = this.peers.known(id).testimony;
      return [id, said?.role, said?.state, said?.haltReason, said?.epoch.toString()];
    });
    this.version.observe(
      JSON.stringify([
        this.role,
        this.state,
        this.haltReason,
        this.authority.adopted.epoch.toString(),
        this.authority.marker?.epoch.toString(),
        this.primaryId,
        this.attemptState,
        reported,
      ]),
    );
  }

  /** Passes a storage operation through; its failure stops the node (P6-F1). */
  async storing<T>(operation: Promise<T>): Promise<T> {
    try {
      return await operation;
    } catch (error) {
      if (error instanceof StorageError) this.stopAfter(error);
      throw error;
    }
  }

  /** The disk failed: acknowledge nothing more, answer what is open, and end. */
  stopAfter(error: Error): void {
    if (this.lifecycle === 'shutting_down') return;
    this.lifecycle = 'shutting_down';
    this.serving?.end();
    this.failed(error);
  }

  /** An uninitialized node takes over the primary's snapshot; its log begins there. */
  async install(bytes: Buffer): Promise<void> {
    const image = this.snapshots.install(bytes);
    await this.wal.restartAt(image.at);
    this.#begin(image);
  }

  /** Applies what was held back by a fault. */
  applyHeld(): void {
    for (const placed of this.#held.splice(0)) this.store.apply(placed);
    this.store.commit(this.committed ?? 0n);
  }

  #identity(initialized: boolean): NodeIdentity {
    return {
      cluster_id: this.cluster.cluster_id,
      node_id: this.self.id,
      members: this.cluster.members.length,
      initialized,
    };
  }

  /** Snapshot, then log. False: they cannot be trusted, and the node has halted. */
  async #recoverData(): Promise<boolean> {
    try {
      const image = this.snapshots.recover();
      if (image !== null) this.#begin(image);
    } catch (error) {
      if (!(error instanceof DamagedSnapshot)) throw error;
      this.halt('SnapshotIntegrityFailure', error.message);
      return false;
    }
    const base = this.store.visible;
    const { cut, corruption } = await this.wal.recover(base);
    if (cut > 0)
      this.event({
        type: 'replication.wal.tail_cut',
        fields: { bytes: String(cut), offset: this.wal.durable.offset.toString() },
      });
    if (corruption !== null) this.halt('WalCorruption', corruption);
    else if (this.wal.oldest > base.offset)
      this.halt(
        'WalGapDetected',
        `the log begins at ${this.wal.oldest.toString()}, the data ends at ${base.offset.toString()}`,
      );
    else if (this.wal.durable.offset < base.offset)
      this.halt(
        'WalCorruption',
        `the log ends at ${this.wal.durable.offset.toString()}, the checkpoint is at ${base.offset.toString()}`,
      );
    return this.state !== 'ReplicationHalted';
  }

  #begin(image: Image): void {
    this.store = this.#storeAt(image);
    this.#committed = image.at.offset;
    this.#epochBegins = { epoch: image.at.epoch, end: image.at.offset };
  }

  #storeAt(image: Image): Store {
    return new Store(image.at, image.rows, () => this.#checkpointIfDue());
  }

  #replay(placed: PlacedRecord): void {
    if (placed.end.offset <= this.store.applied.offset) return;
    if (placed.record.write === null) this.#epochBegins = { epoch: placed.record.epoch, end: placed.end.offset };
    if (faults().hold_apply) this.#held.push(placed);
    else this.store.apply(placed);
  }

  #checkpointIfDue(): void {
    const last = this.snapshots.items.at(-1)?.commit_id ?? 0n;
    if (this.store.visible.commitId - last < this.#checkpointEvery || this.state === 'ReplicationHalted') return;
    this.#durably(() => {
      this.snapshots.take(this.store, this.self.id);
      this.wal.retire(this.snapshots.neededFrom);
    });
  }

  /** Whatever fails here leaves a promise unkept on disk: the node stops rather than go on without it (P6-F1). */
  #durably(operation: () => void): void {
    try {
      operation();
    } catch (error) {
      this.stopAfter(error instanceof Error ? error : new Error(String(error)));
      throw new StorageError(messageOf(error), { cause: error });
    }
  }

  async #serve(epoch: bigint): Promise<void> {
    this.authority.establish(epoch, this.self.id);
    const begins = this.#epochBegins?.epoch === epoch ? this.#epochBegins.end : null;
    this.serving = new Serving(epoch, begins, this.wal, this.store, this.cluster.members.length);
    await this.storing(this.serving.begin());
  }

  #endServing(): void {
    this.#committed = this.serving?.committed ?? this.#committed;
    this.serving?.end();
    this.serving = null;
  }

  #learn(testimony: Testimony): void {
    if (testimony.epoch > this.authority.adopted.epoch && this.authority.marker?.held === true)
      this.adopt(testimony.epoch, testimony.candidate);
    this.changed();
    this.#follower.wake();
  }

  async #askAll(): Promise<void> {
    await Promise.all(this.peers.others.map(member => this.peers.ask(member)));
    this.#follower.wake();
  }
}
