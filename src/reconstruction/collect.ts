/**
 * Takes from one file of a log what a reconstruction asks for. Its memory grows with that and not with the file. About
 * the other records it keeps only which numbers the file holds, and where something is wrong.
 */
import type { AuditVerdict } from '../control-plane/model/audit-reader.ts';
import { MOST_ENTRIES, MOST_SOURCES, TooMuch } from './limits.ts';
import { instantOf, textOf, type LogRecord } from './members.ts';
import type { Asked, SourceFile } from './model.ts';
import { Strand, type KeptRecord, type Link, type LogGap } from './strand.ts';

/** One line of a log file, as its reader passes it on. */
export type LogPiece =
  | {
      readonly is: 'record';
      readonly line: bigint;
      readonly seq: bigint;
      readonly prev: string;
      readonly hash: string;
      readonly record: LogRecord;
    }
  | { readonly is: 'stub'; readonly line: bigint; readonly seq: bigint; readonly prev: string; readonly hash: string }
  | { readonly is: 'damage'; readonly line: bigint; readonly bytes: bigint }
  | { readonly is: 'evidence' };

/** What was taken out of one file. */
export interface CollectedLog {
  readonly file: SourceFile;
  readonly records: readonly KeptRecord[];
  /** The strands in the file; an intact log has exactly one. */
  readonly strands: readonly Strand[];
  /** What is wrong with a file that holds no record at all. */
  readonly gaps: readonly LogGap[];
  readonly clocks: ReadonlySet<string>;
  /** The earliest and the latest time of its records, by its own clock; RFC 3339. */
  readonly covers: readonly [string, string] | null;
}

/**
 * Tolerance for clocks: several processes append to a log, and each takes the time of its record before it waits for
 * the lock.
 */
const WAITED_MS = 10_000;
const ENDS: ReadonlySet<unknown> = new Set([
  'dispatch_failed',
  'command_executed',
  'kernel_rejected',
  'outcome_unknown',
]);

export class LogCollector {
  readonly #asked: Asked;
  readonly #kept: KeptRecord[] = [];
  readonly #strands: Strand[] = [];
  /** Gaps before the first record. */
  readonly #before: LogGap[] = [];
  /** The gap of each damaged line. */
  readonly #damages = new Map<bigint, LogGap>();
  #gaps = 0;
  readonly #clocks = new Set<string>();
  /** Intents whose outcome has not been read yet, by request. */
  readonly #open = new Map<string, KeptRecord[]>();
  readonly #sessions = new Map<string, string>();
  readonly #lines: { readonly line: bigint; readonly seq: bigint }[] = [];
  #latest: string | null = null;
  #covers: [string, string] | null = null;

  constructor(asked: Asked) {
    this.#asked = asked;
  }

  /** Takes the next line. Throws `TooMuch`. */
  take(piece: LogPiece): void {
    if (piece.is === 'evidence') return;
    if (piece.is === 'damage') {
      this.#damages.set(piece.line, this.#gap(`${piece.bytes} bytes of line ${piece.line} are not a record.`));
      return;
    }
    const { seq, prev, hash } = piece;
    this.#strandFor({ seq, prev, hash }, piece.line).add({ seq, prev, hash }, piece.is === 'stub');
    if (piece.is === 'record') this.#takeRecord(piece);
  }

  /** Call it at the end of the file, with its verdict. */
  end(name: string, form: string, verdict: AuditVerdict, tolerated: readonly string[]): CollectedLog {
    if (!SOUND.has(verdict.kind)) this.#noteVerdict(verdict);
    for (const intents of this.#open.values()) for (const intent of intents) intent.isOpen = true;
    this.#strands[0]?.gaps.unshift(...this.#before.splice(0));
    return {
      file: { name, form, verdict: verdict.kind, message: verdict.message, tolerated },
      records: this.#kept,
      strands: this.#strands,
      gaps: this.#before,
      clocks: this.#clocks,
      covers: this.#covers,
    };
  }

  /** The strand that the record continues, or a new strand that begins with it. */
  #strandFor(link: Link, line: bigint): Strand {
    const current = this.#strands.at(-1);
    if (current?.isFollowedBy(link) === true) return current;
    if (this.#strands.length >= MOST_SOURCES)
      throw new TooMuch(`its records belong to more than ${MOST_SOURCES} chains`);
    const begun = new Strand(line, link);
    this.#strands.push(begun);
    this.#latest = null;
    this.#sessions.clear();
    return begun;
  }

  /** A line that already has a gap gets no second one; the better text is kept. */
  #noteVerdict(verdict: AuditVerdict): void {
    const { line, message: text } = verdict;
    const said = line === null ? undefined : this.#damages.get(line);
    if (said !== undefined) {
      said.text = `${text} ${said.text}`;
      return;
    }
    const strand = this.#strands.findLast(each => line === null || each.firstLine <= line);
    (strand?.gaps ?? this.#before).push({ after: this.#seqBefore(verdict), text });
  }

  #takeRecord(piece: Extract<LogPiece, { is: 'record' }>): void {
    const { record, seq, prev, hash } = piece;
    const kept: KeptRecord = { seq, prev, hash, record, isOpen: false, end: null };
    this.#noteClock(record, seq - 1n);
    const isAsked = isAskedFor(record, this.#asked);
    this.#noteIntent(kept, isAsked);
    if (!isAsked) return;
    if (this.#kept.length >= MOST_ENTRIES) throw new TooMuch(`more than ${MOST_ENTRIES} records are asked for`);
    this.#kept.push(kept);
    this.#strands.at(-1)?.records.push(kept);
    this.#lines.push({ line: piece.line, seq });
  }

  /** Keeps only intents that were asked for, because a log may hold any number of others. */
  #noteIntent(kept: KeptRecord, isAsked: boolean): void {
    const request = textOf(kept.record, 'request_id');
    if (request === null) return;
    const { stage } = kept.record;
    const intents = this.#open.get(request);
    if (stage === 'dispatch_intent' && isAsked) {
      if (intents === undefined) this.#open.set(request, [kept]);
      else intents.push(kept);
    } else if (ENDS.has(stage) && intents !== undefined) {
      for (const intent of intents)
        if (textOf(intent.record, 'session') === textOf(kept.record, 'session')) intent.end = kept.record;
      this.#open.delete(request);
    }
  }

  /**
   * If time runs backwards within a session, the clock was set back. Between two sessions the difference must be larger
   * than `WAITED_MS`, because each may have waited for the lock.
   */
  #noteClock(record: LogRecord, after: bigint): void {
    const time = textOf(record, 'time');
    const clock = textOf(record, 'clock');
    const session = textOf(record, 'session') ?? '';
    if (clock !== null && this.#clocks.size < 20) this.#clocks.add(clock);
    if (time === null || instantOf(time) === null) return;
    const [first, last] = this.#covers ?? [time, time];
    this.#covers = [isEarlier(time, first) ? time : first, isEarlier(last, time) ? time : last];
    const own = this.#sessions.get(session);
    const back = set(own, time, 0) ?? set(this.#latest ?? undefined, time, WAITED_MS);
    if (back !== null)
      this.#gap(
        `The clock of this log ran backwards here: from ${back} to ${time}. Its order is that of its numbers.`,
        after,
      );
    this.#sessions.delete(session);
    this.#sessions.set(session, time);
    if (this.#sessions.size > 1000) this.#sessions.delete(this.#sessions.keys().next().value ?? '');
    this.#latest = time;
  }

  #gap(text: string, after?: bigint): LogGap {
    if (this.#gaps >= MOST_ENTRIES) throw new TooMuch(`more than ${MOST_ENTRIES} places in it are damaged`);
    this.#gaps += 1;
    const strand = this.#strands.at(-1);
    const gap = { after: after ?? strand?.last.seq ?? 0n, text };
    (strand?.gaps ?? this.#before).push(gap);
    return gap;
  }

  #seqBefore({ seq, line }: AuditVerdict): bigint {
    if (seq !== null) return seq - 1n;
    return this.#lines.findLast(each => line !== null && each.line < line)?.seq ?? 0n;
  }
}

/** Verdicts on a file in which nothing is wrong. */
const SOUND: ReadonlySet<string> = new Set(['intact', 'intact_selection']);

/** Whether a file is as it was written, as far as it can show that. */
export function isSound({ verdict }: SourceFile): boolean {
  return verdict === 'unverifiable' || SOUND.has(verdict);
}

function isEarlier(time: string, than: string): boolean {
  return (instantOf(time) ?? Number.NaN) < (instantOf(than) ?? Number.NaN);
}

function set(before: string | undefined, time: string, allowedMs: number): string | null {
  const [from, to] = [instantOf(before ?? null), instantOf(time)];
  return before !== undefined && from !== null && to !== null && from - to > allowedMs ? before : null;
}

/** Whether a record or an event of this time is in the requested period. One without a time counts as inside. */
export function isInPeriod(time: string | null, { since, until }: Asked): boolean {
  const at = instantOf(time);
  if (at === null) return true;
  const [from, to] = [instantOf(since), instantOf(until)];
  return (from === null || at >= from) && (to === null || at < to);
}

function isAskedFor(record: LogRecord, asked: Asked): boolean {
  return (
    (asked.requestId === null || textOf(record, 'request_id') === asked.requestId) &&
    (asked.cluster === null || textOf(record, 'cluster') === asked.cluster) &&
    isInPeriod(textOf(record, 'time'), asked)
  );
}
