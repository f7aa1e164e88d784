/** What an operator reads before a confirmation: the whole explanation, in the order in which its questions come up. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Explanation } from '../control-plane/explanation.ts';
import type { Wire } from '../control-plane/views.ts';
import { membersTable } from './answers/cluster.ts';
import { changeTable, type Names } from './changes.ts';
import { checksTable } from './checks.ts';
import { facts, provenance, section } from './frame.ts';
import { invariantList } from './invariants.ts';
import type { Panel } from './protocol.ts';
import { checkWord, outcomeShape } from './shapes.ts';
import { table } from './table.ts';
import { termsOf } from './terms.ts';
import { code, named, number, text, time, verbatim, type Content } from './text.ts';

type Shown = Extract<Panel, { kind: 'explanation' }>;
type Kernel = NonNullable<Wire<Explanation>['kernel']>;

const SCOPES = [['node', 'Node'], ['cluster', 'Cluster'], ['replication', 'Replication'], ['durability', 'Durability']] as const;

/** Facts only: no promise of success, and no advice. */
export function explanationPanel({ explanation, digest, requestId, operator, terminal }: Shown): TemplateResult {
  const { kernel, cost } = explanation;
  const names: Names = new Map((kernel?.members ?? []).map(({ nodeId, name }) => [nodeId, name]));
  const forced = explanation.command === 'force_promotion';
  const terms = termsOf(explanation.cluster.kind);
  return html`
    ${forced ? forceBanner(explanation) : nothing}
    <p class="action">${text(explanation.action)}</p>
    ${facts([
      ['Target', named(explanation.target)],
      ['Operator', text(operator)],
      ...(explanation.reason === null ? [] : [['Reason', verbatim(explanation.reason)] as const]),
    ])}
    ${provenance(explanation.source, terms, { epoch: kernel?.epoch, name: names.get(explanation.source.observed.nodeId ?? '') })}
    ${cost === null ? nothing : section('Declared cost', facts('requests' in cost ? [['Requests', number(cost.requests)]] : [['Files', number(cost.files)], ['Bytes to read', number(cost.bytes)]]))}
    ${explanation.facts.length === 0 ? nothing : section('What the engine reports', engineFacts(explanation.facts))}
    ${explanation.changes.length === 0 ? nothing : section('Before and after, if the kernel executes it', changeTable(explanation.changes, names, 'Before and after, if the kernel executes it'))}
    ${section('Consequences', html`<dl class="consequences">${SCOPES.map(([scope, title]) => {
      const texts = explanation.consequences.filter((one) => one.scope === scope);
      return texts.length === 0 ? nothing : html`<div><dt>${title}</dt><dd>${texts.map((one) => html`<p>${text(one.text)}</p>`)}</dd></div>`;
    })}</dl>`)}
    ${kernel === null || (kernel.decision === null && kernel.checks.length === 0) ? nothing : checks(kernel, explanation)}
    ${section('Can it be undone?', html`<p>${text(explanation.undo)}</p>`)}
    ${section('Why the kernel may reject it', html`<ul>${explanation.rejection.map((reason) => html`<li>${text(reason)}</li>`)}</ul>`)}
    ${section('What protects against acting on an old view', html`<p>${text(explanation.protection)}</p>`)}
    ${section('Invariants', invariantList(explanation.invariants.map(({ id }) => id), explanation.invariants, (id) => overriddenMark(explanation, id)))}
    ${kernel === null ? nothing : section('Members as the node reported them', table(membersTable(kernel.members, terms), 'The node reports no members.'))}
    <footer aria-label="What the confirmation is bound to">${facts([
      ['Request', code(requestId)],
      ['Digest of this explanation', code(digest)],
      ...(terminal === undefined ? [] : [['The same in a terminal', code(terminal)] as const]),
    ], 'facts rows')}</footer>`;
}

function engineFacts(shown: Wire<Explanation>['facts']): TemplateResult {
  return table({
    caption: 'What the engine reports',
    prose: true,
    columns: [{ title: 'What', width: 40 }, { title: 'Value', width: 44 }, { title: 'Read from', width: 30 }, { title: 'At', width: 26 }],
    count: shown.length,
    row: (index) => {
      const fact = shown[index];
      return fact === undefined ? [] : [text(fact.name), text(fact.value), fact.origin === null ? 'as the members above' : code(fact.origin.endpoint), fact.origin === null ? '' : time(fact.origin.time)];
    },
  }, '');
}

function forceBanner({ acknowledge, kernel }: Wire<Explanation>): TemplateResult {
  return html`<div class="force"><div class="stripes" aria-hidden="true"></div>
    <p><strong>FORCED.</strong> The operator's assertion takes the place of what the ${kernel?.decision === null ? 'engine does not check' : 'kernel could not find out'}.
    ${acknowledge.length === 0 ? 'The kernel names nothing that it would override.' : html`To be acknowledged one by one: ${acknowledge.map((id, index) => html`${index === 0 ? '' : ', '}${code(id)}`)}.`}</p></div>`;
}

function overriddenMark({ invariants, kernel }: Wire<Explanation>, id: string): TemplateResult | typeof nothing {
  return invariants.some((one) => one.id === id && one.overridden) ? html`<span class="overridden-mark">${kernel?.decision === null ? checkWord('unchecked') : html`${checkWord('overridden')} by this request`}</span>` : nothing;
}

function checks(kernel: Kernel, { invariants }: Wire<Explanation>): TemplateResult {
  if (kernel.decision === null) return section('What the engine does not check', checksTable(kernel.checks, invariants));
  const decision: Content = kernel.decision === 'approve'
    ? html`${outcomeShape('pass')}Asked beforehand, the kernel would <strong>approve</strong> this request.`
    : html`${outcomeShape('fail')}Asked beforehand, the kernel would <strong>deny</strong> this request${kernel.reason === null ? ' (reason unknown)' : html`: <strong>${text(kernel.reason)}</strong>`}.`;
  return section('The kernel\'s own checks, asked beforehand', html`
    <p class="kernel-decision">${decision} It decides anew when the request arrives.</p>
    ${checksTable(kernel.checks, invariants)}`);
}
