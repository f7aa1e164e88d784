/** An export as JSON lines: a first line about the export, and then one line for each line of the log. */
import type { AuditFileVerification } from '../../control-plane/model/audit-file.ts';
import type { AuditPosition } from '../../control-plane/model/audit-position.ts';
import { isObject } from '../chain.ts';
import { ExportedLines } from './exported-lines.ts';
import { NumberedLines, wrapped, type Finding, type FormReader, type TakePiece } from './form.ts';
import { LineEnds } from './line-ends.ts';
import { leftOut } from './rewritten.ts';

const FORMAT = 1;
const DECIMAL = /^[1-9][0-9]*$/;

export class JsonlForm implements FormReader {
  readonly #ends = new LineEnds();
  readonly #lines = new NumberedLines(
    (line, number) => this.#next(this.#ends.bare(line), number),
    finding => this.#exported.found(finding),
  );
  readonly #exported: ExportedLines;
  #manifest: Readonly<Record<string, unknown>> | null = null;

  constructor(heads: readonly AuditPosition[], take: TakePiece | undefined) {
    this.#exported = new ExportedLines(heads, take);
  }

  push(chunk: Buffer): boolean {
    return this.#lines.push(chunk);
  }

  end(): AuditFileVerification {
    this.#lines.end();
    const { removed } = this.#ends;
    const manifest = this.#manifest;
    return {
      form: 'export_jsonl',
      ...this.#exported.end(() => (manifest === null ? null : this.#against(manifest))),
      tolerated: removed === null ? [] : [leftOut(removed)],
      manifest,
    };
  }

  #next(line: Buffer, number: bigint): boolean {
    const object = wrapped(line);
    if (number === 1n) {
      this.#manifest = object;
      if (object === null) this.#exported.found(notAsWritten(number));
      else if (object['export'] !== FORMAT) this.#exported.found(later(object['export']));
    } else if (object === null) this.#exported.damaged(number, line, notAsWritten(number));
    else {
      const { line: inLog, selected, record, ...more } = object;
      if (
        typeof inLog !== 'string' ||
        !DECIMAL.test(inLog) ||
        typeof selected !== 'boolean' ||
        typeof record !== 'string' ||
        Object.keys(more).length > 0
      )
        this.#exported.damaged(number, line, notAsWritten(number));
      else this.#exported.add(number, { line: BigInt(inLog), selected, text: record });
    }
    return this.#exported.isWanted;
  }

  /** Whether the lines agree with the first one. */
  #against(manifest: Readonly<Record<string, unknown>>): Finding | null {
    const { selected, lastLine, part } = this.#exported;
    const line = this.#lines.number;
    if (manifest['selected'] !== Number(selected))
      return cut(
        line,
        `The first line names ${String(manifest['selected'])} selected lines; the file holds ${selected}.`,
      );
    if (manifest['chain'] !== 'to_end' || selected === 0n) return null;
    if (manifest['lines_in_log'] !== Number(lastLine))
      return cut(
        line,
        `The first line says that the log had ${String(manifest['lines_in_log'])} lines and that all from the first ` +
          `selected one are here; the last one is line ${lastLine} of the log.`,
      );
    const { verdict } = manifest;
    const head = isObject(verdict) && isObject(verdict['head']) ? verdict['head'] : null;
    if (head === null || head['seq'] !== part.head?.seq.toString() || head['hash'] === part.head?.hash) return null;
    return {
      kind: 'export_edited',
      line: 1n,
      seq: part.head?.seq ?? null,
      message: `The first line names another record ${part.head?.seq} than the last one that stands here.`,
    };
  }
}

function cut(line: bigint, message: string): Finding {
  return { kind: 'truncated', line, seq: null, message };
}

function notAsWritten(line: bigint): Finding {
  return {
    kind: 'export_edited',
    line,
    seq: null,
    message: `Line ${line} is not in the form in which an export is written: something changed it.`,
  };
}

function later(version: unknown): Finding {
  return {
    kind: 'unreadable',
    line: 1n,
    seq: null,
    message: `It is an export of format version ${JSON.stringify(version)}; only version ${FORMAT} is known here.`,
  };
}
