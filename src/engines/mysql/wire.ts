/**
 * Stands between mysql2 and the socket, because mysql2 believes what a server says before TLS, and data that nobody
 * asked for. It starts TLS itself, passes on only whole packets that were expected, and ends the connection at anything
 * else.
 */
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { TransportErrorCode } from '../../control-plane/model/errors.ts';
import { answerForm, errorPacket, type Step } from './answer-form.ts';

/** Limit of an answer in bytes. */
export const LARGEST_ANSWER_BYTES = 16 * 1024 * 1024;
/** Limit of greeting and login together, in bytes. */
const LARGEST_LOGIN_BYTES = 64 * 1024;
const HEADER_BYTES = 4;
const PROTOCOL_VERSION = 10;
const ERROR = 0xff;
const UNASKED = 'it sent something that was not asked for';
const QUIT = Buffer.from([1, 0, 0, 0, 1]);

/** Why a connection was ended, by either side. */
export interface Break {
  readonly code: TransportErrorCode;
  /** A clause for a person, or the system's error. */
  readonly why: string | Error;
}

/**
 * greeting: the server speaks first. securing: only TLS may be sent or received. login: both sides speak. idle: neither
 * side speaks. answer: the server answers a statement.
 */
type Phase = 'greeting' | 'securing' | 'login' | 'idle' | 'answer';

/** Emits `data` to mysql2 as a socket would, one whole packet each time. Reports its own errors to `broken` only. */
export class Wire extends EventEmitter {
  readonly #broken: (why: Break) => void;
  #socket: Socket;
  #phase: Phase = 'greeting';
  #isBroken = false;
  #chunks: Buffer[] = [];
  #buffered = 0;
  /** Bytes that must have arrived before they are read. */
  #needed = HEADER_BYTES;
  /** Bytes since the connection began, or since the last statement. */
  #bytes = 0;
  #sequence = 0;
  #form: (packet: Buffer) => Step = answerForm();

  /** `broken` is called once, at the first error; the socket is destroyed by then. */
  constructor(socket: Socket, broken: (why: Break) => void) {
    super();
    this.#broken = broken;
    this.#socket = socket;
    this.#listen(socket);
  }

  /**
   * Starts TLS over the socket. Nothing may have arrived after the greeting: it could come from an attacker in between.
   */
  secure(over: (socket: Socket) => Socket): void {
    if (this.#phase !== 'greeting' || this.#buffered > 0) {
      this.break('PHASE7_CONNECTION_FAILED', 'it sent more than its greeting before TLS');
      return;
    }
    this.#phase = 'securing';
    const socket = this.#socket;
    socket.removeAllListeners('data');
    this.#socket = over(socket);
    this.#listen(this.#socket);
  }

  /** TLS is established and its peer verified: from now on everything goes over TLS. */
  secured(): void {
    this.#phase = 'login';
  }

  /** The server has accepted the login. */
  loggedIn(): void {
    this.#phase = 'idle';
  }

  /** Ends the connection at once, with the reason; only the first reason counts. */
  break(code: TransportErrorCode, why: string | Error): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    this.#socket.destroy();
    this.#broken({ code, why });
  }

  /** Ends the connection. An idle server is told first, so that it does not count an aborted client. */
  close(): void {
    if (!this.#isIdle()) {
      this.break('PHASE7_TRANSPORT_FAILURE', 'its session has ended');
      return;
    }
    this.#isBroken = true;
    this.#socket.write(QUIT);
    this.#socket.destroySoon();
  }

  get destroyed(): boolean {
    return this.#isBroken;
  }

  /** Called by mysql2 with one whole packet. */
  write(packet: Buffer): boolean {
    if (this.#isBroken) return false;
    if (this.#phase === 'securing') {
      this.break('PHASE7_CONNECTION_FAILED', 'a packet was about to be sent before TLS');
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

  /** Called by mysql2 when it gives up; it has reported the reason before. */
  end(): void {
    this.destroy();
  }

  /** Called by mysql2. */
  destroy(): void {
    this.break('PHASE7_INVALID_KERNEL_RESPONSE', 'mysql2 closed it');
  }

  #listen(socket: Socket): void {
    // Events of the socket below TLS are ignored, because the TLS socket reports them, too.
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
    // The announced length of a packet counts before its bytes arrive.
    const most = this.#phase === 'answer' || this.#isIdle() ? LARGEST_ANSWER_BYTES : LARGEST_LOGIN_BYTES;
    if (Math.max(this.#bytes, this.#needed) > most) this.#invalid(`it is larger than ${most} bytes`);
  }

  /** Delivers the whole packets and keeps the rest. */
  #split(bytes: Buffer): void {
    let rest = bytes;
    this.#needed = sizeOf(rest);
    while (rest.length >= this.#needed && !this.#isBroken) {
      // A copy: mysql2 cannot read anything beyond the end of this packet.
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
        // A server that takes no more connections sends an error instead of its greeting, without a SQLSTATE.
        return content[0] === PROTOCOL_VERSION || (content[0] === ERROR && content.length > 3)
          ? 'more'
          : { wrong: 'its greeting is of another protocol version' };
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

/** The size of the first packet, or of its header until that is whole. */
function sizeOf(bytes: Buffer): number {
  return bytes.length < HEADER_BYTES ? HEADER_BYTES : HEADER_BYTES + bytes.readUIntLE(0, 3);
}
