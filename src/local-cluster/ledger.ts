/**
 * The request ledger: it remembers every control request of this node, so that each is executed at most once (P6-F3).
 */
import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { flushDirectorySync } from '../files/directory.ts';
import { UsageError } from './config.ts';
import { crashPoint, onFsync } from './faults.ts';
import { append } from './files.ts';
import { decodeLines, encodeLine } from './lines.ts';
import type { DenialReason, Kind, KernelEvent, Mode, Outcome } from './vocabulary.ts';

export interface Attempt {
  readonly request_id: string;
  readonly kind: Kind;
  readonly mode: Mode | null;
  readonly target: string;
}

export interface Fate {
  readonly outcome: Outcome;
  readonly code: string | null;
  readonly denial: { readonly reason: DenialReason; readonly invariant: string } | null;
}

/** What the caller says about an event. The ledger adds the rest: null, or what the node and the ledger know. */
export type EventBody = Pick<KernelEvent, 'type' | 'fields'> & Partial<KernelEvent>;

type Entry =
  | { readonly entry: 'request'; readonly attempt: Attempt }
  | { readonly entry: 'outcome'; readonly request_id: string; readonly fate: Fate; readonly attempted: boolean }
  | { readonly entry: 'event'; readonly event: KernelEvent };

const UNSETTLED: Fate = { outcome: 'unknown', code: null, denial: null };

/**
 * Every control request that this node ever acted on, with its outcome and its events; durable and never pruned (P7-F3,
 * P6-O1).
 */
export class Ledger {
  readonly #file: number;
  readonly #fates = new Map<string, Fate>();
  readonly #open = new Map<string, Attempt>();
  readonly #events: KernelEvent[] = [];
  #last: (Attempt & Fate) | null = null;
  #size: number;
  #chain = 0;
  #failure: Error | null = null;

  constructor(path: string) {
    this.#file = openSync(path, 'a+', 0o600);
    flushDirectorySync(dirname(path));
    const bytes = readFileSync(path);
    const { lines, rest } = decodeLines(bytes, 0);
    this.#size = lines.at(-1)?.end ?? 0;
    this.#chain = lines.at(-1)?.chain ?? 0;
    if (rest === 'bad')
      throw new UsageError(
        `The request ledger ${path} has a wrong checksum at byte ${this.#size}. Without it no request can be ` +
          'told from a repeated one (P6-F3), so this node does not start.',
      );
    if (bytes.length > this.#size) ftruncateSync(this.#file, this.#size);
    // The checksum proves that this process wrote these lines, so the cast is safe.
    for (const line of lines) this.#take(JSON.parse(line.json) as Entry);
  }

  get events(): readonly KernelEvent[] {
    return this.#events;
  }

  /** The last attempt that reached the state machine, with or without an outcome. */
  get last(): (Attempt & Fate) | null {
    return this.#last;
  }

  /** Requests without an outcome: a crash interrupted them. */
  get interrupted(): readonly Attempt[] {
    return [...this.#open.values()];
  }

  fate(requestId: string): Fate | null {
    return this.#fates.get(requestId) ?? null;
  }

  /** Records the request durably; nothing may happen before this returns. */
  request(attempt: Attempt): void {
    this.#append({ entry: 'request', attempt }, 'ledger-request');
  }

  /**
   * Records the next event of `node` and returns it complete. With `durable`, the event is on disk when this returns,
   * so that the step that it announces may begin; otherwise it becomes durable with the next durable entry.
   */
  event(body: EventBody, node: { readonly id: string; readonly epoch: bigint }, durable: boolean): KernelEvent {
    const event: KernelEvent = {
      seq: String(this.#events.length + 1),
      time: new Date().toISOString(),
      epoch: node.epoch.toString(),
      request_id: null,
      node_id: node.id,
      mode: null,
      operator: null,
      reason: null,
      audit_head: null,
      ...body,
    };
    this.#append({ entry: 'event', event }, durable ? 'ledger-event' : null);
    return event;
  }

  /** Records the outcome durably. `attempted`: the request reached the state machine. */
  settle(requestId: string, fate: Fate, attempted: boolean): void {
    this.#append({ entry: 'outcome', request_id: requestId, fate, attempted }, 'ledger-outcome');
  }

  /** Shows the attempt as the last one while it runs. */
  begin(attempt: Attempt): void {
    this.#last = { ...attempt, ...UNSETTLED };
  }

  close(): void {
    closeSync(this.#file);
  }

  /** After any failure nothing more is written: text after a partial entry could not be told from damage (P6-F1). */
  #append(entry: Entry, durable: string | null): void {
    if (this.#failure !== null) throw this.#failure;
    try {
      this.#write(entry, durable);
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
      throw this.#failure;
    }
    this.#take(entry);
  }

  #write(entry: Entry, durable: string | null): void {
    const { bytes, chain } = encodeLine(JSON.stringify(entry), this.#chain);
    if (durable !== null) crashPoint(`${durable}-write`);
    append(this.#file, bytes, this.#size);
    this.#chain = chain;
    this.#size += bytes.length;
    if (durable === null) return;
    crashPoint(`${durable}-fsync`);
    onFsync();
    fsyncSync(this.#file);
    crashPoint(`${durable}-done`);
  }

  #take(entry: Entry): void {
    switch (entry.entry) {
      case 'request':
        this.#fates.set(entry.attempt.request_id, UNSETTLED);
        this.#open.set(entry.attempt.request_id, entry.attempt);
        return;
      case 'outcome': {
        const attempt = this.#open.get(entry.request_id);
        this.#fates.set(entry.request_id, entry.fate);
        this.#open.delete(entry.request_id);
        if (attempt !== undefined && entry.attempted) this.#last = { ...attempt, ...entry.fate };
        return;
      }
      case 'event':
        this.#events.push(entry.event);
    }
  }
}
