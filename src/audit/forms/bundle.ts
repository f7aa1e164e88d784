/**
 * A bundle (docs/evidence.md): records as their original lines, stubs for withheld records, attached files, and in the
 * last line a digest of everything.
 */
import { createHash } from 'node:crypto';
import type { AuditFileVerification } from '../../control-plane/model/audit-file.ts';
import type { AuditPosition } from '../../control-plane/model/audit-position.ts';
import { isObject } from '../chain.ts';
import {
  counted,
  NumberedLines,
  recordIn,
  recordPiece,
  verdictOf,
  wrapped,
  type Finding,
  type FormReader,
  type TakePiece,
} from './form.ts';
import { KnownHeads } from './heads.ts';
import { LineEnds } from './line-ends.ts';
import { PartOfLog, type Link } from './part.ts';
import { leftOut } from './rewritten.ts';
import { edited, notTheKnown } from './findings.ts';

const FORMAT = 1;
const DECIMAL = /^[1-9][0-9]*$/;
const DIGEST = /^[0-9a-f]{64}$/;

type Members = Readonly<Record<string, unknown>>;

export class BundleForm implements FormReader {
  readonly #heads: KnownHeads;
  /** The heads that the bundle itself names. */
  #named = new KnownHeads([]);
  readonly #take: TakePiece | undefined;
  readonly #ends = new LineEnds();
  readonly #lines = new NumberedLines(
    (line, number, terminated) => {
      this.#isCut = !terminated;
      return this.#next(this.#ends.bare(line), number);
    },
    finding => (this.#finding ??= finding),
  );
  readonly #part = new PartOfLog({ mayJump: false });
  /** Covers all lines before the current one. */
  readonly #digest = createHash('sha256');
  #manifest: Members | null = null;
  #evidence: readonly unknown[] = [];
  #evidenceRead = 0;
  #isEnded = false;
  /** The last line has no newline. */
  #isCut = false;
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
    const { records, head } = this.#part;
    const finding = this.#finding ?? this.#part.end() ?? this.#missing() ?? this.#intact();
    const { removed } = this.#ends;
    return {
      form: 'bundle',
      verdict: verdictOf(finding, records, head),
      heads: this.#heads.checks,
      tolerated: removed === null ? [] : [leftOut(removed)],
      manifest: this.#manifest,
    };
  }

  #next(line: Buffer, number: bigint): boolean {
    const object = wrapped(line);
    if (number === 1n) this.#begin(object);
    else if (this.#isEnded) this.#found(number, 'stands after the end of the bundle');
    else if (object === null || !this.#takePiece(object, number)) {
      this.#take?.({ is: 'damage', line: number, bytes: BigInt(line.length) });
      this.#found(number, 'is not in the form in which a bundle is written');
    }
    this.#digest.update(line).update('\n');
    return this.#finding === null || this.#take !== undefined || this.#heads.isOpen;
  }

  #begin(manifest: Members | null): void {
    this.#manifest = manifest;
    if (manifest === null) {
      this.#found(1n, 'is not in the form in which a bundle is written');
      return;
    }
    if (manifest['bundle'] !== FORMAT) {
      this.#finding = {
        kind: 'unreadable',
        line: 1n,
        seq: null,
        message:
          `It is a bundle of format version ${JSON.stringify(manifest['bundle'])}; only version ${FORMAT} is known ` +
          'here.',
      };
      return;
    }
    if (Array.isArray(manifest['evidence'])) this.#evidence = manifest['evidence'];
    const held: readonly unknown[] = Array.isArray(manifest['heads']) ? manifest['heads'] : [];
    this.#named = new KnownHeads(held.map(positionOf).filter(position => position !== null));
  }

  /** `false`: the line is not a piece of a bundle. */
  #takePiece(object: Members, line: bigint): boolean {
    const { record, stub, fragment, evidence, end } = object;
    if (Object.keys(object).length !== 1) return false;
    if (typeof record === 'string') return this.#record(record, line);
    if (isObject(stub)) return this.#stub(stub, line);
    if (isObject(fragment)) return this.#fragment(fragment, line);
    if (isObject(evidence)) return this.#evidenceFile(evidence, line);
    return isObject(end) && this.#end(end, line);
  }

  #record(text: string, line: bigint): boolean {
    const record = recordIn(text);
    if (record === null) {
      this.#take?.({ is: 'damage', line, bytes: BigInt(Buffer.byteLength(text)) });
      this.#finding ??= edited(line);
      return true;
    }
    this.#finding ??= this.#order(line) ?? this.#part.addRecord(line, record);
    this.#compare(record, line);
    this.#take?.(recordPiece(line, record, text, true));
    return true;
  }

  #stub({ seq, prev, hash, ...more }: Members, line: bigint): boolean {
    if (!isDecimal(seq) || !isDigest(prev) || !isDigest(hash) || Object.keys(more).length > 0) return false;
    const stub: Link = { seq: BigInt(seq), prev, hash };
    this.#finding ??= this.#order(line) ?? this.#part.addStub(line, stub);
    this.#compare(stub, line);
    this.#take?.({ is: 'stub', line, ...stub });
    return true;
  }

  #fragment({ bytes, sha256, ...more }: Members, line: bigint): boolean {
    if (!isDecimal(bytes) || !isDigest(sha256) || Object.keys(more).length > 0) return false;
    this.#finding ??= this.#order(line) ?? this.#part.addLeftover({ line, told: [{ bytes, sha256 }], isLossy: false });
    this.#take?.({ is: 'damage', line, bytes: BigInt(bytes) });
    return true;
  }

  #evidenceFile({ name, text, ...more }: Members, line: bigint): boolean {
    if (typeof name !== 'string' || typeof text !== 'string' || Object.keys(more).length > 0) return false;
    const sha256 = createHash('sha256').update(text).digest('hex');
    const expected = this.#evidence[this.#evidenceRead];
    const bytes = Buffer.byteLength(text).toString();
    this.#evidenceRead += 1;
    if (
      !isObject(expected) ||
      expected['name'] !== name ||
      expected['bytes'] !== bytes ||
      expected['sha256'] !== sha256
    )
      this.#found(line, 'carries a file that is not the one that the first line names in this place');
    this.#take?.({ is: 'evidence', line, name, sha256, text });
    return true;
  }

  #end({ lines, sha256, ...more }: Members, line: bigint): boolean {
    if (!isDecimal(lines) || !isDigest(sha256) || Object.keys(more).length > 0) return false;
    this.#isEnded = true;
    if (lines !== (line - 1n).toString() || sha256 !== this.#digest.copy().digest('hex'))
      this.#found(line, 'ends a bundle whose bytes are not those before it');
    return true;
  }

  /** Records must come before the attached files. */
  #order(line: bigint): Finding | null {
    return this.#evidenceRead === 0 ? null : changed(line, 'stands after the files that go with the records');
  }

  #compare(position: AuditPosition, line: bigint): void {
    if (!this.#heads.compare(position, line)) this.#finding ??= notTheKnown(line, position.seq);
    if (!this.#named.compare(position, line))
      this.#found(line, `is not the record ${position.seq} that the first line says others know`);
  }

  #found(line: bigint, what: string): void {
    this.#finding ??= changed(line, what);
  }

  #missing(): Finding | null {
    const line = this.#lines.number;
    const truncated = (message: string): Finding => ({ kind: 'truncated', line, seq: null, message });
    if (!this.#isEnded) return truncated('The bundle has no end line: it was cut, or is not written yet.');
    if (this.#isCut) return truncated('The last line of the bundle lacks its newline: it was cut.');
    if (this.#evidenceRead < this.#evidence.length)
      return truncated(
        `The first line names ${counted(BigInt(this.#evidence.length), 'file', 'files')}; ${this.#evidenceRead} ` +
          'stand in it.',
      );
    const { records, last: end } = this.#part;
    if (this.#manifest?.['selected'] !== records.toString())
      return changed(1n, `speaks of other records than the ${records} that stand in the bundle`);
    const { last } = this.#heads;
    return this.#manifest['chain'] === 'to_end' && last !== null && end !== null && last.seq > end.seq
      ? {
          ...truncated(
            `The bundle goes to the end of the log, which it gives as record ${end.seq}; record ${last.seq} is ` +
              'known to have been written.',
          ),
          seq: end.seq + 1n,
        }
      : null;
  }

  #intact(): Finding {
    const { records, stubs, first, last } = this.#part;
    const files = counted(BigInt(this.#evidenceRead), 'file', 'files');
    const numbers = first === null || last === null ? '' : `, numbered ${first.seq} to ${last.seq}`;
    const withheld =
      stubs === 0n
        ? ''
        : ' Only the maker of the bundle states that what follows a stub descends from what precedes it, ' +
          'unless a head that is kept elsewhere proves it.';
    return {
      kind: 'intact_selection',
      line: null,
      seq: null,
      message:
        `The bundle is whole: ${counted(records, 'record', 'records')}, each as it was written, ` +
        `${counted(stubs, 'stub', 'stubs')} in place of records that were withheld${numbers}, and ${files}.` +
        `${withheld} Anyone who has the log can make another bundle; a signature shows who made this one.`,
    };
  }
}

function changed(line: bigint, what: string): Finding {
  return { kind: 'export_edited', line, seq: null, message: `Line ${line} ${what}.` };
}

function positionOf(value: unknown): AuditPosition | null {
  if (!isObject(value) || !isDecimal(value['seq']) || !isDigest(value['hash'])) return null;
  return { seq: BigInt(value['seq']), hash: value['hash'] };
}

function isDecimal(value: unknown): value is string {
  return typeof value === 'string' && DECIMAL.test(value);
}

function isDigest(value: unknown): value is string {
  return typeof value === 'string' && DIGEST.test(value);
}
