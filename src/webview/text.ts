/**
 * How values are written. Everything from a kernel, a configuration or a person is foreign text: it is isolated from
 * the direction of our text, and shown whole.
 */
import { html, type nothing, type TemplateResult } from 'lit';
import { numberOf, parts, replaceUnseen } from '../text/foreign.ts';
import { t } from './words.ts';

/** What a place in a template may hold. */
export type Content = TemplateResult | typeof nothing | string | readonly Content[];

/** A label of ours; its values are drawn as elements. */
export function phrase(label: string, ...values: readonly Content[]): TemplateResult {
  return html`${t(label)
    .split(/(\{\d+\})/u)
    .map(part => {
      const index = /^\{(\d+)\}$/u.exec(part)?.[1];
      return index === undefined ? part : values[Number(index)];
    })}`;
}

/** `null` in an answer means unknown. It is shown as that word, never as 0 or as nothing (freeze/never-zero). */
export const unknown: TemplateResult = html`<span class="unknown">${t('unknown')}</span>`;

/**
 * Foreign text, isolated so that its writing direction does not change ours. `null` is unknown; an empty text is called
 * empty.
 */
export function text(value: string | null): Content {
  if (value === null) return unknown;
  return value === '' ? html`<span class="unknown">${t('empty text')}</span>` : html`<bdi>${visible(value)}</bdi>`;
}

/** Foreign text with its line breaks. */
export function verbatim(value: string): Content {
  return value === '' ? text(value) : html`<bdi class="verbatim">${visible(value)}</bdi>`;
}

/** Ids, addresses, codes: like `text`, in the editor's own font. */
export function code(value: string | null): Content {
  return value === null || value === '' ? text(value) : html`<bdi class="code">${visible(value)}</bdi>`;
}

/** A node by its name and its id. When both are the same, it is written once. */
export function named({ name, nodeId }: { readonly name: string; readonly nodeId: string }): Content {
  return name === nodeId
    ? html`<strong>${code(nodeId)}</strong>`
    : html`<strong>${text(name)}</strong> ${code(nodeId)}`;
}

/** A decimal string. The space between thousands is not copied with it. */
export function number(value: string | null): Content {
  if (value === null) return unknown;
  if (!isDecimal(value)) return text(value);
  if (!/^\d{4,}$/u.test(value)) return html`<span class="number">${value}</span>`;
  const groups = value.match(/\d{1,3}(?=(?:\d{3})*$)/gu) ?? [value];
  return html`<span class="number">${groups.map(group => html`<span>${group}</span>`)}</span>`;
}

/** Numbers that identify something (a sequence number, an epoch, a version) have no separated thousands. */
export function ordinal(value: string | null): Content {
  return value === null || !isDecimal(value) ? text(value) : html`<span class="number">${value}</span>`;
}

function isDecimal(value: string): boolean {
  return /^-?\d+$/u.test(value);
}

/** A time as the kernel wrote it. The caller names the clock beside it. */
export function time(value: string | null): Content {
  return value === null ? unknown : html`<time class="digits">${visible(value)}</time>`;
}

/** A kernel's value without a form of its own, as JSON. */
export function json(value: unknown): Content {
  return code(typeof value === 'string' ? value : JSON.stringify(value));
}

/** `text` cut to a length, for a picture. The table below the picture has all of it. */
export function short(value: string, length: number): string {
  const characters = Array.from(replaceUnseen(value.replaceAll(/\s+/gu, ' '), () => '\u00b7'));
  return characters.length <= length ? characters.join('') : `${characters.slice(0, length - 1).join('')}…`;
}

/**
 * Shows each invisible character as a box with its number, so that names that look alike can be told apart. Line breaks
 * are kept.
 */
function visible(value: string): Content {
  return value
    .split(/(\n)/u)
    .map(line =>
      line === '\n'
        ? line
        : parts(line).map((part, index) =>
            index % 2 === 0 ? part : html`<span class="invisible">${numberOf(part)}</span>`,
          ),
    );
}
