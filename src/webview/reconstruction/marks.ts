/** The mark of a row: its relation to the chosen entry, as a shape and a word. */
import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import { t } from '../words.ts';
import type { Relation } from './relation.ts';

const DRAWN: Readonly<Record<Relation, { readonly words: string; readonly shape: SVGTemplateResult }>> = {
  chosen: { words: t('chosen'), shape: svg`<circle cx="8" cy="8" r="5" class="fill"/>` },
  earlier: { words: t('earlier'), shape: svg`<path d="M8 2.5L14 13H2z" class="fill"/>` },
  later: { words: t('later'), shape: svg`<path d="M2 3h12L8 13.5z" class="line"/>` },
  unknown: { words: t('order unknown'), shape: svg`<path d="M8 1.8L14.2 8 8 14.2 1.8 8z" class="line dashed"/>` },
};

/** A relation as a shape with its word. */
export function relationMark(relation: Relation): TemplateResult {
  const { words, shape } = DRAWN[relation];
  return html`<span class=${`relation ${relation}`}><svg class="shape" viewBox="0 0 16 16" width="14" height="14"
    aria-hidden="true">${shape}</svg>${words}</span>`;
}
