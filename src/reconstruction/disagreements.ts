/**
 * Finds where the log and a kernel, or two kernels, say different things about a request. Neither side is preferred.
 */
import type { KeptRecord } from './strand.ts';
import { textOf } from './members.ts';
import type { AnswerSheet } from './model.ts';
import { capital, words, type OutcomeStatement, type RequestEvent } from './told.ts';

/** What the log says. */
export type LoggedRequest = Pick<AnswerSheet, 'command' | 'target' | 'reason' | 'outcome'>;

/** One sentence for each disagreement. `intent`: the record of the request's intent. */
export function disagreements(
  log: LoggedRequest,
  intent: KeptRecord | undefined,
  told: readonly RequestEvent[],
  readings: readonly OutcomeStatement[],
): readonly string[] {
  const found = [...outcomes(log, told, readings), ...(intent === undefined ? [] : members(log, intent, told))];
  return [...new Set(found)];
}

function outcomes(
  log: LoggedRequest,
  told: readonly RequestEvent[],
  readings: readonly OutcomeStatement[],
): readonly string[] {
  const byEvents = told.flatMap(({ event, lane }): readonly OutcomeStatement[] => {
    const outcome = lane.history?.past.outcome(event) ?? null;
    return outcome === null ? [] : [{ outcome, by: `event #${event.seq} of the ${lane.label}` }];
  });
  // A kernel that does not know the outcome yet, because the attempt still runs or the kernel crashed, does not
  // contradict the log.
  const kernel = [...byEvents, ...readings].filter(({ outcome }) => outcome !== 'unknown');
  const found = kernel.flatMap(({ outcome, by }) =>
    log.outcome === null || outcome === log.outcome
      ? []
      : [`The log says ${words(log.outcome)}; ${by} says ${words(outcome)}.`],
  );
  const [one] = kernel;
  const other = kernel.find(({ outcome }) => outcome !== one?.outcome);
  return one === undefined || other === undefined
    ? found
    : [...found, `${capital(one.by)} says ${words(one.outcome)}; ${other.by} says ${words(other.outcome)}.`];
}

function members(log: LoggedRequest, intent: KeptRecord, told: readonly RequestEvent[]): readonly string[] {
  const found: string[] = [];
  for (const { event, lane } of told) {
    const differs = (what: string, logSays: string | null, kernelSays: string | null): void => {
      if (logSays !== null && kernelSays !== null && logSays !== kernelSays)
        found.push(`${what}: the log says "${logSays}", event #${event.seq} of the ${lane.label} "${kernelSays}".`);
    };
    const account = accountOf(intent);
    if (account === null || event.operator?.startsWith(`${account} (`) !== true)
      differs('Operator', account, event.operator);
    differs('Target', log.target, event.nodeId);
    differs('Reason', log.reason, event.reason === '' ? null : event.reason);
    if (event.mode !== null) differs('Mode', log.command === 'force_promotion' ? 'forced' : 'validated', event.mode);
    if (event.auditHead !== null)
      differs('Audit head', `${intent.seq}:${intent.hash}`, `${event.auditHead.seq}:${event.auditHead.hash}`);
  }
  return found;
}

/** `account@host`, the form in which a kernel receives it. */
function accountOf({ record }: KeptRecord): string | null {
  const operator = record['operator'];
  const [account, host] = [textOf(operator, 'account'), textOf(operator, 'host')];
  return account === null || host === null ? null : `${account}@${host}`;
}
