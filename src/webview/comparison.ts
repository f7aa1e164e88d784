/** Two readings of one subject, each with its time, and their differences. */
import { html, type TemplateResult } from 'lit';
import { documentContent } from './document/document.ts';
import { provenance, record, section } from './frame.ts';
import type { CitedInvariants } from './invariants.ts';
import type { Panel } from '../panel-protocol/panels.ts';
import { t } from './words.ts';

type Shown = Extract<Panel, { kind: 'comparison' }>;

/** Makes no judgement: the readings may differ only because another node was asked. */
export function comparisonPanel({ before, after, differences }: Shown, cited: CitedInvariants): TemplateResult {
  const [first, later] = [t('Before: read first in this window'), t('After: read later in this window')];
  return html`
    ${section(first, provenance(before.source, before.document, first))}
    ${section(later, provenance(after.source, after.document, later))}
    ${documentContent(differences, cited)}
    ${record(before.requestId, before.recorded)}
    ${record(after.requestId, after.recorded)}`;
}
