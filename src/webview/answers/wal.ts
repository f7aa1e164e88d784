/** The write-ahead log of one node, and the snapshots and checkpoints that lie on it. */
import { html, nothing, type TemplateResult } from 'lit';
import type { SnapshotsView, WalView, Wire } from '../../control-plane/views.ts';
import { facts, more as further, section } from '../frame.ts';
import { snapshotAxis, walRuler } from '../pictures/ruler.ts';
import { table } from '../table.ts';
import type { Terms } from '../terms.ts';
import { code, number, ordinal, text, time } from '../text.ts';

/** Offsets in bytes, segments in the order of the answer. */
export function walAnswer(view: Wire<WalView>, terms: Terms): TemplateResult {
  if (terms.kind === 'patroni') return patroniWal(view, terms);
  const segments = view.segments ?? [];
  return html`
    ${section('Ruler', walRuler(view))}
    ${section('Offsets', facts([
      ['Oldest retained (bytes)', number(view.oldestOffset)],
      ['Truncation (bytes)', number(view.truncationOffset)],
      ['Durable (bytes)', number(view.durableOffset)],
      ['Append (bytes)', number(view.appendOffset)],
      ['Total size (bytes)', number(view.totalBytes)],
      ['Checksums', text(view.checksumStatus)],
      ['Verified up to (bytes)', number(view.verifiedToOffset)],
    ], 'facts rows'))}
    ${section('Segments', html`
      ${more(view.nextAfter, 'segments')}
      ${table({
        caption: 'WAL segments',
        columns: [
          { title: 'Segment', width: 24 }, { title: 'First offset', number: true, width: 16 }, { title: 'End offset', number: true, width: 16 },
          { title: 'Size (bytes)', number: true, width: 14 }, { title: 'Checksum', width: 34 },
        ],
        count: segments.length,
        row: (index) => {
          const segment = segments[index];
          return segment === undefined ? [] : [code(segment.id), number(segment.firstOffset), number(segment.endOffset), number(segment.bytes), code(segment.checksum)];
        },
      }, 'The node reports no segments.')}`)}`;
}

function patroniWal({ segments, oldestOffset, durableOffset, appendOffset, totalBytes, sections }: Wire<WalView>, { position }: Terms): TemplateResult {
  return html`
    ${segments === null ? nothing : section('WAL', facts([
      ['Oldest retained', position(oldestOffset)], ['Flushed', position(durableOffset)], ['Inserted', position(appendOffset)], ['Total size (bytes)', number(totalBytes)],
    ], 'facts rows'))}
    ${further(sections)}
    ${section('Segments', segments === null ? html`<p class="muted">Not visible here; the note above says why.</p>` : table({
      caption: 'WAL segments',
      columns: [{ title: 'Segment', width: 30 }, { title: 'From', number: true, width: 16 }, { title: 'To', number: true, width: 16 }, { title: 'Size (bytes)', number: true, width: 14 }],
      count: segments.length,
      row: (index) => {
        const segment = segments[index];
        return segment === undefined ? [] : [code(segment.id), position(segment.firstOffset), position(segment.endOffset), number(segment.bytes)];
      },
    }, 'The node reports no segments.'))}`;
}

function patroniSnapshots({ items, sections }: Wire<SnapshotsView>, { position }: Terms): TemplateResult {
  return html`
    ${section('Checkpoint', table({
      caption: 'Checkpoint',
      columns: [{ title: 'Id', width: 20 }, { title: 'Redo from', number: true, width: 16 }, { title: 'Written at', number: true, width: 16 }, { title: 'Created', width: 26 }, { title: 'Source', width: 30 }],
      count: items.length,
      row: (index) => {
        const item = items[index];
        return item === undefined ? [] : [code(item.id), position(item.walFirstOffset), position(item.walEndOffset), time(item.createdAt), text(item.source)];
      },
    }, 'The node reports no checkpoint.'))}
    ${further(sections)}`;
}

/** Snapshots and checkpoints in the order of the answer. */
export function snapshotsAnswer(view: Wire<SnapshotsView>, terms: Terms): TemplateResult {
  if (terms.kind === 'patroni') return patroniSnapshots(view, terms);
  return html`
    ${view.items.length === 0 ? nothing : section('On the WAL axis', snapshotAxis(view.items))}
    ${section('Snapshots and checkpoints', html`
      ${more(view.nextAfter, 'items')}
      ${table({
        caption: 'Snapshots and checkpoints',
        columns: [
          { title: 'Id', width: 30 }, { title: 'Kind', width: 12 }, { title: 'Commit', number: true, width: 12 },
          { title: 'WAL from (bytes)', number: true, width: 16 }, { title: 'WAL to (bytes)', number: true, width: 16 },
          { title: 'Created', width: 26 }, { title: 'Durable', width: 10 }, { title: 'Source', width: 24 },
        ],
        count: view.items.length,
        row: (index) => {
          const item = view.items[index];
          return item === undefined ? [] : [
            code(item.id), text(item.kind), ordinal(item.commitId), number(item.walFirstOffset), number(item.walEndOffset),
            time(item.createdAt), item.durable === null ? text(null) : item.durable ? 'yes' : 'no', text(item.source),
          ];
        },
      }, 'The node reports neither snapshots nor checkpoints.')}`)}`;
}

function more(nextAfter: string | null, what: string): TemplateResult | typeof nothing {
  return nextAfter === null ? nothing : html`<p>The answer is one page: the node has more ${what} after ${code(nextAfter)}.</p>`;
}
