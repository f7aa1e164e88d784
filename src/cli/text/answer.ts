/** What the dry run answered, in one sentence: the first line of an explanation, and the last before a question. */
import type { Explanation } from '../../control-plane/explanation/explanation.ts';
import { invariant } from '../../control-plane/model/invariants.ts';
import { seenAgainst } from '../../text/checks.ts';
import { visible } from '../../text/foreign.ts';
import { paragraph } from './layout.ts';
import { known } from './safe.ts';

type Kernel = NonNullable<Explanation['kernel']>;

const NOT_ASKED = 'Not asked beforehand: this engine has no dry run. It decides when the request arrives.';

/** The lines; none for a command that reads, because it has no dry run. */
export function answerLines({ kernel }: Explanation): readonly string[] {
  if (kernel === null) return [];
  return paragraph(
    kernel.decision === null
      ? `${unlooked(kernel.checks)}${NOT_ASKED}`
      : `${decided(kernel)} It decides again when the request arrives.`,
  );
}

/** Named first, because nobody but the operator vouches for what the engine does not check. */
function unlooked(checks: Kernel['checks']): string {
  const named = [...new Set(checks.map(({ invariant: id }) => `${visible(invariant(id).name)} (${visible(id)})`))];
  return named.length === 0 ? '' : `Not checked by the engine: ${named.join(', ')}. `;
}

/** The kernel's words first, then its code in parentheses. */
function decided({ decision, reason, checks }: Kernel): string {
  if (decision === 'approve') return 'Asked beforehand, the kernel would approve this.';
  const seen = seenAgainst(checks).map(known).join('; ');
  const code = `(${reason === null ? 'reason unknown' : known(reason)})`;
  return `Asked beforehand, the kernel would deny this${seen === '' ? '' : `: ${seen}`} ${code}.`;
}
