/** Why a switchover or a failover may fail, or may leave its outcome unknown. */
import type { PatroniFacts } from './facts.ts';
import type { Request } from './words-request.ts';

/** Why Patroni may refuse the request, take it back, or leave its outcome unknown. */
export function rejection(request: Request, answerMs: number | null): readonly string[] {
  const { candidate, leader, forced, facts } = request;
  const { patroniWaits: waits, replication: by, behaviour, settings } = facts;
  const synchronous =
    by.mode === 'synchronous' && (!facts.standbyCluster || (behaviour?.standbyClusterIsSynchronous ?? true));
  const reasons = [
    ...(forced ? [] : [`"${leader ?? 'unknown'}" is not the leader by then`]),
    `"${candidate}" is no member`,
    `"${candidate}" does not answer`,
    `"${candidate}" is tagged nofailover`,
    'its watchdog is needed and does not work',
    ...(!forced && synchronous ? [`"${candidate}" is not a synchronous standby`] : []),
  ];
  const taken = [
    `"${candidate}" lags by more than maximum_lag_on_failover ` +
      `(${settings.maximumLagOnFailover ?? 'not set: 1048576'} bytes)`,
    'it is on an older timeline where check_timeline is set',
    ...(synchronous && forced && behaviour?.failoverToAsynchronous !== 'executed'
      ? ['it is no synchronous standby']
      : []),
    ...(by.mode === 'quorum' && !forced ? ['it is no quorum standby'] : []),
  ];
  const before =
    facts.candidate.nofailover === null
      ? []
      : [`"${candidate}" carries the tag ${facts.candidate.nofailover}, with which Patroni refuses it.`];
  return [
    'Patroni has no dry run, so it was not asked beforehand what it would decide. It decides when the request arrives.',
    ...(behaviour === null ? [versionUnknown(facts)] : []),
    ...before,
    'Patroni refuses the request before it writes anything (400, 401, 403, 412) when the login or the address is ' +
      `not admitted, or ${either(reasons)}.`,
    ...(leader === null
      ? []
      : [
          `The agent of "${leader}" takes the request back (503, "${forced ? 'Failover' : 'Switchover'} failed") ` +
            `when ${either(taken)}. That answer does not prove that nothing was executed: in one kind of ` +
            'configuration store it can be given after a success, so it is reported as unknown.',
        ]),
    ...(forced
      ? []
      : [
          `If "${leader ?? 'unknown'}" is not the leader by then, this same request, delivered twice, can ` +
            'have caused that: it is reported as unknown.',
        ]),
    `If two requests meet, or "${candidate}" becomes unreachable after Patroni has accepted it, another ` +
      `member may lead afterwards. An answer that names another member than "${candidate}" is not reported as ` +
      'executed.',
    `${waiting(waits)} ${awaited(answerMs)} ` +
      'If Patroni answers that the status is unknown, or no answer comes, the outcome is unknown: the ' +
      'leader may still change afterwards.',
  ];
}

function waiting(seconds: number | null): string {
  return seconds === null
    ? 'For how long Patroni waits is unknown: loop_wait cannot be read.'
    : `Patroni waits ${seconds} seconds for the request to be carried out, and asks the members and the ` +
        'store before and after that.';
}

function awaited(answerMs: number | null): string {
  return answerMs === null
    ? 'This program waits for the answer as long as is configured.'
    : `This program waits ${Math.round(answerMs / 1000)} seconds for the answer.`;
}

function versionUnknown({ versions }: PatroniFacts): string {
  const told = versions
    .map(
      ({ node, version }) => `"${node}" ${version === null ? 'does not tell its version' : `runs Patroni ${version}`}`,
    )
    .join(', ');
  return (
    'These statements were tested on Patroni 3.0, 4.0 and 4.1, with all members on one version. They are ' +
    `not known to hold here: ${told}.`
  );
}

function either(reasons: readonly string[]): string {
  return reasons.length === 1 ? reasons.join('') : `${reasons.slice(0, -1).join(', ')}, or ${reasons.at(-1) ?? ''}`;
}
