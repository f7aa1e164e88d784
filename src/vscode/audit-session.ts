/**
 * One open audit log behind its panel: opens, selects, pages and unfolds what the panel asks for, as long as the
 * session may review the log. Nothing refreshes by itself, and nothing here can write to the log.
 */
import type {
  AuditLine,
  AuditPages,
  AuditReview,
  AuditSelection,
  AuditSought,
  AuditVerdict,
} from '../control-plane/model/audit-reader.ts';
import { verifyCommandLine } from '../control-plane/commands/command-line.ts';
import { toWire } from '../control-plane/model/views.ts';
import type { AuditLogFacts, AuditMessage } from '../panel-protocol/audit.ts';
import type { AuditRequest } from '../panel-protocol/messages.ts';
import { auditRow, auditStage } from './audit-rows.ts';

/** Lines that are read at once: a line may be 16 MiB. */
const AT_ONCE = 20;
const STAGES = 200;

/** Where a session's answers go, and what it must ask before each. */
export interface AuditAudience {
  /**
   * P7-A1: asked before every answer and again before it is given away, because authority may have been lost in
   * between.
   */
  readonly mayReview: () => boolean;
  readonly tell: (message: AuditMessage) => void;
  /** Facts that became known later: the verdict, the dangling intents. */
  readonly factsChanged: (facts: AuditLogFacts) => void;
}

export class AuditSession {
  readonly #review: AuditReview;
  readonly #audience: AuditAudience;
  #pages: AuditPages | null = null;
  #facts: AuditLogFacts | null = null;
  #verdict: Promise<AuditVerdict> | null = null;
  #dangling: ReadonlySet<string> = new Set();
  #selection: { readonly id: number; readonly lines: AuditSelection } | null = null;
  /** The selection asked for last; one that it overtook is not searched for. */
  #wanted: { readonly id: number; readonly sought: AuditSought } | null = null;
  #searching = false;
  #reading = 0;

  constructor(review: AuditReview, audience: AuditAudience) {
    this.#review = review;
    this.#audience = audience;
  }

  /** Opens the log, or takes in what was appended since. What takes longer follows through `factsChanged`. */
  async read(): Promise<AuditLogFacts> {
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
      knownHead: knownHead === null ? null : toWire(knownHead),
      command: verifyCommandLine(reader.path, knownHead),
      verdict: null,
      danglingIntents: null,
    };
    this.#facts = facts;
    this.#dangling = new Set();
    this.#verdict = null;
    this.#selection = null;
    return facts;
  }

  /** Verifies the log as it was last read and looks for its dangling intents. */
  async examine(): Promise<void> {
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

  /** Answers a request of the panel; answers nothing where the session may not review the log. */
  async answer(
    request: Extract<AuditRequest, { type: 'audit-select' | 'audit-page' | 'audit-unfold' }>,
  ): Promise<void> {
    if (!this.#audience.mayReview()) return;
    const reading = this.#reading;
    try {
      if (request.type === 'audit-select') await this.#select(request.selection, request.sought);
      else if (request.type === 'audit-page') await this.#page(request);
      else await this.#unfold(request.line);
    } catch (error) {
      // What was asked of an earlier reading may fail when the file behind it is gone: nobody waits for it any more.
      if (reading === this.#reading)
        this.#tell({ type: 'audit', part: 'trouble', message: `The audit log could not be read: ${String(error)}` });
    }
  }

  /** Writes what was sought to a file, with the verdict on the log as it was last read. */
  async exportTo(
    file: string,
    sought: AuditSought,
    format: 'jsonl' | 'csv',
    chain: 'neighbours' | 'to_end',
  ): Promise<void> {
    const pages = this.#pages;
    if (pages === null) throw new Error(`${this.#review.reader.path} could not be read`);
    await this.#review.exportTo(file, pages, sought, { format, chain, verdict: await this.#verified() });
  }

  /** Lets go of the file and of everything read from it. */
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
      // There is nothing to page through; verification says why in its own words.
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

  #learned(more: Partial<AuditLogFacts>): void {
    if (this.#facts === null) return;
    this.#facts = { ...this.#facts, ...more };
    if (this.#audience.mayReview()) this.#audience.factsChanged(this.#facts);
  }

  async #select(id: number, sought: AuditSought): Promise<void> {
    this.#wanted = { id, sought };
    if (this.#searching) return;
    this.#searching = true;
    try {
      for (let wanted = this.#next(); wanted !== null; wanted = this.#next()) {
        const lines = await this.#lines(wanted.sought);
        if (this.#newer()) continue;
        this.#selection = { id: wanted.id, lines };
        this.#tell({ type: 'audit', part: 'selection', selection: wanted.id, count: lines.count });
      }
    } finally {
      this.#searching = false;
    }
  }

  #next(): { readonly id: number; readonly sought: AuditSought } | null {
    const wanted = this.#wanted;
    this.#wanted = null;
    return wanted;
  }

  #newer(): boolean {
    return this.#wanted !== null;
  }

  async #lines(sought: AuditSought): Promise<AuditSelection> {
    const pages = this.#pages;
    if (pages === null) return { count: 0, page: () => Promise.resolve([]) };
    if (sought === 'dangling_intents') return pages.danglingIntents();
    return Object.keys(sought).length === 0 ? pages : pages.select(sought);
  }

  async #page({ selection: id, from, count }: Extract<AuditRequest, { type: 'audit-page' }>): Promise<void> {
    const selection = this.#selection;
    if (selection?.id !== id) return;
    const lines: AuditLine[] = [];
    for (let at = from; at < from + count && at < selection.lines.count; at += AT_ONCE) {
      lines.push(...(await selection.lines.page(at, Math.min(AT_ONCE, from + count - at))));
    }
    this.#tell({
      type: 'audit',
      part: 'page',
      selection: id,
      from,
      rows: lines.map(line => auditRow(line, this.#dangling)),
    });
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
      stages: await Promise.all(lines.map(each => auditStage(each, this.#dangling, this.#review.describe))),
      further: all.count - lines.length,
    });
  }

  #tell(message: AuditMessage): void {
    if (this.#audience.mayReview()) this.#audience.tell(message);
  }
}
