/** What AeroDB calls things that every interface names. It counts commits and versions of its state for control. */
import { label, type Terms } from '../../control-plane/model/document.ts';

export const TERMS: Terms = {
  epoch: label('Epoch'),
  atEpoch: label('epoch {0}'),
  primary: label('Primary'),
  countsCommits: true,
  countsControlVersions: true,
};
