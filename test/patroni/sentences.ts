/**
 * The sentences that explanations of a switchover and a failover are made of, as patterns with named parts; what would
 * have to happen for each to be contradicted; and when that was possible at all.
 */
import { patternOf } from '../support/claims.ts';
import type { Case, Claim } from './claims.ts';
import { agentAlive, changed, lostRows, twoWriters, wasShutDown } from './observation.ts';

type Held = (at: Case) => string | false | undefined;

function always(): boolean {
  return true;
}

function whenChanged({ seen }: Case): boolean {
  return changed(seen);
}

function holds(): undefined {
  return undefined;
}

/**
 * A pattern of a whole sentence. `{name}` is a quoted member, `{name:…}` what the expression after the colon matches;
 * all else stands for itself.
 */
function claim(id: string, sentence: string, tried: (at: Case) => boolean, contradicted: Held): Claim {
  return { id, pattern: patternOf(sentence), tried, contradicted };
}

function isSynchronous({ seen }: Case): boolean {
  return seen.before.listed.find(({ name }) => name === seen.candidate)?.role === 'sync_standby';
}

function candidateState({ seen }: Case): ReturnType<typeof seen.after.postgres.get> {
  return seen.after.postgres.get(seen.candidate);
}

function refusedBefore({ seen }: Case): boolean {
  return /^(?:400|401|403|412)$/u.test(seen.answer?.status ?? '');
}

function answered({ seen }: Case, body: RegExp): boolean {
  return body.test(seen.answer?.body ?? '');
}

function others({
  seen,
}: Case): readonly (readonly [string, NonNullable<ReturnType<typeof seen.after.postgres.get>>])[] {
  return [...seen.after.postgres].flatMap(([name, state]) =>
    name === seen.candidate || (name === seen.oldLeader && !agentAlive(seen)) || state === null
      ? []
      : [[name, state] as const],
  );
}

function keyRanOut({ seen }: Case): boolean {
  return seen.notes.has('the leader key ran out');
}

function agentOnlyDied({ seen }: Pick<Case, 'seen'>): boolean {
  return changed(seen) && !agentAlive(seen) && seen.before.postgres.get(seen.oldLeader)?.inRecovery === false;
}

function lags({ seen }: Case): boolean {
  return seen.notes.has('the candidate lags too far');
}

function synchronousNames({ seen }: Case): string {
  return seen.before.postgres.get(seen.oldLeader)?.synchronousStandbyNames ?? '';
}

/** The versions that say of themselves that a commit may go on waiting for a lost standby. */
const GOES_ON_WAITING = /^(?:3\.|4\.0\.[0-5]$)/u;

const follow: Held = at =>
  changed(at.seen) &&
  others(at)
    .map(([name, { follows }]) => follows !== at.seen.candidate && `"${name}" follows ${follows ?? 'nobody'}`)
    .find(Boolean);

const ACTION: readonly Claim[] = [
  claim(
    'asks for a switchover',
    'Ask Patroni to switch over from the leader {leader} to the candidate {candidate}: one engine operation ' +
      'demotes the one and promotes the other.',
    whenChanged,
    ({ part, seen }) =>
      (seen.received.join() !==
        `switchover request with leader=${part['leader'] ?? ''} candidate=${part['candidate'] ?? ''} ` +
          'scheduled_at=None' &&
        `Patroni received ${seen.received.join() || 'nothing'}`) ||
      (changed(seen) &&
        agentAlive(seen) &&
        seen.after.postgres.get(part['leader'] ?? '')?.inRecovery !== true &&
        'the one is not demoted'),
  ),
  claim(
    'asks for a switchover in a standby cluster',
    'Ask Patroni to switch over from the leader {leader} to the candidate {candidate}: {how:.*} the lead of the ' +
      'standby cluster {rest:.*}.',
    whenChanged,
    ({ part, seen }) =>
      seen.received.join() !==
        `switchover request with leader=${part['leader'] ?? ''} candidate=${part['candidate'] ?? ''} ` +
          'scheduled_at=None' && `Patroni received ${seen.received.join() || 'nothing'}`,
  ),
  claim(
    'asks for a failover',
    'Ask Patroni to fail over to the candidate {candidate}.',
    always,
    ({ part, seen }) =>
      !(
        seen.received.join().startsWith('failover request') &&
        seen.received.join().includes(`candidate=${part['candidate'] ?? ''}`)
      ) && `Patroni received ${seen.received.join() || 'nothing'}`,
  ),
  claim(
    'names the candidate alone',
    'The request names the candidate and nothing else.',
    always,
    ({ seen }) =>
      seen.received.join() !== `failover request with leader=None candidate=${seen.candidate} scheduled_at=None` &&
      `Patroni received ${seen.received.join() || 'nothing'}`,
  ),
];

const HAND_OVER: readonly Claim[] = [
  claim(
    'no leader',
    'Patroni reports no leader.',
    always,
    ({ seen }) => seen.before.leader !== null && `"${seen.before.leader}" leads`,
  ),
  claim(
    'promotes however far it lags',
    '{candidate} takes the leader key and promotes its PostgreSQL, however far it lags.',
    lags,
    at =>
      refusedBefore(at)
        ? false
        : candidateState(at)?.inRecovery !== false &&
          `it did not: Patroni answered ${at.seen.answer?.body ?? 'nothing'}`,
  ),
  claim(
    'the agent hands over',
    'When the agent of {leader} picks up the request, it shuts down its PostgreSQL, gives up the leader ' +
      'key and starts PostgreSQL again as a replica.',
    at => changed(at.seen) && agentAlive(at.seen),
    ({ part, seen }) => {
      const now = seen.after.postgres.get(part['leader'] ?? '');
      return (
        changed(seen) &&
        agentAlive(seen) &&
        (!wasShutDown(seen)
          ? 'its PostgreSQL was not shut down'
          : now?.inRecovery !== true && 'its PostgreSQL does not run as a replica')
      );
    },
  ),
  claim(
    'the candidate promotes',
    '{candidate} takes the leader key and promotes its PostgreSQL.',
    whenChanged,
    at => changed(at.seen) && candidateState(at)?.inRecovery !== false && 'it is in recovery',
  ),
  claim(
    'the candidate becomes standby leader',
    '{candidate} takes the leader key and becomes the standby leader: it stays in recovery and follows the other ' +
      'cluster.',
    whenChanged,
    at =>
      changed(at.seen) &&
      (candidateState(at)?.inRecovery !== true ||
        candidateState(at)?.follows !== null ||
        candidateState(at)?.port === null) &&
      'it does not',
  ),
  claim(
    'no override',
    'While a leader lives, a failover overrides nothing: the member that leads by then carries it out.',
    at => changed(at.seen) && agentAlive(at.seen),
    ({ seen }) => {
      const then = seen.leaderThen ?? '';
      return (
        changed(seen) &&
        agentAlive(seen) &&
        seen.before.postgres.get(then)?.startedAt === seen.after.postgres.get(then)?.startedAt &&
        `the PostgreSQL of ${then} was not shut down`
      );
    },
  ),
  claim('neither half', 'Patroni does not offer either half separately.', always, holds),
  claim(
    'silent agent',
    'Nothing is known from the agent of {leader} itself ({why:.*}).',
    always,
    ({ part, seen }) => seen.before.answering.has(part['leader'] ?? '') && 'it answers',
  ),
  claim(
    'a standby cluster takes no writes',
    'The members of a standby cluster accept no writes before, during and after this.',
    always,
    ({ seen }) => seen.acknowledged.length > 0 && `"${seen.acknowledged[0]?.member ?? ''}" acknowledged a row`,
  ),
  claim(
    'the shutdown closes connections, and nobody writes until the promotion',
    'If the old leader shuts down, connections to it are closed, and no member accepts writes from then to ' +
      'the promotion of the candidate.',
    ({ seen }) => wasShutDown(seen),
    ({ seen }) =>
      wasShutDown(seen) &&
      ((!seen.disconnected.has(seen.oldLeader) && 'a connection to it is still open') ||
        (twoWriters(seen) && 'two members took writes')),
  ),
  claim(
    'the shutdown closes connections',
    'If the old leader shuts down, connections to it are closed.',
    ({ seen }) => wasShutDown(seen),
    ({ seen }) => wasShutDown(seen) && !seen.disconnected.has(seen.oldLeader) && 'a connection to it is still open',
  ),
];

const AUTHORITY: readonly Claim[] = [
  claim(
    'stays in the store',
    'If the agent of {leader} does not pick up the request, the request stays in the configuration store, ' +
      "even after Patroni's answer.",
    at => answered(at, /status unknown/u),
    at => answered(at, /status unknown/u) && !at.seen.after.pending && !changed(at.seen) && 'it is gone from there',
  ),
  claim(
    'carried out when the key runs out',
    'When the leader key of {leader} has expired, {candidate} takes the {lead:lead|lead and ' +
      'promotes}{synchronous:(?: if it is a synchronous standby then, and)?} however far it lags.',
    keyRanOut,
    at =>
      keyRanOut(at) &&
      !changed(at.seen) &&
      !refusedBefore(at) &&
      (at.part['synchronous'] === '' || isSynchronous(at)) &&
      `it does not lead; Patroni answered ${at.seen.answer?.body ?? 'nothing'}`,
  ),
  claim(
    'whether the old leader writes is not checked',
    'Patroni does not check that the PostgreSQL of {leader:.+} has stopped writing (P6-A1){rest:: if only the ' +
      'agent beside it died, two members can accept writes\\.|\\.}',
    ({ seen }) => twoWriters(seen),
    holds,
  ),
  claim(
    'two members can accept writes',
    'If only the agent beside it {died:died|is dead}, two members can accept writes.',
    ({ seen }) => twoWriters(seen),
    holds,
  ),
  claim(
    'also when the agent is back',
    'While the cluster is paused, this continues even when that agent is back.',
    ({ seen }) => seen.notes.has('both write when the agent is back'),
    ({ seen }) =>
      agentOnlyDied({ seen }) && !seen.notes.has('both write when the agent is back') && 'the old leader stopped',
  ),
  claim(
    'failsafe mode',
    'Failsafe mode is on: a leader that cannot reach the configuration store goes on as long as it reaches every ' +
      'member, and for ttl seconds after that no other member takes the lead.',
    ({ seen }) => seen.notes.has('nobody led within ttl'),
    ({ seen }) =>
      (seen.notes.has('the leader stopped without the store') && 'it did not go on') ||
      (seen.notes.has('another led within ttl') && 'another member took the lead'),
  ),
  claim(
    'a paused standby cluster waits',
    'In a paused standby cluster the agent of {leader} does not pick up such a request: it stays in the ' +
      'configuration store, and is carried out when the cluster is resumed.',
    always,
    ({ seen }) =>
      (changed(seen) && 'it was carried out while paused') ||
      (!seen.after.pending && 'it is gone from the store') ||
      (seen.eventually?.leader !== seen.candidate && 'it was not carried out when the cluster was resumed'),
  ),
  claim(
    'paused',
    'The cluster is paused: Patroni does not replace a leader that fails, and the cluster stays paused ' +
      'after this request.',
    always,
    ({ seen }) => !(seen.before.paused && seen.after.paused) && 'it is not paused',
  ),
];

const REPLICATION: readonly Claim[] = [
  claim(
    'others follow',
    'The other members follow {candidate} on the new timeline.',
    whenChanged,
    at =>
      follow(at) ||
      (changed(at.seen) &&
        others(at).some(([, { timeline }]) => timeline !== candidateState(at)?.timeline) &&
        'one is on another timeline'),
  ),
  claim(
    'others follow in a standby cluster',
    "The other members follow {candidate}, and {same} follows the other cluster, on that cluster's timeline.",
    whenChanged,
    at =>
      follow(at) ||
      (changed(at.seen) &&
        candidateState(at)?.timeline !==
          at.seen.before.listed.find(({ role }) => role === 'standby_leader')?.timeline &&
        'the timeline is another one'),
  ),
  claim(
    'rewound',
    'A member whose WAL does not continue that timeline has to be rewound or rebuilt, and loses what it ' +
      'holds beyond it.',
    ({ seen }) => lostRows(seen) > 0,
    at => {
      const { seen } = at;
      const kept = candidateState(at)?.rows;
      const beyond = (rows: ReadonlySet<number>): boolean =>
        seen.acknowledged.some(
          ({ member, row }) => member === seen.oldLeader && rows.has(row) && kept?.has(row) === false,
        );
      return (
        changed(seen) &&
        others(at)
          .map(([name, { rows }]) => beyond(rows) && `"${name}" still has rows that "${seen.candidate}" has not`)
          .find(Boolean)
      );
    },
  ),
];

const DURABILITY: readonly Claim[] = [
  claim(
    'a standby cluster acknowledges nothing',
    'A standby cluster acknowledges no writes of its own.',
    always,
    ({ seen }) => seen.acknowledged.length > 0 && 'it does',
  ),
  claim(
    'received again',
    'What {old:.+} received from the other cluster and {candidate} did not, {same} has to receive again from ' +
      'there (P6-S1).',
    whenChanged,
    at => changed(at.seen) && candidateState(at)?.port === null && 'it receives nothing',
  ),
  claim(
    'asynchronous',
    'Synchronous mode is off.',
    always,
    at =>
      (at.seen.before.listed.some(({ role }) => /sync|quorum/u.test(role)) || synchronousNames(at) !== '') &&
      'there are synchronous standbys',
  ),
  claim(
    'not proven',
    'Patroni does not prove that every acknowledged write is on the candidate (P6-S1).',
    ({ seen }) => lostRows(seen) > 0,
    holds,
  ),
  claim(
    'not on the new timeline',
    'What {old:.+} acknowledged and {candidate} did not receive is not on the new timeline.',
    ({ seen }) => lostRows(seen) > 0,
    at => changed(at.seen) && candidateState(at) === null && 'the candidate does not answer',
  ),
  claim(
    'quorum',
    'Synchronous mode is quorum: a commit waits for {count:\\d+} of the quorum standbys, and it is not ' +
      'known for which.',
    always,
    at =>
      synchronousNames(at) !== '' &&
      !synchronousNames(at).startsWith(`ANY ${at.part['count'] ?? ''} `) &&
      `synchronous_standby_names is ${synchronousNames(at)}`,
  ),
  claim(
    'the quorum is ignored',
    'A failover to a named candidate ignores what the quorum requires.',
    ({ seen }) => seen.notes.has('rows are missing'),
    ({ seen }) => !changed(seen) && 'it was not carried out',
  ),
  claim(
    'the quorum is not looked at',
    'Patroni does not check whether the candidate was among them.',
    ({ seen }) => seen.notes.has('rows are missing'),
    at => isSynchronous(at) && !changed(at.seen) && 'it was not carried out',
  ),
  claim(
    'synchronous',
    'Synchronous mode is on, {strict:strict: without a synchronous standby commits wait|not strict: without a ' +
      'synchronous standby commits are acknowledged by the leader alone}.',
    ({ seen }) => seen.notes.has('alone: acknowledged') || seen.notes.has('alone: waits'),
    at =>
      (at.seen.before.config['synchronous_mode'] !== true && 'it is not on') ||
      (at.seen.notes.has('alone: acknowledged') &&
        at.part['strict']?.startsWith('strict') === true &&
        'the leader alone acknowledged a row') ||
      (at.part['strict']?.startsWith('not') === true &&
        ((at.seen.notes.has('alone: waits') && 'commits wait') ||
          (at.seen.notes.has('waits for a lost standby') &&
            !GOES_ON_WAITING.test(at.seen.version) &&
            'commits wait for a lost standby'))),
  ),
  claim(
    'goes on waiting',
    '{releases:Patroni (?:3\\.0|4\\.0 before 4\\.0\\.6)} goes on waiting for a standby that was lost before it had ' +
      'become synchronous: then commits wait even so.',
    ({ seen }) => seen.notes.has('waits for a lost standby'),
    ({ seen }) => seen.notes.has('waits for no lost standby') && 'they do not wait',
  ),
  claim(
    'to a synchronous standby only',
    'Patroni switches over to a synchronous standby only, and reports {candidate} as {role:\\w+}.',
    always,
    at =>
      (changed(at.seen) && !isSynchronous(at) && 'it was carried out for another member') ||
      ((at.part['role'] === 'one') !== isSynchronous(at) && 'that is not its role'),
  ),
  claim(
    'sessions of their own',
    'What sessions with synchronous_commit off or local acknowledged may be missing there.',
    ({ seen }) => seen.notes.has('a row with synchronous_commit local is lost'),
    holds,
  ),
  claim(
    'is a synchronous standby',
    'Patroni reports {candidate} as a synchronous standby.',
    always,
    at => !isSynchronous(at) && 'it is none',
  ),
  claim(
    'reported role',
    'Patroni reports {candidate} as {role:replica|quorum_standby|of unknown role}.',
    always,
    ({ part, seen }) =>
      seen.before.listed.find(({ name }) => name === seen.candidate)?.role !== part['role'] && 'that is not its role',
  ),
  claim(
    'fails over to any member',
    'Patroni reports {candidate} as {role:\\w+}, and Patroni {series:[\\d.]+} fails over to a member that is no ' +
      'synchronous standby, too.',
    whenChanged,
    at =>
      (!at.seen.version.startsWith(at.part['series'] ?? '?') && `it is ${at.seen.version}`) ||
      (!changed(at.seen) && !refusedBefore(at) && 'it does not'),
  ),
  claim(
    'takes back a failover to any member',
    'A living leader under Patroni {series:[\\d.]+} takes back a failover to a member that is no synchronous ' +
      'standby; without a living leader it is carried out.',
    always,
    at =>
      (!at.seen.version.startsWith(at.part['series'] ?? '?') && `it is ${at.seen.version}`) ||
      (changed(at.seen) === agentAlive(at.seen) &&
        (changed(at.seen) ? 'it was carried out' : 'it was not carried out')),
  ),
];

const REJECTION: readonly Claim[] = [
  claim(
    'no dry run',
    'Patroni has no dry run, so it was not asked beforehand what it would decide.',
    always,
    ({ seen }) => seen.received.length > 1 && `it was asked ${seen.received.length} times`,
  ),
  claim('decides on arrival', 'It decides when the request arrives.', always, holds),
  claim(
    'refused for its tag',
    '{candidate} carries the tag {tag:.+}, with which Patroni refuses it.',
    always,
    at => !refusedBefore(at) && `Patroni answered ${at.seen.answer?.body ?? 'nothing'}`,
  ),
  claim(
    'refused before anything is written',
    'Patroni refuses the request before it writes anything (400, 401, 403, 412) when the login or the address is ' +
      'not admitted, or {reasons:.+}.',
    refusedBefore,
    at =>
      (refusedBefore(at) && (changed(at.seen) || at.seen.after.pending) && 'it was written') ||
      (at.part['reasons']?.includes('is not a synchronous standby') === true &&
        !isSynchronous(at) &&
        !refusedBefore(at) &&
        'it is none, and Patroni did not refuse') ||
      (at.seen.notes.has('nofailover') && !refusedBefore(at) && 'it is tagged, and Patroni did not refuse'),
  ),
  claim(
    'taken back',
    'The agent of {leader} takes the request back (503, "{action:\\w+} failed") when {reasons:.+}.',
    at => lags(at) && agentAlive(at.seen),
    at =>
      (lags(at) &&
        agentAlive(at.seen) &&
        !answered(at, / failed$/u) &&
        `it lags, and Patroni answered ${at.seen.answer?.body ?? 'nothing'}`) ||
      (at.part['reasons']?.includes('it is no synchronous standby') === true &&
        agentAlive(at.seen) &&
        !isSynchronous(at) &&
        changed(at.seen) &&
        'it is none, and the request was carried out') ||
      (at.seen.notes.has('no quorum standby') &&
        at.part['reasons']?.includes('it is no quorum standby') === true &&
        changed(at.seen) &&
        'it is none, and the request was carried out'),
  ),
  claim(
    'failed proves nothing',
    'That answer does not prove that nothing was executed: in one kind of configuration store it can be given ' +
      'after a success, so it is reported as unknown.',
    at => answered(at, /(?:Switchover|Failover) failed/u),
    at =>
      answered(at, /(?:Switchover|Failover) failed/u) &&
      at.seen.outcome !== 'unknown' &&
      `it is reported as ${at.seen.outcome}`,
  ),
  claim(
    'an echo proves nothing',
    'If {leader} is not the leader by then, this same request, delivered twice, can have caused that: it ' +
      'is reported as unknown.',
    at => answered(at, /leader name does not match/u),
    at =>
      answered(at, /leader name does not match/u) &&
      at.seen.outcome !== 'unknown' &&
      `it is reported as ${at.seen.outcome}`,
  ),
  claim(
    'another may lead',
    'If two requests meet, or {candidate} becomes unreachable after Patroni has accepted it, another member ' +
      'may lead afterwards.',
    ({ seen }) => seen.notes.has('the candidate died'),
    holds,
  ),
  claim(
    'another is no success',
    'An answer that names another member than {candidate} is not reported as executed.',
    at => !changed(at.seen),
    ({ seen }) => !changed(seen) && seen.outcome === 'executed' && 'it is reported as executed',
  ),
  claim(
    'how long Patroni waits',
    'Patroni waits {seconds:\\d+} seconds for the request to be carried out, and asks the members and the ' +
      'store before and after that.',
    always,
    at => {
      const wait = Number(at.part['seconds']) * 1000;
      return (
        (at.seen.tookMs > wait + 30_000 && `the answer took ${at.seen.tookMs} ms`) ||
        (answered(at, /status unknown/u) && at.seen.tookMs < wait && `it answered after ${at.seen.tookMs} ms`)
      );
    },
  ),
  claim(
    'how long the answer is waited for',
    'This program waits {seconds:\\d+} seconds for the answer.',
    always,
    ({ part, seen }) => seen.tookMs > Number(part['seconds']) * 1000 + 5000 && `it took ${seen.tookMs} ms`,
  ),
  claim(
    'unknown',
    'If Patroni answers that the status is unknown, or no answer comes, the outcome is unknown: the ' +
      'leader may still change afterwards.',
    at => answered(at, /status unknown/u) || (at.seen.sent && at.seen.answer === null),
    at =>
      (answered(at, /status unknown/u) || (at.seen.sent && at.seen.answer === null)) &&
      at.seen.outcome !== 'unknown' &&
      `it is reported as ${at.seen.outcome}`,
  ),
];

const REST: readonly Claim[] = [
  claim('no undo', 'There is no undo.', always, holds),
  claim(
    'the way back',
    'Handing the lead back is another switchover, with its own explanation and confirmation{timeline:(?:, and begins ' +
      'another timeline)?}.',
    whenChanged,
    at => {
      const begins =
        (candidateState(at)?.timeline ?? 0) > (at.seen.before.postgres.get(at.seen.oldLeader)?.timeline ?? 0);
      return (
        changed(at.seen) &&
        at.seen.before.postgres.get(at.seen.oldLeader) !== null &&
        begins !== (at.part['timeline'] !== '') &&
        `a switchover ${begins ? 'begins' : 'does not begin'} one`
      );
    },
  ),
  claim(
    'the leader is named',
    'The request names {leader} as the leader, and Patroni refuses it (412) when another member is the leader by then.',
    ({ seen }) => seen.leaderThen !== seen.leaderBefore,
    at =>
      at.seen.leaderThen !== at.seen.leaderBefore &&
      at.seen.leaderThen !== null &&
      at.seen.answer?.status !== '412' &&
      `Patroni answered ${at.seen.answer?.body ?? 'nothing'}`,
  ),
  claim(
    'all the protection',
    'That is all the protection there is: Patroni counts no control version, so no other change since this ' +
      'was read is noticed.',
    always,
    holds,
  ),
  claim(
    'no ledger',
    'It has no ledger either: it does not know request ids, and would not recognise a request that another window ' +
      'has sent.',
    always,
    holds,
  ),
  claim(
    'no protection',
    'Nothing protects against acting on an old view here: a failover names no leader, and Patroni counts no ' +
      'control version.',
    ({ seen }) => seen.leaderThen !== seen.leaderBefore,
    at =>
      at.seen.leaderThen !== at.seen.leaderBefore &&
      at.seen.leaderThen !== at.seen.candidate &&
      !changed(at.seen) &&
      'it was refused',
  ),
];

const CHECKS: readonly Claim[] = [
  claim(
    'reported leader',
    'Patroni reports {leader:\\w+} as the leader, state {state:[\\w ]+}.',
    always,
    ({ part, seen }) => {
      const listed = seen.before.listed.find(({ name }) => name === part['leader']);
      return (
        (seen.before.leader !== part['leader'] || listed?.state !== part['state']) &&
        `/cluster has ${seen.before.leader ?? 'nobody'}, ${listed?.state ?? 'no state'}`
      );
    },
  ),
  claim(
    'no reported leader',
    'Patroni reports no leader; what PostgreSQL does on the old one is unknown.',
    always,
    ({ seen }) => seen.before.leader !== null && `"${seen.before.leader}" leads`,
  ),
  claim(
    'check: whether the old leader writes',
    'Patroni does not check that the PostgreSQL of the old leader has stopped accepting writes.',
    agentOnlyDied,
    holds,
  ),
  claim(
    'reported candidate',
    'Patroni reports {member:\\w+} as {role:\\w+}, lag {lag:unknown|\\d+ bytes}.',
    always,
    ({ part, seen }) => {
      const listed = seen.before.listed.find(({ name }) => name === part['member']);
      return (
        (listed?.role !== part['role'] || (part['lag'] === 'unknown') !== (typeof listed?.lag !== 'number')) &&
        `/cluster has ${listed?.role ?? 'no role'}, ${listed?.lag ?? 'no lag'}`
      );
    },
  ),
  claim(
    'check: whether writes are on the candidate',
    'Patroni does not check that every write that the old leader acknowledged is on the candidate.',
    ({ seen }) => lostRows(seen) > 0,
    holds,
  ),
  claim('check: lost', 'What is not there is missing from the new timeline.', ({ seen }) => lostRows(seen) > 0, holds),
];

export const CLAIMS: readonly Claim[] = [
  ...ACTION,
  ...HAND_OVER,
  ...AUTHORITY,
  ...REPLICATION,
  ...DURABILITY,
  ...REJECTION,
  ...REST,
  ...CHECKS,
];
