/**
 * The texts of the dialogs of a confirmation. Each has at most six lines, begins with the answer of the dry run, and
 * names the cluster and its place in the sequence ("2 of 3"). The panel behind it shows everything.
 */
import * as vscode from 'vscode';
import type { Explanation } from '../control-plane/explanation/explanation.ts';
import { invariant } from '../control-plane/model/invariants.ts';
import { nameAmong } from '../control-plane/model/views.ts';
import { operatorText } from '../control-plane/commands/operator.ts';
import type { ConfirmationPrompt } from '../control-plane/ports.ts';
import { seenAgainst } from '../text/checks.ts';
import { commandTitle } from './titles.ts';

/** One modal dialog. `where` is the name of the step in the record. */
export interface Dialog {
  readonly question: string;
  readonly detail: readonly string[];
  readonly go: string;
  readonly where: string;
}

/** Every question: dialogs, then the name or the id of the node, then one more dialog for a forced command. */
export interface Dialogs {
  readonly before: readonly Dialog[];
  readonly typing: vscode.InputBoxOptions & {
    readonly title: string;
    readonly placeHolder: string;
    readonly prompt: string;
  };
  readonly after: readonly Dialog[];
}

/** Most characters of one line. The panel behind the dialog has the whole text. */
const MOST = 320;

/** The dialogs of one confirmation, in order. */
export function dialogsOf(prompt: ConfirmationPrompt): Dialogs {
  const enhanced = prompt.type === 'enhanced';
  const before = enhanced
    ? [force(prompt), ...prompt.acknowledge.map(id => acknowledgement(prompt, id))]
    : [standard(prompt)];
  const after = enhanced ? [responsibility(prompt)] : [];
  const count = before.length + 1 + after.length;
  const { cluster } = prompt.explanation;
  const named = cluster.environment === null ? cluster.name : `${cluster.name} (${cluster.environment})`;
  const titled = (title: string, index: number): string =>
    `${named} \u00b7 ${vscode.l10n.t('{0} of {1}', index, count)}: ${title}`;
  const numbered = (dialog: Dialog, index: number): Dialog => ({
    ...dialog,
    question: titled(dialog.question, index),
    detail: [...answer(prompt.explanation), ...dialog.detail].map(shortened),
  });
  return {
    before: before.map((dialog, index) => numbered(dialog, index + 1)),
    typing: typing(prompt, title => titled(title, before.length + 1)),
    after: after.map((dialog, index) => numbered(dialog, before.length + 2 + index)),
  };
}

function shortened(line: string): string {
  const characters = Array.from(line);
  return characters.length <= MOST ? line : `${characters.slice(0, MOST - 1).join('')}\u2026`;
}

/** What the dry run answered; nothing for a command that reads, because it has no dry run. */
function answer({ kernel }: Explanation): readonly string[] {
  if (kernel === null) return [];
  const { decision, reason, checks } = kernel;
  if (decision === null) {
    const named = [...new Set(checks.map(check => `${invariant(check.invariant).name} (${check.invariant})`))];
    return [
      ...(named.length === 0 ? [] : [vscode.l10n.t('Not checked by the engine: {0}.', named.join(', '))]),
      vscode.l10n.t('Not asked beforehand: this engine has no dry run. It decides when the request arrives.'),
    ];
  }
  const again = vscode.l10n.t('It decides again when the request arrives.');
  if (decision === 'approve') return [`${vscode.l10n.t('Asked beforehand, the kernel would approve this.')} ${again}`];
  const code = reason ?? vscode.l10n.t('reason unknown');
  const seen = seenAgainst(checks).join('; ');
  // Long observations are cut, so that the code and the text after it stay visible.
  const why =
    seen === ''
      ? code
      : `${Array.from(seen).length > 120 ? `${Array.from(seen).slice(0, 119).join('')}\u2026` : seen} (${code})`;
  return [`${vscode.l10n.t('Asked beforehand, the kernel would deny this: {0}.', why)} ${again}`];
}

/** "role of node-2: replica → primary". The values are the engine's own. */
function changes({ changes: all, kernel }: Explanation): readonly string[] {
  const texts = all.map(({ component, nodeId, before, after }) => {
    const of =
      nodeId === null
        ? component
        : vscode.l10n.t('{0} of {1}', component, nameAmong(kernel?.members ?? [], nodeId) ?? nodeId);
    const unknown = vscode.l10n.t('unknown');
    return `${of}: ${before ?? unknown} \u2192 ${after ?? unknown}`;
  });
  return texts.length === 0 ? [] : [texts.join('; ')];
}

function standard(prompt: ConfirmationPrompt): Dialog {
  const { explanation, toType } = prompt;
  return {
    question: `${commandTitle(explanation.command)}: ${prompt.nodeName}?`,
    detail: [
      explanation.action,
      ...changes(explanation),
      explanation.undo,
      toType.what === 'name'
        ? vscode.l10n.t(
            'The explanation stays open behind this dialog. If you continue, you will be asked to type the name ' +
              'of the node.',
          )
        : vscode.l10n.t(
            'The explanation stays open behind this dialog. If you continue, you will be asked to type the id of ' +
              'the node: its name holds characters that cannot be typed, or another node has the same name.',
          ),
    ],
    go: vscode.l10n.t('Continue…'),
    where: 'the first dialog',
  };
}

function force({ explanation, acknowledge, nodeName }: ConfirmationPrompt): Dialog {
  return {
    // Without a dry run there is nothing to override: the engine does not check, and the operator vouches instead.
    question: isUnchecked(explanation)
      ? vscode.l10n.t('FORCE promotion of {0}? What the engine does not check rests on your word.', nodeName)
      : vscode.l10n.t('FORCE promotion of {0}? Invariants are overridden on your word.', nodeName),
    detail: [
      explanation.action,
      explanation.undo,
      acknowledge.length === 0
        ? vscode.l10n.t('The kernel names no invariant that this forced promotion would override.')
        : vscode.l10n.t('To be acknowledged one by one: {0}.', acknowledge.join(', ')),
      vscode.l10n.t('Reason given: {0}', explanation.reason ?? ''),
    ],
    go: vscode.l10n.t('Continue…'),
    where: 'the first dialog',
  };
}

function acknowledgement({ explanation }: ConfirmationPrompt, id: string): Dialog {
  const { name, text } = invariant(id);
  const checks = explanation.kernel?.checks.filter(check => check.invariant === id) ?? [];
  const observed = checks.map(check => `${check.observed} (${check.result}, ${check.id})`).join('; ');
  return {
    question: isUnchecked(explanation)
      ? vscode.l10n.t('Not checked by the engine: {0} {1}', id, name)
      : vscode.l10n.t('Overridden invariant {0} {1}', id, name),
    detail: [
      text,
      ...(checks.length === 0 ? [] : [observed, checks.map(({ message }) => message).join(' ')]),
      vscode.l10n.t("You acknowledge that your own assertion stands in for this invariant's check."),
    ],
    go: vscode.l10n.t('I Acknowledge {0}', id),
    where: `the acknowledgement of ${id}`,
  };
}

function responsibility({ explanation, operator, nodeName }: ConfirmationPrompt): Dialog {
  return {
    question: vscode.l10n.t('Responsibility for this forced promotion passes to {0}.', operatorText(operator)),
    detail: [
      explanation.action,
      vscode.l10n.t('It is recorded under your name, with your reason: {0}', explanation.reason ?? ''),
      vscode.l10n.t('Exactly one request is sent. The kernel decides.'),
    ],
    go: vscode.l10n.t('Force Promotion of {0}', nodeName),
    where: 'the last dialog',
  };
}

function typing(
  { explanation, toType: { what, text } }: ConfirmationPrompt,
  titled: (title: string) => string,
): Dialogs['typing'] {
  return {
    title: titled(commandTitle(explanation.command)),
    prompt:
      what === 'name'
        ? vscode.l10n.t('Type the name of the node, {0}, to confirm. Escape confirms nothing.', text)
        : vscode.l10n.t(
            'The name of this node holds characters that cannot be typed, or another node has the same name. Type ' +
              'its id, {0}, to confirm. Escape confirms nothing.',
            text,
          ),
    placeHolder: text,
    validateInput: typed =>
      typed === text
        ? undefined
        : what === 'name'
          ? vscode.l10n.t('Not the name of the node.')
          : vscode.l10n.t('Not the id of the node.'),
  };
}

function isUnchecked({ kernel }: Explanation): boolean {
  return kernel?.decision === null;
}
