/**
 * The person at the terminal, who is asked one question at a time. The terminal stays in its own line mode, so nothing
 * here writes control sequences. Only a line ended by Enter after its question was shown is an answer (P7-A2).
 */
import type { ReadStream, WriteStream } from 'node:tty';

/** A line, or the reason why there is none. */
export type Reply =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'declined'; readonly how: string }
  | { readonly kind: 'voided'; readonly why: string };

/** Turns of the event loop without input after which the terminal's buffer counts as empty, and the limit of turns. */
const QUIET_TURNS = 3;
const MOST_TURNS = 1000;

export class Person {
  readonly #input: ReadStream;
  readonly #output: WriteStream;
  #waiting: ((reply: Reply) => void) | undefined;
  #gone: Extract<Reply, { readonly kind: 'voided' }> | undefined;
  #line = '';
  #received = 0;

  constructor(input: ReadStream, output: WriteStream) {
    this.#input = input;
    this.#output = output;
    input.setEncoding('utf8');
    input.on('data', text => this.#read(String(text)));
    input.on('end', () => this.#leave('The input of the terminal ended while the confirmation was open.'));
    input.on('error', () => this.#leave('The terminal was closed while the confirmation was open.'));
  }

  /** Whether a question is open. */
  get asked(): boolean {
    return this.#waiting !== undefined;
  }

  tell(lines: readonly string[]): void {
    this.#output.write(`${lines.join('\n')}\n`);
  }

  /** Throws away everything that was typed before the question, then asks. */
  async ask(prompt: string): Promise<Reply> {
    const silent = await this.#discardTypedAhead();
    if (this.#gone !== undefined) return this.#gone;
    if (!silent) return { kind: 'voided', why: 'The terminal sends text without end: no person types like this.' };
    this.#output.write(prompt);
    return new Promise(resolve => {
      this.#waiting = resolve;
    });
  }

  /** Ends the open question without an answer. */
  interrupt(reply: Exclude<Reply, { readonly kind: 'line' }>): void {
    if (this.#waiting === undefined) return;
    this.#output.write('\n');
    this.#settle(reply);
  }

  /** Stops listening, so that the process can end. */
  leave(): void {
    this.#input.pause();
  }

  /**
   * Throws away what the terminal already holds. Node delivers it line by line, one line in each turn of the event
   * loop. Resolves with `false` when the input does not end.
   */
  async #discardTypedAhead(): Promise<boolean> {
    let quiet = 0;
    for (let turn = 0; quiet < QUIET_TURNS && turn < MOST_TURNS; turn += 1) {
      const before = this.#received;
      await new Promise(resolve => setImmediate(resolve));
      quiet = this.#received === before ? quiet + 1 : 0;
    }
    this.#line = '';
    return quiet === QUIET_TURNS;
  }

  /** Only Enter ends a line: unfinished text at the end of the input is no answer. */
  #read(text: string): void {
    this.#received += 1;
    const [rest = '', ...lines] = `${this.#line}${text}`.split('\n').reverse();
    this.#line = rest;
    const line = lines.at(-1);
    if (line !== undefined) this.#settle({ kind: 'line', text: line });
  }

  #leave(why: string): void {
    this.#gone = { kind: 'voided', why };
    this.interrupt(this.#gone);
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.(reply);
  }
}
