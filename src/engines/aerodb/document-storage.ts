/** The write-ahead log of an AeroDB node as it is shown, and the snapshots and checkpoints that lie on it. */
import {
  label,
  sentence,
  type Block,
  type Document,
  type Mark,
  type Ruler,
  type Span,
} from '../../control-plane/model/document.ts';
import type { SnapshotItem, SnapshotsView, WalView, Wire } from '../../control-plane/model/views.ts';
import { fact, facts, plain, section, table } from '../documents.ts';
import { TERMS } from './terms.ts';

/** Above this many, checkpoints have no line each below the ruler; their places on it and the table stay. */
const NAMED_CHECKPOINTS = 8;
/** More segments than pixels to draw them in are told by their number. */
const DRAWN_SEGMENTS = 1_000;

/** Offsets in bytes, segments in the order of the answer. */
export function walDocument(view: Wire<WalView>): Document {
  const segments = view.segments ?? [];
  return {
    terms: TERMS,
    sections: [
      section(label('Ruler (bytes)'), { is: 'ruler', ruler: ruler(view) }),
      section(
        label('Offsets'),
        facts(
          fact(label('Oldest retained (bytes)'), plain('number', view.oldestOffset)),
          fact(label('Truncation (bytes)'), plain('number', view.truncationOffset)),
          fact(label('Durable (bytes)'), plain('number', view.durableOffset)),
          fact(label('Append (bytes)'), plain('number', view.appendOffset)),
          fact(label('Total size (bytes)'), plain('number', view.totalBytes)),
          fact(label('Checksums'), plain('text', view.checksumStatus)),
          fact(label('Verified up to (bytes)'), plain('number', view.verifiedToOffset)),
        ),
      ),
      section(label('Checkpoints'), checkpoints(view.checkpoints)),
      section(
        label('Segments'),
        ...page(view.nextAfter, after =>
          sentence('The answer is one page: the node has more segments after {0}.', plain('code', after)),
        ),
        table({
          caption: label('WAL segments'),
          columns: [
            { key: 'id', title: label('Segment'), is: 'code', width: 24 },
            { key: 'first', title: label('First offset (bytes)', 'first offset'), is: 'number', width: 16 },
            { key: 'end', title: label('End offset (bytes)', 'end offset'), is: 'number', width: 16 },
            { key: 'bytes', title: label('Size (bytes)', 'bytes'), is: 'number', width: 14 },
            { key: 'checksum', title: label('Checksum'), is: 'code', width: 34 },
          ],
          rows: segments.map(({ id, firstOffset, endOffset, bytes, checksum }) => [
            id,
            firstOffset,
            endOffset,
            bytes,
            checksum,
          ]),
          empty: label('The node reports no segments.'),
          narrow: [['id', 'first', 'end', 'bytes', 'checksum']],
        }),
      ),
    ],
  };
}

function page(after: string | null, words: (after: string) => ReturnType<typeof sentence>): readonly Block[] {
  return after === null ? [] : [{ is: 'sentence', sentence: words(after) }];
}

function checkpoints(all: Wire<WalView>['checkpoints']): Block {
  if (all === null)
    return { is: 'sentence', sentence: sentence('{0}: this answer does not name them.', plain('text', null)) };
  return table({
    caption: label('Checkpoints'),
    columns: [
      { key: 'id', title: label('Id', 'checkpoint'), is: 'code', width: 34 },
      { key: 'offset', title: label('Offset (bytes)', 'offset'), is: 'number', width: 16 },
      { key: 'commit', title: label('Commit'), is: 'ordinal', width: 12 },
    ],
    rows: all.map(({ id, offset, commitId }) => [id, offset, commitId]),
    empty: label('The node reports no checkpoint.'),
    narrow: [['id', 'offset', 'commit']],
  });
}

/** From the oldest offset that is retained to where the node appends. What lies outside of that has no place on it. */
function ruler(view: Wire<WalView>): Ruler {
  const own = view.checkpoints ?? [];
  const isNamed = own.length <= NAMED_CHECKPOINTS;
  const segments = view.segments ?? [];
  const ends = segments.map(({ firstOffset, endOffset }) => ({ first: firstOffset, end: endOffset }));
  const tick = (name: Mark['name'], at: string | null): Mark => ({ name, at, shape: 'tick' });
  return {
    ...range([
      view.oldestOffset,
      view.durableOffset,
      view.appendOffset,
      ...ends.flatMap(({ first, end }) => [first, end]),
    ]),
    parts: segments.length,
    ends: ends.length > DRAWN_SEGMENTS ? [] : ends,
    marks: [
      tick(label('oldest retained'), view.oldestOffset),
      ...(isNamed ? own : []).map(
        ({ id, offset }): Mark => ({ name: label('checkpoint'), id, at: offset, shape: 'diamond' }),
      ),
      tick(label('truncation'), view.truncationOffset),
      tick(label('verified up to'), view.verifiedToOffset),
      tick(label('durable'), view.durableOffset),
      tick(label('append'), view.appendOffset),
    ],
    unnamed: isNamed ? [] : own.flatMap(({ offset }) => (offset === null ? [] : [offset])),
    beside: besideRuler(view.checkpoints, isNamed),
  };
}

function besideRuler(checkpoints: Wire<WalView>['checkpoints'], isNamed: boolean): Ruler['beside'] {
  if (checkpoints === null) return { words: label('checkpoints: unknown'), isKnown: false };
  if (checkpoints.length === 0) return { words: label('no checkpoint'), isKnown: true };
  return isNamed ? null : { words: label('{0} checkpoints'), count: checkpoints.length.toString(), isKnown: true };
}

function range(positions: readonly (string | null)[]): { readonly from: string; readonly to: string } {
  let [from, to]: [bigint | undefined, bigint | undefined] = [undefined, undefined];
  for (const position of positions) {
    if (position === null) continue;
    const at = BigInt(position);
    if (from === undefined || at < from) from = at;
    if (to === undefined || at > to) to = at;
  }
  return { from: (from ?? 0n).toString(), to: (to ?? 0n).toString() };
}

/** Snapshots and checkpoints in the order of the answer. */
export function snapshotsDocument({ items, nextAfter }: Wire<SnapshotsView>): Document {
  return {
    terms: TERMS,
    sections: [
      ...(items.length === 0
        ? []
        : [section(label('On the WAL axis'), { is: 'spans', spans: { spans: items.map(span) } })]),
      section(
        label('Snapshots and checkpoints'),
        ...page(nextAfter, after =>
          sentence('The answer is one page: the node has more items after {0}.', plain('code', after)),
        ),
        table({
          caption: label('Snapshots and checkpoints'),
          columns: [
            { key: 'id', title: label('Id'), is: 'code', width: 30 },
            { key: 'kind', title: label('Kind'), is: 'text', width: 12 },
            { key: 'commit', title: label('Commit'), is: 'ordinal', width: 12 },
            { key: 'first', title: label('WAL from (bytes)', 'WAL from'), is: 'number', width: 16 },
            { key: 'end', title: label('WAL to (bytes)', 'WAL to'), is: 'number', width: 16 },
            { key: 'created', title: label('Created', 'created at'), is: 'time', width: 26 },
            { key: 'durable', title: label('Durable'), is: 'flag', width: 10 },
            { key: 'source', title: label('Source'), is: 'text', width: 24 },
          ],
          rows: items.map(item => [
            item.id,
            item.kind,
            item.commitId,
            item.walFirstOffset,
            item.walEndOffset,
            item.createdAt,
            item.durable === null ? null : item.durable ? 'yes' : 'no',
            item.source,
          ]),
          empty: label('The node reports neither snapshots nor checkpoints.'),
          narrow: [
            ['kind', 'id', 'commit', 'first', 'end', 'durable'],
            ['id', 'created', 'source'],
          ],
        }),
      ),
    ],
  };
}

function span({ kind, id, walFirstOffset, walEndOffset }: Wire<SnapshotItem>): Span {
  return { kind, id, first: walFirstOffset, last: walEndOffset };
}
