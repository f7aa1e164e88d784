/** One node of the cluster: what it is now, and the only places where that changes. */
import { join } from 'node:path';
import { Authority } from './authority.ts';
import {
  type ClusterConfig,
  type ClusterMember,
  identityOf,
  nodeDirectory,
  readIdentity,
  writeIdentity,
} from './config.ts';
import { type DataOptions, NodeData } from './data.ts';
import { FailStop } from './fail-stop.ts';
import { Follower } from './follower.ts';
import { type EventBody, Ledger } from './ledger.ts';
import { observedMembers } from './observed.ts';
import { Peers } from './peers.ts';
import { Serving } from './serving.ts';
import type { Store } from './store.ts';
import type { Testimony } from './testimony.ts';
import { ControlVersion } from './versions.ts';
import type { AttemptState, HaltReason, KernelEvent, Lifecycle, ReplicationState, Role } from './vocabulary.ts';
import type { Wal } from './wal.ts';

/**
 * How often a node asks the others about themselves, in milliseconds. This affects what is shown and whom a replica
 * follows, never who is primary.
 */
const ASK_EVERY_MS = 500;

export interface NodeOptions extends DataOptions {
  readonly data: string;
  /** How many members exist only as reported state. */
  readonly observed: number;
}

/** One node: its durable parts, what it is now, and the only places where that changes. */
export class LocalNode {
  readonly cluster: ClusterConfig;
  readonly self: ClusterMember;
  readonly directory: string;
  readonly authority: Authority;
  readonly ledger: Ledger;
  readonly disk: FailStop;
  readonly data: NodeData;
  readonly peers: Peers;
  readonly version: ControlVersion;
  readonly startedAt = new Date().toISOString();
  readonly observed: ReturnType<typeof observedMembers>;
  serving: Serving | null = null;
  lifecycle: Lifecycle = 'booting';
  state: ReplicationState = 'Uninitialized';
  haltReason: HaltReason | null = null;
  attemptState: AttemptState = 'Steady';
  pendingNodeId: string | null = null;
  /** Called once if the disk fails: the node stops (P6-F1); a restart recovers from what is on disk. */
  failed: (error: Error) => void = () => undefined;
  readonly #follower: Follower;
  #asking: NodeJS.Timeout | null = null;

  constructor(cluster: ClusterConfig, self: ClusterMember, options: NodeOptions) {
    this.cluster = cluster;
    this.self = self;
    this.directory = nodeDirectory(options.data, self.name);
    this.disk = new FailStop(error => this.stopAfter(error));
    this.authority = new Authority(this.directory, self.id);
    this.ledger = new Ledger(join(this.directory, 'ledger.log'));
    this.data = new NodeData(this.directory, options, this);
    this.observed = observedMembers(cluster.cluster_id, options.observed);
    this.version = new ControlVersion(join(this.directory, 'control-version'));
    this.peers = new Peers(cluster, self.id, testimony => this.#learn(testimony));
    this.#follower = new Follower(this);
  }

  /** Reads everything from disk and takes the role that the disk defines. */
  async recover(): Promise<void> {
    this.lifecycle = 'recovering';
    const known = readIdentity(this.directory) ?? identityOf(this.cluster, this.self, false);
    if (!known.initialized) {
      await this.data.clear();
      writeIdentity(this.directory, identityOf(this.cluster, this.self, false));
    } else if (
      known.cluster_id !== this.cluster.cluster_id ||
      known.node_id !== this.self.id ||
      known.members !== this.cluster.members.length
    ) {
      this.halt('ConfigurationError', 'node.json names another cluster, node or membership than cluster.json');
    } else if (await this.#recoverData()) await this.standUp();
    this.changed();
  }

  /** Asks every other member once, then follows and serves. */
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

  get wal(): Wal {
    return this.data.wal;
  }

  get store(): Store {
    return this.data.store;
  }

  get role(): Role {
    const { standing } = this.authority;
    return standing === 'holder' ? 'primary' : standing === 'stale' ? 'unknown' : 'replica';
  }

  /** The node that this one believes to be primary: the last known one, unless that one reports another role. */
  get primaryId(): string | null {
    if (this.role === 'primary') return this.self.id;
    const { node_id: nodeId, epoch } = this.authority.adopted.primary;
    const { testimony } = this.peers.known(nodeId);
    const isKnownNotToBe =
      nodeId === this.self.id || epoch === 0n || (testimony !== null && testimony.role !== 'primary');
    return isKnownNotToBe ? null : nodeId;
  }

  /** Everything below this offset is durable on a majority, as far as this node knows; null: unknown. */
  get committed(): bigint | null {
    return this.serving === null ? this.data.committed : this.serving.committed;
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
    return this.ledger.event(body, { id: this.self.id, epoch: this.authority.adopted.epoch }, durable);
  }

  /** Stops replicating, reading and writing until an operator acts (P6-F1). */
  halt(reason: HaltReason, why: string): void {
    if (this.state === 'ReplicationHalted') return;
    this.state = 'ReplicationHalted';
    this.haltReason = reason;
    this.serving?.end();
    this.disk.durably(() => {
      this.event({ type: 'replication.halted', fields: { reason, why } });
      this.changed();
    });
  }

  /** Takes the state that the authority marker defines (P6-F2). */
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
   * Authority was given up. A former primary keeps serving the rest of its log; a stale one joins the new history if
   * its own log is a part of it. A halt for another reason stays: giving up authority repairs no log.
   */
  async standDown(): Promise<void> {
    if (this.state !== 'ReplicationHalted' || this.haltReason === 'AuthorityAmbiguity') {
      this.state = 'ReplicaActive';
      this.haltReason = null;
    }
    this.changed();
    await this.#follower.settle();
  }

  /** A replica found the primary of `epoch`: from now on it acknowledges nothing older (P6-A1). */
  follow(epoch: bigint, nodeId: string): void {
    this.disk.durably(() => this.authority.establish(epoch, nodeId));
    if (this.serving !== null && this.serving.epoch < epoch) this.#endServing();
    this.changed();
  }

  /** Adopts a newer epoch for `candidate`; if this node believes itself primary, it halts (AuthorityAmbiguity). */
  adopt(epoch: bigint, candidate: string): void {
    const held = this.authority.marker?.held === true;
    this.disk.durably(() => this.authority.adopt(epoch, candidate));
    if (held)
      this.halt(
        'AuthorityAmbiguity',
        `epoch ${epoch.toString()} exists, and this node believed to be primary in an older one`,
      );
    else this.#endServing();
    this.changed();
  }

  becomeInitialized(): void {
    writeIdentity(this.directory, identityOf(this.cluster, this.self, true));
    this.state = 'ReplicaActive';
    this.changed();
  }

  /** Raises `control_version` if something changed that a control decision depends on, and only then. */
  changed(): void {
    this.version.observe({
      self: this.testimony(),
      marker: this.authority.marker,
      primaryId: this.primaryId,
      attemptState: this.attemptState,
      others: this.peers.others.map(({ id }) => ({ id, testimony: this.peers.known(id).testimony })),
    });
  }

  /** The disk failed: acknowledges nothing more, answers open requests, and ends. */
  stopAfter(error: Error): void {
    if (this.lifecycle === 'shutting_down') return;
    this.lifecycle = 'shutting_down';
    this.serving?.end();
    this.failed(error);
  }

  /** False: the data cannot be trusted, and the node has halted. */
  async #recoverData(): Promise<boolean> {
    const { cut, halt } = await this.data.recover();
    if (cut > 0)
      this.event({
        type: 'replication.wal.tail_cut',
        fields: { bytes: String(cut), offset: this.wal.durable.offset.toString() },
      });
    if (halt !== null) this.halt(halt.reason, halt.why);
    return this.state !== 'ReplicationHalted';
  }

  async #serve(epoch: bigint): Promise<void> {
    this.authority.establish(epoch, this.self.id);
    this.serving = new Serving(epoch, this.data.beginOf(epoch), this.wal, this.store, this.cluster.members.length);
    await this.disk.storing(this.serving.begin());
  }

  #endServing(): void {
    this.data.committed = this.serving?.committed ?? this.data.committed;
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
