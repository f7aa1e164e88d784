/** Shows the WAL of a PostgreSQL under Patroni, and its checkpoint with what keeps WAL from being removed. */
import { label, sentence, type Document } from '../../control-plane/model/document.ts';
import type { SnapshotsView, WalView, Wire } from '../../control-plane/model/views.ts';
import { ABSENT, addedSections, detail, fact, facts, plain, section, table } from '../documents.ts';
import { listLine } from '../headline.ts';
import { position, positionText, TERMS } from './terms.ts';

/** Positions and segments; segments that cannot be seen are unknown, which differs from none. */
export function walDocument(view: Wire<WalView>): Document {
  const { segments, oldestOffset, durableOffset, appendOffset, totalBytes, sections } = view;
  return {
    headline:
      segments === null
        ? [sentence('positions and segments are not visible here')]
        : [
            sentence('flushed to {0}', plain('position', positionText(durableOffset))),
            sentence('oldest retained {0}', plain('position', positionText(oldestOffset))),
            ...listLine(segments, view, {
              one: () => sentence('1 segment'),
              many: number => sentence('{0} segments', number),
            }),
          ],
    terms: TERMS,
    sections: [
      ...(segments === null
        ? []
        : [
            section(
              label('WAL'),
              facts(
                detail(label('Oldest retained'), position(oldestOffset)),
                detail(label('Flushed'), position(durableOffset)),
                // A replica inserts nothing, so PostgreSQL reports no such position for it.
                fact(label('Inserted'), appendOffset === null ? ABSENT : position(appendOffset)),
                fact(label('Total size (bytes)'), plain('number', totalBytes)),
              ),
            ),
          ]),
      ...addedSections(sections),
      section(
        label('Segments'),
        segments === null
          ? { is: 'sentence', sentence: sentence('Not visible here; the note above says why.'), muted: true }
          : table({
              caption: label('WAL segments'),
              columns: [
                { key: 'id', title: label('Segment'), is: 'code', width: 30 },
                { key: 'from', title: label('From'), is: 'position', width: 16 },
                { key: 'to', title: label('To'), is: 'position', width: 16 },
                { key: 'bytes', title: label('Size (bytes)', 'bytes'), is: 'number', width: 14 },
              ],
              rows: segments.map(({ id, firstOffset, endOffset, bytes }) => [
                id,
                positionText(firstOffset),
                positionText(endOffset),
                bytes,
              ]),
              empty: label('The node reports no segments.'),
              narrow: [['id', 'from', 'to', 'bytes']],
            }),
      ),
    ],
  };
}

/** The last checkpoint, and what PostgreSQL reports beside it. */
export function snapshotsDocument({ items, sections }: Wire<SnapshotsView>): Document {
  const [checkpoint] = items;
  return {
    headline: [
      checkpoint === undefined
        ? sentence('no checkpoint is reported')
        : sentence(
            'last checkpoint at {0}, created {1}',
            plain('position', positionText(checkpoint.walEndOffset)),
            plain('time', checkpoint.createdAt),
          ),
    ],
    terms: TERMS,
    sections: [
      section(
        label('Checkpoint'),
        table({
          caption: label('Checkpoint'),
          columns: [
            { key: 'id', title: label('Id'), is: 'code', width: 20 },
            { key: 'redo', title: label('Redo from'), is: 'position', width: 16 },
            { key: 'at', title: label('Written at'), is: 'position', width: 16 },
            { key: 'created', title: label('Created', 'created at'), is: 'time', width: 26 },
            { key: 'source', title: label('Source'), is: 'text', width: 30, isDetail: true },
          ],
          rows: items.map(({ id, walFirstOffset, walEndOffset, createdAt, source }) => [
            id,
            positionText(walFirstOffset),
            positionText(walEndOffset),
            createdAt,
            source,
          ]),
          empty: label('The node reports no checkpoint.'),
          narrow: [
            ['id', 'redo', 'at'],
            ['id', 'created', 'source'],
          ],
        }),
      ),
      ...addedSections(sections),
    ],
  };
}
