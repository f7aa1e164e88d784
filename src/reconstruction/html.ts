/** A reconstruction as one HTML file for a review meeting, without scripts and without external resources. */
import { html, type Html } from './html-escape.ts';
import type { AnswerSheet, Entry, Reconstruction, Source } from './model.ts';
import { sheetFacts, targetOf } from './sheet-facts.ts';
import { STYLE } from './html-style.ts';
import { answersOf, queryText, BLOCKS, orderText, repeatedOrder, SHEETS } from './words.ts';

/** The whole file, piece by piece. `made`: when, by which clock, and by which program. */
export function* reconstructionHtml(shown: Reconstruction, made: string): Generator<string> {
  for (const piece of piecesOf(shown, made)) yield piece.markup;
}

function* piecesOf(shown: Reconstruction, made: string): Generator<Html> {
  const title = `What happened: ${queryText(shown.asked)}`;
  yield html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${title}</h1>
<p class="made">${made}</p>
${problems(shown)}
<h2>Requests</h2>
`;
  if (shown.requests.length === 0) yield html`<p>No source names a control request.</p>`;
  else yield html`<p>${SHEETS}</p>`;
  for (const request of shown.requests) yield sheet(request);
  yield html`<h2>Course of events</h2>
<p>${BLOCKS}</p>
`;
  yield* course(shown);
  yield html`<h2>Sources</h2>
${sources(shown.sources)}
${answers(shown)}</body>
</html>
`;
}

function answers(shown: Reconstruction): readonly Html[] {
  const all = answersOf(shown).map(
    ({ where, body }) => html`<h3>${where}</h3>
<p class="answer">${body}</p>
`,
  );
  return all.length === 0 ? [] : [html`<h2>Answers of kernels, as they were received</h2>`, ...all];
}

function problems({ missing, contradictions }: Reconstruction): readonly Html[] {
  const list = (title: string, items: readonly string[]): readonly Html[] =>
    items.length === 0
      ? []
      : [
          html`<section class="problem"><h2>${title}</h2><ul>${items.map(item => html`<li>${item}</li>`)}</ul></section>
`,
        ];
  return [...list('Contradictions', contradictions), ...list('What is missing', missing)];
}

function sheet(sheet: AnswerSheet): Html {
  const forced = sheet.command === 'force_promotion';
  return html`<section class="sheet${forced ? ' forced' : ''}">
<h3>${forced ? 'FORCED: ' : ''}${sheet.command ?? 'a request'} of ${targetOf(sheet)}
<small>request ${sheet.requestId}</small></h3>
<dl>${sheetFacts(sheet).map(
    ({ label, lines }) => html`<dt>${label}</dt><dd>${lines.map(line => html`<div>${line}</div>`)}</dd>
`,
  )}</dl>
</section>
`;
}

function* course({ sources: all, entries }: Reconstruction): Generator<Html> {
  yield html`<table class="course">
<thead><tr><th>No.</th>${all.map(({ id, label }) => html`<th><b>${id}</b> ${label}</th>`)}<th>Order</th></tr></thead>
<tbody>
`;
  const like = repeatedOrder(entries);
  for (const [index, entry] of entries.entries()) yield row(entry, all, entries[index - 1], like.get(entry.n));
  yield html`</tbody>
</table>
`;
}

function row(entry: Entry, all: readonly Source[], before: Entry | undefined, like: number | undefined): Html {
  const rule = before !== undefined && before.block < entry.block ? 'rule' : '';
  return html`<tr class="${rule}" id="entry-${entry.n}"><th scope="row">${entry.n}</th>${all.map(({ id }) =>
    id === entry.source ? cell(entry) : html`<td></td>`,
  )}<td class="order">${orderText(entry, like)}</td></tr>
`;
}

function cell(entry: Entry): Html {
  switch (entry.is) {
    case 'gap':
      return html`<td class="gap">${entry.text}</td>`;
    case 'event':
      return html`<td class="event"><b>${entry.type}</b> #${entry.seq}<br>${entry.time ?? 'no time'}${
        entry.epoch === null ? '' : `, epoch ${entry.epoch}`
      }${lineOf(entry.text)}</td>`;
    case 'record':
      return html`<td class="record"><b>${entry.stage}</b> #${entry.seq}<br>${entry.time ?? 'no time'}${lineOf(
        entry.text,
      )}<br><small>${entry.who}, ${entry.authority ?? 'no authority'}${
        entry.requestId === null ? '' : `, request ${entry.requestId}`
      }</small></td>`;
  }
}

function lineOf(text: string): readonly Html[] {
  return text === '' ? [] : [html`<br>${text}`];
}

function sources(all: readonly Source[]): readonly Html[] {
  return all.map(
    ({ id, label, files, clocks, entries }) => html`<section><h3>${id}: ${label}</h3>
<p>${entries} ${entries === 1 ? 'entry' : 'entries'}, by the clock ${clocks.join(', ')}.</p>
<ul>${files.map(
      ({ name, form, verdict, message, tolerated }) =>
        html`<li><b>${name}</b> (${spaced(form)}): ${spaced(verdict)}. ${[message, ...tolerated].join(' ')}</li>`,
    )}</ul>
</section>
`,
  );
}

function spaced(name: string): string {
  return name.replaceAll('_', ' ');
}
