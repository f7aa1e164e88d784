/** A replica's side of replication: it pulls the log from its primary, verifies it and makes it durable. */
import * as z from 'zod';
import { decimal } from './decimal.ts';
import type { ClusterConfig, ClusterMember } from './config.ts';
import type { NodeData } from './data.ts';
import type { FailStop } from './fail-stop.ts';
import { decodeLines } from './lines.ts';
import type { Authority } from './authority.ts';
import type { Peers } from './peers.ts';
import type { Serving } from './serving.ts';
import { DamagedSnapshot } from './snapshots.ts';
import type { Testimony } from './testimony.ts';
import { decodeRecord } from './records.ts';
import type { PlacedRecord, Wal } from './wal.ts';
import {
  type HaltReason,
  type Lifecycle,
  type Position,
  type ReplicationState,
  majorityOf,
  toJson,
} from './vocabulary.ts';

/** What accompanies the bytes of a pull. `gap` and `diverged` halt the replica that pulled. */
export const aboutSchema = z.strictObject({
  verdict: z.enum(['records', 'gap', 'diverged', 'not_serving']),
  epoch: decimal,
  committed: decimal.nullable(),
  durable: decimal,
});

/**
 * In milliseconds: how long the primary may delay the answer to a pull while it has nothing new, and how long the whole
 * answer may take.
 */
export const HOLD_MS = 1_000;
const ANSWER_WITHIN_MS = HOLD_MS + 1_500;
const SNAPSHOT_WITHIN_MS = 30_000;
const PAUSE_AFTER_FAILURE_MS = 100;

/** The part of the node that its follower needs. */
export interface FollowingNode {
  readonly cluster: ClusterConfig;
  readonly authority: Authority;
  readonly peers: Peers;
  readonly disk: FailStop;
  readonly data: NodeData;
  readonly wal: Wal;
  readonly serving: Serving | null;
  readonly state: ReplicationState;
  readonly lifecycle: Lifecycle;
  readonly committed: bigint | null;
  testimony(): Testimony;
  follow(epoch: bigint, nodeId: string): void;
  becomeInitialized(): void;
  halt(reason: HaltReason, why: string): void;
}

interface Source {
  readonly member: ClusterMember;
  readonly epoch: bigint;
}

/**
 * Pulls the log from the primary, verifies every record (checksum chain, commit ids, epochs), makes it durable, and
 * acknowledges it by asking for what comes next. A record that does not fit halts the node (P6-S2); it is never
 * repaired or skipped.
 */
export class Follower {
  readonly #node: FollowingNode;
  #stopped = false;
  #pulling: Promise<void> | null = null;
  #wake: () => void = () => undefined;
  /**
   * Where the primary's log ended when this node joined. The node is no witness until its own log reaches this
   * position.
   */
  #joinsAt: bigint | null = null;

  constructor(node: FollowingNode) {
    this.#node = node;
  }

  /** Call it after a change that may give this node a primary to follow. */
  wake(): void {
    this.#wake();
  }

  stop(): void {
    this.#stopped = true;
    this.#wake();
  }

  /**
   * Pulls once from the current primary, if there is one. A node that joins a newer history learns at once whether its
   * own log belongs to it.
   */
  async settle(): Promise<void> {
    const source = this.#source();
    if (source !== null) await this.#pull(source).catch(() => undefined);
    this.#wake();
  }

  /** Follows until stopped. */
  async run(): Promise<void> {
    while (!this.#stopped) {
      const source = this.#source();
      if (source === null) {
        await this.#woken(null);
        continue;
      }
      try {
        await this.#pull(source);
      } catch {
        await this.#woken(PAUSE_AFTER_FAILURE_MS);
      }
    }
  }

  async #woken(timeout: number | null): Promise<void> {
    await new Promise<void>(resolve => {
      const timer = timeout === null ? null : setTimeout(resolve, timeout);
      this.#wake = (): void => {
        if (timer !== null) clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = (): void => undefined;
  }

  /** The member that serves the latest epoch, if this node must follow it. */
  #source(): Source | null {
    const { state, authority, peers, serving, cluster } = this.#node;
    if (this.#node.lifecycle === 'shutting_down' || (state !== 'ReplicaActive' && state !== 'Uninitialized'))
      return null;
    const answering = peers.others.filter(member => peers.known(member.id).isReachable);
    // A node that lost its disk also lost its promises, so a majority of other members must tell it the epoch before it
    // makes new promises.
    if (state === 'Uninitialized' && answering.length < majorityOf(cluster.members.length)) return null;
    const known = answering.flatMap(member => peers.known(member.id).testimony ?? []);
    const floor =
      state === 'Uninitialized'
        ? known.reduce((max, one) => (one.epoch > max ? one.epoch : max), 0n)
        : authority.adopted.epoch;
    const offers = answering.flatMap((member): Source[] => {
      const epoch = peers.known(member.id).testimony?.serving ?? null;
      return epoch === null || epoch < floor || epoch <= (serving?.epoch ?? -1n) ? [] : [{ member, epoch }];
    });
    return offers.reduce<Source | null>(
      (best, offer) => (best === null || offer.epoch > best.epoch ? offer : best),
      null,
    );
  }

  /** One pull at a time: a second caller waits for the same pull. */
  async #pull(source: Source): Promise<void> {
    this.#pulling ??= this.#pullOnce(source).finally(() => (this.#pulling = null));
    await this.#pulling;
  }

  async #pullOnce(source: Source): Promise<void> {
    const node = this.#node;
    node.follow(source.epoch, source.member.id);
    if (node.state === 'Uninitialized' && node.wal.durable.offset === 0n) await this.#copySnapshot(source);
    const from = node.wal.durable;
    const body = toJson({ testimony: node.testimony(), committed: node.committed });
    const answer = await node.peers.send(source.member, 'POST', '/peer/pull', body, ANSWER_WITHIN_MS);
    if (answer.about === null) throw new Error(`answered ${answer.status}`);
    const about = aboutSchema.parse(JSON.parse(answer.about));
    // While the answer was on its way, this node may have adopted an epoch, halted or been demoted. Then the answer
    // does not count.
    if (this.#source()?.epoch !== source.epoch || node.authority.adopted.epoch !== source.epoch) return;
    if (about.verdict === 'not_serving') throw new Error('the primary does not serve this epoch');
    if (about.verdict !== 'records') {
      this.#refuse(
        about.verdict === 'gap' ? 'WalGapDetected' : 'HistoryDivergence',
        `the primary's log does not continue position ${from.offset.toString()}`,
      );
      return;
    }
    if (!(await this.#take(answer.body, from, source.epoch))) return;
    node.data.noteCommitted(about.committed);
    this.#join(about.durable);
  }

  async #copySnapshot({ member }: Source): Promise<void> {
    const { status, body } = await this.#node.peers.send(member, 'GET', '/peer/snapshot', null, SNAPSHOT_WITHIN_MS);
    if (status !== 200) throw new Error(`answered ${status}`);
    if (body.length === 0) return;
    try {
      await this.#node.data.install(body);
    } catch (error) {
      if (!(error instanceof DamagedSnapshot)) throw error;
      this.#refuse('SnapshotIntegrityFailure', error.message);
    }
  }

  /** Verifies the records and makes them durable. False: they did not fit, and the node has halted. */
  async #take(bytes: Buffer, from: Position, epoch: bigint): Promise<boolean> {
    const { lines, rest } = decodeLines(bytes, from.chain);
    if (rest !== 'none')
      return this.#refuse('WalCorruption', `the record received at ${from.offset.toString()} has a wrong checksum`);
    let end = from;
    const records: PlacedRecord[] = [];
    for (const line of lines) {
      const record = decodeRecord(line.json);
      if (record?.commitId !== end.commitId + 1n)
        return this.#refuse(
          'WalGapDetected',
          `commit ${(end.commitId + 1n).toString()} is missing at ${end.offset.toString()}`,
        );
      if (record.epoch < end.epoch || record.epoch > epoch)
        return this.#refuse(
          'HistoryDivergence',
          `commit ${record.commitId.toString()} is of epoch ${record.epoch.toString()}`,
        );
      end = {
        offset: from.offset + BigInt(line.end),
        chain: line.chain,
        epoch: record.epoch,
        commitId: record.commitId,
      };
      records.push({ record, end });
    }
    if (records.length === 0) return true;
    await this.#node.disk.storing(this.#node.wal.append(bytes, records));
    return true;
  }

  #join(durable: bigint): void {
    if (this.#node.state !== 'Uninitialized') return;
    this.#joinsAt ??= durable;
    if (this.#node.wal.durable.offset >= this.#joinsAt) this.#node.becomeInitialized();
  }

  #refuse(reason: HaltReason, why: string): false {
    this.#node.halt(reason, why);
    return false;
  }
}
