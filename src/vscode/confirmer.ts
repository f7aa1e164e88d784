/**
 * Asks a person in the editor: first the explanation in a panel, without time pressure, then modal dialogs. VS Code
 * focuses the first button, which is the safe answer, so Enter alone never confirms. No answer is a refusal (P7-A2).
 */
import * as vscode from 'vscode';
import type { ControlError } from '../control-plane/model/errors.ts';
import { operatorText } from '../control-plane/commands/operator.ts';
import type { ConfirmationAnswer, ConfirmationPrompt, Confirmer } from '../control-plane/ports.ts';
import { toWire } from '../control-plane/model/views.ts';
import { dialogsOf, type Dialog } from './dialogs.ts';
import type { Panels } from './panels.ts';
import { ask as askPerson, askText } from './surfaces.ts';
import { commandTitle } from './titles.ts';

/** Key of the panel that shows a request's explanation, and later its result. */
export function requestPanel(requestId: string): string {
  return `request/${requestId}`;
}

/** A step of the confirmation that did not end in consent. */
type Refused = Exclude<ConfirmationAnswer, { readonly kind: 'confirmed' }>;

export class EditorConfirmer implements Confirmer {
  readonly #panels: Panels;

  constructor(panels: Panels) {
    this.#panels = panels;
  }

  /** The editor can always ask, so nothing is refused here. */
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
    // The panel stays open while the person types the name, and its safe button still declines.
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
    input.cancel(); // closes a question that is still open
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
  const steps = dialogsOf(prompt);
  for (const dialog of steps.before) {
    const refused = (await modal(dialog)) ?? gone();
    if (refused !== undefined) return refused;
  }
  const typedName = await askText(steps.typing, ended);
  if (typedName === undefined)
    return gone() ?? { kind: 'declined', at: `the ${prompt.toType.what} of the node was not typed` };
  const voidedMeanwhile = gone();
  if (voidedMeanwhile !== undefined) return voidedMeanwhile;
  for (const dialog of steps.after) {
    const refused = await modal(dialog);
    if (refused !== undefined) return refused;
  }
  return {
    kind: 'confirmed',
    token: prompt.token,
    typedName,
    acknowledged: prompt.type === 'enhanced' ? prompt.acknowledge : [],
  };
}

async function modal({ question, detail, go, where }: Dialog): Promise<Refused | undefined> {
  const answer = await askPerson(question, detail, vscode.l10n.t('Do Nothing'), go);
  return answer === go ? undefined : { kind: 'declined', at: where };
}
