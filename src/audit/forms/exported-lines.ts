/** The lines of a log in an export, in whatever form. */
import type { AuditFileVerification } from '../../control-plane/model/audit-file.ts';
import type { AuditPosition } from '../../control-plane/model/audit-position.ts';
import { endsAsRecord } from '../chain.ts';
import { recordIn, recordPiece, verdictOf, type Finding, type TakePiece } from './form.ts';
import { KnownHeads } from './heads.ts';
import { LeftoverLines, PartOfLog } from './part.ts';
import { editedRecord, intactPart, replacedRecord } from './findings.ts';

/** What an export says of one line of the log. */
export interface ExportedLine {
  /** The line's number in the log. */
  readonly line: bigint;
  readonly selected: boolean;
  readonly text: string;
}

export class ExportedLines {
  readonly part = new PartOfLog({ mayJump: true });
  readonly #heads: KnownHeads;
  readonly #take: TakePiece | undefined;
  #leftover: LeftoverLines | null = null;
  #finding: Finding | null = null;
  #selected = 0n;
  #lastLine = 0n;
  #lastSeq = 0n;
  #lastRecordLine = 0n;

  constructor(heads: readonly AuditPosition[], take: TakePiece | undefined) {
    this.#heads = new KnownHeads(heads);
    this.#take = take;
  }

  /** Whether anything that follows can change the result. */
  get isWanted(): boolean {
    return this.#finding === null || this.#take !== undefined || this.#heads.isOpen;
  }

  /** How many lines are marked as selected. */
  get selected(): bigint {
    return this.#selected;
  }

  /** The number in the log of the last line so far. */
  get lastLine(): bigint {
    return this.#lastLine;
  }

  /** Only the first finding is kept. */
  found(finding: Finding): void {
    this.#finding ??= finding;
  }

  /** Takes a line of the export that is malformed. */
  damaged(number: bigint, line: Buffer, finding: Finding): void {
    this.#take?.({ is: 'damage', line: number, bytes: BigInt(line.length) });
    this.found(finding);
  }

  /** Takes the line of the log that stands in line `number` of the file. */
  add(number: bigint, { line, selected, text }: ExportedLine): void {
    if (selected) this.#selected += 1n;
    if (line <= this.#lastLine) this.found(misnumbered(number));
    this.#lastLine = line;
    const record = recordIn(text);
    if (record === null) {
      const bytes = Buffer.from(text);
      this.#take?.({ is: 'damage', line: number, bytes: BigInt(bytes.length) });
      if (endsAsRecord(bytes)) this.found(editedRecord(number));
      else (this.#leftover ??= new LeftoverLines(number)).add(bytes);
      return;
    }
    this.#settle();
    this.#finding ??= this.part.addRecord(number, record);
    // A log has at least one line for each record.
    if (line - this.#lastRecordLine < record.seq - this.#lastSeq) this.found(misnumbered(number));
    this.#lastRecordLine = line;
    this.#lastSeq = record.seq;
    if (!this.#heads.compare(record, number)) this.found(replacedRecord(number, record.seq));
    this.#take?.(recordPiece(number, record, text, selected));
  }

  /** Call it at the end of the file; `against` checks what else must agree. */
  end(against: () => Finding | null): Pick<AuditFileVerification, 'verdict' | 'heads'> {
    this.#settle();
    const { records, head, absence } = this.part;
    const finding = this.#finding ?? against() ?? this.part.end() ?? intactPart(records, absence);
    return { verdict: verdictOf(finding, records, head), heads: this.#heads.checks };
  }

  #settle(): void {
    if (this.#leftover !== null) this.part.addLeftover(this.#leftover.leftover);
    this.#leftover = null;
  }
}

function misnumbered(line: bigint): Finding {
  return {
    kind: 'export_edited',
    line,
    seq: null,
    message: `Line ${line} gives a number in the log that cannot be: it does not fit the records and lines before it.`,
  };
}
