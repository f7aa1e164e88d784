/**
 * The explanation before a confirmation, as text: first the answer of the dry run, then what would change and which
 * checks do not pass. It states facts and neither promises nor recommends anything (P7-A3).
 */
import { operatorText } from '../../control-plane/commands/operator.ts';
import type { ConfirmationPrompt } from '../../control-plane/ports.ts';
import { visible } from '../../text/foreign.ts';
import type { Explanation } from '../../control-plane/explanation/explanation.ts';
import { nameAmong, type KernelCheck } from '../../control-plane/model/views.ts';
import { byResult } from '../../text/checks.ts';
import { answerLines } from './answer.ts';
import { changeTable, provenance, sectionTexts } from './document.ts';
import { facts, paragraph, shellLine, WIDTH, wrap, type Fact } from './layout.ts';
import type { Paint } from './paint.ts';
import { known } from './safe.ts';

/** "local (production)": how texts name a cluster. */
export function clusterText({
  name,
  environment,
}: {
  readonly name: string;
  readonly environment: string | null;
}): string {
  return environment === null ? visible(name) : `${visible(name)} (${visible(environment)})`;
}

/** Lines under a title. `folded` names the part in a few words, with its size, when it is not shown. */
interface Part {
  readonly title: string;
  readonly lines: readonly string[];
  readonly folded?: string;
}

/**
 * Everything that the person consents to or declines. Less important parts are only named, with their size, unless
 * `full` is set. A forced command has its own frame, and the invariants that it overrides are never folded.
 */
export function explanationText(prompt: ConfirmationPrompt, paint: Paint, full: boolean): readonly string[] {
  const { explanation } = prompt;
  const forced = explanation.command === 'force_promotion';
  const rule = (forced ? '!' : '=').repeat(WIDTH);
  const parts = [...toDecideOn(prompt), ...beside(prompt)].filter(({ lines }) => lines.length > 0);
  const folded = full ? [] : parts.flatMap(part => part.folded ?? []);
  return [
    rule,
    ...wrap(
      `${clusterText(explanation.cluster)}: ${forced ? 'FORCE PROMOTION' : explanation.title} ` +
        `of ${known(explanation.target.name)}`,
      WIDTH,
    ).map(paint.strong),
    rule,
    ...answerLines(explanation).map(paint.strong),
    ...parts
      .filter(part => full || part.folded === undefined)
      .flatMap(({ title, lines }) => ['', paint.strong(title), ...lines]),
    ...(folded.length === 0 ? [] : ['', ...paragraph(`Left out here, shown with --full: ${folded.join(', ')}.`)]),
    rule,
  ];
}

/** What an operator reads first, in the order of the questions. */
function toDecideOn({ explanation, operator }: ConfirmationPrompt): readonly Part[] {
  const { kernel, cost, invariants, source } = explanation;
  const checks = kernel?.checks ?? [];
  const { first } = byResult(checks);
  const lines = first.flatMap(check => checkLines(check, invariants));
  const asked = kernel?.decision !== null;
  return [
    {
      title: 'What changes if the kernel executes it',
      lines: explanation.changes.length === 0 ? [] : changeTable(explanation.changes, kernel?.members ?? []),
    },
    // Without a dry run, this takes the place of its answer.
    { title: `What the engine does not check (${first.length})`, lines: asked ? [] : lines },
    {
      title: 'What is asked',
      lines: [
        ...paragraph(visible(explanation.action), 2),
        ...facts([
          ['Operator', visible(operatorText(operator))],
          ['Reason', explanation.reason === null ? 'none given' : visible(explanation.reason)],
          ...readFrom(source, kernel),
        ]),
      ],
    },
    { title: 'Declared cost', lines: cost === null ? [] : facts(costFacts(cost)) },
    {
      title: 'Consequences',
      lines: facts(explanation.consequences.map(({ scope, text }): Fact => [scope, visible(text)])),
    },
    {
      title: `The kernel's checks that do not pass (${first.length} of ${checks.length})`,
      lines: asked ? lines : [],
    },
    { title: 'Can it be undone?', lines: paragraph(visible(explanation.undo), 2) },
    {
      title: 'Overridden invariants',
      lines: invariantLines(
        invariants.filter(({ id, overridden }) => overridden && !first.some(check => check.invariant === id)),
        'OVERRIDDEN. ',
      ),
    },
  ];
}

/** Further information; all of it can be folded. */
function beside({ explanation, document, requestId, explanationDigest }: ConfirmationPrompt): readonly Part[] {
  const { kernel, source, invariants, rejection } = explanation;
  const { passed } = byResult(kernel?.checks ?? []);
  const relied = invariants.filter(({ overridden }) => !overridden);
  const reported = explanation.facts.map(
    ({ name, value, origin }): Fact => [
      visible(name),
      origin === null
        ? visible(value)
        : `${visible(value)} (read from ${visible(origin.endpoint)} at ${visible(origin.time)})`,
    ],
  );
  return [
    {
      title: 'The kernel may reject it',
      lines: rejection.flatMap(text => paragraph(visible(text), 2)),
      folded: counted(rejection.length, 'reason for a rejection', 'reasons for a rejection'),
    },
    {
      title: 'What protects what was read',
      lines: paragraph(visible(explanation.protection), 2),
      folded: 'what protects what was read',
    },
    {
      title: 'What the engine reports',
      lines: facts(reported),
      folded: counted(reported.length, 'fact of the engine', 'facts of the engine'),
    },
    {
      title: `The kernel's checks that pass (${passed.length} of ${kernel?.checks.length ?? 0})`,
      lines: passed.flatMap(check => checkLines(check, invariants)),
      folded: counted(passed.length, 'check that passes', 'checks that pass'),
    },
    {
      title: 'Invariants',
      lines: invariantLines(relied, ''),
      folded: counted(relied.length, 'invariant', 'invariants'),
    },
    ...sectionTexts(document).map(({ title, lines }) => ({
      title: title ?? '',
      lines,
      folded: (title ?? 'what the engine shows beside').replace(/^./u, letter => letter.toLowerCase()),
    })),
    {
      title: 'The state that was read',
      lines: [...provenance({ ...source, skipped: [], notes: [] }, document), ...stateLines(kernel, document)],
      folded: 'the state that was read',
    },
    {
      title: 'What the confirmation is bound to',
      lines: [
        ...facts([
          ['Request', requestId],
          ['Digest of this explanation', explanationDigest],
        ]),
        ...paragraph('The command line that asks for the same:', 2),
        ...shellLine(visible(explanation.commandLine), 4),
      ],
      folded: 'request, digest and command line',
    },
  ];
}

/** Which node was read and when, in one line. Endpoints that did not answer always follow below it. */
function readFrom(
  { endpoint, observed, skipped, notes }: Explanation['source'],
  kernel: Explanation['kernel'],
): readonly Fact[] {
  const node = nameAmong(kernel?.members ?? [], observed.nodeId) ?? observed.nodeId;
  return [
    ['Read from', `${known(node)} at ${known(observed.time)} (clock ${known(observed.clock)}), ${known(endpoint)}`],
    ...skipped.map((before): Fact => ['Asked before', `${known(before.endpoint)}: ${known(before.reason)}`]),
    ...notes.map((note): Fact => ['Note', known(note)]),
  ];
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

function costFacts(cost: NonNullable<Explanation['cost']>): readonly Fact[] {
  return 'requests' in cost
    ? [['Requests', known(cost.requests)]]
    : [
        ['Files to read', known(cost.files)],
        ['Bytes to read', known(cost.bytes)],
      ];
}

/**
 * One check: what was observed, the kernel's message, then the codes. An overridden invariant is shown with its text.
 */
function checkLines(
  { id, invariant, result, observed, message }: KernelCheck,
  invariants: Explanation['invariants'],
): readonly string[] {
  const overridden = invariants.find(one => one.id === invariant && one.overridden);
  const codes = `(${known(id)}, ${known(invariant)})`;
  const told = overridden === undefined ? '' : `${visible(overridden.name)}: ${visible(overridden.text)} `;
  return [
    ...paragraph(result === 'unchecked' ? known(observed) : `${result}: ${known(observed)}`, 2),
    ...paragraph(known(message), 4),
    ...paragraph(`${result === 'overridden' ? 'OVERRIDDEN. ' : ''}${told}${codes}`, 4),
  ];
}

function invariantLines(invariants: Explanation['invariants'], mark: string): readonly string[] {
  return facts(
    invariants.map(({ id, name, text }): Fact => [visible(id), `${mark}${visible(name)}: ${visible(text)}`]),
  );
}

function stateLines(kernel: Explanation['kernel'], { terms }: ConfirmationPrompt['document']): readonly string[] {
  return kernel === null
    ? []
    : facts([
        ...(terms.epoch === null ? [] : [[terms.epoch.name.label, known(kernel.epoch)] as const]),
        [terms.primary.label, kernel.primaryId === null ? 'none known' : known(kernel.primaryId)],
        ['Control version', terms.countsControlVersions ? known(kernel.controlVersion) : 'this engine has none'],
      ]);
}
