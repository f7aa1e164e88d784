/**
 * Writes a bundle (docs/evidence.md): the selected records as their original lines, stubs for the records withheld
 * between them, the attached files, and in the last line a digest of everything.
 */
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Operator } from '../control-plane/commands/operator.ts';
import type { AuditPosition } from '../control-plane/model/audit-position.ts';
import type {
  AuditLine,
  AuditPages,
  AuditSelection,
  AuditVerdict,
  ExportedChain,
} from '../control-plane/model/audit-reader.ts';
import { endsAsRecord, isObject, parseLine } from './chain.ts';
import { LeftoverLines } from './forms/part.ts';

export const BUNDLE_FORMAT = 1;
const PAGE = 256;

/** A head that somebody else holds. */
export interface HeldHead extends AuditPosition {
  readonly heldBy: string;
}

/** A file attached to the records. */
export interface Evidence {
  readonly name: string;
  readonly text: string;
}

/** Who makes a bundle, when, by which clock and with which program. */
export interface BundleMaker {
  readonly time: string;
  readonly clock: string;
  readonly operator: Operator;
  readonly program: string;
}

/** What a bundle says about itself. */
export interface BundleFacts {
  readonly made: BundleMaker;
  /** What was searched for, in the words of the person who asked. */
  readonly filter: unknown;
  readonly chain: ExportedChain;
  /** The verdict on the log when the bundle was made. */
  readonly verdict: AuditVerdict;
  /** Heads that others hold and that this log holds, too. */
  readonly heads: readonly HeldHead[];
  /** Heads that others hold and this log does not: they belong to another log, or to records that this log lost. */
  readonly headsElsewhere: readonly HeldHead[];
  readonly evidence: readonly Evidence[];
}

/** A line of the log from the first selected line on, and whether it was asked for. */
export interface BundledLine {
  readonly line: AuditLine;
  readonly selected: boolean;
}

/** The lines of a bundle, in order. */
export interface BundledLines {
  /** The path of the log. */
  readonly path: string;
  readonly linesInLog: bigint;
  /** How many records were asked for. */
  readonly selected: bigint;
  readonly lines: AsyncIterable<BundledLine>;
}

/** The lines of a bundle, each with its newline. */
export async function* bundle(from: BundledLines, facts: BundleFacts): AsyncGenerator<string> {
  const digest = createHash('sha256');
  let lines = 0n;
  for await (const content of contents(from, facts)) {
    const line = `${JSON.stringify(content)}\n`;
    digest.update(line);
    lines += 1n;
    yield line;
  }
  yield `${JSON.stringify({ end: { lines: lines.toString(), sha256: digest.digest('hex') } })}\n`;
}

async function* contents(from: BundledLines, facts: BundleFacts): AsyncGenerator<object> {
  yield manifest(from, facts);
  let leftover: LeftoverLines | null = null;
  for await (const { line, selected } of from.lines) {
    const bytes = Buffer.from(line.text);
    const record = parseLine(bytes);
    if (record === null && !(selected && endsAsRecord(bytes))) {
      (leftover ??= new LeftoverLines(line.line)).add(bytes);
      continue;
    }
    if (leftover !== null) yield fragment(leftover, record?.tornTail);
    leftover = null;
    if (selected || record === null) yield { record: line.text };
    else yield { stub: { seq: record.seq.toString(), prev: record.prev, hash: record.hash } };
  }
  if (leftover !== null) yield fragment(leftover, null);
  for (const { name, text } of facts.evidence) yield { evidence: { name, text } };
}

/** What the next record says about these lines, if that is true. */
function fragment(lines: LeftoverLines, tornTail: unknown): object {
  const { told, isLossy } = lines.leftover;
  const { bytes, sha256 } = isObject(tornTail) ? tornTail : {};
  const isTold = typeof bytes === 'string' && typeof sha256 === 'string';
  if (isTold && (isLossy || told.some(form => form.bytes === bytes && form.sha256 === sha256)))
    return { fragment: { bytes, sha256 } };
  return { fragment: told[0] };
}

function manifest({ path: file, linesInLog, selected }: BundledLines, facts: BundleFacts): object {
  const { made, filter, chain, verdict, heads, headsElsewhere, evidence } = facts;
  const { account, host, name } = made.operator;
  return {
    bundle: BUNDLE_FORMAT,
    made: { time: made.time, clock: made.clock, operator: { account, host, name }, program: made.program },
    log: { file: path.basename(file), lines: linesInLog.toString(), records: verdict.records.toString() },
    filter,
    chain,
    selected: selected.toString(),
    verdict: {
      kind: verdict.kind,
      message: verdict.message,
      head: verdict.head === null ? null : { seq: verdict.head.seq.toString(), hash: verdict.head.hash },
    },
    heads: heads.map(headText),
    heads_elsewhere: headsElsewhere.map(headText),
    evidence: evidence.map(file => ({
      name: file.name,
      bytes: Buffer.byteLength(file.text).toString(),
      sha256: createHash('sha256').update(file.text).digest('hex'),
    })),
  };
}

function headText({ seq, hash, heldBy }: HeldHead): object {
  return { seq: seq.toString(), hash, held_by: heldBy };
}

/** The lines of an open log from the first selected line to the last, or to the end of the log. */
export async function* linesForBundle(
  pages: AuditPages,
  selection: AuditSelection,
  chain: ExportedChain,
): AsyncGenerator<BundledLine> {
  const [first] = await selection.page(0, 1);
  const [last] = await selection.page(selection.count - 1, 1);
  if (first === undefined || last === undefined) return;
  const end = chain === 'to_end' ? pages.count : Number(last.line);
  let read = 0;
  for (let at = Number(first.line) - 1; at < end; ) {
    const lines = await pages.page(at, Math.min(PAGE, end - at));
    if (lines.length === 0) return;
    const until = lines.at(-1)?.line ?? 0n;
    // Selected lines are in the log's order, so the lines of this page are the next ones of the selection.
    const next = await selection.page(read, PAGE);
    const chosen = new Set(next.map(({ line }) => line).filter(line => line <= until));
    read += chosen.size;
    for (const line of lines) yield { line, selected: chosen.has(line.line) };
    at += lines.length;
  }
}
