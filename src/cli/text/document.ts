/**
 * The document of an answer as text: sections with titles, tables, and lists of events. The brief form shows what
 * people look for first. Pictures are left out, because the tables hold the same values.
 */
import type { Block, Cell, Document, DocumentSection, Group, Label } from '../../control-plane/model/document.ts';
import type { AbsentValue, Entry } from '../../control-plane/model/entries.ts';
import { nameAmong, type Reading, type StateChange } from '../../control-plane/model/views.ts';
import { cellText, momentText, sentenceText, shortText, titleText } from './cell.ts';
import { facts, paragraph, table, type Fact } from './layout.ts';
import { safeJson } from '../../text/json.ts';
import { known } from './safe.ts';
import { tableText, WHOLE, type Extent } from './tables.ts';

/**
 * Which node, endpoint and state an answer comes from, the time and its clock, and who was asked before without an
 * answer.
 */
export function provenance(
  { observed, endpoint, skipped, notes, isChosen }: Omit<Reading<unknown>, 'view'>,
  { terms, epoch, selfReport }: Pick<Document, 'terms' | 'epoch' | 'selfReport'>,
  { width } = WHOLE,
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
  return [
    ...selfReportText(selfReport, width),
    ...facts(
      [
        ['Observed by node', known(observed.nodeId)],
        ['Endpoint', `${known(endpoint)}${isChosen === true ? ' (asked by choice; no other was asked)' : ''}`],
        ['State', without === '' ? counted : `${counted}; this engine has ${without}`],
        ...(epoch === undefined || terms.epoch === null ? [] : [[terms.epoch.name.label, known(epoch)] as const]),
        ['Time', `${known(observed.time)} (clock ${known(observed.clock)})`],
        ...skipped.map((before): Fact => ['Asked before', `${known(before.endpoint)}: ${known(before.reason)}`]),
        ...notes.map((note): Fact => ['Note', known(note)]),
      ],
      2,
      width,
    ),
  ];
}

/** What the node that answered says about itself; it affects the whole answer. */
function selfReportText(selfReport: Document['selfReport'] = [], width = WHOLE.width): readonly string[] {
  return selfReport.flatMap(said => paragraph(sentenceText(said), 2, width));
}

/** A section as text. Its title includes the number of rows. */
interface SectionText {
  readonly title: string | null;
  readonly lines: readonly string[];
}

/** The sections that have something to show. */
export function sectionTexts({ terms, sections }: Document, extent = WHOLE): readonly SectionText[] {
  return sections
    .map(section => sectionText(section, terms.epoch?.at ?? null, extent))
    .filter(({ lines }) => lines.length > 0);
}

function sectionText({ title, blocks }: DocumentSection, atEpoch: Label | null, extent: Extent): SectionText {
  const rows = blocks.flatMap(block => (block.is === 'table' ? [` (${block.table.rows.length})`] : [])).join('');
  return {
    title: title === null ? null : `${'foreign' in title ? titleText(title) : shortText(title)}${rows}`,
    lines: blocks.flatMap(block => blockText(block, title === null ? 2 : 4, atEpoch, extent)),
  };
}

/** All sections, one below the other. In the brief form, a single section has no title. */
export function documentText(document: Document, extent = WHOLE): readonly string[] {
  const shown = sectionTexts(document, extent);
  return shown.flatMap(({ title, lines }, index) => [
    ...(index === 0 ? [] : ['']),
    ...(title === null || (shown.length === 1 && !extent.isWide) ? [] : paragraph(title, 2, extent.width)),
    ...lines,
  ]);
}

function blockText(block: Block, indent: number, atEpoch: Label | null, extent: Extent): readonly string[] {
  const { width, isWide } = extent;
  switch (block.is) {
    case 'facts':
      return facts(
        block.facts
          .filter(({ isDetail }) => isWide || isDetail !== true)
          .map(({ name, value }): Fact => [titleText(name), factText(value, extent)]),
        indent,
        width,
      );
    case 'table':
      return tableText(block.table, indent, extent);
    case 'sentence':
      return paragraph(sentenceText(block.sentence), indent, width);
    case 'part':
      return paragraph(block.sentences.map(sentenceText).join(' '), indent, width);
    case 'events':
      if (block.entries.length === 0) return paragraph(block.empty.label, indent, width);
      return isWide
        ? block.entries.flatMap(entry => entryText(entry, atEpoch, block.brief !== true, width))
        : briefEvents(block.entries, extent);
    case 'changes':
      return changeTable(block.changes, block.names, width);
    case 'search':
      return block.groups.length === 0 ? paragraph(block.empty.label, indent, width) : groupsText(block.groups, width);
    case 'topology':
    case 'ruler':
    case 'spans':
    case 'states':
    case 'bars':
      return [];
  }
}

function factText(value: Cell, { isWide, day }: Extent): string {
  return 'value' in value && value.is === 'time' && !isWide ? momentText(value.value, day) : cellText(value);
}

/**
 * Events as rows, with the columns that at least one event fills. Ids and everything else are shown with `--wide` only.
 */
function briefEvents(entries: readonly Entry[], { width, day }: Extent): readonly string[] {
  // The cell stays empty when an event does not carry the value.
  const said = (value: string | null | AbsentValue): string =>
    value === null ? '' : typeof value === 'string' ? known(value) : '-';
  const all: readonly (readonly [title: string, of: (event: Event) => string | null | AbsentValue])[] = [
    ['EPOCH', ({ epoch }) => epoch],
    ['MODE', ({ mode }) => mode],
    ['OPERATOR', ({ operator }) => operator],
    ['REASON', ({ reason }) => reason],
  ];
  const events = entries.filter((entry): entry is Event => entry.is === 'event');
  const told = all.filter(([, of]) => events.some(event => typeof of(event) === 'string'));
  return table(
    [{ title: 'NUMBER', right: true }, { title: 'TIME' }, { title: 'EVENT' }, ...told.map(([title]) => ({ title }))],
    entries.map(entry =>
      entry.is === 'gap'
        ? [entry.from === entry.to ? known(entry.from) : `${known(entry.from)} to ${known(entry.to)}`, '', NOT_HERE]
        : [known(entry.seq), momentText(entry.time, day), known(entry.type), ...told.map(([, of]) => said(of(entry)))],
    ),
    2,
    width,
  );
}

type Event = Extract<Entry, { readonly is: 'event' }>;

const NOT_HERE = 'not in this answer';

function nodeText({ nodeId, nodeName }: Extract<Entry, { readonly is: 'event' }>): typeof nodeId {
  return nodeName === undefined || typeof nodeId !== 'string' ? nodeId : `${nodeName}  ${nodeId}`;
}

/** One event. With `details`, also everything that it carries and that is not shown elsewhere. */
function entryText(entry: Entry, atEpoch: Label | null, details: boolean, width: number): readonly string[] {
  if (entry.is === 'gap') {
    const { from, to } = entry;
    const missing = from === to ? `${known(from)} is` : `${known(from)} to ${known(to)} are`;
    return paragraph(`${missing} ${NOT_HERE}`, 4, width);
  }
  const epoch =
    atEpoch === null ? [] : [sentenceText({ label: atEpoch.label, values: [{ is: 'ordinal', value: entry.epoch }] })];
  const { auditHead } = entry;
  return [
    ...paragraph([known(entry.seq), known(entry.time), ...epoch].join('  '), 4, width),
    ...paragraph(known(entry.type), 6, width),
    ...facts(
      !details
        ? []
        : [
            ...optional('node', nodeText(entry)),
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
      width,
    ),
  ];
}

function optional(label: string, value: string | null | AbsentValue): readonly Fact[] {
  return typeof value !== 'string' || value === '' ? [] : [[label, known(value)]];
}

function groupsText(groups: readonly Group[], width: number): readonly string[] {
  return groups.flatMap(({ name, entries }, index) => [
    ...(index === 0 ? [] : ['']),
    ...paragraph(known(name), 2, width),
    ...facts(
      entries.map(({ key, value }): Fact => [known(key), known(value)]),
      4,
      width,
    ),
  ]);
}

/** Before and after of each component. */
export function changeTable(
  changes: readonly StateChange[],
  names: readonly { readonly nodeId: string; readonly name: string }[],
  width = WHOLE.width,
): readonly string[] {
  return table(
    [{ title: 'WHAT' }, { title: 'NODE' }, { title: 'BEFORE' }, { title: 'AFTER' }],
    changes.map(({ component, nodeId, before, after }) => [
      known(component),
      nodeId === null ? '-' : known(nameAmong(names, nodeId) ?? nodeId),
      known(before),
      known(after),
    ]),
    2,
    width,
  );
}
