/** A hostile kernel: a truthful answer, bent in one of many ways, and the server that sends it byte for byte. */
import { createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { listen, parseRequest, truthful, type Received, type Running } from '../support/servers.ts';
import { envelope, executed, N1, N2, N3, rejection, REQUEST } from '../support/wire.ts';

/** One way of bending an answer. */
export type Bend =
  | { readonly kind: 'none' }
  | { readonly kind: 'json'; readonly edits: readonly Edit[] }
  | { readonly kind: 'other'; readonly value: unknown; readonly status: number }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly at: number; readonly remove: number; readonly insert: readonly number[] }
  | { readonly kind: 'headers'; readonly lines: readonly string[] }
  | { readonly kind: 'status'; readonly line: string }
  | { readonly kind: 'garbage'; readonly bytes: readonly number[] }
  | { readonly kind: 'cut'; readonly at: number; readonly how: 'end' | 'reset' | 'hang' }
  | { readonly kind: 'deaf'; readonly after: number };

interface Edit {
  readonly at: number;
  readonly what: 'replace' | 'delete' | 'extra' | 'double';
  readonly value: unknown;
}

export interface Framing {
  readonly body: 'length' | 'chunked' | 'until close';
  readonly piece: number;
  readonly before: string;
}

export interface Plan {
  readonly bend: Bend;
  readonly framing: Framing;
}

function deep(depth: number): unknown {
  return JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown;
}

const value = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom<unknown>(
      null,
      true,
      false,
      '',
      'x',
      0,
      1,
      -1,
      1.5,
      1e308,
      2 ** 53,
      '18446744073709551615',
      '18446744073709551616',
      '-1',
      '01',
      '9'.repeat(400),
      [],
      {},
      [null],
      '\u0000',
      '\ud800',
      '__proto__',
      'primary',
      'replica',
      'unknown',
      'executed',
      'not_executed',
      'validated',
      'forced',
      'v1',
      'v2',
      N1,
      N2,
      N3,
      REQUEST,
      N2.toUpperCase(),
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom(deep(30), deep(100), deep(500)) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(),
  what: fc.constantFrom('replace', 'replace', 'delete', 'extra', 'double'),
  value,
});

const headerLine = fc.constantFrom(
  'content-type: application/json',
  'Content-Type: application/json; charset=utf-8',
  'content-type: text/html',
  'content-type: application/json; charset=utf-16',
  'content-type:',
  'content-encoding: gzip',
  'content-encoding: identity',
  'content-encoding: br, identity',
  'content-length: 0',
  'content-length: 1',
  'content-length: 999999999999',
  'content-length: -1',
  'content-length: 5, 5',
  'transfer-encoding: chunked',
  'transfer-encoding: gzip, chunked',
  'transfer-encoding: identity',
  'connection: keep-alive',
  'connection: close',
  'connection: upgrade',
  'upgrade: h2c',
  'location: http://127.0.0.1:1/',
  'x-y: \u00e9\u00ff',
  ' folded: yes',
  'no colon',
  ': no name',
  `x: ${'y'.repeat(20_000)}`,
  'set-cookie: a=b',
  'trailer: x',
  'keep-alive: timeout=600',
  '',
);

const statusLine = fc.constantFrom(
  ...[
    100, 101, 102, 103, 200, 201, 202, 204, 206, 301, 304, 307, 400, 401, 403, 404, 409, 412, 428, 500, 502, 503, 599,
    999,
  ].map(status => `HTTP/1.1 ${status} X`),
  'HTTP/1.0 200 OK',
  'HTTP/2.0 200 OK',
  'HTTP/1.1 2000 OK',
  'HTTP/1.1 20',
  'ICY 200 OK',
  '',
  'http/1.1 200 ok',
  'HTTP/1.1 200',
  `HTTP/1.1 200 ${'z'.repeat(300)}`,
);

const whole = fc.constantFrom<unknown>(
  null,
  [],
  {},
  'executed',
  1,
  { ok: true },
  rejection('AERO_X'),
  rejection('AERO_X', 'executed'),
  rejection('AERO_X', 'unknown'),
  rejection('AERO_X', null),
  rejection('AERO_X', 'perhaps'),
  rejection(''),
  { error: 'text' },
  { error: { code: 'AERO_X' } },
  { error: { code: 1, message: 2 } },
  envelope(N2, null),
  envelope(N2, executed('promotion', REQUEST, N2)),
  envelope(N2, executed('promotion', N3, N2)),
  envelope(N3, executed('promotion', REQUEST, N2)),
  envelope(N2, executed('promotion', REQUEST, N3)),
  envelope(N2, executed('demotion', REQUEST, N2)),
  { ...envelope(N2, executed('demotion', REQUEST, N2)), api_version: 'v2' },
  { ...envelope(N2, executed('demotion', REQUEST, N2)), ...rejection('AERO_X') },
  envelope(N2, { ...executed('promotion', REQUEST, N2), outcome: 'unknown' }),
);

const byte = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(0x22, 0x5c, 0x7b, 0x7d, 0x2c, 0x30, 0x39, 0x0d, 0x0a, 0x3a, 0x20) },
  { weight: 1, arbitrary: fc.nat(255) },
);

const bend: fc.Arbitrary<Bend> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Bend>({ kind: 'none' }) },
  {
    weight: 30,
    arbitrary: fc.record({ kind: fc.constant('json' as const), edits: fc.array(edit, { minLength: 1, maxLength: 3 }) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('other' as const),
      value: whole,
      status: fc.constantFrom(200, 200, 201, 302, 400, 409, 500, 503),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('text' as const),
      text: fc.oneof(
        fc.string({ maxLength: 50 }),
        fc.json(),
        fc.constantFrom('<html>', '{"a":', '['.repeat(3_000), '\ufeff{}'),
      ),
    }),
  },
  {
    weight: 16,
    arbitrary: fc.record({
      kind: fc.constant('bytes' as const),
      at: fc.nat(),
      remove: fc.nat(3),
      insert: fc.array(byte, { maxLength: 3 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('headers' as const),
      lines: fc.array(headerLine, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('status' as const), line: statusLine }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('garbage' as const), bytes: fc.array(fc.nat(255), { maxLength: 200 }) }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('cut' as const),
      at: fc.nat(),
      how: fc.constantFrom<'end' | 'reset'>('end', 'reset'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('cut' as const), at: fc.nat(), how: fc.constant('hang' as const) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deaf' as const), after: fc.nat(400) }) },
);

const framing: fc.Arbitrary<Framing> = fc.record({
  body: fc.constantFrom<Framing['body']>('length', 'length', 'length', 'chunked', 'until close'),
  piece: fc.constantFrom(0, 0, 0, 1, 7, 100),
  before: fc.constantFrom('', '', '', '', '', 'HTTP/1.1 103 Early Hints\r\n\r\n', '\r\n'),
});

export const plan: fc.Arbitrary<Plan> = fc.record({ bend, framing });

/** Every place in a JSON value, as the object that holds it and the key there. */
function places(
  root: unknown,
  depth = 0,
): { readonly holder: Record<string, unknown> | unknown[]; readonly key: string }[] {
  if (typeof root !== 'object' || root === null || depth > 12) return [];
  const holder = root as Record<string, unknown> | unknown[];
  return Object.entries(holder).flatMap(([key, member]) => [{ holder, key }, ...places(member, depth + 1)]);
}

function edited(original: unknown, edits: readonly Edit[]): unknown {
  const root = { root: structuredClone(original) };
  for (const { at, what, value: shared } of edits) {
    const given = structuredClone(shared);
    const all = places(root);
    const place = all[at % all.length];
    if (place === undefined) continue;
    const { holder, key } = place;
    if (Array.isArray(holder)) {
      if (what === 'double') holder.push(structuredClone(holder[Number(key)]));
      else if (what === 'delete') holder.splice(Number(key), 1);
      else holder[Number(key)] = given;
    } else if (what === 'delete') Reflect.deleteProperty(holder, key);
    else if (what === 'extra') holder[`x_${key}`] = given;
    else if (what === 'double' && Array.isArray(holder[key]))
      holder[key] = [...(holder[key] as unknown[]), ...(holder[key] as unknown[])];
    else holder[key] = given;
  }
  return root.root;
}

interface Sending {
  readonly bytes: Buffer;
  readonly how: 'end' | 'reset' | 'hang';
}

/** The bytes of the bent answer to `request`, and how the connection goes on after them. */
function sending(
  { bend: how, framing: frame }: Plan,
  self: string,
  request: Received,
  urls: Readonly<Record<string, string>>,
): Sending {
  if (how.kind === 'garbage') return { bytes: Buffer.from(how.bytes), how: 'end' };
  const truth = truthful(self, request, urls);
  const status = how.kind === 'other' ? how.status : truth.status;
  const content =
    how.kind === 'json'
      ? JSON.stringify(edited(truth.value, how.edits) ?? null)
      : how.kind === 'other'
        ? JSON.stringify(how.value)
        : how.kind === 'text'
          ? how.text
          : JSON.stringify(truth.value);
  const body = Buffer.from(content);
  const lines = [how.kind === 'status' ? how.line : `HTTP/1.1 ${status} X`, 'content-type: application/json'];
  if (frame.body === 'length') lines.push(`content-length: ${body.length}`);
  if (frame.body === 'chunked') lines.push('transfer-encoding: chunked');
  if (how.kind === 'headers') lines.push(...how.lines);
  const framed = frame.body === 'chunked' ? Buffer.concat([...chunks(body), Buffer.from('0\r\n\r\n')]) : body;
  let bytes = Buffer.concat([Buffer.from(`${frame.before}${lines.join('\r\n')}\r\n\r\n`, 'latin1'), framed]);
  if (how.kind === 'bytes') {
    const at = how.at % bytes.length;
    bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(how.insert), bytes.subarray(at + how.remove)]);
  }
  return how.kind === 'cut' ? { bytes: bytes.subarray(0, how.at % bytes.length), how: how.how } : { bytes, how: 'end' };
}

function chunks(body: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; at += 300) {
    const part = body.subarray(at, at + 300);
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'));
  }
  return parts;
}

/** What one case saw on the wire. */
export interface Seen {
  connections: number;
  requests: Received[];
  /** The bytes of the last answer. */
  sent: Buffer;
}

export interface Hostile extends Running {
  /** Sets what the next requests are answered, and forgets what was seen. */
  next(plan: Plan, where: (request: Received) => boolean): Seen;
}

/** A server for node `self` that bends the answers that `where` selects and is truthful otherwise. */
export async function hostileServer(self: string): Promise<Hostile> {
  let current: { readonly plan: Plan; readonly where: (request: Received) => boolean; readonly seen: Seen } | undefined;
  const urls: Record<string, string> = {};
  const truth: Plan = { bend: { kind: 'none' }, framing: { body: 'length', piece: 0, before: '' } };
  const running = await listen(
    createServer(socket => {
      const now = current;
      if (now === undefined) return void socket.destroy();
      now.seen.connections++;
      let text = '';
      let answered = false;
      socket.on('error', () => undefined);
      socket.on('data', data => {
        text += data.toString('latin1');
        const { bend: how } = now.plan;
        if (how.kind === 'deaf' && text.length > how.after && now.where(beginningOf(text))) {
          if (parseRequest(text) !== undefined && !answered) now.seen.requests.push(beginningOf(text));
          answered = true;
          return void socket.resetAndDestroy();
        }
        const request = parseRequest(text);
        if (request === undefined) return;
        text = '';
        now.seen.requests.push(request);
        if (answered) return;
        answered = true;
        const bent = now.where(request);
        const { bytes, how: ending } = sending(bent && how.kind !== 'deaf' ? now.plan : truth, self, request, urls);
        now.seen.sent = bytes;
        void write(socket, bytes, bent ? now.plan.framing.piece : 0).then(() => {
          if (ending === 'end') socket.end();
          else if (ending === 'reset') socket.resetAndDestroy();
        });
      });
    }),
  );
  urls[self] = running.url;
  return {
    ...running,
    next(plan_, where) {
      const seen: Seen = { connections: 0, requests: [], sent: Buffer.alloc(0) };
      current = { plan: plan_, where, seen };
      return seen;
    },
  };
}

function beginningOf(text: string): Received {
  const [method = '', path = ''] = text.split(' ', 2);
  return { method, path, headers: {}, body: '' };
}

/** In one write, or in a few pieces that really leave one by one. */
async function write(socket: Socket, bytes: Buffer, piece: number): Promise<void> {
  const pieces =
    piece === 0
      ? [bytes]
      : [...Array(20).keys()].map(n => bytes.subarray(n * piece, (n + 1) * piece)).concat(bytes.subarray(20 * piece));
  for (const part of pieces) {
    if (part.length === 0 || socket.destroyed) continue;
    await new Promise<void>(resolve => socket.write(part, () => resolve()));
  }
}
