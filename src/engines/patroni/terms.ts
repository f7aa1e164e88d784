/** What Patroni calls things that every interface names. It has neither commit ids nor control versions. */
import { label, type Cell, type Terms } from '../../control-plane/model/document.ts';
import { plain } from '../documents.ts';
import { lsn } from './lsn.ts';

export const TERMS = {
  epoch: { name: label('Timeline'), at: label('timeline {0}') },
  primary: label('Leader'),
  countsCommits: false,
  countsControlVersions: false,
} as const satisfies Terms;

/** A position in PostgreSQL's form. */
export function positionText(value: string | null): string | null {
  return value === null ? null : lsn(BigInt(value));
}

export function position(value: string | null): Cell {
  return plain('position', positionText(value));
}
