/** `audit export --bundle`: records with stubs for those withheld, and evidence beside them, in one file. */
import { bundle, type BundledLine, type HeldHead } from '../../audit/bundle.ts';
import { headsIn, readEvidence } from '../../audit/evidence.ts';
import { KnownHeads } from '../../audit/forms/heads.ts';
import { verifyAuditFile } from '../../audit/sources.ts';
import type { AuditPiece } from '../../control-plane/model/audit-file.ts';
import type { AuditReader, ExportedChain } from '../../control-plane/model/audit-reader.ts';
import { failure, refusal, success, type Result } from '../../control-plane/model/errors.ts';
import { quotedName } from '../../control-plane/model/plausible.ts';
import { notAPath } from '../files.ts';
import { first } from '../given.ts';
import { filterIn, type Selection } from '../selection.ts';
import { VERSION } from '../version.ts';
import { knownHead } from './head.ts';
import type { Review } from './review.ts';

/** The part of the log that goes into the bundle, as the first pass over the log found it. */
interface Range {
  /** Lines of the log, from 1; nothing is selected where `from` is 0. */
  from: bigint;
  to: bigint;
  linesInLog: bigint;
  selected: bigint;
}

/**
 * The lines of the bundle. The log is read twice: the first pass verifies it, counts its lines and looks for the heads
 * that others hold.
 */
export async function bundleOf(review: Review, chosen: Selection): Promise<Result<AsyncIterable<string>>> {
  const { reader, given, maker } = review;
  const chain = chainIn(first(given, 'chain'));
  if (!chain.ok) return chain;
  const head = knownHead(first(given, 'head'));
  if (!head.ok) return head;
  const misplaced = given.evidence?.map(file => notAPath('evidence', file)).find(refused => refused !== undefined);
  if (misplaced !== undefined) return failure(misplaced);
  const files = await Promise.all((given.evidence ?? []).map(readEvidence));
  const unread = files.find(file => typeof file === 'string');
  if (unread !== undefined)
    return failure(refusal('PHASE7_MALFORMED_REQUEST', `${unread} Nothing was exported.`, 'evidence'));
  const evidence = files.filter(file => typeof file !== 'string');
  // A kernel also holds heads of other people's logs. Those heads say nothing about this log, so they are listed apart.
  const told: readonly HeldHead[] = [
    ...(head.value === null ? [] : [{ ...head.value, heldBy: 'given with --head' }]),
    ...evidence.flatMap(headsIn),
  ];
  const known = new KnownHeads(told);
  // Evidence may itself hold records of a log, so it is named in the record of this reading.
  await review.recordReading([reader.path, ...(given.evidence ?? [])]);
  const range: Range = { from: 0n, to: 0n, linesInLog: 0n, selected: 0n };
  const { verdict } = await verifyAuditFile(
    { file: reader.path, as: 'log' },
    head.value === null ? [] : [head.value],
    piece => {
      if (piece.is === 'record') known.compare(piece, piece.line);
      extend(range, piece, chosen);
    },
  );
  if (verdict.kind === 'unreadable')
    return failure(refusal('PHASE7_AUDIT_UNAVAILABLE', `${verdict.message} Nothing was exported.`));
  if (chain.value === 'to_end') range.to = range.linesInLog;
  const { checks } = known;
  const held = (wanted: boolean): readonly HeldHead[] =>
    told.filter((_, index) => (checks[index]?.found === 'held') === wanted);
  return success(
    bundle(
      {
        path: reader.path,
        linesInLog: range.linesInLog,
        selected: range.selected,
        lines: range.from === 0n ? noLines() : linesOf(reader, range, chosen),
      },
      {
        made: { ...maker(), program: `aerodb-control ${VERSION}` },
        filter: filterIn(given),
        chain: chain.value,
        verdict,
        heads: held(true),
        headsElsewhere: held(false),
        evidence,
      },
    ),
  );
}

/** Takes in the next line of the log. */
function extend(range: Range, piece: AuditPiece, chosen: Selection): void {
  const { line } = piece;
  const isRecord = piece.is === 'record';
  range.linesInLog = line;
  if (!chosen(isRecord ? piece : { line, text: '', record: null })) return;
  if (range.from === 0n) range.from = line;
  range.to = line;
  if (isRecord) range.selected += 1n;
}

async function* linesOf(reader: AuditReader, { from, to }: Range, chosen: Selection): AsyncGenerator<BundledLine> {
  for await (const line of reader.lines()) {
    if (line.line > to) return;
    if (line.line >= from) yield { line, selected: chosen(line) };
  }
}

async function* noLines(): AsyncGenerator<BundledLine> {
  // Nothing was selected; the manifest of the bundle says so.
}

function chainIn(text: string | undefined): Result<ExportedChain> {
  if (text === undefined || text === 'neighbours' || text === 'to_end') return success(text ?? 'neighbours');
  return failure(
    refusal(
      'PHASE7_MALFORMED_REQUEST',
      `${quotedName(text)} is not a value of --chain: neighbours (from the first to the last selected record) or ` +
        'to_end. Nothing was exported.',
      'chain',
    ),
  );
}
