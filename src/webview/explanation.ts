/** What an operator reads before a confirmation: the whole explanation, in the order of the questions. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Explanation } from '../control-plane/explanation/explanation.ts';
import type { Wire } from '../control-plane/model/views.ts';
import type { Document, DocumentSection } from '../control-plane/model/document.ts';
import { dryRunSection } from './answer.ts';
import { changeTable, type Names } from './changes.ts';
import { checkList, checksByResult } from './checks.ts';
import { titleOf } from './document/cell.ts';
import { documentContent } from './document/document.ts';
import { facts, folded, provenance, section } from './frame.ts';
import { invariantList, invariantWords, type CitedInvariants } from './invariants.ts';
import type { Panel } from '../panel-protocol/panels.ts';
import { checkWord } from './shapes.ts';
import { table } from './table.ts';
import { code, named, number, phrase, text, time, verbatim } from './text.ts';
import { t } from './words.ts';

type Shown = Extract<Panel, { kind: 'explanation' }>;
type Kernel = NonNullable<Wire<Explanation>['kernel']>;

const SCOPES = [
  ['node', t('Node')],
  ['cluster', t('Cluster')],
  ['replication', t('Replication')],
  ['durability', t('Durability')],
] as const;

const IF_EXECUTED = t('Before and after, if the kernel executes it');

/**
 * States facts; promises no success and gives no advice. First comes the answer of the dry run, then what would change
 * and which checks do not pass. The rest is folded, and nothing is left out.
 */
export function explanationPanel(
  { explanation, document, digest, requestId, operator, terminal }: Shown,
  cited: CitedInvariants,
): TemplateResult {
  const { kernel } = explanation;
  const names: Names = new Map((kernel?.members ?? []).map(({ nodeId, name }) => [nodeId, name]));
  const forced = explanation.command === 'force_promotion';
  const overridden = explanation.invariants.filter(one => one.overridden);
  const others = explanation.invariants.filter(one => !one.overridden);
  return html`<div class="explanation">
    ${forced ? forceBanner(explanation) : nothing}
    ${dryRunSection(explanation)}
    <p class="action">${text(explanation.action)}</p>
    ${explanation.cost === null ? nothing : section(t('Declared cost'), cost(explanation.cost))}
    ${facts([
      [t('Target'), named(explanation.target)],
      [t('Operator'), text(operator)],
      ...(explanation.reason === null ? [] : [[t('Reason'), verbatim(explanation.reason)] as const]),
    ])}
    <div class=${explanation.changes.length === 0 ? 'at-a-glance' : 'at-a-glance paired'}>
      ${
        explanation.changes.length === 0
          ? nothing
          : section(IF_EXECUTED, changeTable(explanation.changes, names, IF_EXECUTED))
      }
      <div class="beside">${section(t('Consequences'), consequences(explanation))}</div>
      ${kernel === null ? nothing : checksOf(kernel, explanation.invariants)}
      ${section(t('Can it be undone?'), html`<p>${text(explanation.undo)}</p>`)}
    </div>
    ${
      overridden.length === 0
        ? nothing
        : section(
            kernel?.decision === null ? t('Invariants that the engine does not check') : t('Overridden invariants'),
            listed(overridden, () => overriddenMark(kernel)),
          )
    }
    ${section(
      t('Why the kernel may reject it'),
      html`<ul>${explanation.rejection.map(reason => html`<li>${text(reason)}</li>`)}</ul>`,
    )}
    ${section(t('What protects against acting on an old view'), html`<p>${text(explanation.protection)}</p>`)}
    ${explanation.facts.length === 0 ? nothing : section(t('What the engine reports'), engineFacts(explanation.facts))}
    ${provenance(explanation.source, document)}
    ${others.length === 0 ? nothing : folded(t('Invariants ({0})', others.length), listed(others))}
    ${(document?.sections ?? []).map(one => foldedSection(one, document, cited))}
    ${boundTo(digest, requestId, terminal)}</div>`;
}

function consequences({ consequences: all }: Wire<Explanation>): TemplateResult {
  return html`<dl class="consequences">${SCOPES.map(([scope, title]) => {
    const texts = all.filter(one => one.scope === scope);
    return texts.length === 0
      ? nothing
      : html`<div><dt>${title}</dt><dd>${texts.map(one => html`<p>${text(one.text)}</p>`)}</dd></div>`;
  })}</dl>`;
}

function cost(declared: NonNullable<Wire<Explanation>['cost']>): TemplateResult {
  return facts(
    'requests' in declared
      ? [[t('Requests'), number(declared.requests)]]
      : [
          [t('Files'), number(declared.files)],
          [t('Bytes to read'), number(declared.bytes)],
        ],
  );
}

function engineFacts(shown: Wire<Explanation>['facts']): TemplateResult {
  return table(
    {
      caption: t('What the engine reports'),
      prose: true,
      columns: [
        { title: t('What'), width: 40 },
        { title: t('Value'), width: 44 },
        { title: t('Read from'), width: 30 },
        { title: t('At'), width: 26 },
      ],
      count: shown.length,
      row: index => {
        const fact = shown[index];
        return fact === undefined
          ? []
          : [
              text(fact.name),
              text(fact.value),
              fact.origin === null ? t('as the members above') : code(fact.origin.endpoint),
              fact.origin === null ? '' : time(fact.origin.time),
            ];
      },
    },
    '',
  );
}

function forceBanner({ acknowledge, invariants, kernel }: Wire<Explanation>): TemplateResult {
  return html`<div class="force"><div class="stripes" aria-hidden="true"></div>
    <p><strong>${t('FORCED.')}</strong> ${
      kernel?.decision === null
        ? t("The operator's assertion takes the place of what the engine does not check.")
        : t("The operator's assertion takes the place of what the kernel could not find out.")
    }
    ${
      acknowledge.length === 0
        ? t('The kernel names nothing that it would override.')
        : phrase(
            'To be acknowledged one by one: {0}.',
            acknowledge.map((id, index) => html`${index === 0 ? '' : ', '}${invariantWords(id, invariants)}`),
          )
    }</p></div>`;
}

function overriddenMark(kernel: Wire<Explanation>['kernel']): TemplateResult {
  const mark =
    kernel?.decision === null ? checkWord('unchecked') : phrase('{0} by this request', checkWord('overridden'));
  return html`<span class="overridden-mark">${mark}</span>`;
}

function checksOf({ decision, checks }: Kernel, cited: CitedInvariants): TemplateResult | typeof nothing {
  if (decision === null)
    return checks.length === 0 ? nothing : section(t('What the engine does not check'), checkList(checks, cited));
  return section(
    t("The kernel's own checks, asked beforehand"),
    checks.length === 0
      ? html`<p class="muted">${t('The kernel reports no checks.')}</p>`
      : checksByResult(checks, cited),
  );
}

function listed(invariants: Wire<Explanation>['invariants'], mark?: () => TemplateResult): TemplateResult {
  return invariantList(
    invariants.map(({ id }) => id),
    invariants,
    mark,
  );
}

/** What the engine adds, one section at a time. The title of a table includes its number of rows. */
function foldedSection(
  shown: DocumentSection,
  document: Document | null,
  cited: CitedInvariants,
): TemplateResult | typeof nothing {
  if (document === null) return nothing;
  const content = documentContent({ ...document, sections: [{ ...shown, title: null }] }, cited);
  const rows = shown.blocks.flatMap(block => (block.is === 'table' ? [` (${block.table.rows.length})`] : []));
  return shown.title === null ? content : folded(html`${titleOf(shown.title)}${rows}`, content);
}

function boundTo(digest: string, requestId: string, terminal: string | undefined): TemplateResult {
  const bound = [
    [t('Request'), code(requestId)],
    [t('Digest of this explanation'), code(digest)],
    ...(terminal === undefined ? [] : [[t('The same in a terminal'), code(terminal)] as const]),
  ] as const;
  return folded(t('What the confirmation is bound to ({0})', bound.length), facts(bound, 'facts rows'));
}
