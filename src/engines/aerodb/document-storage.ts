/** Shows the write-ahead log of an AeroDB node, with its snapshots and checkpoints. */
import {
  label,
  sentence,
  type Block,
  type Document,
  type Mark,
  type Ruler,
  type Sentence,
  type Span,
} from '../../control-plane/model/document.ts';
import type { SnapshotItem, SnapshotsView, WalView, Wire } from '../../control-plane/model/views.ts';
import { detail, fact, facts, plain, section, table } from '../documents.ts';
import { listLine } from '../headline.ts';
import { partBlocks, type PartWords } from '../parts.ts';
import { TERMS } from './terms.ts';

/** With more checkpoints than this, they have no line each below the ruler; the ruler and the table still show them. */
const NAMED_CHECKPOINTS = 8;
/** With more segments than this, there are more than pixels to draw them; their number is shown instead. */
const DRAWN_SEGMENTS = 1_000;

const SEGMENT_WORDS: PartWords = {
  newestOf: (...values) => sentence('Showing the newest {0} of {1} segments; {2} older.', ...values),
  newest: (...values) => sentence('Showing the newest {0} segments; there are older ones.', ...values),
  between: (...values) => sentence('Showing segments {0} to {1}.', ...values),
};
const ITEM_WORDS: PartWords = {
  newestOf: (...values) => sentence('Showing the newest {0} of {1} snapshots and checkpoints; {2} older.', ...values),
  newest: (...values) => sentence('Showing the newest {0} snapshots and checkpoints; there are older ones.', ...values),
  between: (...values) => sentence('Showing snapshots and checkpoints from {0} to {1}.', ...values),
};

/** Offsets in bytes, the newest segments first. */
export function walDocument(view: Wire<WalView>): Document {
  const segments = view.segments ?? [];
  return {
    headline: [
      sentence(
        'durable to {0}, appending at {1} bytes',
        plain('number', view.durableOffset),
        plain('number', view.appendOffset),
      ),
      sentence('oldest retained {0}', plain('number', view.oldestOffset)),
      ...(view.segments === null
        ? []
        : listLine(segments, view, {
            one: () => sentence('1 segment'),
            many: number => sentence('{0} segments', number),
          })),
      sentence('checksums {0}', plain('text', view.checksumStatus)),
    ],
    terms: TERMS,
    sections: [
      section(label('Ruler (bytes)'), { is: 'ruler', ruler: ruler(view) }),
      section(
        label('Offsets'),
        facts(
          detail(label('Oldest retained (bytes)'), plain('number', view.oldestOffset)),
          fact(label('Truncation (bytes)'), plain('number', view.truncationOffset)),
          detail(label('Durable (bytes)'), plain('number', view.durableOffset)),
          detail(label('Append (bytes)'), plain('number', view.appendOffset)),
          fact(label('Total size (bytes)'), plain('number', view.totalBytes)),
          detail(label('Checksums'), plain('text', view.checksumStatus)),
          fact(label('Verified up to (bytes)'), plain('number', view.verifiedToOffset)),
        ),
      ),
      section(label('Checkpoints'), checkpoints(view.checkpoints)),
      section(
        label('Segments'),
        ...partBlocks(
          view,
          segments.map(({ id }) => plain('code', id)),
          SEGMENT_WORDS,
        ),
        table({
          caption: label('WAL segments'),
          columns: [
            { key: 'id', title: label('Segment'), is: 'code', width: 24 },
            { key: 'first', title: label('First offset (bytes)', 'first offset'), is: 'number', width: 16 },
            { key: 'end', title: label('End offset (bytes)', 'end offset'), is: 'number', width: 16 },
            { key: 'bytes', title: label('Size (bytes)', 'bytes'), is: 'number', width: 14 },
            { key: 'checksum', title: label('Checksum'), is: 'code', width: 34, isDetail: true },
          ],
          rows: segments
            .map(({ id, firstOffset, endOffset, bytes, checksum }) => [id, firstOffset, endOffset, bytes, checksum])
            .toReversed(),
          empty: label('The node reports no segments.'),
          narrow: [['id', 'first', 'end', 'bytes', 'checksum']],
        }),
      ),
    ],
  };
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

/** From the oldest retained offset to the offset where the node appends. What lies outside of it is not drawn. */
function ruler(view: Wire<WalView>): Ruler {
  const own = view.checkpoints ?? [];
  const isNamed = own.length <= NAMED_CHECKPOINTS;
  const segments = view.segments ?? [];
  const ends = segments.map(({ firstOffset, endOffset }) => ({ first: firstOffset, end: endOffset }));
  const tick = (name: Mark['name'], at: string | null): Mark => ({ name, at, shape: 'tick' });
  const axis = range([
    view.oldestOffset,
    view.durableOffset,
    view.appendOffset,
    ...ends.flatMap(({ first, end }) => [first, end]),
  ]);
  return {
    ...axis,
    parts: segments.length,
    shown: shownPart(view, ends, axis),
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

/** The range of the axis that this part's segments cover; the answer does not hold the segments outside of it. */
function shownPart(
  { nextBefore, nextAfter, total }: Wire<WalView>,
  ends: Ruler['ends'],
  { from, to }: Pick<Ruler, 'from' | 'to'>,
): Ruler['shown'] {
  const [first, last] = [ends[0], ends.at(-1)];
  if (nextBefore === null && nextAfter === null) return null;
  if (first === undefined || last === undefined) return { from, to: from, total };
  return { from: nextBefore === null ? from : first.first, to: nextAfter === null ? to : last.end, total };
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

/** Snapshots and checkpoints, the newest first. */
export function snapshotsDocument(view: Wire<SnapshotsView>): Document {
  const items = view.items.toReversed();
  const isPart = view.nextBefore !== null || view.nextAfter !== null;
  return {
    headline: listLine(items, view, {
      one: () => sentence('1 snapshot or checkpoint'),
      many: number => sentence('{0} snapshots and checkpoints', number),
    }).concat(newestLine(items[0], view)),
    terms: TERMS,
    sections: [
      ...(items.length === 0
        ? []
        : [
            section(label('On the WAL axis'), ...(isPart ? [ONLY_PART] : []), {
              is: 'spans',
              spans: { spans: items.map(span) },
            }),
          ]),
      section(
        label('Snapshots and checkpoints'),
        ...partBlocks(
          view,
          view.items.map(({ id }) => plain('code', id)),
          ITEM_WORDS,
        ),
        table({
          caption: label('Snapshots and checkpoints'),
          columns: [
            { key: 'id', title: label('Id'), is: 'code', width: 28 },
            { key: 'kind', title: label('Kind'), is: 'text', width: 12 },
            { key: 'commit', title: label('Commit'), is: 'ordinal', width: 12 },
            { key: 'first', title: label('WAL from (bytes)', 'WAL from'), is: 'number', width: 16 },
            { key: 'end', title: label('WAL to (bytes)', 'WAL to'), is: 'number', width: 16 },
            { key: 'created', title: label('Created', 'created at'), is: 'time', width: 26 },
            { key: 'durable', title: label('Durable'), is: 'flag', width: 10 },
            { key: 'source', title: label('Source'), is: 'text', width: 24, isDetail: true },
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

/** The newest of them, if the answer holds it. */
function newestLine(newest: Wire<SnapshotItem> | undefined, { nextAfter }: Wire<SnapshotsView>): readonly Sentence[] {
  if (newest === undefined || nextAfter !== null) return [];
  return [sentence('newest: {0} at commit {1}', plain('text', newest.kind), plain('ordinal', newest.commitId))];
}

const ONLY_PART = {
  is: 'sentence',
  sentence: sentence('Only those in this answer are drawn; there are others.'),
} as const satisfies Block;

function span({ kind, id, walFirstOffset, walEndOffset }: Wire<SnapshotItem>): Span {
  return { kind, id, first: walFirstOffset, last: walEndOffset };
}
