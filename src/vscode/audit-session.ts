/**
 * One open audit log behind its panel. Opens, selects, pages and unfolds what the panel asks for, while the session may
 * review the log. Nothing refreshes by itself, and nothing here can write to the log.
 */
import type {
  AuditPages,
  AuditReview,
  AuditRows,
  AuditSelection,
  AuditQuery,
  AuditVerdict,
  ExportedChain,
  ExportFormat,
} from '../control-plane/model/audit-reader.ts';
import { verifyCommandLine } from '../control-plane/commands/command-line.ts';
import { toWire } from '../control-plane/model/views.ts';
import type { AuditLogFacts, AuditMessage } from '../panel-protocol/audit.ts';
import type { AuditRequest } from '../panel-protocol/messages.ts';
import { auditRow, auditStage, requestRow, type RequestProgress } from './audit-rows.ts';

/** Number of lines that are read at once. It is small, because a line may be 16 MiB. */
const AT_ONCE = 20;
const STAGES = 200;

/** Where a session sends its answers, and what it must check before each. */
export interface AuditAudience {
  /**
   * P7-A1: checked before an answer is made and again before it is sent, because the authority may be lost in between.
   */
  readonly mayReview: () => boolean;
  /** Whether this window is carrying out that request now. */
  readonly isUnderWay: (requestId: string) => boolean;
  readonly tell: (message: AuditMessage) => void;
  /** Receives facts that become known later: the verdict, the intents without a recorded outcome. */
  readonly factsChanged: (facts: AuditLogFacts) => void;
}

type SelectRequest = Extract<AuditRequest, { type: 'audit-select' }>;

/** What the panel pages through. `total` is the number of rows without a filter. */
type Selected = { readonly id: number; readonly total: number } & (
  | { readonly by: 'records'; readonly found: AuditSelection }
  | { readonly by: 'requests'; readonly found: AuditRows }
);

const NOTHING: AuditSelection = { count: 0, page: () => Promise.resolve([]) };

export class AuditSession {
  readonly #review: AuditReview;
  readonly #audience: AuditAudience;
  #pages: AuditPages | null = null;
  #facts: AuditLogFacts | null = null;
  #verdict: Promise<AuditVerdict> | null = null;
  #dangling: ReadonlySet<string> = new Set();
  #selection: Selected | null = null;
  /** The selection that was requested last. An earlier one that is still waiting is dropped. */
  #wanted: SelectRequest | null = null;
  #searching = false;
  #reading = 0;

  constructor(review: AuditReview, audience: AuditAudience) {
    this.#review = review;
    this.#audience = audience;
  }

  /**
   * Opens the log, or reads what was appended since. Results that take longer are sent through `factsChanged`.
   * `notRecorded`: why this reading could not be recorded.
   */
  async read(notRecorded: string | null = null): Promise<AuditLogFacts> {
    this.#reading += 1;
    const reading = this.#reading;
    const change = await this.#open();
    const knownHead = this.#review.knownHead();
    const { reader } = this.#review;
    const facts: AuditLogFacts = {
      path: reader.path,
      lines: this.#pages?.count ?? 0,
      reading,
      change,
      readAt: new Date().toISOString(),
      notRecorded,
      knownHead: knownHead === null ? null : toWire(knownHead),
      command: verifyCommandLine(reader.path, knownHead, this.#review.secondCopy?.path ?? null),
      verdict: null,
      copy: null,
      danglingIntents: null,
    };
    this.#facts = facts;
    this.#dangling = new Set();
    this.#verdict = null;
    this.#selection = null;
    return facts;
  }

  /**
   * Verifies the log as it was last read, compares its second copy, and finds its intents without a recorded outcome.
   */
  async examine(): Promise<void> {
    await Promise.all([this.#verifyAndLook(), this.#compareCopy()]);
  }

  async #verifyAndLook(): Promise<void> {
    const reading = this.#reading;
    await this.#verified();
    const pages = this.#pages;
    if (pages === null || reading !== this.#reading) return;
    const intents = await pages.danglingIntents();
    const found = new Set<string>();
    for (let from = 0; from < intents.count; from += AT_ONCE) {
      for (const { record } of await intents.page(from, AT_ONCE))
        if (typeof record?.['request_id'] === 'string') found.add(record['request_id']);
    }
    if (reading !== this.#reading) return;
    this.#dangling = found;
    this.#learned({ danglingIntents: intents.count });
  }

  /** Answers a request of the panel. Sends nothing when the session may not review the log. */
  async answer(
    request: Extract<AuditRequest, { type: 'audit-select' | 'audit-page' | 'audit-unfold' }>,
  ): Promise<void> {
    if (!this.#audience.mayReview()) return;
    const reading = this.#reading;
    try {
      if (request.type === 'audit-select') await this.#select(request);
      else if (request.type === 'audit-page') await this.#page(request);
      else await this.#unfold(request.line);
    } catch (error) {
      // A request that belongs to an earlier reading may fail because its file was closed; nobody waits for its answer.
      if (reading === this.#reading)
        this.#tell({ type: 'audit', part: 'trouble', message: `The audit log could not be read: ${String(error)}` });
    }
  }

  /** Shows that a reading of the open log, with a filter, could not be recorded. */
  notRecorded(cause: string): void {
    this.#learned({ notRecorded: cause });
  }

  /** Writes the selected records to a file, together with the verdict about the log as it was last read. */
  async exportTo(file: string, sought: AuditQuery, format: ExportFormat, chain: ExportedChain): Promise<void> {
    const pages = this.#pages;
    if (pages === null) throw new Error(`${this.#review.reader.path} could not be read`);
    await this.#review.exportTo(file, pages, sought, { format, chain, verdict: await this.#verified() });
  }

  /** Closes the file and drops everything read from it. */
  async close(): Promise<void> {
    this.#reading += 1;
    const pages = this.#pages;
    this.#pages = null;
    this.#selection = null;
    this.#wanted = null;
    this.#facts = null;
    this.#dangling = new Set();
    await pages?.close();
  }

  async #open(): Promise<AuditLogFacts['change']> {
    try {
      if (this.#pages !== null) return await this.#pages.reload();
      this.#pages = await this.#review.openPages();
    } catch {
      // Nothing can be paged through; the verification reports why.
      const pages = this.#pages;
      this.#pages = null;
      await pages?.close();
    }
    return 'opened';
  }

  async #verified(): Promise<AuditVerdict> {
    this.#verdict ??= this.#verify();
    return this.#verdict;
  }

  async #verify(): Promise<AuditVerdict> {
    const reading = this.#reading;
    const head = this.#facts?.knownHead ?? null;
    const verdict = await this.#review.reader.verify(head === null ? null : { seq: BigInt(head.seq), hash: head.hash });
    if (reading === this.#reading) this.#learned({ verdict: toWire(verdict) });
    return verdict;
  }

  async #compareCopy(): Promise<void> {
    const reading = this.#reading;
    const copy = await this.#review.secondCopy?.compare();
    if (copy !== undefined && reading === this.#reading) this.#learned({ copy: toWire(copy) });
  }

  #learned(more: Partial<AuditLogFacts>): void {
    if (this.#facts === null) return;
    this.#facts = { ...this.#facts, ...more };
    if (this.#audience.mayReview()) this.#audience.factsChanged(this.#facts);
  }

  async #select(request: SelectRequest): Promise<void> {
    this.#wanted = request;
    if (this.#searching) return;
    this.#searching = true;
    try {
      for (let wanted = this.#next(); wanted !== null; wanted = this.#next()) {
        const selected = await this.#selected(wanted);
        if (this.#newer()) continue;
        this.#selection = selected;
        const { id, found, total } = selected;
        this.#tell({ type: 'audit', part: 'selection', selection: id, count: found.count, total });
      }
    } finally {
      this.#searching = false;
    }
  }

  #next(): SelectRequest | null {
    const wanted = this.#wanted;
    this.#wanted = null;
    return wanted;
  }

  #newer(): boolean {
    return this.#wanted !== null;
  }

  async #selected({ selection: id, by, sought }: SelectRequest): Promise<Selected> {
    const pages = this.#pages;
    if (pages === null) return { id, by: 'records', found: NOTHING, total: 0 };
    if (by === 'requests') {
      const found = await pages.requests(sought);
      return { id, by, found, total: found.total };
    }
    return { id, by, found: await linesSought(pages, sought), total: pages.count };
  }

  get #now(): RequestProgress {
    return { dangling: this.#dangling, isUnderWay: this.#audience.isUnderWay };
  }

  async #page({ selection: id, from, count }: Extract<AuditRequest, { type: 'audit-page' }>): Promise<void> {
    const selection = this.#selection;
    if (selection?.id !== id) return;
    const to = Math.min(from + count, selection.found.count);
    const rows =
      selection.by === 'requests'
        ? await inParts(selection.found, from, to, row => requestRow(row, this.#now))
        : await inParts(selection.found, from, to, line => auditRow(line, this.#now));
    this.#tell({ type: 'audit', part: 'page', selection: id, from, rows });
  }

  async #unfold(line: number): Promise<void> {
    const pages = this.#pages;
    const [chosen] = (await pages?.page(line - 1, 1)) ?? [];
    if (pages === null || chosen === undefined) return;
    const requestId = typeof chosen.record?.['request_id'] === 'string' ? chosen.record['request_id'] : null;
    const all =
      requestId === null ? { count: 1, page: () => Promise.resolve([chosen]) } : await pages.select({ requestId });
    const lines = await all.page(0, STAGES);
    this.#tell({
      type: 'audit',
      part: 'request',
      line,
      requestId,
      end: requestId === null ? null : this.#review.requestEnd(lines),
      underWay: requestId !== null && this.#audience.isUnderWay(requestId),
      stages: await Promise.all(lines.map(each => auditStage(each, this.#now, this.#review.describe))),
      further: all.count - lines.length,
    });
  }

  #tell(message: AuditMessage): void {
    if (this.#audience.mayReview()) this.#audience.tell(message);
  }
}

async function linesSought(pages: AuditPages, sought: AuditQuery): Promise<AuditSelection> {
  if (sought === 'dangling_intents') return pages.danglingIntents();
  return Object.keys(sought).length === 0 ? pages : pages.select(sought);
}

/**
 * Some of the rows that were found, in the form that the panel shows. Never holds more lines in memory than are read at
 * once.
 */
async function inParts<Found, Shown>(
  found: { readonly page: (from: number, count: number) => Promise<readonly Found[]> },
  from: number,
  to: number,
  shown: (each: Found) => Shown,
): Promise<Shown[]> {
  const rows: Shown[] = [];
  for (let at = from; at < to; at += AT_ONCE)
    for (const each of await found.page(at, Math.min(AT_ONCE, to - at))) rows.push(shown(each));
  return rows;
}
