/** A client that writes to the cluster at a steady rate (`--writes-per-second`). */
import { Agent, request } from 'node:http';
import type { ClusterMember } from './config.ts';

/** How many keys the load writes to, again and again, so that the data does not grow without end. */
const KEYS = 1_000;

/**
 * Writes at a steady rate to whichever node accepts. A refused write is dropped, and the next one goes to the next
 * node. Returns a function that stops it.
 */
export function startLoad(members: readonly ClusterMember[], perSecond: number, token: string | null): () => void {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  let written = 0;
  let chosen = 0;
  const tick = setInterval(() => {
    const member = members[chosen % members.length];
    if (member === undefined) return;
    const asked = chosen;
    const next = (): void => {
      if (chosen === asked) chosen += 1;
    };
    written += 1;
    const outgoing = request(
      new URL('/local/writes', member.url),
      {
        method: 'POST',
        agent,
        headers: {
          'content-type': 'application/json',
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        },
      },
      incoming => {
        if (incoming.statusCode !== 200) next();
        incoming.resume();
      },
    );
    outgoing.on('error', next);
    outgoing.end(JSON.stringify({ key: `load-${written % KEYS}`, value: `write ${written}` }));
  }, 1_000 / perSecond);
  return (): void => {
    clearInterval(tick);
    agent.destroy();
  };
}
