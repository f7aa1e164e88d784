/** What an engine calls things, as far as the text depends on it. */
import { lsn } from '../../control-plane/lsn.ts';
import { known } from './safe.ts';

/** The words of one kind of engine; `patroni` where it has neither commits nor control versions. */
export interface Terms {
  readonly kind: 'aerodb' | 'patroni';
  readonly epoch: string;
  readonly primary: string;
  /** A position in the WAL, as people of this engine write it. */
  readonly position: (value: bigint | null) => string;
  /** Behind the name of a position. */
  readonly unit: string;
}

const AERODB: Terms = { kind: 'aerodb', epoch: 'Epoch', primary: 'Primary', position: known, unit: ', bytes' };
const PATRONI: Terms = {
  kind: 'patroni',
  epoch: 'Timeline',
  primary: 'Leader',
  position: value => (value === null ? known(value) : lsn(value)),
  unit: '',
};

/** The words for a configured cluster's kind. */
export function termsOf(kind: string): Terms {
  return kind === 'patroni' ? PATRONI : AERODB;
}
