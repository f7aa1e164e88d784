/** The document of an answer, section by section. Nothing here knows which engine made it. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Bars, Block, Document, DocumentSection, Table } from '../../control-plane/model/document.ts';
import { changeTable } from '../changes.ts';
import { eventsTable } from '../events.ts';
import { facts, section, type Post } from '../frame.ts';
import type { CitedInvariants } from '../invariants.ts';
import { lagBars } from '../pictures/lag.ts';
import { walRuler } from '../pictures/ruler.ts';
import { snapshotAxis } from '../pictures/spans.ts';
import { stateMachine } from '../pictures/state-machine.ts';
import { topology } from '../pictures/topology.ts';
import { table } from '../table.ts';
import type { Content } from '../text.ts';
import { t } from '../words.ts';
import { cellOf, sentenceOf, titleOf, words } from './cell.ts';
import { areBarsOf, rowsOf } from './rows-of.ts';
import { searchable } from './search.ts';

/** What can be requested from the document. */
export interface DocumentActions {
  readonly older: boolean;
  readonly newest: boolean;
  readonly post: Post;
}

/** All sections. `cited` holds the texts of the invariants that the document may name. */
export function documentContent(document: Document, cited: CitedInvariants, ways?: DocumentActions): TemplateResult {
  return html`${document.sections.map(one => sectionContent(one, document, cited, ways))}`;
}

/** The answer in one line. */
export function headline({ headline: parts }: Document, cited: CitedInvariants): TemplateResult | typeof nothing {
  if (parts === undefined) return nothing;
  const said = parts.map((part, index) => html`${index === 0 ? '' : ' · '}${sentenceOf(part, cited)}`);
  return html`<p class="headline">${said}</p>`;
}

function sectionContent(
  { title, blocks }: DocumentSection,
  document: Document,
  cited: CitedInvariants,
  ways: DocumentActions | undefined,
): TemplateResult {
  const kind = title !== null ? 'facts rows' : document.headline === undefined ? 'facts' : 'facts line';
  const shown = blocks.filter(block => block.is !== 'bars' || tableOf(document, block.bars) === undefined);
  if (shown.length === 0 && blocks.length > 0) return html``;
  const content = html`${shown.map(block => blockContent(block, { document, cited, kind, ways }))}`;
  return title === null ? content : section(titleOf(title), content);
}

/** The table that lists the nodes of these bars. The bars are then drawn in it, so that no node is listed twice. */
function tableOf({ sections }: Document, bars: Bars): Table | undefined {
  return tablesOf(sections).find(one => areBarsOf(one, bars));
}

function barsOf(document: Document, shown: Table): readonly Bars[] {
  return document.sections
    .flatMap(({ blocks }) => blocks.flatMap(block => (block.is === 'bars' ? [block.bars] : [])))
    .filter(bars => tableOf(document, bars) === shown);
}

function tablesOf(sections: readonly DocumentSection[]): readonly Table[] {
  return sections.flatMap(({ blocks }) => blocks.flatMap(block => (block.is === 'table' ? [block.table] : [])));
}

interface Around {
  readonly document: Document;
  readonly cited: CitedInvariants;
  /** The class of a list of facts: in one line at the head, in rows below a title. */
  readonly kind: 'facts' | 'facts line' | 'facts rows';
  readonly ways: DocumentActions | undefined;
}

function blockContent(block: Block, { document, cited, kind, ways }: Around): Content {
  switch (block.is) {
    case 'facts':
      return facts(
        block.facts.map(({ name, value }) => [titleOf(name), cellOf(value, cited)] as const),
        kind,
      );
    case 'table':
      return table(rowsOf(block.table, cited, barsOf(document, block.table)), words(block.table.empty));
    case 'sentence': {
      const said = sentenceOf(block.sentence, cited);
      return block.muted === true ? html`<p class="muted">${said}</p>` : html`<p>${said}</p>`;
    }
    case 'part':
      return html`<p>${block.sentences.map(one => html`${sentenceOf(one, cited)} `)}</p>${partButtons(ways)}`;
    case 'topology':
      return topology(
        block.topology,
        tablesOf(document.sections).some(({ nodes }) => nodes !== undefined),
      );
    case 'ruler':
      return walRuler(block.ruler);
    case 'spans':
      return snapshotAxis(block.spans);
    case 'states':
      return stateMachine(block.states);
    case 'bars':
      return lagBars(block.bars, cited);
    case 'events':
      return table(eventsTable(block, document.terms.epoch?.name ?? null), words(block.empty));
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

/** Buttons for the older and the newest part. The editor knows which parts these are. */
function partButtons(ways: DocumentActions | undefined): TemplateResult | typeof nothing {
  if (ways === undefined || !(ways.older || ways.newest)) return nothing;
  const { post } = ways;
  return html`<div class="actions">
    ${
      ways.newest
        ? html`<vscode-button secondary @click=${() => post({ type: 'newest' })}>${t('Show Newest')}</vscode-button>`
        : nothing
    }
    ${
      ways.older
        ? html`<vscode-button secondary @click=${() => post({ type: 'older' })}>${t('Show Older…')}</vscode-button>`
        : nothing
    }
  </div>`;
}
