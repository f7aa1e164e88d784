/** The client for the other members; it remembers each one's last report. */
import { Agent, request, type IncomingMessage } from 'node:http';
import * as z from 'zod';
import type { ClusterConfig, ClusterMember } from './config.ts';
import { faults } from './faults.ts';
import { type Testimony, testimonySchema } from './testimony.ts';
import { toJson } from './vocabulary.ts';

/** Milliseconds after which a member counts as not answering. */
const ANSWER_WITHIN_MS = 1_500;
const BODY_LIMIT_BYTES = 64 * 1024 * 1024;

export interface Answer {
  readonly status: number;
  readonly about: string | null;
  readonly body: Buffer;
}

/** What this node knows of another member: its last report, when it came, and whether the last exchange succeeded. */
export interface KnownPeer {
  readonly testimony: Testimony | null;
  readonly lastContact: string | null;
  readonly isReachable: boolean;
}

const NOTHING_KNOWN: KnownPeer = { testimony: null, lastContact: null, isReachable: false };
const stateSchema = z.strictObject({ testimony: testimonySchema });
const adoptSchema = z.strictObject({ adopted: z.boolean(), testimony: testimonySchema });

/** The other members: their last reports, and the requests that a node may send to them. */
export class Peers {
  readonly others: readonly ClusterMember[];
  readonly #cluster: ClusterConfig;
  readonly #agent = new Agent({ keepAlive: true, maxFreeSockets: 4 });
  readonly #known = new Map<string, KnownPeer>();
  readonly #heard: (testimony: Testimony) => void;

  constructor(cluster: ClusterConfig, selfId: string, heard: (testimony: Testimony) => void) {
    this.#cluster = cluster;
    this.others = cluster.members.filter(member => member.id !== selfId);
    this.#heard = heard;
  }

  known(nodeId: string): KnownPeer {
    return this.#known.get(nodeId) ?? NOTHING_KNOWN;
  }

  /** Stores what a member reports about itself, however the report arrived. */
  hear(testimony: Testimony): void {
    this.#known.set(testimony.nodeId, { testimony, lastContact: new Date().toISOString(), isReachable: true });
    this.#heard(testimony);
  }

  /** Asks a member for its report. Null: no valid answer, for whatever reason. */
  async ask(member: ClusterMember): Promise<Testimony | null> {
    try {
      const { status, body } = await this.send(member, 'GET', '/peer/state', null, ANSWER_WITHIN_MS);
      if (status !== 200) throw new Error(`answered ${status}`);
      const { testimony } = stateSchema.parse(JSON.parse(body.toString()));
      this.hear(testimony);
      return testimony;
    } catch {
      this.#known.set(member.id, { ...this.known(member.id), isReachable: false });
      return null;
    }
  }

  /** Asks a member to adopt `epoch` for the node with this `testimony`. Null: no answer. */
  async askToAdopt(
    member: ClusterMember,
    epoch: bigint,
    testimony: Testimony,
  ): Promise<Readonly<z.infer<typeof adoptSchema>> | null> {
    try {
      const { body } = await this.send(member, 'POST', '/peer/adopt', toJson({ epoch, testimony }), ANSWER_WITHIN_MS);
      const answer = adoptSchema.parse(JSON.parse(body.toString()));
      this.hear(answer.testimony);
      return answer;
    } catch {
      return null;
    }
  }

  /** One exchange with a member, within `timeout` milliseconds. Rejects if there is no complete answer. */
  send(
    member: ClusterMember,
    method: 'GET' | 'POST',
    path: string,
    body: string | null,
    timeout: number,
  ): Promise<Answer> {
    if (faults().cut === 'outgoing' || faults().cut === 'both') return Promise.reject(new Error('cut off by a fault'));
    return new Promise((resolve, reject) => {
      const headers = {
        'x-aerodb-peer': this.#cluster.peer_token,
        ...(body === null ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      };
      const outgoing = request(new URL(path, member.url), { method, agent: this.#agent, headers }, incoming => {
        this.#collect(incoming).then(
          bytes => resolve({ status: incoming.statusCode ?? 0, about: about(incoming), body: bytes }),
          (error: unknown) => reject(error instanceof Error ? error : new Error(String(error))),
        );
      });
      const deadline = setTimeout(() => outgoing.destroy(new Error('no answer in time')), timeout);
      outgoing.on('close', () => clearTimeout(deadline));
      outgoing.on('error', reject);
      outgoing.end(body ?? undefined);
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  async #collect(incoming: IncomingMessage): Promise<Buffer> {
    const parts: Buffer[] = [];
    let size = 0;
    for await (const part of incoming as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > BODY_LIMIT_BYTES) throw new Error('the answer is too large');
      parts.push(part);
    }
    return Buffer.concat(parts);
  }
}

function about(incoming: IncomingMessage): string | null {
  const header = incoming.headers['x-aerodb-about'];
  return typeof header === 'string' ? header : null;
}
