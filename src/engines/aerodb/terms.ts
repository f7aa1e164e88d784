/** What AeroDB calls things that every interface names. It counts commits, and versions of its control state. */
import { label, type Terms } from '../../control-plane/model/document.ts';

export const TERMS = {
  epoch: { name: label('Epoch'), at: label('epoch {0}') },
  primary: label('Primary'),
  countsCommits: true,
  countsControlVersions: true,
} as const satisfies Terms;
