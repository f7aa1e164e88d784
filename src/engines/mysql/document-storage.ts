/** Shows the redo log and the binary logs of a server, its checkpoint, and the clone that it received. */
import { label, sentence, type Document, type Ruler } from '../../control-plane/model/document.ts';
import type { SnapshotsView, Wire } from '../../control-plane/model/views.ts';
import { ABSENT, addedSections, detail, fact, facts, plain, section, table } from '../documents.ts';
import { listLine } from '../headline.ts';
import { TERMS } from './terms.ts';
import type { MysqlWalView } from './views.ts';

/** The LSNs of the redo log share one axis; each file of the binary log has its own. */
export function walDocument(view: Wire<MysqlWalView>): Document {
  const segments = view.segments ?? [];
  const checkpoint = view.checkpoints?.[0]?.offset ?? null;
  return {
    headline: [
      sentence(
        'redo log flushed to {0}, checkpoint {1}',
        plain('number', view.durableOffset),
        plain('number', checkpoint),
      ),
      ...listLine(
        view.binaryLogs,
        { nextBefore: null, nextAfter: null, total: null },
        {
          one: () => sentence('1 binary log'),
          many: number => sentence('{0} binary logs', number),
        },
      ),
    ],
    terms: TERMS,
    sections: [
      ...(segments.length === 0
        ? []
        : [section(label('Redo log (LSN)'), { is: 'ruler', ruler: ruler(view, checkpoint) })]),
      section(
        label('Positions of the redo log (LSN)'),
        facts(
          fact(label('Oldest retained'), plain('number', view.oldestOffset)),
          detail(label('Checkpoint'), plain('number', checkpoint)),
          detail(label('Flushed'), plain('number', view.durableOffset)),
          fact(label('Current'), plain('number', view.appendOffset)),
          fact(label('Total size (bytes)'), plain('number', view.totalBytes)),
        ),
      ),
      section(
        label('Files of the redo log'),
        table({
          caption: label('Files of the redo log'),
          columns: [
            { key: 'id', title: label('File'), is: 'code', width: 24 },
            { key: 'from', title: label('From'), is: 'number', width: 16 },
            { key: 'to', title: label('To'), is: 'number', width: 16 },
            { key: 'bytes', title: label('Size (bytes)', 'bytes'), is: 'number', width: 14 },
          ],
          rows: segments.map(({ id, firstOffset, endOffset, bytes }) => [id, firstOffset, endOffset, bytes]),
          empty: label('The node reports no files.'),
          narrow: [['id', 'from', 'to', 'bytes']],
        }),
      ),
      section(
        label('Binary logs'),
        table({
          caption: label('Binary logs'),
          columns: [
            { key: 'name', title: label('File'), is: 'code', width: 30 },
            { key: 'bytes', title: label('Size (bytes)', 'bytes'), is: 'number', width: 14 },
            { key: 'encrypted', title: label('Encrypted', 'encrypted'), is: 'text', width: 12 },
          ],
          rows: view.binaryLogs.map(({ name, bytes, encrypted }) => [name, bytes, encrypted]),
          empty: label('The node reports no files.'),
          narrow: [['name', 'bytes', 'encrypted']],
        }),
      ),
      ...addedSections(view.sections),
    ],
  };
}

function ruler(view: Wire<MysqlWalView>, checkpoint: string | null): Ruler {
  const segments = view.segments ?? [];
  const places = [
    view.oldestOffset,
    view.durableOffset,
    view.appendOffset,
    ...segments.map(({ endOffset }) => endOffset),
  ].flatMap(place => (place === null ? [] : [BigInt(place)]));
  const first = places.reduce((least, place) => (place < least ? place : least), places[0] ?? 0n);
  const last = places.reduce((most, place) => (place > most ? place : most), 0n);
  return {
    from: first.toString(),
    to: last.toString(),
    parts: segments.length,
    shown: null,
    ends: segments.map(({ firstOffset, endOffset }) => ({ first: firstOffset, end: endOffset })),
    marks: [
      { name: label('oldest retained'), at: view.oldestOffset, shape: 'tick' },
      { name: label('checkpoint'), at: checkpoint, shape: 'diamond' },
      { name: label('flushed'), at: view.durableOffset, shape: 'tick' },
      { name: label('current'), at: view.appendOffset, shape: 'tick' },
    ],
    unnamed: [],
    beside: null,
  };
}

/** The checkpoint of the redo log, and the last clone that this server received. */
export function snapshotsDocument({ items, sections }: Wire<SnapshotsView>): Document {
  const checkpoint = items.find(({ kind }) => kind === 'checkpoint');
  const clone = items.find(({ kind }) => kind === 'snapshot');
  return {
    headline: [
      checkpoint === undefined
        ? sentence('no checkpoint is reported')
        : sentence('checkpoint flushed to {0}', plain('number', checkpoint.walEndOffset)),
      clone === undefined
        ? sentence('no clone is reported')
        : sentence('clone received, ended {0}', plain('time', clone.createdAt)),
    ],
    terms: TERMS,
    sections: [
      section(
        label('Checkpoint and clone'),
        table({
          caption: label('Checkpoint and clone'),
          columns: [
            { key: 'id', title: label('Id'), is: 'code', width: 20 },
            { key: 'redo', title: label('Redo from'), is: 'number', width: 16 },
            { key: 'at', title: label('Flushed'), is: 'number', width: 16 },
            { key: 'created', title: label('Ended', 'ended at'), is: 'time', width: 26 },
            { key: 'source', title: label('Source'), is: 'text', width: 34, isDetail: true },
          ],
          rows: items.map(({ kind, id, walFirstOffset, walEndOffset, createdAt, source }) => [
            id,
            kind === 'snapshot' ? ABSENT : walFirstOffset,
            kind === 'snapshot' ? ABSENT : walEndOffset,
            kind === 'checkpoint' ? ABSENT : createdAt,
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
