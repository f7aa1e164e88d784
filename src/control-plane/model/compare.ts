/**
 * What differs between two answers to one question, value by value. It names differences and does not judge them: the
 * answers may be of two times or of two nodes.
 */
import type { Block, Cell, Document, Table, Title } from './document.ts';
import type { Entry } from './entries.ts';
import { label } from './document.ts';

/** One value of a document: its place, its owner and its name. */
interface Value {
  readonly section: Title;
  /** The member, event or other thing that the value belongs to; `null`: the answer itself. */
  readonly of: Cell | null;
  readonly name: Title;
  readonly cell: Cell;
}

/** A value that differs between the two; `undefined`: that answer has no such value. */
export interface Difference extends Omit<Value, 'cell'> {
  readonly before: Cell | undefined;
  readonly after: Cell | undefined;
}

/** The differences: first what the later answer has, in its order, then what only the earlier one has. */
export function compare(before: Document, after: Document): readonly Difference[] {
  const [first, second] = [valuesOf(before), valuesOf(after)];
  const changed = [...second].flatMap(([key, { cell, ...place }]): Difference[] => {
    const was = first.get(key)?.cell;
    return was !== undefined && same(was, cell) ? [] : [{ ...place, before: was, after: cell }];
  });
  const gone = [...first].flatMap(([key, { cell, ...place }]): Difference[] =>
    second.has(key) ? [] : [{ ...place, before: cell, after: undefined }],
  );
  return [...changed, ...gone];
}

/** The differences as a document: one table for each section; the rows of one member stand together. */
export function comparison(before: Document, after: Document): Document {
  const differences = compare(before, after);
  const sections = new Map<string, { readonly title: Title; readonly differences: Difference[] }>();
  for (const one of differences) {
    const key = titleKey(one.section);
    const shown = sections.get(key);
    if (shown === undefined) sections.set(key, { title: one.section, differences: [one] });
    else shown.differences.push(one);
  }
  return {
    terms: after.terms,
    sections:
      differences.length === 0
        ? [{ title: null, blocks: [{ is: 'sentence', sentence: { label: NOTHING.label, values: [] } }] }]
        : [...sections.values()].map(({ title, differences: rows }) => ({
            title,
            blocks: [{ is: 'table', table: differencesTable(title, rows) }],
          })),
  };
}

const NOTHING = label('No value differs between the two.');
const NOT_THERE: Cell = { is: 'absent', word: label('not in this answer') };
const AT_ITSELF: Cell = { is: 'word', word: label('the answer itself') };

/** A table takes its caption from its section, if that is a label of ours. */
function differencesTable(title: Title, differences: readonly Difference[]): Table {
  return {
    caption: 'label' in title ? title : label('What differs'),
    columns: [
      { key: 'of', title: label('Of'), is: 'text', width: 30 },
      { key: 'what', title: label('What'), is: 'text', width: 26 },
      { key: 'before', title: label('Before'), is: 'text', width: 40 },
      { key: 'after', title: label('After'), is: 'text', width: 40 },
    ],
    rows: inOrderOfOwners(differences).map(({ of, name, before, after }) => [
      of ?? AT_ITSELF,
      'foreign' in name ? name.foreign : { is: 'word', word: name },
      before ?? NOT_THERE,
      after ?? NOT_THERE,
    ]),
    empty: NOTHING,
    narrow: [['of', 'what', 'before', 'after']],
  };
}

/** Groups the values of each member, the members in order of appearance. */
function inOrderOfOwners(differences: readonly Difference[]): readonly Difference[] {
  const owners = Map.groupBy(differences, ({ of }) => JSON.stringify(of));
  return [...owners.values()].flat();
}

/** All values by their place. Pictures are skipped, because the tables hold the same values. */
function valuesOf({ terms, epoch, sections }: Document): ReadonlyMap<string, Value> {
  const values = new Map<string, Value>();
  const add = (key: string, value: Value): void => {
    // Two values of the same name stay two.
    let free = key;
    for (let nth = 2; values.has(free); nth += 1) free = `${key} #${nth}`;
    values.set(free, value);
  };
  const head = label('The answer itself');
  if (epoch !== undefined && terms.epoch !== null)
    add('epoch', { section: head, of: null, name: terms.epoch.name, cell: { is: 'ordinal', value: epoch } });
  for (const { title, blocks } of sections)
    for (const block of blocks)
      for (const [key, value] of blockValues(block, title ?? head)) add(`${titleKey(value.section)} ${key}`, value);
  return values;
}

type KeyedValue = readonly [key: string, value: Value];

function blockValues(block: Block, section: Title): readonly KeyedValue[] {
  switch (block.is) {
    case 'facts':
      return block.facts.map(({ name, value }) => [titleKey(name), { section, of: null, name, cell: value }]);
    case 'table':
      return tableValues(block.table, section);
    case 'sentence':
      return [sentenceValue(block.sentence, section)];
    case 'part':
      return block.sentences.map(one => sentenceValue(one, section));
    case 'events':
      return block.entries.flatMap(entry => eventValues(entry, section));
    case 'changes':
      return block.changes.flatMap(({ component, nodeId, before, after }): KeyedValue[] => {
        const of: Cell | null = nodeId === null ? null : { is: 'code', value: nodeId };
        const name = { foreign: component };
        return [
          [JSON.stringify([component, nodeId, 0]), { section, of, name, cell: { is: 'text', value: before } }],
          [JSON.stringify([component, nodeId, 1]), { section, of, name, cell: { is: 'text', value: after } }],
        ];
      });
    case 'search':
      return block.groups.flatMap(({ name: group, entries }) =>
        entries.map(
          ({ key, value }): KeyedValue => [
            JSON.stringify([group, key]),
            { section: { foreign: group }, of: null, name: { foreign: key }, cell: { is: 'verbatim', value } },
          ],
        ),
      );
    case 'topology':
    case 'ruler':
    case 'spans':
    case 'states':
    case 'bars':
      return [];
  }
}

/** A row is identified by its id if the table has one, otherwise by its first column, which names it. */
function tableValues({ columns, rows }: Table, section: Title): readonly KeyedValue[] {
  const at = Math.max(
    0,
    columns.findIndex(({ key }) => key === 'id'),
  );
  const names = rows.map(([name]) => JSON.stringify(name));
  return rows.flatMap(row => {
    const isNamed = names.filter(name => name === JSON.stringify(row[0])).length === 1;
    const cells = columns.map(({ is }, index): Cell => {
      const value = row[index] ?? null;
      return typeof value === 'object' && value !== null ? value : { is, value };
    });
    const known = identity(cells[at]);
    return columns.flatMap(({ key, title, isNarrow }, index): KeyedValue[] => {
      const cell = cells[index];
      if (cell === undefined || isNarrow === true) return [];
      // A name that several rows share identifies none of them, so their id is used.
      const of = (isNamed ? cells[0] : cells[at]) ?? null;
      return [[JSON.stringify([known, key]), { section, of, name: title, cell }]];
    });
  });
}

function identity(cell: Cell | undefined): string {
  return cell?.is === 'node'
    ? cell.nodeId
    : JSON.stringify(cell === undefined || !('value' in cell) ? cell : cell.value);
}

/** The same words with other values count as the same sentence. */
function sentenceValue(sentence: Extract<Cell, { is: 'sentence' }>['sentence'], section: Title): KeyedValue {
  return [sentence.label, { section, of: null, name: label('Sentence'), cell: { is: 'sentence', sentence } }];
}

/**
 * An answer either holds an event or does not. The event's number may only be its place in that answer, so its other
 * fields identify it.
 */
function eventValues(entry: Entry, section: Title): readonly KeyedValue[] {
  if (entry.is === 'gap') {
    const cell: Cell = { is: 'text', value: `${entry.from} - ${entry.to}` };
    return [[JSON.stringify(entry), { section, of: null, name: label('Not in this answer'), cell }]];
  }
  const { seq, ...rest } = entry;
  return [
    [
      JSON.stringify(rest),
      {
        section,
        of: { is: 'ordinal', value: seq },
        name: { foreign: entry.type },
        cell: { is: 'time', value: entry.time },
      },
    ],
  ];
}

function titleKey(title: Title): string {
  return 'foreign' in title ? `foreign ${title.foreign}` : title.label;
}

function same(one: Cell, other: Cell): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
