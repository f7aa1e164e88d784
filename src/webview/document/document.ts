/** The document of an answer, section by section. Nothing here knows which engine made it. */
import { html, type TemplateResult } from 'lit';
import type { Block, Document, DocumentSection, Table } from '../../control-plane/model/document.ts';
import type { Rows } from '../cells.ts';
import { changeTable } from '../changes.ts';
import { eventsTable } from '../events.ts';
import { facts, section } from '../frame.ts';
import type { Cited } from '../invariants.ts';
import { lagBars } from '../pictures/lag.ts';
import { walRuler } from '../pictures/ruler.ts';
import { snapshotAxis } from '../pictures/spans.ts';
import { stateMachine } from '../pictures/state-machine.ts';
import { topology } from '../pictures/topology.ts';
import { table } from '../table.ts';
import type { Content } from '../text.ts';
import { t } from '../words.ts';
import { cellOf, isRight, plainOf, sentenceOf, titleOf, words } from './cell.ts';
import { searchable } from './search.ts';

/** All sections. `cited` holds the texts of the invariants that the document may name. */
export function documentContent(document: Document, cited: Cited): TemplateResult {
  return html`${document.sections.map(one => sectionContent(one, document, cited))}`;
}

function sectionContent({ title, blocks }: DocumentSection, document: Document, cited: Cited): TemplateResult {
  const kind = title === null ? 'facts' : 'facts rows';
  const content = html`${blocks.map(block => blockContent(block, { document, cited, kind }))}`;
  return title === null ? content : section(titleOf(title), content);
}

interface Around {
  readonly document: Document;
  readonly cited: Cited;
  /** The class of a list of facts: a line of them at the head, rows below a title. */
  readonly kind: 'facts' | 'facts rows';
}

function blockContent(block: Block, { document, cited, kind }: Around): Content {
  switch (block.is) {
    case 'facts':
      return facts(
        block.facts.map(({ name, value }) => [titleOf(name), cellOf(value, cited)] as const),
        kind,
      );
    case 'table':
      return table(rowsOf(block.table, cited), words(block.table.empty));
    case 'sentence': {
      const said = sentenceOf(block.sentence, cited);
      return block.muted === true ? html`<p class="muted">${said}</p>` : html`<p>${said}</p>`;
    }
    case 'topology':
      return topology(block.topology);
    case 'ruler':
      return walRuler(block.ruler);
    case 'spans':
      return snapshotAxis(block.spans);
    case 'states':
      return stateMachine(block.states);
    case 'bars':
      return lagBars(block.bars, cited);
    case 'events':
      return table(eventsTable(block.entries, document.terms.epoch?.name ?? null), words(block.empty));
    case 'changes':
      return changeTable(
        block.changes,
        new Map(block.names.map(({ nodeId, name }) => [nodeId, name])),
        t('Before and after'),
      );
    case 'search':
      return searchable(block.groups, words(block.empty));
  }
}

/** A table as rows to be drawn: each row only when it is in sight. */
export function rowsOf({ caption, columns, rows }: Table, cited: Cited): Rows {
  const shown = columns.flatMap((column, at) => (column.isNarrow === true ? [] : [{ ...column, at }]));
  return {
    caption: words(caption),
    columns: shown.map(({ title, is, width }) => ({
      title: words(title),
      width,
      ...(isRight(is) ? { number: true as const } : {}),
    })),
    count: rows.length,
    row: index => {
      const row = rows[index];
      return row === undefined
        ? []
        : shown.map(({ is, at }) => {
            const value = row[at] ?? null;
            return typeof value === 'object' && value !== null ? cellOf(value, cited) : plainOf(is, value, cited);
          });
    },
  };
}
