/**
 * Single-use confirmation tokens, in memory only. They do not expire by a clock: the values that an outdated
 * confirmation is bound to have changed.
 */
import { consentText } from './consent-text.ts';
import { refusal, type ControlError } from '../model/errors.ts';
import type { Explanation } from '../explanation/explanation.ts';
import type { ConfirmationAnswer } from '../ports.ts';

/** Everything that a confirmation stands for; if any of it changes, the confirmation no longer counts. */
export interface ConfirmationBinding {
  readonly requestId: string;
  readonly command: string;
  readonly argumentsDigest: string;
  readonly explanationDigest: string;
  /** The kernel's control version that the operator saw; `null` where the engine has none. */
  readonly controlVersion: string | null;
  readonly clusterDigest: string;
  /** Changes with every change of authority. */
  readonly authoritySession: string;
}

type Spent = { readonly how: 'consumed' } | { readonly how: 'voided'; readonly why: string };

/** The pending confirmations of one session. When the session ends they are lost, which counts as a refusal. */
export class Confirmations {
  readonly #pending = new Map<string, { readonly binding: ConfirmationBinding; readonly abort: AbortController }>();
  readonly #spent = new Map<string, Spent>();

  /** Binds a fresh token. The signal aborts when the confirmation is voided. */
  issue(token: string, binding: ConfirmationBinding): AbortSignal {
    const abort = new AbortController();
    this.#pending.set(token, { binding, abort });
    return abort.signal;
  }

  /** Voids every pending confirmation, with the reason that the operator will read. */
  voidAll(why: string): void {
    for (const token of [...this.#pending.keys()]) this.void(token, why);
  }

  /** Voids one pending confirmation. */
  void(token: string, why: string): void {
    const entry = this.#pending.get(token);
    if (entry === undefined) return;
    this.#pending.delete(token);
    this.#spent.set(token, { how: 'voided', why });
    entry.abort.abort(why);
  }

  /** Uses up the token, whatever the result, and compares what it was bound to with what is about to be sent. */
  consume(token: string, now: ConfirmationBinding): ControlError | undefined {
    const spent = this.#spent.get(token);
    if (spent?.how === 'consumed') {
      return refusal(
        'PHASE7_CONFIRMATION_REUSED',
        'This confirmation was used before; each one counts once. Nothing was sent.',
      );
    }
    if (spent !== undefined) return refusal('PHASE7_CONFIRMATION_VOIDED', `${spent.why} Nothing was sent.`);
    const entry = this.#pending.get(token);
    if (entry === undefined) {
      return refusal(
        'PHASE7_MISSING_CONFIRMATION',
        'No confirmation was asked for under this token. Nothing was sent.',
      );
    }
    this.#pending.delete(token);
    this.#spent.set(token, { how: 'consumed' });
    const changed = (Object.keys(now) as (keyof ConfirmationBinding)[]).filter(key => entry.binding[key] !== now[key]);
    return changed.length === 0
      ? undefined
      : refusal(
          'PHASE7_CONFIRMATION_MISMATCH',
          `What was confirmed is not what would be sent (${changed.join(', ')} differ). Nothing was sent.`,
        );
  }
}

/** P7-A2: a confirmation without all its parts is refused. */
export function incompleteConsent(
  explanation: Explanation,
  answer: ConfirmationAnswer & { readonly kind: 'confirmed' },
): ControlError | undefined {
  const { what, text } = consentText(explanation);
  if (answer.typedName !== text) {
    return refusal(
      'PHASE7_CONFIRMATION_MISMATCH',
      `The typed ${what} is not the ${what} of the node, "${text}". Nothing was sent.`,
    );
  }
  const missing = explanation.acknowledge.filter(id => !answer.acknowledged.includes(id));
  const surplus = answer.acknowledged.filter(id => !explanation.acknowledge.includes(id));
  return missing.length + surplus.length === 0
    ? undefined
    : refusal(
        'PHASE7_INCOMPLETE_ENHANCED_CONFIRMATION',
        'The acknowledged invariants are not exactly the overridden ones ' +
          `(missing: ${missing.join(', ') || 'none'}; surplus: ${surplus.join(', ') || 'none'}). Nothing was sent.`,
      );
}

/** The error of a confirmation that no longer counts. */
export function confirmationVoided(why: string): ControlError {
  return refusal('PHASE7_CONFIRMATION_VOIDED', `${why} Nothing was sent.`);
}
