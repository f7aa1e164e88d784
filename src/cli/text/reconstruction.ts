/** A reconstruction as text: first the requests, then the events in order, then the sources. */
import type { AnswerSheet, Entry, Reconstruction, Source } from '../../reconstruction/model.ts';
import { sheetFacts, targetOf } from '../../reconstruction/sheet-facts.ts';
import { answersOf, queryText, BLOCKS, orderText, repeatedOrder, SHEETS } from '../../reconstruction/words.ts';
import { visible } from '../../text/foreign.ts';
import { facts, paragraph, WIDTH, wrap, type Fact } from './layout.ts';
import type { Paint } from './paint.ts';

/** The whole text, line by line. */
export function* reconstructionText(shown: Reconstruction, paint: Paint): Generator<string> {
  const { asked, sources, entries, requests, missing, contradictions } = shown;
  yield* wrap(`What happened: ${visible(queryText(asked))}`, WIDTH).map(paint.strong);
  yield* listed('Contradictions', contradictions, paint);
  yield* listed('What is missing', missing, paint);
  yield* ['', paint.strong('Requests')];
  if (requests.length === 0) yield '  No source names a control request.';
  else yield* paragraph(SHEETS, 2);
  for (const request of requests) yield* sheet(request, paint);
  yield* ['', paint.strong('Course of events'), ...paragraph(BLOCKS, 2), ''];
  const like = repeatedOrder(entries);
  for (const [index, entry] of entries.entries()) {
    if (entry.block > (entries[index - 1]?.block ?? 0)) yield `  ${'-'.repeat(WIDTH - 2)}`;
    yield* entryText(entry, like.get(entry.n), paint);
  }
  yield* ['', paint.strong('Sources'), ...sources.flatMap(source)];
  const answers = answersOf(shown);
  if (answers.length > 0) yield* ['', paint.strong('Answers of kernels, as they were received')];
  for (const { where, body } of answers)
    yield* ['', ...wrap(visible(where), WIDTH - 2).map(line => `  ${line}`), ...paragraph(visible(body), 2)];
}

function listed(title: string, items: readonly string[], paint: Paint): readonly string[] {
  return items.length === 0 ? [] : ['', paint.strong(title), ...items.flatMap(item => facts([['-', visible(item)]]))];
}

function sheet(request: AnswerSheet, paint: Paint): readonly string[] {
  const { command, requestId } = request;
  const forced = command === 'force_promotion' ? 'FORCED: ' : '';
  return [
    '',
    ...wrap(`${forced}${visible(command ?? 'a request')} of ${visible(targetOf(request))}`, WIDTH).map(paint.strong),
    ...facts([
      ['Request', visible(requestId)],
      ...sheetFacts(request).flatMap(({ label, lines }): readonly Fact[] =>
        lines.map((line, index): Fact => [index === 0 ? label : '', visible(line)]),
      ),
    ]),
  ];
}

function entryText(entry: Entry, like: number | undefined, paint: Paint): readonly string[] {
  const order = orderText(entry, like);
  if (entry.is === 'gap') return facts([[numbered(entry), `( ${visible(entry.text)} )`]]);
  const title =
    entry.is === 'record'
      ? `#${entry.seq}  ${visible(entry.time ?? 'no time')}  ${visible(entry.stage)}`
      : `#${entry.seq}  ${visible(entry.time ?? 'no time')}  ${visible(entry.type)}`;
  const about =
    entry.is === 'record'
      ? [visible(entry.who), visible(entry.authority ?? 'no authority')]
      : entry.epoch === null
        ? []
        : [`epoch ${visible(entry.epoch)}`];
  const lines = [
    ...(entry.text === '' ? [] : [visible(entry.text)]),
    [...about, ...(entry.requestId === null ? [] : [`request ${visible(entry.requestId)}`])].join(', '),
    visible(order),
  ].filter(line => line !== '');
  return facts([[numbered(entry), paint.strong(title)], ...lines.map((line): Fact => ['', line])]);
}

function numbered({ n, source }: Entry): string {
  return `${String(n).padStart(4)} ${source}`;
}

function source({ id, label, files, clocks, entries }: Source): readonly string[] {
  return facts([
    [
      id,
      `${visible(label)}: ${entries} ${entries === 1 ? 'entry' : 'entries'}, by the clock ` +
        visible(clocks.join(', ')),
    ],
    ...files.flatMap(({ name, form, verdict, message, tolerated }): readonly Fact[] => [
      ['', `${visible(name)} (${form.replaceAll('_', ' ')}): ${verdict.replaceAll('_', ' ')}`],
      ...[message, ...tolerated].filter(text => text !== '').map((text): Fact => ['', visible(text)]),
    ]),
  ]);
}
