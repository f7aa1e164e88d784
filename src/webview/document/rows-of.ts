/**
 * Turns a table of a document into rows to draw: what people look for first is in columns, the rest in the unfolded
 * row.
 */
import { html, type TemplateResult } from 'lit';
import type { Bars, Cell, Column, RowNode, Table } from '../../control-plane/model/document.ts';
import type { Rows } from '../cells.ts';
import type { CitedInvariants } from '../invariants.ts';
import { lagBar } from '../pictures/lag.ts';
import { lastReportedRole, SILENT_HEALTH } from '../shapes.ts';
import { code, type Content } from '../text.ts';
import { t } from '../words.ts';
import { cellOf, isRight, plainOf, sentenceOf, words } from './cell.ts';

type Value = string | null | Cell;

/** A column with its place in the rows. */
interface Placed extends Column {
  readonly at: number;
}

/** `bars`: amounts of the same nodes; they are drawn beside the numbers. */
export function rowsOf(table: Table, cited: CitedInvariants, bars: readonly Bars[] = []): Rows {
  const { caption, columns, rows, nodes } = table;
  const shown = columns.flatMap((column, at): readonly Placed[] =>
    column.isNarrow === true ? [] : [{ ...column, at }],
  );
  const open = shown.filter(({ isDetail }) => isDetail !== true);
  const details = shown.filter(({ isDetail }) => isDetail === true);
  const folds = nodes !== undefined || details.length > 0;
  const barOf = barsByNode(bars);
  const healthAt = columns.findIndex(({ is }) => is === 'health');
  const content = (index: number, column: Placed): Content => {
    const [row, node] = [rows[index] ?? [], nodes?.[index]];
    const isOld = node?.isSilent === true || row[healthAt] === 'unknown';
    return contentOf(row[column.at] ?? null, column, { cited, node, own: table.own, isOld });
  };
  const isProse = ({ is, at }: Placed): boolean => at !== shown[0]?.at && WORDS.has(is);
  return {
    caption: words(caption),
    columns: open.map(column => ({
      title: words(column.title),
      width: folds ? longest(column, rows, nodes) : column.width,
      ...(isRight(column.is) ? { number: true as const } : {}),
      ...(folds && isProse(column) ? { isProse: true as const } : {}),
      ...(column.is === 'health' ? { isBrief: true as const } : {}),
    })),
    count: rows.length,
    row: index =>
      rows[index] === undefined
        ? []
        : open.map((column, place) => {
            const value = content(index, column);
            if (place === 0 && nodes?.[index]?.isSilent === true) return html`${value}${DOES_NOT_ANSWER}`;
            return withBar(value, barOf(column.key, nodes?.[index]?.nodeId));
          }),
    ...(bars.length === 0 ? {} : { note: bars.map(({ scale }) => html`${sentenceOf(scale, cited)} `) }),
    ...(folds
      ? {
          folded: {
            facts: index => factsOf({ index, table, details, cut: open.filter(isProse), content }),
            ...(nodes === undefined ? {} : { nodes }),
          },
        }
      : {}),
  };
}

/** Forms whose values are texts of any length. A health comes with its reason. */
const WORDS: ReadonlySet<string> = new Set(['text', 'strong', 'verbatim', 'code', 'health']);

const DOES_NOT_ANSWER = html`<span class="silent">${t('does not answer')}</span>`;

interface Row {
  readonly index: number;
  readonly table: Table;
  readonly details: readonly Placed[];
  /** Columns whose values may be cut when there are many rows. */
  readonly cut: readonly Placed[];
  readonly content: (index: number, column: Placed) => Content;
}

/** What an unfolded row shows: values that its cells may have cut, folded values, and the id of its node. */
function factsOf({ index, table, details, cut, content }: Row): readonly (readonly [Content, Content])[] {
  const columns = [...cut, ...details];
  const node = table.nodes?.[index];
  const isNamed = columns.some(({ at }) => textOf(table.rows[index]?.[at] ?? null) === node?.nodeId);
  return [
    ...columns.map(column => [words(column.title), content(index, column)] as const),
    ...(node === undefined || isNamed ? [] : [[t('Id'), code(node.nodeId)] as const]),
  ];
}

interface Around {
  readonly cited: CitedInvariants;
  readonly node: RowNode | undefined;
  /** The node does not answer, so its values are from its last report. */
  readonly isOld: boolean;
  readonly own: Table['own'];
}

function contentOf(value: Value, { key, is }: Column, { cited, node, own, isOld }: Around): Content {
  const told = textOf(value);
  if (node?.isSilent === true && is === 'health') return SILENT_HEALTH;
  if (isOld && own?.includes(key) === true && told !== null && told !== 'unknown')
    return is === 'role' ? lastReportedRole(told) : lastReported(drawn(value, is, cited));
  return drawn(value, is, cited);
}

function drawn(value: Value, is: Column['is'], cited: CitedInvariants): Content {
  return typeof value === 'object' && value !== null ? cellOf(value, cited) : plainOf(is, value, cited);
}

/** A value of a member that does not answer, marked as last reported and not as present. */
function lastReported(value: Content): TemplateResult {
  return html`<span class="last-reported"><span class="hidden">${t('last reported:')} </span>${value}</span>`;
}

/** A value as plain text; `null` when there is none or it is unknown. */
function textOf(value: Value): string | null {
  if (typeof value !== 'object' || value === null) return value;
  if ('value' in value) return value.value;
  switch (value.is) {
    case 'told_role':
      return `${value.role} (${value.told})`;
    case 'state':
      return value.reason === null ? value.state : `${value.state}: ${value.reason}`;
    case 'node':
      return value.name ?? value.nodeId;
    case 'word':
      return words(value.word);
    case 'sentence':
      return value.sentence.values.reduce(
        (said, { value: part }, at) => said.replace(`{${at}}`, () => part ?? t('unknown')),
        words(value.sentence),
      );
    case 'absent':
      return null;
  }
}

/** The number of characters of the column's longest value, or of the longest word in its title. */
function longest({ at, is, title, width }: Placed, rows: Table['rows'], nodes: Table['nodes']): number {
  const shape = is === 'role' || at === 0 ? 4 : 0;
  const mark =
    is === 'role' && nodes?.some(({ isSilent }) => isSilent === true) === true ? t('last reported:').length + 1 : 0;
  const values = rows.reduce((most, row) => Math.max(most, textOf(row[at] ?? null)?.length ?? UNKNOWN), 0);
  const word = words(title)
    .split(' ')
    .reduce((most, one) => Math.max(most, one.length), 0);
  return Math.max(word, Math.min(values, Math.max(width, word)) + shape + mark);
}

const UNKNOWN = t('unknown').length;

/** Finds the bar of a value, if its column and its node have one. */
type BarOf = (column: string, nodeId: string | undefined) => TemplateResult | undefined;

function barsByNode(bars: readonly Bars[]): BarOf {
  const columns = new Map(
    bars.flatMap(({ measures, bars: all }) => {
      const amounts = new Map(all.map(one => [one.nodeId, one.amounts]));
      return measures.map(({ column = '', most }, at) => [column, { amounts, most, at }] as const);
    }),
  );
  return (column, nodeId = '') => {
    const measure = columns.get(column);
    const amounts = measure?.amounts.get(nodeId);
    return measure === undefined || amounts === undefined
      ? undefined
      : lagBar(amounts[measure.at] ?? null, measure.most);
  };
}

function withBar(value: Content, bar: TemplateResult | undefined): Content {
  return bar === undefined ? value : html`<span class="with-bar">${bar}${value}</span>`;
}

/** Whether the bars show amounts of this table's nodes that are in its columns. */
export function areBarsOf({ nodes = [], columns }: Table, { measures, bars }: Bars): boolean {
  const ids = new Set(nodes.map(({ nodeId }) => nodeId));
  return (
    bars.every(({ nodeId }) => ids.has(nodeId)) &&
    measures.every(({ column }) => columns.some(({ key, isDetail }) => key === column && isDetail !== true))
  );
}
