/** What MySQL calls things that every interface names. It has no counter that grows with each change of authority. */
import { label, type Terms } from '../../control-plane/model/document.ts';

export const TERMS = {
  epoch: null,
  primary: label('Primary'),
  countsCommits: false,
  countsControlVersions: false,
} as const satisfies Terms;
