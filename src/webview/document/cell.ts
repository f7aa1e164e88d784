/** Values of a document, with one way to draw each kind. Our labels are translated; all other text is foreign text. */
import { html } from 'lit';
import type { Cell, Form, Label, Plain, Sentence, Title } from '../../control-plane/model/document.ts';
import type { Health, Role } from '../../control-plane/model/views.ts';
import { citedInvariant, type CitedInvariants } from '../invariants.ts';
import { healthWord, roleWord } from '../shapes.ts';
import { code, named, number, ordinal, phrase, text, time, unknown, verbatim, type Content } from '../text.ts';
import { t } from '../words.ts';

/** A label of ours in the display language. */
export function words({ label }: Label): string {
  return t(label);
}

/** A label of ours, or a name that others gave. */
export function titleOf(title: Title): Content {
  return 'foreign' in title ? text(title.foreign) : words(title);
}

/** Whether values of this form are aligned to the right. */
export function isRight(form: Form): boolean {
  return form === 'number' || form === 'ordinal' || form === 'position';
}

/** A value. `cited` holds the texts of the invariants that it may name. */
export function cellOf(cell: Cell, cited: CitedInvariants): Content {
  if ('value' in cell) return plainOf(cell.is, cell.value, cited);
  switch (cell.is) {
    case 'absent':
      return html`<span class="muted">${cell.word === undefined ? '–' : words(cell.word)}</span>`;
    case 'word':
      return words(cell.word);
    case 'sentence':
      return sentenceOf(cell.sentence, cited);
    case 'node':
      return nodeOf(cell);
    case 'told_role':
      return html`${roleWord(cell)} <span class="muted">(${text(cell.told)})</span>`;
    case 'state':
      return html`<span class="pair">${text(cell.state)}: ${text(cell.reason)}</span>`;
  }
}

function nodeOf({ name, nodeId, strong }: Extract<Cell, { readonly is: 'node' }>): Content {
  if (strong === true && name !== null) return named({ name, nodeId });
  return name === nodeId ? code(nodeId) : html`${text(name)} ${code(nodeId)}`;
}

/** A sentence of ours; its values are drawn as elements. */
export function sentenceOf({ label, values }: Sentence, cited: CitedInvariants): Content {
  return phrase(label, ...values.map(({ is, value }: Plain) => plainOf(is, value, cited)));
}

const ROLES: readonly Role[] = ['primary', 'replica', 'unknown'];
const HEALTHS: readonly Health[] = ['running', 'halted', 'unknown'];

/** A value in its form; `null` is unknown. */
export function plainOf(form: Form, value: string | null, cited: CitedInvariants): Content {
  if (value === null) return unknown;
  switch (form) {
    case 'text':
      return text(value);
    case 'strong':
      return html`<strong>${text(value)}</strong>`;
    case 'code':
      return code(value);
    case 'verbatim':
      return verbatim(value);
    case 'number':
      return number(value);
    case 'ordinal':
      return ordinal(value);
    case 'position':
      return html`<span class="number">${text(value)}</span>`;
    case 'time':
      return time(value);
    case 'role': {
      const role = ROLES.find(one => one === value);
      return role === undefined ? text(value) : roleWord({ role });
    }
    case 'health': {
      const health = HEALTHS.find(one => one === value);
      return health === undefined ? text(value) : healthWord(health);
    }
    case 'flag':
      return value === 'yes' ? t('yes') : value === 'no' ? t('no') : text(value);
    case 'invariant':
      return citedInvariant(value, cited);
  }
}
