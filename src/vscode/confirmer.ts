/**
 * Asks a person, in the editor: the explanation in a panel, to be read in peace, then modal dialogs. The safe answer is
 * the first button, which VS Code focuses, so Enter alone never confirms; absence of an answer is a refusal (P7-A2).
 */
import * as vscode from 'vscode';
import type { ControlError } from '../control-plane/model/errors.ts';
import { invariant } from '../control-plane/model/invariants.ts';
import { operatorText } from '../control-plane/commands/operator.ts';
import type { ConfirmationAnswer, ConfirmationPrompt, Confirmer } from '../control-plane/ports.ts';
import { toWire } from '../control-plane/model/views.ts';
import type { Panels } from './panels.ts';
import { ask as askPerson, askText } from './surfaces.ts';
import { commandTitle } from './titles.ts';

/** Key of the panel that shows a request's explanation, and later its result. */
export function requestPanel(requestId: string): string {
  return `request/${requestId}`;
}

/** A step of the dialogue that did not end in consent. */
type Refused = Exclude<ConfirmationAnswer, { readonly kind: 'confirmed' }>;

export class EditorConfirmer implements Confirmer {
  readonly #panels: Panels;

  constructor(panels: Panels) {
    this.#panels = panels;
  }

  /** The editor can always ask. */
  unavailable(): ControlError | undefined {
    return undefined;
  }

  async confirm(prompt: ConfirmationPrompt, voided: AbortSignal): Promise<ConfirmationAnswer> {
    const key = requestPanel(prompt.requestId);
    const { explanation } = prompt;
    const title = `${commandTitle(explanation.command)}: ${explanation.cluster.name}, ${prompt.nodeName}`;
    const input = new vscode.CancellationTokenSource();
    let goOn: () => void = () => undefined;
    const read = new Promise<void>(resolve => {
      goOn = resolve;
    });
    // The panel stays in reach while the name is typed: its safe answer is an answer then, too.
    const declined = new Promise<Refused>(resolve => {
      this.#panels.show(key, {
        title,
        panel: {
          kind: 'explanation',
          explanation: toWire(explanation),
          document: prompt.document,
          digest: prompt.explanationDigest,
          requestId: prompt.requestId,
          operator: operatorText(prompt.operator),
          terminal: explanation.commandLine,
          typed: prompt.toType.what,
        },
        decide: goesOn => {
          if (goesOn) goOn();
          else resolve({ kind: 'declined', at: 'the explanation' });
        },
      });
    });
    let watched: vscode.Disposable | undefined;
    const closed = new Promise<Refused>(resolve => {
      watched = this.#panels.onClosed(key, () =>
        resolve({ kind: 'voided', why: 'The explanation was closed while the confirmation was open.' }),
      );
      voided.addEventListener('abort', () => resolve({ kind: 'voided', why: String(voided.reason) }), { once: true });
    });
    const answer = await Promise.race([closed, declined, read.then(() => ask(prompt, voided, input.token))]);
    watched?.dispose();
    input.cancel(); // what is still asked is asked no more
    input.dispose();
    if (answer.kind === 'confirmed') {
      this.#panels.update(key, {
        title,
        panel: {
          kind: 'asking',
          title,
          cluster: {
            name: explanation.cluster.name,
            kind: explanation.cluster.kind,
            environment: explanation.cluster.environment,
          },
          ...(explanation.kernel === null ? {} : { requestId: prompt.requestId }),
        },
      });
    }
    return answer;
  }
}

async function ask(
  prompt: ConfirmationPrompt,
  voided: AbortSignal,
  ended: vscode.CancellationToken,
): Promise<ConfirmationAnswer> {
  const gone = (): Refused | undefined => (voided.aborted ? { kind: 'voided', why: String(voided.reason) } : undefined);
  const refused =
    (prompt.type === 'enhanced' ? await askEnhanced(prompt, voided) : await askStandard(prompt)) ?? gone();
  if (refused !== undefined) return refused;
  const typedName = await typeNode(prompt, ended);
  if (typedName === undefined)
    return gone() ?? { kind: 'declined', at: `the ${prompt.toType.what} of the node was not typed` };
  const voidedMeanwhile = gone();
  if (voidedMeanwhile !== undefined) return voidedMeanwhile;
  if (prompt.type === 'enhanced') {
    const last = await takeResponsibility(prompt);
    if (last !== undefined) return last;
  }
  return {
    kind: 'confirmed',
    token: prompt.token,
    typedName,
    acknowledged: prompt.type === 'enhanced' ? prompt.acknowledge : [],
  };
}

async function askStandard(prompt: ConfirmationPrompt): Promise<Refused | undefined> {
  const { explanation } = prompt;
  return modal(
    `${commandTitle(explanation.command)}: ${prompt.nodeName}?`,
    prompt,
    [
      explanation.action,
      '',
      ...explanation.consequences.map(({ scope, text }) => `${scope}: ${text}`),
      '',
      explanation.undo,
      '',
      prompt.toType.what === 'name'
        ? vscode.l10n.t(
            'The explanation stays open behind this dialog. If you continue, you will be asked to type the name ' +
              'of the node.',
          )
        : vscode.l10n.t(
            'The explanation stays open behind this dialog. If you continue, you will be asked to type the id of ' +
              'the node: its name holds characters that cannot be typed, or another node bears it too.',
          ),
    ],
    vscode.l10n.t('Continue…'),
    'the first dialog',
  );
}

/** One dialog per overridden invariant: no list that ticks all at once. */
async function askEnhanced(prompt: ConfirmationPrompt, voided: AbortSignal): Promise<Refused | undefined> {
  const { explanation, acknowledge } = prompt;
  // An engine without a dry run has nothing to override: it does not look, and the operator vouches.
  const unchecked = explanation.kernel?.decision === null;
  const question = unchecked
    ? vscode.l10n.t('FORCE promotion of {0}? What the engine does not check rests on your word.', prompt.nodeName)
    : vscode.l10n.t('FORCE promotion of {0}? Invariants are overridden on your word.', prompt.nodeName);
  const first = await modal(
    question,
    prompt,
    [
      explanation.action,
      '',
      ...explanation.consequences.map(({ scope, text }) => `${scope}: ${text}`),
      '',
      explanation.undo,
      '',
      acknowledge.length === 0
        ? vscode.l10n.t('The kernel names no invariant that this force would override.')
        : vscode.l10n.t('To be acknowledged one by one: {0}.', acknowledge.join(', ')),
      vscode.l10n.t('Reason given: {0}', explanation.reason ?? ''),
    ],
    vscode.l10n.t('Continue…'),
    'the first dialog',
  );
  if (first !== undefined) return first;
  for (const [index, id] of acknowledge.entries()) {
    if (voided.aborted) return { kind: 'voided', why: String(voided.reason) };
    const { name, text } = invariant(id);
    const checks = explanation.kernel?.checks.filter(check => check.invariant === id) ?? [];
    const named = [index + 1, acknowledge.length, id, name] as const;
    const answer = await modal(
      unchecked
        ? vscode.l10n.t('Not checked by the engine, {0} of {1}: {2} {3}', ...named)
        : vscode.l10n.t('Overridden invariant {0} of {1}: {2} {3}', ...named),
      prompt,
      [
        text,
        '',
        ...checks.map(check => `${check.id} (${check.result}): ${check.message} [${check.observed}]`),
        '',
        vscode.l10n.t("You acknowledge that your own assertion stands in for this invariant's check."),
      ],
      vscode.l10n.t('I Acknowledge {0}', id),
      `the acknowledgement of ${id}`,
    );
    if (answer !== undefined) return answer;
  }
  return undefined;
}

async function takeResponsibility(prompt: ConfirmationPrompt): Promise<Refused | undefined> {
  const who = operatorText(prompt.operator);
  return modal(
    vscode.l10n.t('Responsibility for this force passes to {0}.', who),
    prompt,
    [
      prompt.explanation.action,
      '',
      vscode.l10n.t('It is recorded under your name, with your reason: {0}', prompt.explanation.reason ?? ''),
      vscode.l10n.t('Exactly one request is sent. The kernel decides.'),
    ],
    vscode.l10n.t('Force Promotion of {0}', prompt.nodeName),
    'the last dialog',
  );
}

/** The cluster and its environment stand in the first line of every dialog. */
async function modal(
  question: string,
  prompt: ConfirmationPrompt,
  detail: readonly string[],
  go: string,
  where: string,
): Promise<Refused | undefined> {
  const { cluster } = prompt.explanation;
  const named = cluster.environment === null ? cluster.name : `${cluster.name} (${cluster.environment})`;
  const answer = await askPerson(`${named}: ${question}`, detail, vscode.l10n.t('Do Nothing'), go);
  return answer === go ? undefined : { kind: 'declined', at: where };
}

async function typeNode(
  { explanation, toType: { what, text } }: ConfirmationPrompt,
  ended: vscode.CancellationToken,
): Promise<string | undefined> {
  return askText(
    {
      title: `${explanation.cluster.name}: ${commandTitle(explanation.command)}`,
      prompt:
        what === 'name'
          ? vscode.l10n.t('Type the name of the node, {0}, to confirm. Escape confirms nothing.', text)
          : vscode.l10n.t(
              'The name of this node holds characters that cannot be typed, or another node bears it too. Type ' +
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
    },
    ended,
  );
}
