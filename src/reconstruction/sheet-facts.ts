/** An answer sheet as labelled lines, for every form of output. The words of others are quoted unchanged. */
import type { Explanation } from '../control-plane/explanation/explanation.ts';
import { invariant } from '../control-plane/model/invariants.ts';
import type { KernelState } from '../control-plane/model/record.ts';
import type { Wire } from '../control-plane/model/views.ts';
import type { AnswerSheet, Said } from './model.ts';

/** A label of ours and its lines; there is at least one. */
export interface SheetFact {
  readonly label: string;
  readonly lines: readonly string[];
}

/** The value may be in a record that was withheld, was not given, or lies outside the period. */
const NOT_TAKEN = 'not in the records that were given and asked for';

/** What is known about a request, in the order of a review's questions. */
export function sheetFacts(sheet: AnswerSheet): readonly SheetFact[] {
  const { explanation, state } = sheet;
  return [
    fact('Who', [orUnknown(sheet.who), `authority: ${orUnknown(sheet.authority)}`]),
    fact('What', [
      `${orUnknown(sheet.command)} of ${targetOf(sheet)}, cluster ${orUnknown(sheet.cluster)}`,
      ...(explanation === null ? [] : [explanation.action]),
    ]),
    // Only the request's own record can show that no reason was given.
    fact('Reason given', [sheet.reason ?? (sheet.askedAt === null ? NOT_TAKEN : 'none')]),
    fact('When', [
      `asked: ${saidText(sheet.askedAt)}`,
      `about to be sent: ${saidText(sheet.sentAt)}`,
      `ended: ${saidText(sheet.endedAt)}`,
    ]),
    fact('Kernel state', state === null ? [NOT_TAKEN] : stateLines(state, explanation)),
    fact('Explanation', explanation === null ? [NOT_TAKEN] : explanationLines(explanation, namesIn(explanation))),
    ...(sheet.explanationDigest === null ? [] : [fact('Digest of the explanation', [sheet.explanationDigest])]),
    fact('Confirmed', [
      sheet.confirmation === null ? NOT_TAKEN : `${sheet.confirmation} confirmation`,
      ...(sheet.acknowledged.length === 0 ? [] : [`acknowledged one by one: ${sheet.acknowledged.join(', ')}`]),
    ]),
    fact('Invariants relied on', listOf(sheet.reliedOn)),
    fact('Overridden', listOf(sheet.overridden)),
    ...(explanation === null || explanation.kernel === null
      ? []
      : [fact('Not shown', notShown(explanation.kernel.checks))]),
    fact('Outcome in the log', [
      sheet.outcome === null ? 'no record that it was sent' : words(sheet.outcome),
      sheet.end,
    ]),
    fact('The kernel answered', [
      sheet.kernelAnswer === null
        ? 'no answer of the kernel is recorded'
        : `${sheet.kernelAnswer.accepted ? 'accepted' : `not accepted (${orUnknown(sheet.kernelAnswer.code)})`}; ` +
          'its answer as it was received stands at the end',
    ]),
    fact(
      "In the kernels' records",
      sheet.kernelSays.length === 0
        ? ['no kernel answer that was read names this request']
        : sheet.kernelSays.map(said => `${place(said)}${said.text}`),
    ),
    fact('Disagreements', sheet.disagreements.length === 0 ? ['none found'] : sheet.disagreements),
    fact('Not known', sheet.unknown.length === 0 ? ['none of the above'] : sheet.unknown),
  ];
}

/** The target by its name, and by its id if that differs. */
export function targetOf({ target, targetName }: Pick<AnswerSheet, 'target' | 'targetName'>): string {
  return targetName === null || targetName === target ? orUnknown(target) : `${targetName} (${orUnknown(target)})`;
}

function fact(label: string, lines: readonly string[]): SheetFact {
  return { label, lines };
}

function orUnknown(text: string | null): string {
  return text ?? 'unknown';
}

function listOf(ids: readonly string[]): readonly string[] {
  return ids.length === 0 ? ['none recorded'] : ids.map(invariantText);
}

function invariantText(id: string): string {
  const { name } = invariant(id);
  return name === id ? id : `${id} ${name}`;
}

type Check = NonNullable<Wire<Explanation>['kernel']>['checks'][number];

/** Checks that did not pass and that no operator overrode. */
function notShown(checks: readonly Check[]): readonly string[] {
  const open = checks.filter(({ result }) => result !== 'pass' && result !== 'overridden');
  if (checks.length === 0) return ['nothing was checked beforehand'];
  return open.length === 0
    ? ["none of the kernel's checks"]
    : open.map(check => `${invariantText(check.invariant)}: ${check.result} (${check.id})`);
}

/** Names by ids, of the members that the kernel reported. */
function namesIn({ kernel }: Wire<Explanation>): ReadonlyMap<string, string> {
  return new Map((kernel?.members ?? []).map(({ nodeId, name }) => [nodeId, name]));
}

function words(outcome: string): string {
  return outcome.replaceAll('_', ' ');
}

function saidText(said: Said | null): string {
  return said === null ? NOT_TAKEN : `${said.text}${said.entry === null ? '' : `, entry ${said.entry}`}`;
}

function place({ entry, source }: Said): string {
  return entry === null ? '' : `entry ${entry} (${source ?? '?'}): `;
}

function stateLines(
  { node, endpoint, time, clock, epoch, primary, control_version: version, members }: KernelState,
  explanation: Wire<Explanation> | null,
): string[] {
  const names = explanation === null ? new Map<string, string>() : namesIn(explanation);
  const health = new Map((explanation?.kernel?.members ?? []).map(member => [member.nodeId, member]));
  const named = (id: string | null): string =>
    targetOf({ target: id, targetName: id === null ? null : (names.get(id) ?? null) });
  return [
    `read from ${endpoint} (node ${named(node)}) at ${time} (${clock})`,
    `epoch ${orUnknown(epoch)}, primary ${named(primary)}, control version ${orUnknown(version)}`,
    ...members.map(member => {
      const seen = health.get(member.node);
      const offset = orUnknown(member.durable_offset);
      const values = `${named(member.node)}: ${member.role}, ${member.state}, durable offset ${offset}`;
      return seen === undefined ? values : `${values}; health ${seen.health} (${seen.healthBasis})`;
    }),
  ];
}

function explanationLines(
  { kernel, changes, consequences, facts, source, undo, acknowledge }: Wire<Explanation>,
  names: ReadonlyMap<string, string>,
): readonly string[] {
  return [
    ...(kernel === null
      ? []
      : [
          kernel.decision === null
            ? 'not asked beforehand: this engine has no dry run'
            : `asked beforehand, the kernel said: ${kernel.decision}` +
              (kernel.reason === null ? '' : ` (${kernel.reason})`),
        ]),
    ...changes.map(
      ({ component, nodeId, before, after }) =>
        `${component}${nodeId === null ? '' : ` of ${names.get(nodeId) ?? nodeId}`}: ` +
        `${orUnknown(before)} -> ${orUnknown(after)}`,
    ),
    ...consequences.map(({ scope, text }) => `${scope}: ${text}`),
    ...facts.map(({ name, value }) => `${name}: ${value}`),
    ...source.notes,
    ...(kernel?.checks ?? []).map(
      ({ result, id, invariant, observed }) => `check ${id} (${invariant}): ${result}; observed: ${observed}`,
    ),
    ...(acknowledge.length === 0 ? [] : [`to be acknowledged one by one: ${acknowledge.join(', ')}`]),
    `undo: ${undo}`,
  ];
}
