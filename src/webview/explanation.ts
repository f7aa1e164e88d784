/** What an operator reads before a confirmation: the whole explanation, in the order in which its questions come up. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Explanation } from '../control-plane/explanation/explanation.ts';
import type { Wire } from '../control-plane/model/views.ts';
import { changeTable, type Names } from './changes.ts';
import { checksTable } from './checks.ts';
import { documentContent } from './document/document.ts';
import { facts, provenance, section } from './frame.ts';
import { invariantList, type Cited } from './invariants.ts';
import type { Panel } from '../panel-protocol/panels.ts';
import { checkWord, outcomeShape } from './shapes.ts';
import { table } from './table.ts';
import { code, named, number, phrase, text, time, verbatim, type Content } from './text.ts';
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

/** Facts only: no promise of success, and no advice. */
export function explanationPanel(
  { explanation, document, digest, requestId, operator, terminal }: Shown,
  cited: Cited,
): TemplateResult {
  const { kernel, cost } = explanation;
  const names: Names = new Map((kernel?.members ?? []).map(({ nodeId, name }) => [nodeId, name]));
  const forced = explanation.command === 'force_promotion';
  return html`
    ${forced ? forceBanner(explanation) : nothing}
    <p class="action">${text(explanation.action)}</p>
    ${facts([
      [t('Target'), named(explanation.target)],
      [t('Operator'), text(operator)],
      ...(explanation.reason === null ? [] : [[t('Reason'), verbatim(explanation.reason)] as const]),
    ])}
    ${provenance(explanation.source, document)}
    ${
      cost === null
        ? nothing
        : section(
            t('Declared cost'),
            facts(
              'requests' in cost
                ? [[t('Requests'), number(cost.requests)]]
                : [
                    [t('Files'), number(cost.files)],
                    [t('Bytes to read'), number(cost.bytes)],
                  ],
            ),
          )
    }
    ${explanation.facts.length === 0 ? nothing : section(t('What the engine reports'), engineFacts(explanation.facts))}
    ${
      explanation.changes.length === 0
        ? nothing
        : section(IF_EXECUTED, changeTable(explanation.changes, names, IF_EXECUTED))
    }
    ${section(
      t('Consequences'),
      html`<dl class="consequences">${SCOPES.map(([scope, title]) => {
        const texts = explanation.consequences.filter(one => one.scope === scope);
        return texts.length === 0
          ? nothing
          : html`<div><dt>${title}</dt><dd>${texts.map(one => html`<p>${text(one.text)}</p>`)}</dd></div>`;
      })}</dl>`,
    )}
    ${
      kernel === null || (kernel.decision === null && kernel.checks.length === 0)
        ? nothing
        : checks(kernel, explanation)
    }
    ${section(t('Can it be undone?'), html`<p>${text(explanation.undo)}</p>`)}
    ${section(
      t('Why the kernel may reject it'),
      html`<ul>${explanation.rejection.map(reason => html`<li>${text(reason)}</li>`)}</ul>`,
    )}
    ${section(t('What protects against acting on an old view'), html`<p>${text(explanation.protection)}</p>`)}
    ${section(
      t('Invariants'),
      invariantList(
        explanation.invariants.map(({ id }) => id),
        explanation.invariants,
        id => overriddenMark(explanation, id),
      ),
    )}
    ${document === null ? nothing : documentContent(document, cited)}
    <footer aria-label=${t('What the confirmation is bound to')}>${facts(
      [
        [t('Request'), code(requestId)],
        [t('Digest of this explanation'), code(digest)],
        ...(terminal === undefined ? [] : [[t('The same in a terminal'), code(terminal)] as const]),
      ],
      'facts rows',
    )}</footer>`;
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

function forceBanner({ acknowledge, kernel }: Wire<Explanation>): TemplateResult {
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
            acknowledge.map((id, index) => html`${index === 0 ? '' : ', '}${code(id)}`),
          )
    }</p></div>`;
}

function overriddenMark({ invariants, kernel }: Wire<Explanation>, id: string): TemplateResult | typeof nothing {
  if (!invariants.some(one => one.id === id && one.overridden)) return nothing;
  const mark =
    kernel?.decision === null ? checkWord('unchecked') : phrase('{0} by this request', checkWord('overridden'));
  return html`<span class="overridden-mark">${mark}</span>`;
}

function checks(kernel: Kernel, { invariants }: Wire<Explanation>): TemplateResult {
  if (kernel.decision === null)
    return section(t('What the engine does not check'), checksTable(kernel.checks, invariants));
  const decision: Content =
    kernel.decision === 'approve'
      ? html`${outcomeShape('pass')}${phrase(
          'Asked beforehand, the kernel would {0} this request.',
          html`<strong>${t('approve')}</strong>`,
        )}`
      : html`${outcomeShape('fail')}${
          kernel.reason === null
            ? phrase(
                'Asked beforehand, the kernel would {0} this request (reason unknown).',
                html`<strong>${t('deny')}</strong>`,
              )
            : phrase(
                'Asked beforehand, the kernel would {0} this request: {1}.',
                html`<strong>${t('deny')}</strong>`,
                html`<strong>${text(kernel.reason)}</strong>`,
              )
        }`;
  return section(
    t("The kernel's own checks, asked beforehand"),
    html`
    <p class="kernel-decision">${decision} ${t('It decides anew when the request arrives.')}</p>
    ${checksTable(kernel.checks, invariants)}`,
  );
}
