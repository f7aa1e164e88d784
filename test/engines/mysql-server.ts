/** A MySQL server that says what a test wants, over TLS or not, and keeps what it was told. */
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket, type TLSSocketOptions } from 'node:tls';
import { rawServer } from '../support/servers.ts';

export const NATIVE = 'mysql_native_password';
export const CACHING = 'caching_sha2_password';
const SCRAMBLE = Buffer.from('01234567890123456789');
/** Everything that a MySQL of today has and that matters here, but TLS. */
const CAPABILITIES = 0x0000_0001 | 0x0200 | 0x2000 | 0x8000 | 0x0008_0000 | 0x0010_0000 | 0x0020_0000;
const TLS = 0x0800;
const AUTOCOMMIT = 0x0002;
export const MORE_RESULTS = 0x0008;

export function packet(sequence: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUIntLE(payload.length, 0, 3);
  header[3] = sequence % 256;
  return Buffer.concat([header, payload]);
}

/** Packets one after the other, as one flight. */
export function flight(first: number, payloads: readonly Buffer[]): Buffer {
  return Buffer.concat(payloads.map((payload, nth) => packet(first + nth, payload)));
}

function number(value: number): Buffer {
  if (value < 251) return Buffer.from([value]);
  const bytes = Buffer.alloc(value < 0x1_0000 ? 3 : 4);
  bytes[0] = value < 0x1_0000 ? 0xfc : 0xfd;
  bytes.writeUIntLE(value, 1, bytes.length - 1);
  return bytes;
}

export function text(value: string | Buffer | null): Buffer {
  if (value === null) return Buffer.from([0xfb]);
  const bytes = Buffer.from(value as string);
  return Buffer.concat([number(bytes.length), bytes]);
}

function short(value: number): Buffer {
  return Buffer.from([value & 0xff, value >> 8]);
}

export function ok(status = AUTOCOMMIT, info = ''): Buffer {
  return Buffer.concat([Buffer.from([0, 0, 0]), short(status), short(0), Buffer.from(info)]);
}

export function error(errno: number, state: string, message: string): Buffer {
  return Buffer.concat([Buffer.from([0xff]), short(errno), Buffer.from(`#${state}${message}`)]);
}

function eof(status = AUTOCOMMIT): Buffer {
  return Buffer.concat([Buffer.from([0xfe]), short(0), short(status)]);
}

export interface Column {
  readonly name: string;
  /** VAR_STRING where it is not named. */
  readonly type?: number;
  /** utf8mb4 where it is not named; 63 is binary. */
  readonly characterSet?: number;
}

export function column({ name, type = 0xfd, characterSet = 255 }: Column): Buffer {
  return Buffer.concat([
    ...['def', '', '', '', name, ''].map(text),
    Buffer.from([0x0c]),
    short(characterSet),
    Buffer.from([0, 4, 0, 0, type, 0, 0, 0, 0, 0]),
  ]);
}

/** The packets of a result set. */
export function resultSet(
  columns: readonly Column[],
  rows: readonly (readonly (string | Buffer | null)[])[],
  status = AUTOCOMMIT,
): readonly Buffer[] {
  return [
    number(columns.length),
    ...columns.map(column),
    eof(),
    ...rows.map(row => Buffer.concat(row.map(text))),
    eof(status),
  ];
}

export function greeting(plugin: string, hasTls: boolean): Buffer {
  const flags = Buffer.alloc(4);
  flags.writeUInt32LE(CAPABILITIES | (hasTls ? TLS : 0));
  return Buffer.concat([
    Buffer.from([10]),
    Buffer.from('9.7.4\0'),
    Buffer.from([7, 0, 0, 0]),
    SCRAMBLE.subarray(0, 8),
    Buffer.from([0]),
    flags.subarray(0, 2),
    Buffer.from([255]),
    short(AUTOCOMMIT),
    flags.subarray(2),
    Buffer.from([21]),
    Buffer.alloc(10),
    SCRAMBLE.subarray(8),
    Buffer.from([0]),
    Buffer.from(`${plugin}\0`),
  ]);
}

/** A wish for another way of logging in. */
export function authSwitch(plugin: string): Buffer {
  return Buffer.concat([Buffer.from([0xfe]), Buffer.from(`${plugin}\0`), SCRAMBLE, Buffer.from([0])]);
}

export function moreAuthData(data: Buffer): Buffer {
  return Buffer.concat([Buffer.from([1]), data]);
}
const FULL_AUTHENTICATION = Buffer.from([4]);

/** What the client sends of this password under `mysql_native_password`. */
export function nativeToken(password: string): Buffer {
  const sha = (...parts: readonly Buffer[]): Buffer => createHash('sha1').update(Buffer.concat(parts)).digest();
  const once = sha(Buffer.from(password));
  const mixed = sha(SCRAMBLE, sha(once));
  return Buffer.from(once.map((byte, nth) => byte ^ (mixed[nth] ?? 0)));
}

/** One connection, as the script of a server has it. */
export interface Peer {
  /** Sends these packets in answer to what came last. */
  readonly send: (...payloads: readonly Buffer[]) => void;
  /** Sends bytes as they are. */
  readonly raw: (bytes: Buffer) => void;
  readonly socket: () => Socket;
  /** Of the name that the client asks for, and of its certificate; nothing without TLS. */
  readonly tls: () => { readonly name: string; readonly client: string } | undefined;
}

export interface Script {
  /** With it TLS is offered. */
  readonly tls?: TLSSocketOptions;
  readonly plugin?: string;
  /** In the place of its greeting: whole packets, or whatever; nothing where it is silent. */
  readonly greets?: (peer: Peer) => void;
  /** In the place of TLS, once the client has asked for it. */
  readonly secures?: (peer: Peer) => void;
  /** Answers each packet of the login; by itself it takes everybody. */
  readonly logsIn?: (peer: Peer, packet: Buffer, nth: number) => void;
  /** Answers a statement. */
  readonly answers?: (peer: Peer, statement: string, nth: number) => void;
}

export interface MysqlServer {
  readonly port: number;
  readonly endpoint: string;
  /** All that was said to it outside of TLS. */
  readonly clear: () => Buffer;
  /** All that was said to it inside of TLS. */
  readonly inside: () => Buffer;
  readonly statements: readonly string[];
  readonly connections: () => number;
  /** Connections that said farewell. */
  readonly farewells: () => number;
}

export async function mysqlServer(script: Script = {}): Promise<MysqlServer> {
  const { tls, plugin = CACHING } = script;
  const clear: Buffer[] = [];
  const inside: Buffer[] = [];
  const statements: string[] = [];
  let connections = 0;
  let farewells = 0;
  const running = await rawServer(plain => {
    connections += 1;
    let socket: Socket = plain;
    let stage: 'greeted' | 'login' | 'ready' = 'greeted';
    let logins = 0;
    let sequence = 0;
    let rest = Buffer.alloc(0);
    const peer: Peer = {
      send(...payloads) {
        socket.write(flight(sequence, payloads));
        sequence += payloads.length;
      },
      raw: bytes => void socket.write(bytes),
      socket: () => socket,
      tls: () =>
        socket instanceof TLSSocket
          ? {
              name: 'servername' in socket ? String(socket.servername) : '',
              client: Object.keys(socket.getPeerCertificate()).includes('subject')
                ? String(socket.getPeerCertificate().subject.CN)
                : '',
            }
          : undefined,
    };
    const logsIn =
      script.logsIn ??
      ((_peer, _packet, nth): void => {
        if (plugin === CACHING && socket !== plain && nth === 1) peer.send(moreAuthData(FULL_AUTHENTICATION));
        else if (plugin === CACHING && socket === plain) peer.send(moreAuthData(Buffer.from([3])), ok());
        else peer.send(ok());
      });
    const heard = (payload: Buffer): void => {
      if (stage === 'greeted' && tls !== undefined && payload.length === 32) {
        stage = 'login';
        plain.removeAllListeners('data');
        if (script.secures !== undefined) {
          script.secures(peer);
          clear.push(rest);
          plain.on('data', data => clear.push(data));
          return;
        }
        // What it says next may have come with the wish.
        plain.pause();
        if (rest.length > 0) plain.unshift(rest);
        rest = Buffer.alloc(0);
        const secure = new TLSSocket(plain, { isServer: true, ...tls });
        secure.on('error', () => undefined);
        secure.on('data', (data: Buffer) => take(data, inside));
        socket = secure;
        return;
      }
      if (stage === 'ready') {
        if (payload[0] === 1) farewells += 1;
        if (payload[0] !== 3) return;
        const statement = payload.toString('utf8', 1);
        statements.push(statement);
        script.answers?.(peer, statement, statements.length);
        return;
      }
      stage = 'login';
      logins += 1;
      logsIn(peer, payload, logins);
    };
    const take = (data: Buffer, told: Buffer[]): void => {
      told.push(data);
      rest = Buffer.concat([rest, data]);
      while (rest.length >= 4 && rest.length >= 4 + rest.readUIntLE(0, 3)) {
        const end = 4 + rest.readUIntLE(0, 3);
        const payload = rest.subarray(4, end);
        // A statement begins again.
        if (rest[3] === 0) stage = 'ready';
        sequence = (rest[3] ?? 0) + 1;
        rest = rest.subarray(end);
        heard(payload);
      }
    };
    plain.on('data', data => take(data, clear));
    if (script.greets === undefined) peer.send(greeting(plugin, tls !== undefined));
    else script.greets(peer);
  });
  return {
    port: running.port,
    endpoint: `mysql://127.0.0.1:${running.port}`,
    clear: () => Buffer.concat(clear),
    inside: () => Buffer.concat(inside),
    statements,
    connections: () => connections,
    farewells: () => farewells,
  };
}
