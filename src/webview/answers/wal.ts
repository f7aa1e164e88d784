/** The write-ahead log of one node, and the snapshots and checkpoints that lie on it. */
import { html, nothing, type TemplateResult } from 'lit';
import type { SnapshotsView, WalView, Wire } from '../../control-plane/views.ts';
import { facts, more, section } from '../frame.ts';
import { snapshotAxis, walRuler } from '../pictures/ruler.ts';
import { table } from '../table.ts';
import type { Terms } from '../terms.ts';
import { code, number, ordinal, phrase, text, time, unknown } from '../text.ts';
import { t } from '../words.ts';

/** Offsets in bytes, segments in the order of the answer. */
export function walAnswer(view: Wire<WalView>, terms: Terms): TemplateResult {
  if (terms.kind === 'patroni') return patroniWal(view, terms);
  const segments = view.segments ?? [];
  return html`
    ${section(t('Ruler (bytes)'), walRuler(view))}
    ${section(
      t('Offsets'),
      facts(
        [
          [t('Oldest retained (bytes)'), number(view.oldestOffset)],
          [t('Truncation (bytes)'), number(view.truncationOffset)],
          [t('Durable (bytes)'), number(view.durableOffset)],
          [t('Append (bytes)'), number(view.appendOffset)],
          [t('Total size (bytes)'), number(view.totalBytes)],
          [t('Checksums'), text(view.checksumStatus)],
          [t('Verified up to (bytes)'), number(view.verifiedToOffset)],
        ],
        'facts rows',
      ),
    )}
    ${section(t('Checkpoints'), checkpoints(view.checkpoints))}
    ${section(
      t('Segments'),
      html`
      ${view.nextAfter === null ? nothing : html`<p>${phrase('The answer is one page: the node has more segments after {0}.', code(view.nextAfter))}</p>`}
      ${table(
        {
          caption: t('WAL segments'),
          columns: [
            { title: t('Segment'), width: 24 },
            { title: t('First offset (bytes)'), number: true, width: 16 },
            { title: t('End offset (bytes)'), number: true, width: 16 },
            { title: t('Size (bytes)'), number: true, width: 14 },
            { title: t('Checksum'), width: 34 },
          ],
          count: segments.length,
          row: index => {
            const segment = segments[index];
            return segment === undefined
              ? []
              : [
                  code(segment.id),
                  number(segment.firstOffset),
                  number(segment.endOffset),
                  number(segment.bytes),
                  code(segment.checksum),
                ];
          },
        },
        t('The node reports no segments.'),
      )}`,
    )}`;
}

function checkpoints(all: Wire<WalView>['checkpoints']): TemplateResult {
  if (all === null) return html`<p>${unknown}: ${t('this answer does not name them.')}</p>`;
  return table(
    {
      caption: t('Checkpoints'),
      columns: [
        { title: t('Id'), width: 34 },
        { title: t('Offset (bytes)'), number: true, width: 16 },
        { title: t('Commit'), number: true, width: 12 },
      ],
      count: all.length,
      row: index => {
        const checkpoint = all[index];
        return checkpoint === undefined
          ? []
          : [code(checkpoint.id), number(checkpoint.offset), ordinal(checkpoint.commitId)];
      },
    },
    t('The node reports no checkpoint.'),
  );
}

function patroniWal(
  { segments, oldestOffset, durableOffset, appendOffset, totalBytes, sections }: Wire<WalView>,
  { position }: Terms,
): TemplateResult {
  return html`
    ${
      segments === null
        ? nothing
        : section(
            t('WAL'),
            facts(
              [
                [t('Oldest retained'), position(oldestOffset)],
                [t('Flushed'), position(durableOffset)],
                // A replica inserts nothing; PostgreSQL says no such position of it.
                [t('Inserted'), appendOffset === null ? html`<span class="muted">–</span>` : position(appendOffset)],
                [t('Total size (bytes)'), number(totalBytes)],
              ],
              'facts rows',
            ),
          )
    }
    ${more(sections)}
    ${section(
      t('Segments'),
      segments === null
        ? html`<p class="muted">${t('Not visible here; the note above says why.')}</p>`
        : table(
            {
              caption: t('WAL segments'),
              columns: [
                { title: t('Segment'), width: 30 },
                { title: t('From'), number: true, width: 16 },
                { title: t('To'), number: true, width: 16 },
                { title: t('Size (bytes)'), number: true, width: 14 },
              ],
              count: segments.length,
              row: index => {
                const segment = segments[index];
                return segment === undefined
                  ? []
                  : [
                      code(segment.id),
                      position(segment.firstOffset),
                      position(segment.endOffset),
                      number(segment.bytes),
                    ];
              },
            },
            t('The node reports no segments.'),
          ),
    )}`;
}

function patroniSnapshots({ items, sections }: Wire<SnapshotsView>, { position }: Terms): TemplateResult {
  return html`
    ${section(
      t('Checkpoint'),
      table(
        {
          caption: t('Checkpoint'),
          columns: [
            { title: t('Id'), width: 20 },
            { title: t('Redo from'), number: true, width: 16 },
            { title: t('Written at'), number: true, width: 16 },
            { title: t('Created'), width: 26 },
            { title: t('Source'), width: 30 },
          ],
          count: items.length,
          row: index => {
            const item = items[index];
            return item === undefined
              ? []
              : [
                  code(item.id),
                  position(item.walFirstOffset),
                  position(item.walEndOffset),
                  time(item.createdAt),
                  text(item.source),
                ];
          },
        },
        t('The node reports no checkpoint.'),
      ),
    )}
    ${more(sections)}`;
}

/** Snapshots and checkpoints in the order of the answer. */
export function snapshotsAnswer(view: Wire<SnapshotsView>, terms: Terms): TemplateResult {
  if (terms.kind === 'patroni') return patroniSnapshots(view, terms);
  return html`
    ${view.items.length === 0 ? nothing : section(t('On the WAL axis'), snapshotAxis(view.items))}
    ${section(
      t('Snapshots and checkpoints'),
      html`
      ${view.nextAfter === null ? nothing : html`<p>${phrase('The answer is one page: the node has more items after {0}.', code(view.nextAfter))}</p>`}
      ${table(
        {
          caption: t('Snapshots and checkpoints'),
          columns: [
            { title: t('Id'), width: 30 },
            { title: t('Kind'), width: 12 },
            { title: t('Commit'), number: true, width: 12 },
            { title: t('WAL from (bytes)'), number: true, width: 16 },
            { title: t('WAL to (bytes)'), number: true, width: 16 },
            { title: t('Created'), width: 26 },
            { title: t('Durable'), width: 10 },
            { title: t('Source'), width: 24 },
          ],
          count: view.items.length,
          row: index => {
            const item = view.items[index];
            return item === undefined
              ? []
              : [
                  code(item.id),
                  text(item.kind),
                  ordinal(item.commitId),
                  number(item.walFirstOffset),
                  number(item.walEndOffset),
                  time(item.createdAt),
                  item.durable === null ? text(null) : item.durable ? t('yes') : t('no'),
                  text(item.source),
                ];
          },
        },
        t('The node reports neither snapshots nor checkpoints.'),
      )}`,
    )}`;
}
