/** An abacus on loopback: what the small engine's kernel is asked. */
import { json, httpServer, type HttpRunning, type Received } from '../../support/servers.ts';
import type { Abacus } from './engine.ts';

export interface RunningAbacus extends HttpRunning {
  /** What it shows now. */
  readonly state: () => Abacus;
  /** The requests that asked it to change. */
  readonly asked: () => readonly Received[];
}

/** Three frames, of which the first counts until it is asked otherwise. */
export async function abacus(): Promise<RunningAbacus> {
  let state: Abacus = {
    turn: '7',
    counting: 'frame-1',
    frames: ['frame-1', 'frame-2', 'frame-3'].map((name, index) => ({ name, beads: String(1000 + index) })),
  };
  const server = await httpServer((request, response) => {
    if (request.path === '/abacus') {
      json(response, 200, state);
      return;
    }
    const { target } = JSON.parse(request.body) as { readonly target: string };
    if (target === state.counting) {
      response.writeHead(409).end(`${target} counts already`);
      return;
    }
    state = { ...state, counting: target, turn: String(Number(state.turn) + 1) };
    response.writeHead(200).end(`${target} counts now`);
  });
  return { ...server, state: () => state, asked: () => server.received.filter(({ method }) => method === 'POST') };
}
