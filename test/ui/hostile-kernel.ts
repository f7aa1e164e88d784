/**
 * Kernels that answer like a real cluster's nodes, but whose every free text is what somebody hostile would write
 * there.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Json, TestNode } from '../support/test-cluster.ts';
import { listening } from '../support/listening.ts';
import { anyOf } from '../support/pattern.ts';

/** One of each kind of text that breaks careless programs; `owned` would be set by any of them that is run. */
export const HOSTILE = {
  markup:
    '<img src="x" onerror="globalThis.owned=1"><b>bold</b> $(key) ' +
    '[click](command:workbench.action.closeAllEditors) **md**',
  long: `long-${'x'.repeat(300)}`,
  mixed: 'two\nlines \u202Egnp.exe\u202C \u05E2\u05D1\u05E8\u05D9\u05EA 👩‍👩‍👧‍👦🧨 `code`',
} as const;

const EVERYTHING = Object.values(HOSTILE).join(' ');
const NAMES: readonly string[] = [HOSTILE.markup, HOSTILE.long, HOSTILE.mixed];
/**
 * What is no free text: closed words, numbers, times, and the ids and codes by which the answers of one kernel hang
 * together.
 */
const KEPT = anyOf(
  /(?:^|\.)(?:api_version|role|health|decision|result|checksum_status|lifecycle|time|\w+_at|last_contact)$/u,
  /(?:^|\.)(?:primary_id|overridden_invariants\.\d+)$/u,
  /^data\.(?:node_id|target|request_id|source|mode)$/u,
  /^data\.(?:members|replicas)\.\d+\.node_id$/u,
  /^data\.items\.\d+\.kind$/u,
  /^observed_at\.node_id$/u,
  /^error\.(?:code|outcome)$/u,
);
/** Texts that may be unknown, and are not here. */
const TOLD = new Set(['halt_reason', 'source', 'reason', 'checksum', 'mode', 'operator', 'outcome', 'code']);

/** One server for each node; `names` is how node 1, 2, 3 are called. */
export class HostileKernel implements AsyncDisposable {
  readonly names = NAMES;
  readonly urls: string[] = [];
  readonly #servers: Server[] = [];

  static async before(nodes: readonly TestNode[]): Promise<HostileKernel> {
    const kernel = new HostileKernel();
    for (const node of nodes) {
      const server = createServer((request, response) => {
        void kernel.#answer(node, nodes, request).then(
          ({ status, body }) => response.writeHead(status, { 'content-type': 'application/json' }).end(body),
          () => response.destroy(),
        );
      });
      kernel.urls.push(`http://127.0.0.1:${await listening(server)}`);
      kernel.#servers.push(server);
    }
    return kernel;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.#servers.map(
        server =>
          new Promise(done => {
            server.closeAllConnections();
            server.close(done);
          }),
      ),
    );
  }

  async #answer(
    node: TestNode,
    nodes: readonly TestNode[],
    request: IncomingMessage,
  ): Promise<{ readonly status: number; readonly body: string }> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const headers = Object.fromEntries(
      ['content-type', 'if-match', 'idempotency-key'].flatMap(name => {
        const value = request.headers[name];
        return typeof value === 'string' ? [[name, value]] : [];
      }),
    );
    const answer = await fetch(node.url + (request.url ?? ''), {
      method: request.method ?? 'GET',
      headers,
      ...(parts.length === 0 ? {} : { body: Buffer.concat(parts) }),
    });
    return { status: answer.status, body: JSON.stringify(this.#rewrite((await answer.json()) as Json, '', nodes)) };
  }

  #rewrite(value: Json, path: string, nodes: readonly TestNode[]): Json {
    const key = path.slice(path.lastIndexOf('.') + 1);
    const inner = (name: string | number): string => (path === '' ? String(name) : `${path}.${name}`);
    if (path === 'notes') return [EVERYTHING, ...NAMES];
    if (Array.isArray(value))
      return (value as readonly Json[]).map((each, index) => this.#rewrite(each, inner(index), nodes));
    if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value).map(
        ([name, each]) => [name, this.#rewrite(each, inner(name), nodes)] as const,
      );
      return Object.fromEntries(key === 'fields' ? [...entries, [EVERYTHING, EVERYTHING]] : entries);
    }
    if (typeof value !== 'string') return value === null && TOLD.has(key) && !KEPT.test(path) ? EVERYTHING : value;
    const index = nodes.findIndex(
      ({ name, url }) => (key === 'name' && value === name) || (key === 'api_url' && value === url),
    );
    if (key === 'api_url') return this.urls[index] ?? value;
    if (key === 'name') return NAMES[index] ?? EVERYTHING;
    return KEPT.test(path) || /^\d+$/u.test(value) ? value : EVERYTHING;
  }
}
