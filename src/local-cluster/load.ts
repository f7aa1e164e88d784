/** A client that writes to the cluster at a steady rate (`--writes-per-second`). */
import { Agent, request } from 'node:http';
import type { ClusterMember } from './config.ts';

/** How many keys the load writes to repeatedly, so that the data does not grow without end. */
const KEYS = 1_000;

/** Writes at a steady rate to a node that accepts. A refused write is dropped; the next write goes to the next node. */
export class Load {
  readonly perSecond: number;
  readonly #members: readonly ClusterMember[];
  readonly #token: string | null;
  #agent: Agent | null = null;
  #tick: NodeJS.Timeout | undefined;
  #written = 0;
  #chosen = 0;

  constructor(members: readonly ClusterMember[], perSecond: number, token: string | null) {
    this.#members = members;
    this.perSecond = perSecond;
    this.#token = token;
  }

  get isOn(): boolean {
    return this.#agent !== null;
  }

  start(): void {
    const agent = new Agent({ keepAlive: true, maxSockets: 16 });
    this.#agent = agent;
    this.#tick = setInterval(() => this.#write(agent), 1_000 / this.perSecond);
  }

  stop(): void {
    clearInterval(this.#tick);
    this.#agent?.destroy();
    this.#agent = null;
  }

  #write(agent: Agent): void {
    const asked = this.#chosen;
    const member = this.#members[asked % this.#members.length];
    if (member === undefined) return;
    const next = (): void => {
      if (this.#chosen === asked) this.#chosen += 1;
    };
    this.#written += 1;
    const outgoing = request(
      new URL('/local/writes', member.url),
      {
        method: 'POST',
        agent,
        headers: {
          'content-type': 'application/json',
          ...(this.#token === null ? {} : { authorization: `Bearer ${this.#token}` }),
        },
      },
      incoming => {
        if (incoming.statusCode !== 200) next();
        incoming.resume();
      },
    );
    outgoing.on('error', next);
    outgoing.end(JSON.stringify({ key: `load-${this.#written % KEYS}`, value: `write ${this.#written}` }));
  }
}
