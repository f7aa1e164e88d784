/** What an engine calls things, as far as a panel depends on it. */
import { html } from 'lit';
import { number, unknown, type Content } from './text.ts';
import { t } from './words.ts';

/** The words of one kind of engine. Patroni's has neither commits nor control versions. */
export interface Terms {
  readonly kind: 'aerodb' | 'patroni';
  readonly epoch: string;
  readonly primary: string;
  /** A position in the WAL, as people of this engine write it. */
  readonly position: (value: string | null) => Content;
}

const AERODB: Terms = { kind: 'aerodb', epoch: t('Epoch'), primary: t('Primary'), position: number };
const PATRONI: Terms = {
  kind: 'patroni',
  epoch: t('Timeline'),
  primary: t('Leader'),
  position: value => (value === null ? unknown : html`<span class="number">${lsn(value)}</span>`),
};

/** The words for a cluster's kind. */
export function termsOf(kind: string): Terms {
  return kind === 'patroni' ? PATRONI : AERODB;
}

/** "0/5000148": PostgreSQL's way of writing a position. */
function lsn(value: string): string {
  const position = BigInt(value);
  const hex = (part: bigint): string => part.toString(16).toUpperCase();
  return `${hex(position >> 32n)}/${hex(position & 0xffff_ffffn)}`;
}
