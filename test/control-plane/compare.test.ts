/** Tests the comparison of two answers: every value that differs is named, as each answer has it, and nothing else. */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { compare, comparison } from '../../src/control-plane/model/compare.ts';
import type { Block, Cell, Document, Table } from '../../src/control-plane/model/document.ts';
import { seedFrom } from '../support/seed.ts';

const SEED = seedFrom('COMPARE_SEED');

const TERMS = {
  epoch: { name: { label: 'Epoch' }, at: { label: 'epoch {0}' } },
  primary: { label: 'Primary' },
  countsCommits: true,
  countsControlVersions: true,
};

type Row = readonly (string | null)[];

function members(rows: readonly Row[]): Table {
  return {
    caption: { label: 'Members' },
    columns: [
      { key: 'member', title: { label: 'Node' }, is: 'text', width: 20 },
      { key: 'role', title: { label: 'Role' }, is: 'role', width: 10 },
      { key: 'lag', title: { label: 'Lag' }, is: 'number', width: 10 },
      { key: 'id', title: { label: 'Node id' }, is: 'code', width: 38 },
      { key: 'part', title: { label: 'State' }, is: 'text', width: 10, isNarrow: true },
    ],
    rows,
    empty: { label: 'none' },
    narrow: [],
  };
}

function documentOf(epoch: string | null, ...blocks: readonly Block[]): Document {
  return { terms: TERMS, epoch, sections: [{ title: { label: 'Members' }, blocks }] };
}

function tableOf(rows: readonly Row[], epoch: string | null = '1'): Document {
  return documentOf(epoch, { is: 'table', table: members(rows) });
}

const row = fc.tuple(
  fc.constantFrom('node-1', 'node-2', ''),
  fc.option(fc.constantFrom('primary', 'replica')),
  fc.option(fc.nat(3).map(String)),
  fc.constantFrom('id-1', 'id-2', 'id-3'),
  fc.constant('part'),
);
const fact = fc.record({
  name: fc.oneof(
    fc.constantFrom('State', 'Members').map(label => ({ label })),
    fc.constantFrom('State', '__proto__').map(foreign => ({ foreign })),
  ),
  value: fc.record({
    is: fc.constantFrom('text', 'number') as fc.Arbitrary<'text'>,
    value: fc.option(fc.nat(2).map(String)),
  }),
});
const event = fc.record({
  is: fc.constant('event' as const),
  mark: fc.constant('other' as const),
  seq: fc.nat(5).map(String),
  type: fc.constantFrom('elected', 'expelled'),
  time: fc.constant('2026-11-29T10:00:00Z'),
  epoch: fc.constant(null),
  reason: fc.constant(null),
  mode: fc.constant(null),
  operator: fc.constant(null),
  nodeId: fc.constant(null),
  requestId: fc.constant(null),
  auditHead: fc.constant(null),
  fields: fc.dictionary(fc.constantFrom('a', 'b'), fc.nat(2)),
});
const anyDocument: fc.Arbitrary<Document> = fc
  .tuple(fc.option(fc.nat(2).map(String)), fc.array(row), fc.array(fact), fc.array(event))
  .map(([epoch, rows, facts, entries]) =>
    documentOf(
      epoch,
      { is: 'facts', facts },
      { is: 'table', table: members(rows) },
      { is: 'events', entries, empty: { label: 'none' } },
    ),
  );

/** What differs as a set, whichever of the two is called the earlier one. */
function unordered(one: Document, other: Document, isSwapped: boolean): readonly string[] {
  return compare(one, other)
    .map(({ name, before, after }) => JSON.stringify([name, ...(isSwapped ? [after, before] : [before, after])]))
    .map(text => text.replaceAll('null', 'none'))
    .toSorted();
}

describe('two answers compared', () => {
  it('also P7-D1: an answer does not differ from itself, and two are compared the same from either side', () => {
    fc.assert(
      fc.property(anyDocument, anyDocument, (one, other) => {
        assert.deepEqual(compare(one, structuredClone(one)), []);
        assert.deepEqual(unordered(one, other, false), unordered(other, one, true));
      }),
      { seed: SEED },
    );
  });

  it('also P7-D1: every value that differs is shown before and after, and no value that does not', () => {
    fc.assert(
      fc.property(fc.uniqueArray(row, { selector: ([, , , id]) => id, maxLength: 3 }), rows => {
        const bend = ([name, role, lag, id, part]: Row, at: number): Row => [
          name ?? '',
          at === 0 ? (role === 'primary' ? 'replica' : 'primary') : (role ?? null),
          at === 1 ? '77' : (lag ?? null),
          id ?? null,
          `${part ?? ''} of another cell`,
        ];
        const found = compare(tableOf(rows), tableOf(rows.map(bend)));
        const wanted = rows.flatMap(([, role, lag], at) =>
          at === 0
            ? [['Role', role, role === 'primary' ? 'replica' : 'primary']]
            : at === 1
              ? [['Lag', lag, '77']]
              : [],
        );
        assert.deepEqual(
          found.map(({ name, before, after }) => ['label' in name ? name.label : '', valueOf(before), valueOf(after)]),
          wanted,
        );
      }),
      { seed: SEED },
    );
  });

  it('also P7-D1: of rows that bear one name, the id says which of them differs', () => {
    const rows = (lag: string): readonly Row[] => [
      ['alpha', 'primary', lag, 'id-1', 'x'],
      ['alpha', 'replica', '2', 'id-2', 'x'],
      ['beta', 'replica', lag, 'id-3', 'x'],
    ];
    assert.deepEqual(
      compare(tableOf(rows('1')), tableOf(rows('9'))).map(({ of }) => of),
      [
        { is: 'code', value: 'id-1' },
        { is: 'text', value: 'beta' },
      ],
    );
  });

  it('also P7-O1: what is in one answer only is said to be, with all its values; unknown stays unknown', () => {
    const one = tableOf([
      ['node-1', 'primary', null, 'id-1', ''],
      ['node-2', 'replica', '0', 'id-2', ''],
    ]);
    const other = tableOf([
      ['node-1', 'replica', '5', 'id-1', ''],
      ['node-3', 'primary', null, 'id-3', ''],
    ]);
    const shown = comparison(one, other);
    const [section] = shown.sections;
    const [block] = section?.blocks ?? [];
    assert.ok(block?.is === 'table');
    const texts = block.table.rows.map(cells => cells.map(cell => textOf(cell)));
    assert.deepEqual(texts, [
      ['node-1', 'Role', 'primary', 'replica'],
      ['node-1', 'Lag', 'unknown', '5'],
      ['node-3', 'Node', 'not in this answer', 'node-3'],
      ['node-3', 'Role', 'not in this answer', 'primary'],
      ['node-3', 'Lag', 'not in this answer', 'unknown'],
      ['node-3', 'Node id', 'not in this answer', 'id-3'],
      ['node-2', 'Node', 'node-2', 'not in this answer'],
      ['node-2', 'Role', 'replica', 'not in this answer'],
      ['node-2', 'Lag', '0', 'not in this answer'],
      ['node-2', 'Node id', 'id-2', 'not in this answer'],
    ]);
    assert.deepEqual(comparison(one, one).sections[0]?.blocks, [
      { is: 'sentence', sentence: { label: 'No value differs between the two.', values: [] } },
    ]);
    const epochs = compare(tableOf([], '1'), tableOf([], null));
    assert.deepEqual(
      epochs.map(({ before, after }) => [valueOf(before), valueOf(after)]),
      [['1', null]],
    );
  });

  it('an event is the same wherever it stands in its answer, and another one where it says something else', () => {
    const at = (seq: string, fields: object): Block => ({
      is: 'events',
      entries: [
        {
          is: 'event',
          mark: 'other',
          seq,
          type: 'expelled',
          time: 'then',
          epoch: null,
          reason: null,
          mode: null,
          operator: null,
          nodeId: null,
          requestId: null,
          auditHead: null,
          fields: { ...fields },
        },
      ],
      empty: { label: 'none' },
    });
    assert.deepEqual(compare(documentOf(null, at('1', {})), documentOf(null, at('2', {}))), []);
    assert.equal(compare(documentOf(null, at('1', {})), documentOf(null, at('1', { code: 7 }))).length, 2);
  });
});

function valueOf(cell: Cell | undefined): string | null | undefined {
  return cell !== undefined && 'value' in cell ? cell.value : undefined;
}

function textOf(cell: string | null | Cell): string {
  if (typeof cell === 'string') return cell;
  if (cell === null) return 'unknown';
  if ('value' in cell) return cell.value ?? 'unknown';
  return 'word' in cell ? cell.word.label : '';
}
