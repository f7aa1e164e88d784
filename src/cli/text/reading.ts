/**
 * An answer for people. In brief: one line with the cluster and its state; then who answered, when, and who did not
 * answer; then one table. With `--wide`: also where it was read, every column and every fact.
 */
import type { Document } from '../../control-plane/model/document.ts';
import type { Answered } from '../../control-plane/request/result.ts';
import { visible } from '../../text/foreign.ts';
import { briefSentence, dayOf, momentText } from './cell.ts';
import { documentText, provenance } from './document.ts';
import { facts, hanging, paragraph, shellLine, wrap, type Fact } from './layout.ts';
import type { Paint } from './paint.ts';
import { known } from './safe.ts';
import type { Extent } from './tables.ts';

/** How an answer is shown. */
export interface Shown {
  readonly width: number;
  readonly isWide: boolean;
}

/** What is shown around an answer: the cluster, where its record is, and the line that shows the older part. */
export interface Around {
  readonly cluster: string;
  readonly title: string;
  readonly trail: readonly Fact[];
  readonly older: string | undefined;
}

/** The lines of an answer. */
export function answerText(
  { reading }: Answered['answer'],
  { cluster, title, trail, older }: Around,
  { width, isWide }: Shown,
  paint: Paint,
): readonly string[] {
  const document = reading.document();
  const extent: Extent = { width, isWide, day: isWide ? null : dayOf(reading.observed.time) };
  return [
    ...hanging([cluster, ...headline(document, extent)].join(' \u00b7 '), width, 4).map(paint.strong),
    ...(isWide
      ? [...paragraph(title, 2, width), ...provenance(reading, document, extent)]
      : [
          ...hanging(readFrom(reading, document), width, 4),
          ...skipped(reading, width),
          ...(document.selfReport ?? []).flatMap(one =>
            hanging(briefSentence(one, extent.day), width, 4).map(paint.strong),
          ),
        ]),
    '',
    ...documentText(document, extent),
    ...(isWide ? [] : reading.notes.flatMap(note => paragraph(`Note: ${known(note)}`, 2, width))),
    ...(older === undefined
      ? []
      : ['', ...paragraph('To show older ones:', 2, width), ...shellLine(visible(older), 4)]),
    ...(isWide ? ['', ...facts(trail, 2, width)] : wrap(recorded(trail), width)),
  ];
}

function headline({ headline: sentences = [] }: Document, { day }: Extent): readonly string[] {
  return sentences.map(one => briefSentence(one, day));
}

/** Who answered, and when. */
function readFrom(
  { observed, endpoint, isChosen }: Pick<Answered['answer']['reading'], 'observed' | 'endpoint' | 'isChosen'>,
  { observer, terms, epoch }: Document,
): string {
  const node = observer?.name ?? observed.nodeId ?? endpoint;
  const at = terms.epoch?.at.label;
  return [
    `Read from ${visible(node)}${isChosen === true ? ', asked by choice,' : ''} at ${momentText(observed.time)}`,
    ...(at === undefined || epoch === undefined ? [] : [briefSentence({ label: at, values: [EPOCH(epoch)] }, null)]),
  ].join(' \u00b7 ');
}

function EPOCH(value: string | null): { readonly is: 'ordinal'; readonly value: string | null } {
  return { is: 'ordinal', value };
}

/** Endpoints that were asked before are always shown, with the reason why their answer was not used. */
function skipped({ skipped: before }: Answered['answer']['reading'], width: number): readonly string[] {
  return before.flatMap(({ endpoint, reason }) =>
    paragraph(`Asked before: ${known(endpoint)}: ${known(reason)}`, 0, width),
  );
}

function recorded(trail: readonly Fact[]): string {
  return [...trail.map(([name, value]) => `${name} ${value}`), '--wide: more'].join(' \u00b7 ');
}
