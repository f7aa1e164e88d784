/**
 * One reconstruction behind its panel: the log of this machine, what a person added to it, and the result. Added
 * evidence lives here and ends with the panel. Nothing here writes a file or contacts a node.
 */
import { reconstructCommandLine } from '../control-plane/commands/command-line.ts';
import type { EventHistory } from '../control-plane/engine.ts';
import type { AuditReview } from '../control-plane/model/audit-reader.ts';
import { failure, refusal, success, type Result } from '../control-plane/model/errors.ts';
import type { AddedEvidence, ReconstructionFacts, ReconstructionMessage } from '../panel-protocol/reconstruction.ts';
import { gather, type GivenFile } from '../reconstruction/gather.ts';
import { reconstructionHtml } from '../reconstruction/html.ts';
import { namedMembers, type NamedMember } from '../reconstruction/missing.ts';
import type { ReconstructionQuery, Reconstruction } from '../reconstruction/model.ts';
import { reconstruct } from '../reconstruction/reconstruct.ts';
import { membersExplained, reconstructionRow, sheetHead, sheetMessage } from './reconstruction-rows.ts';

/** What a reconstruction needs from the rest of the editor. */
export interface ReconstructionSources {
  /** The log of this machine. */
  readonly log: string;
  /** Recognises whether a file is an answer or a log. Rejects when the file cannot be read. */
  readonly open: (file: string) => Promise<GivenFile>;
  readonly pastOf: (kind: string) => Promise<EventHistory | null>;
  readonly describe: AuditReview['describe'];
  /** Records that these files are about to be read. Returns why that failed, or `null`. */
  readonly record: (files: readonly string[]) => Promise<string | null>;
}

/** A file by its path, or a reading with the text that would be saved. */
export type Addition =
  | { readonly is: 'file'; readonly file: string }
  | { readonly is: 'reading'; readonly name: string; readonly json: string; readonly file: string | null };

interface Made {
  readonly facts: ReconstructionFacts;
  readonly shown: Reconstruction;
  readonly members: readonly NamedMember[];
  /** Members in recorded explanations, for each request, with everything that the engine said about them. */
  readonly explained: ReadonlyMap<string, readonly unknown[]>;
}

export class ReconstructionSession {
  readonly #sources: ReconstructionSources;
  readonly #asked: ReconstructionQuery;
  #added: readonly Addition[] = [];
  #made: Made | null = null;
  #count = 0;
  /** Reconstructions are made one after the other: each starts from the result of the one before. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(sources: ReconstructionSources, asked: ReconstructionQuery) {
    this.#sources = sources;
    this.#asked = asked;
  }

  /** Reads everything that was given and reconstructs. A refusal changes nothing. */
  make(): Promise<Result<ReconstructionFacts>> {
    return this.#next(added => added);
  }

  add(addition: Addition): Promise<Result<ReconstructionFacts>> {
    return this.#next(added => [...added, addition]);
  }

  /**
   * Removes the addition at this place in the list of the `made`-th result; `null` when another result is shown now.
   */
  remove(made: number, at: number): Promise<Result<ReconstructionFacts>> | null {
    const gone = this.addition(made, at);
    return gone === null ? null : this.#next(added => added.filter(each => each !== gone));
  }

  /** The addition at this place in the list of the `made`-th result; `null` when another result is shown now. */
  addition(made: number, at: number): Addition | null {
    return made === this.#made?.facts.made ? (this.#added[at] ?? null) : null;
  }

  /** Notes that a reading was saved, so that the command line for a terminal can name its file. */
  saved(reading: Addition, file: string): ReconstructionFacts | null {
    if (this.#made === null) return null;
    this.#added = this.#added.map(each => (each === reading && each.is === 'reading' ? { ...each, file } : each));
    this.#made = { ...this.#made, facts: { ...this.#made.facts, ...this.#listed(this.#added) } };
    return this.#made.facts;
  }

  /** The nodes that the sources name. */
  get members(): readonly NamedMember[] {
    return this.#made?.members ?? [];
  }

  /** The whole result, for JSON. */
  get whole(): Reconstruction | null {
    return this.#made?.shown ?? null;
  }

  /** Rows from number `from`, counted from 0; `null` when another result is shown now. */
  page(made: number, from: number, count: number): ReconstructionMessage | null {
    const shown = this.#shown(made);
    if (shown === null) return null;
    const rows = shown.entries
      .slice(from, from + count)
      .map((entry, index) => reconstructionRow(entry, shown.entries[from + index - 1]));
    return { type: 'reconstruction', part: 'page', made, from, rows };
  }

  /** One answer sheet, complete. */
  async sheet(made: number, at: number): Promise<ReconstructionMessage | null> {
    const sheet = this.#shown(made)?.requests[at];
    if (sheet === undefined) return null;
    const members = this.#made?.explained.get(sheet.requestId) ?? [];
    return sheetMessage({ made, at, sheet, members }, this.#sources.describe);
  }

  /** The HTML file of the shown result, in pieces. */
  html(made: number, madeBy: string): Iterable<string> | null {
    const shown = this.#shown(made);
    const { madeAt } = this.#made?.facts ?? {};
    return shown === null || madeAt === undefined
      ? null
      : reconstructionHtml(shown, `Made on ${madeAt} (by the clock of this machine) by ${madeBy}.`);
  }

  /** Drops everything that was read. */
  close(): void {
    this.#made = null;
    this.#added = [];
  }

  #shown(made: number): Reconstruction | null {
    return made === this.#made?.facts.made ? this.#made.shown : null;
  }

  #next(change: (added: readonly Addition[]) => readonly Addition[]): Promise<Result<ReconstructionFacts>> {
    const next = this.#last.then(() => this.#make(change(this.#added)));
    this.#last = next.catch(() => undefined);
    return next;
  }

  async #make(added: readonly Addition[]): Promise<Result<ReconstructionFacts>> {
    const { log, record, pastOf } = this.#sources;
    const notRecorded = await record([log, ...added.flatMap(each => (each.is === 'file' ? [each.file] : []))]);
    const files = await this.#opened(added);
    if (!files.ok) return files;
    const gathered = await gather(files.value, this.#asked, pastOf);
    if (!gathered.ok) return gathered;
    const shown = reconstruct(gathered.value);
    this.#count += 1;
    const facts: ReconstructionFacts = {
      made: this.#count,
      madeAt: new Date().toISOString(),
      notRecorded,
      log,
      ...this.#listed(added),
      sources: shown.sources,
      entries: shown.entries.length,
      requests: shown.requests.map(sheetHead),
      missing: shown.missing,
      contradictions: shown.contradictions,
    };
    this.#added = added;
    this.#made = {
      facts,
      shown,
      members: namedMembers(gathered.value.logs, gathered.value.evidence),
      explained: membersExplained(gathered.value.logs),
    };
    return success(facts);
  }

  async #opened(added: readonly Addition[]): Promise<Result<readonly GivenFile[]>> {
    const { log, open } = this.#sources;
    const files: GivenFile[] = [];
    for (const each of [{ is: 'file', file: log } as const, ...added]) {
      if (each.is === 'reading') {
        files.push({ is: 'evidence', name: each.file ?? each.name, text: each.json });
        continue;
      }
      try {
        files.push(await open(each.file));
      } catch (error) {
        return failure(
          refusal(
            'PHASE7_MALFORMED_REQUEST',
            `${each.file} cannot be read: ${causeOf(error)}. Nothing was reconstructed.`,
            'with',
          ),
        );
      }
    }
    return success(files);
  }

  #listed(added: readonly Addition[]): Pick<ReconstructionFacts, 'evidence' | 'command'> {
    return {
      evidence: added.map(
        (each): AddedEvidence =>
          each.is === 'file'
            ? { is: 'file', name: each.file, file: each.file }
            : { is: each.is, name: each.name, file: each.file },
      ),
      command: reconstructCommandLine({ file: this.#sources.log, others: filesOf(added), ...this.#asked }),
    };
  }
}

function filesOf(added: readonly Addition[]): readonly string[] {
  return added.flatMap(({ file }) => (file === null ? [] : [file]));
}

function causeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.message : String(error);
}
