/**
 * What stands between mysql2 and the socket. It upgrades to TLS itself, hands on whole packets that were waited for,
 * and ends the connection at anything else: mysql2 believes what was said before TLS, and what nobody asked for.
 */
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { TransportErrorCode } from '../../control-plane/model/errors.ts';
import { answerForm, errorPacket, type Step } from './answer-form.ts';

/** Bytes of an answer. */
export const LARGEST_ANSWER_BYTES = 16 * 1024 * 1024;
/** Bytes of greeting and login together. */
const LARGEST_LOGIN_BYTES = 64 * 1024;
const HEADER_BYTES = 4;
const PROTOCOL_VERSION = 10;
const ERROR = 0xff;
const UNASKED = 'something came that nobody asked for';
const QUIT = Buffer.from([1, 0, 0, 0, 1]);

/** Why a connection was ended, by either side. */
export interface Break {
  readonly code: TransportErrorCode;
  /** A clause for a person, or what the system said. */
  readonly why: string | Error;
}

/**
 * greeting: the server speaks first. securing: nothing is said or heard but TLS. login: both speak. idle: nobody does.
 * answer: to a statement.
 */
type Phase = 'greeting' | 'securing' | 'login' | 'idle' | 'answer';

/** Emits what mysql2 wants of a socket: `data`, one whole packet each time. Its own errors go to `broken` alone. */
export class Wire extends EventEmitter {
  readonly #broken: (why: Break) => void;
  #socket: Socket;
  #phase: Phase = 'greeting';
  #isBroken = false;
  #chunks: Buffer[] = [];
  #buffered = 0;
  /** Bytes that have to be there before there is anything to look at. */
  #needed = HEADER_BYTES;
  /** Bytes since the connection began, or since the last statement. */
  #bytes = 0;
  #sequence = 0;
  #form: (packet: Buffer) => Step = answerForm();

  /** `broken` is called once, at the first thing that goes wrong; the socket is gone then. */
  constructor(socket: Socket, broken: (why: Break) => void) {
    super();
    this.#broken = broken;
    this.#socket = socket;
    this.#listen(socket);
  }

  /** Lays TLS over the socket. Nothing may have come after the greeting: it would be from whoever is in between. */
  secure(over: (socket: Socket) => Socket): void {
    if (this.#phase !== 'greeting' || this.#buffered > 0) {
      this.break('PHASE7_CONNECTION_FAILED', 'more than its greeting came before TLS');
      return;
    }
    this.#phase = 'securing';
    const socket = this.#socket;
    socket.removeAllListeners('data');
    this.#socket = over(socket);
    this.#listen(this.#socket);
  }

  /** TLS is laid and its peer verified: from here on it is spoken over. */
  secured(): void {
    this.#phase = 'login';
  }

  /** The server has accepted the login. */
  loggedIn(): void {
    this.#phase = 'idle';
  }

  /** Ends the connection at once, and says why; only the first reason counts. */
  break(code: TransportErrorCode, why: string | Error): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    this.#socket.destroy();
    this.#broken({ code, why });
  }

  /** Ends the connection. A server that waits for a statement is told, and counts no aborted client. */
  close(): void {
    if (!this.#isIdle()) {
      this.break('PHASE7_TRANSPORT_FAILURE', 'its session is over');
      return;
    }
    this.#isBroken = true;
    this.#socket.write(QUIT);
    this.#socket.destroySoon();
  }

  get destroyed(): boolean {
    return this.#isBroken;
  }

  /** For mysql2: one whole packet, as it writes them. */
  write(packet: Buffer): boolean {
    if (this.#isBroken) return false;
    if (this.#phase === 'securing') {
      this.break('PHASE7_CONNECTION_FAILED', 'something was to be sent before TLS');
      return false;
    }
    if (this.#phase === 'idle') {
      this.#phase = 'answer';
      this.#form = answerForm();
      this.#bytes = 0;
    }
    this.#sequence = ((packet[3] ?? 0) + 1) % 256;
    return this.#socket.write(packet);
  }

  /** For mysql2, which gives up in this way: it says why beforehand. */
  end(): void {
    this.destroy();
  }

  /** For mysql2. */
  destroy(): void {
    this.break('PHASE7_INVALID_KERNEL_RESPONSE', 'mysql2 gave it up');
  }

  #listen(socket: Socket): void {
    // What goes on below TLS, TLS tells of.
    const ended = (why: string | Error): void => {
      if (socket === this.#socket) this.break('PHASE7_TRANSPORT_FAILURE', why);
    };
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', ended);
    for (const end of ['end', 'close']) socket.on(end, () => ended('the other side closed it'));
  }

  #take(chunk: Buffer): void {
    if (this.#isBroken) return;
    this.#bytes += chunk.length;
    if (this.#isIdle()) {
      this.#invalid(UNASKED);
      return;
    }
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    if (this.#buffered >= this.#needed) this.#split(Buffer.concat(this.#chunks));
    // Also what is only announced counts.
    const most = this.#phase === 'answer' || this.#isIdle() ? LARGEST_ANSWER_BYTES : LARGEST_LOGIN_BYTES;
    if (Math.max(this.#bytes, this.#needed) > most) this.#invalid(`it is larger than ${most} bytes`);
  }

  /** Delivers the whole packets, and keeps what is left. */
  #split(bytes: Buffer): void {
    let rest = bytes;
    this.#needed = sizeOf(rest);
    while (rest.length >= this.#needed && !this.#isBroken) {
      // A copy: who reads on where it ends, reads nothing else.
      const packet = Buffer.from(rest.subarray(0, this.#needed));
      rest = rest.subarray(this.#needed);
      this.#chunks = rest.length === 0 ? [] : [rest];
      this.#buffered = rest.length;
      this.#needed = sizeOf(rest);
      this.#deliver(packet);
      if (this.#isIdle() && rest.length > 0) this.#invalid(UNASKED);
    }
  }

  #deliver(packet: Buffer): void {
    if (packet[3] !== this.#sequence) {
      this.#invalid('its packets are out of order');
      return;
    }
    this.#sequence = (this.#sequence + 1) % 256;
    const content = packet.subarray(HEADER_BYTES);
    const step = this.#judge(content);
    if (typeof step === 'object') {
      this.#invalid(step.wrong);
      return;
    }
    if (this.#phase === 'answer' && step === 'end') this.#phase = 'idle';
    this.emit('data', packet);
    if (this.#phase === 'greeting') this.#phase = 'login';
  }

  #judge(content: Buffer): Step {
    switch (this.#phase) {
      case 'answer':
        return this.#form(content);
      case 'greeting':
        // A server that takes no more connections says so in the place of its greeting, and without a SQLSTATE.
        return content[0] === PROTOCOL_VERSION || (content[0] === ERROR && content.length > 3)
          ? 'more'
          : { wrong: 'its greeting is another' };
      case 'login':
        return content[0] === ERROR ? errorPacket(content) : 'more';
      case 'idle':
      case 'securing':
        return { wrong: UNASKED };
    }
  }

  #isIdle(): boolean {
    return this.#phase === 'idle';
  }

  #invalid(why: string): void {
    this.break('PHASE7_INVALID_KERNEL_RESPONSE', `not MySQL's answer: ${why}`);
  }
}

/** How many bytes the first packet has, or its header while that is not whole. */
function sizeOf(bytes: Buffer): number {
  return bytes.length < HEADER_BYTES ? HEADER_BYTES : HEADER_BYTES + bytes.readUIntLE(0, 3);
}
