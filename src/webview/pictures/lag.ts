/** The lag of every replica as bars; each unit has its own scale. An unknown lag has no bar. */
import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import type { Bars } from '../../control-plane/model/document.ts';
import { sentenceOf, words } from '../document/cell.ts';
import type { CitedInvariants } from '../invariants.ts';
import { table } from '../table.ts';
import { code, number, text, type Content } from '../text.ts';
import { fraction } from './scale.ts';
import { t } from '../words.ts';

const HEIGHT = 14;

/** Bars in the order of the answer. A longer bar means only a larger number. */
export function lagBars({ measures, bars, scale }: Bars, cited: CitedInvariants): TemplateResult {
  return html`${table(
    {
      caption: t('Lag per replica'),
      columns: [
        { title: t('Replica'), width: 38 },
        ...measures.flatMap(({ title, unit }) => [
          { title: words(title), width: 27 },
          { title: words(unit), number: true as const, width: 14 },
        ]),
      ],
      count: bars.length,
      row: (index): readonly Content[] => {
        const shown = bars[index];
        return shown === undefined
          ? []
          : [
              shown.name === null ? code(shown.nodeId) : text(shown.name),
              ...measures.flatMap(({ most }, at): readonly Content[] => {
                const amount = shown.amounts[at] ?? null;
                return [lagBar(amount, most), number(amount)];
              }),
            ];
      },
    },
    '',
  )}
  <p class="muted">${sentenceOf(scale, cited)}</p>`;
}

/** One bar. An unknown value has only an outline. */
export function lagBar(value: string | null, most: string): TemplateResult {
  const drawn =
    value === null
      ? svg`<rect class="bar-unknown" x="1" y="1" width="99%" height=${HEIGHT - 2}/>`
      : valueBar(percent(fraction(BigInt(value), 0n, BigInt(most))));
  return html`<svg class="bar" width="100%" height=${HEIGHT} aria-hidden="true">${drawn}</svg>`;
}

function valueBar(width: string): SVGTemplateResult {
  return svg`<path class="bar-zero" d=${`M1 0V${HEIGHT}`}/>
    <rect class="bar-value" x="1" y="2" width=${width} height=${HEIGHT - 4}/>`;
}

function percent(part: number): string {
  return `${Number((part * 100).toFixed(4))}%`;
}
