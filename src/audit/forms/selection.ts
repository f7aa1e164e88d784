/**
 * Some lines of a log in their original form, without any note of which lines they are, as a filter writes them to a
 * file.
 */
import type { AuditFileVerification } from '../../control-plane/model/audit-file.ts';
import type { AuditPosition } from '../../control-plane/model/audit-position.ts';
import { endsAsRecord, parseLine } from '../chain.ts';
import { NumberedLines, recordPiece, verdictOf, type Finding, type FormReader, type TakePiece } from './form.ts';
import { editedRecord, intactPart, replacedRecord } from './findings.ts';
import { KnownHeads } from './heads.ts';
import { LineEnds } from './line-ends.ts';
import { LeftoverLines, PartOfLog } from './part.ts';
import { ignoredSentence } from './rewritten.ts';

export class SelectionForm implements FormReader {
  readonly #heads: KnownHeads;
  readonly #take: TakePiece | undefined;
  readonly #ends = new LineEnds();
  readonly #lines = new NumberedLines(
    (line, number) => this.#next(this.#ends.bare(line), number),
    finding => (this.#finding ??= finding),
  );
  readonly #part = new PartOfLog({ mayJump: true });
  #leftover: LeftoverLines | null = null;
  #finding: Finding | null = null;

  constructor(heads: readonly AuditPosition[], take: TakePiece | undefined) {
    this.#heads = new KnownHeads(heads);
    this.#take = take;
  }

  push(chunk: Buffer): boolean {
    return this.#lines.push(chunk);
  }

  end(): AuditFileVerification {
    this.#lines.end();
    this.#settle();
    const { records, head, absence } = this.#part;
    const finding = this.#finding ?? this.#part.end() ?? intactPart(records, absence);
    const { removed } = this.#ends;
    return {
      form: 'selection',
      verdict: verdictOf(finding, records, head),
      heads: this.#heads.checks,
      tolerated: removed === null ? [] : [ignoredSentence(removed)],
      manifest: null,
    };
  }

  #next(line: Buffer, number: bigint): boolean {
    const record = parseLine(line);
    if (record === null) {
      this.#take?.({ is: 'damage', line: number, bytes: BigInt(line.length) });
      if (endsAsRecord(line)) this.#finding ??= editedRecord(number);
      else (this.#leftover ??= new LeftoverLines(number)).add(line);
    } else {
      this.#settle();
      this.#finding ??= this.#part.addRecord(number, record);
      if (!this.#heads.compare(record, number)) this.#finding ??= replacedRecord(number, record.seq);
      this.#take?.(recordPiece(number, record, line.toString(), true));
    }
    return this.#finding === null || this.#take !== undefined || this.#heads.isOpen;
  }

  #settle(): void {
    if (this.#leftover !== null) this.#part.addLeftover(this.#leftover.leftover);
    this.#leftover = null;
  }
}
