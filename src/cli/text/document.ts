/**
 * The document of an answer as text: headed sections, tables in parts of 80 columns, events one below the other.
 * Pictures are left out: the tables hold the same values.
 */
import type {
  Absent,
  Block,
  Document,
  DocumentSection,
  Entry,
  Group,
  Label,
  Table,
} from '../../control-plane/model/document.ts';
import { nameAmong, type Reading, type StateChange } from '../../control-plane/model/views.ts';
import { cellText, isRight, sentenceText, shortText, titleText } from './cell.ts';
import { facts, paragraph, table, type Fact } from './layout.ts';
import { known, safeJson } from './safe.ts';

/**
 * From which node, endpoint and state an answer is, at which time and by whose clock, and who did not answer before.
 */
export function provenance(
  { observed, endpoint, skipped, notes }: Omit<Reading<unknown>, 'view'>,
  { terms, epoch }: Pick<Document, 'terms' | 'epoch'>,
): readonly string[] {
  const { countsCommits, countsControlVersions } = terms;
  const counted = [
    ...(countsCommits ? [`commit ${known(observed.commitId)}`] : []),
    ...(countsControlVersions ? [`control version ${known(observed.controlVersion)}`] : []),
    `snapshot ${known(observed.snapshot)}`,
  ].join(', ');
  const missing = [...(countsCommits ? [] : ['commit ids']), ...(countsControlVersions ? [] : ['control versions'])];
  const without =
    missing.length === 2 ? `neither ${missing.join(' nor ')}` : missing.map(what => `no ${what}`).join(', ');
  return facts([
    ['Observed by node', known(observed.nodeId)],
    ['Endpoint', known(endpoint)],
    ['State', without === '' ? counted : `${counted}; this engine has ${without}`],
    ...(epoch === undefined || terms.epoch === null ? [] : [[terms.epoch.name.label, known(epoch)] as const]),
    ['Time', `${known(observed.time)} (clock ${known(observed.clock)})`],
    ...skipped.map((before): Fact => ['Asked before', `${known(before.endpoint)}: ${known(before.reason)}`]),
    ...notes.map((note): Fact => ['Note', known(note)]),
  ]);
}

/** A section as text; the number of a table's rows stands beside its title. */
interface SectionText {
  readonly title: string | null;
  readonly lines: readonly string[];
}

/** The sections of which there is anything to read. */
export function sectionTexts({ terms, sections }: Document): readonly SectionText[] {
  return sections.map(section => sectionText(section, terms.epoch?.at ?? null)).filter(({ lines }) => lines.length > 0);
}

function sectionText({ title, blocks }: DocumentSection, atEpoch: Label | null): SectionText {
  const rows = blocks.flatMap(block => (block.is === 'table' ? [` (${block.table.rows.length})`] : [])).join('');
  return {
    title: title === null ? null : `${'foreign' in title ? titleText(title) : shortText(title)}${rows}`,
    lines: blocks.flatMap(block => blockText(block, title === null ? 2 : 4, atEpoch)),
  };
}

/** All sections, one below the other. */
export function documentText(document: Document): readonly string[] {
  return sectionTexts(document).flatMap(({ title, lines }, index) => [
    ...(index === 0 ? [] : ['']),
    ...(title === null ? [] : paragraph(title, 2)),
    ...lines,
  ]);
}

function blockText(block: Block, indent: number, atEpoch: Label | null): readonly string[] {
  switch (block.is) {
    case 'facts':
      return facts(
        block.facts.map(({ name, value }): Fact => [titleText(name), cellText(value)]),
        indent,
      );
    case 'table':
      return tableText(block.table, indent);
    case 'sentence':
      return paragraph(sentenceText(block.sentence), indent);
    case 'events':
      return block.entries.length === 0
        ? paragraph(block.empty.label, indent)
        : block.entries.flatMap(entry => entryText(entry, atEpoch, block.brief !== true));
    case 'changes':
      return changeTable(block.changes, block.names);
    case 'search':
      return block.groups.length === 0 ? paragraph(block.empty.label, indent) : groupsText(block.groups);
    case 'topology':
    case 'ruler':
    case 'spans':
    case 'states':
    case 'bars':
      return [];
  }
}

/** A table in as many parts as lines of 80 columns need, each of which begins with what names the row. */
export function tableText({ columns, rows, empty, narrow }: Table, indent = 2): readonly string[] {
  if (rows.length === 0) return paragraph(empty.label, indent);
  return narrow.flatMap((keys, part) => {
    const shown = keys.flatMap(key => {
      const at = columns.findIndex(column => column.key === key);
      const column = columns[at];
      return column === undefined ? [] : [{ at, column }];
    });
    const lines = table(
      shown.map(({ column: { title, is } }) => ({
        title: shortText(title).toUpperCase(),
        ...(isRight(is) ? { right: true as const } : {}),
      })),
      rows.map(row =>
        shown.map(({ at }) => {
          const value = row[at] ?? null;
          return typeof value === 'object' && value !== null ? cellText(value) : known(value);
        }),
      ),
    );
    return part === 0 ? lines : ['', ...lines];
  });
}

/** One event; `details`: with all that it carries, where nothing else says it already. */
function entryText(entry: Entry, atEpoch: Label | null, details: boolean): readonly string[] {
  if (entry.is === 'gap') {
    const { from, to } = entry;
    const missing = from === to ? `${known(from)} is` : `${known(from)} to ${known(to)} are`;
    return paragraph(`${missing} not in this answer`, 4);
  }
  const epoch =
    atEpoch === null ? [] : [sentenceText({ label: atEpoch.label, values: [{ is: 'ordinal', value: entry.epoch }] })];
  const { auditHead } = entry;
  return [
    ...paragraph([known(entry.seq), known(entry.time), ...epoch].join('  '), 4),
    ...paragraph(known(entry.type), 6),
    ...facts(
      !details
        ? []
        : [
            ...optional('node', entry.nodeId),
            ...optional('request', entry.requestId),
            ...optional('mode', entry.mode),
            ...optional('operator', entry.operator),
            ...optional('reason', entry.reason),
            ...(auditHead === null
              ? []
              : [['audit record', `${known(auditHead.seq)} ${known(auditHead.hash)}`] as const]),
            ...Object.entries(entry.fields).map(
              ([key, value]): Fact => [known(key), known(typeof value === 'string' ? value : safeJson(value))],
            ),
          ],
      8,
    ),
  ];
}

function optional(label: string, value: string | null | Absent): readonly Fact[] {
  return typeof value !== 'string' || value === '' ? [] : [[label, known(value)]];
}

function groupsText(groups: readonly Group[]): readonly string[] {
  return groups.flatMap(({ name, entries }, index) => [
    ...(index === 0 ? [] : ['']),
    ...paragraph(known(name), 2),
    ...facts(
      entries.map(({ key, value }): Fact => [known(key), known(value)]),
      4,
    ),
  ]);
}

/** Before and after of each component. */
export function changeTable(
  changes: readonly StateChange[],
  names: readonly { readonly nodeId: string; readonly name: string }[],
): readonly string[] {
  return table(
    [{ title: 'WHAT' }, { title: 'NODE' }, { title: 'BEFORE' }, { title: 'AFTER' }],
    changes.map(({ component, nodeId, before, after }) => [
      known(component),
      nodeId === null ? '-' : known(nameAmong(names, nodeId) ?? nodeId),
      known(before),
      known(after),
    ]),
  );
}
