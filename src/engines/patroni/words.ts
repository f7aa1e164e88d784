/**
 * What a switchover and a failover do under Patroni, in its own terms: leader and candidate, timelines, positions.
 * Positions stand beside each other with where and when each was read; nothing is computed from them (P7-A3). Each mode
 * of a cluster is a case of its own; one that is not known is said to be unknown, and nothing is promised of it. The
 * sentences are held against real clusters of every version by `test/patroni/explanations.test.ts`.
 */
import type { ControlCommandName } from '../../control-plane/commands.ts';
import { toWire, type StateChange } from '../../control-plane/views.ts';
import type { CostWords, Fact, Words } from '../../control-plane/words.ts';
import { COST_DOCUMENT, explanationDocument } from './document.ts';
import type { PatroniFacts, PatroniPosition } from './facts.ts';
import { lsn } from './lsn.ts';
import type { PatroniExplanation } from './views.ts';

/** The words for a switchover or a failover. A demotion is refused before there is anything to explain. */
export function patroniWords(
  command: Exclude<ControlCommandName, 'request_demotion'>,
  explained: PatroniExplanation,
  patroni: PatroniFacts,
): Words {
  const request: Request = {
    candidate: explained.target,
    leader: explained.primaryId,
    forced: command === 'force_promotion',
    asksForWrites: explained.overriddenInvariants.includes('P6-S1'),
    facts: patroni,
  };
  return {
    action: action(request),
    changes: changes(request, explained),
    consequences: [
      ...handOver(request),
      ...authority(request),
      ...unfollowed(request),
      ...pause(request),
      replication(request),
      ...durability(request).map(text => ({ scope: 'durability', text }) as const),
    ],
    facts: factsOf(patroni, explained.primaryId),
    undo: patroni.standbyCluster
      ? 'There is no undo. Handing the lead back is another switchover, explained and confirmed by itself.'
      : 'There is no undo. Handing the lead back is another switchover, explained and confirmed by itself, and ' +
        'begins another timeline.',
    rejection: rejection(request, explained.answerMs),
    protection: protection(request),
    reliedOn: request.forced
      ? ['P6-A1', 'P6-S1', 'P7-A2', 'P7-E1', 'P7-E2', 'P7-E3']
      : ['P6-A1', 'P6-A2', 'P6-S1', 'P7-A3', 'P7-E1', 'P7-E2', 'P7-E3'],
    document: explanationDocument(explained.epoch?.toString() ?? null, toWire(explained.members)),
  };
}

/** What is asked, and of which cluster. */
interface Request {
  readonly candidate: string;
  readonly leader: string | null;
  readonly forced: boolean;
  /** Whether it is acknowledged that acknowledged writes may be missing on the candidate. */
  readonly asksForWrites: boolean;
  readonly facts: PatroniFacts;
}

type Consequence = Words['consequences'][number];

function action({ candidate, leader, forced, facts }: Request): string {
  if (forced)
    return `Ask Patroni to fail over to the candidate "${candidate}". The request names the candidate and nothing else.`;
  const what = facts.standbyCluster
    ? 'the one hands the lead of the standby cluster over to the other'
    : 'demotes the one and promotes the other';
  return (
    `Ask Patroni to switch over from the leader "${leader ?? 'unknown'}" to the candidate "${candidate}": one ` +
    `engine operation ${what}.`
  );
}

function changes({ candidate, leader, facts }: Request, explained: PatroniExplanation): readonly StateChange[] {
  const timeline = explained.epoch?.toString() ?? 'unknown';
  const role = (node: string, after: string): StateChange => ({
    component: 'role',
    nodeId: node,
    before: explained.members.find(({ nodeId }) => nodeId === node)?.patroni.role ?? null,
    after,
  });
  return [
    { component: 'leader', nodeId: null, before: leader ?? 'none known', after: candidate },
    ...(leader === null
      ? []
      : [role(leader, facts.leaderSilent === null ? followerRole(facts) : 'unknown: nothing is known from its agent')]),
    role(candidate, facts.standbyCluster ? 'standby_leader' : 'leader'),
    {
      component: 'timeline',
      nodeId: null,
      before: timeline,
      after: facts.standbyCluster ? `${timeline}, no new one` : `above ${timeline}`,
    },
  ];
}

/**
 * What a member that follows is called in `/cluster`: the configuration store may make it a standby that commits wait
 * for, or not.
 */
function followerRole({ replication: { mode }, standbyCluster }: PatroniFacts): string {
  if (standbyCluster) return 'replica';
  switch (mode) {
    case 'asynchronous':
      return 'replica';
    case 'synchronous':
      return 'replica or sync_standby';
    case 'quorum':
      return 'replica or quorum_standby';
    case 'unknown':
      return 'replica or a kind of standby';
  }
}

/** Who carries the request out, and how. */
function handOver({ candidate, leader, forced, facts }: Request): readonly Consequence[] {
  const takes = facts.standbyCluster
    ? 'takes the leader key and becomes the standby leader: it stays in recovery and follows the other cluster'
    : 'takes the leader key and promotes its PostgreSQL';
  if (leader === null)
    return [{ scope: 'node', text: `Patroni reports no leader. "${candidate}" ${takes}, however far it lags.` }];
  const steps =
    `When the agent of "${leader}" takes the request up, it shuts its PostgreSQL down, gives the leader key up and ` +
    `starts PostgreSQL again as a replica. "${candidate}" ${takes}.`;
  return [
    {
      scope: 'node',
      text: forced
        ? `${steps} While a leader lives a failover is no override, and it is carried out by whoever leads by then.`
        : `${steps} Patroni offers neither half by itself.`,
    },
    ...(facts.leaderSilent === null
      ? []
      : [
          {
            scope: 'node',
            text: `Nothing is known from the agent of "${leader}" itself (${facts.leaderSilent}).`,
          } as const,
        ]),
    facts.standbyCluster
      ? {
          scope: 'cluster',
          text:
            'The members of a standby cluster accept no writes before, during and after this. Where the old leader ' +
            'shuts down, connections to it are closed.',
        }
      : {
          scope: 'cluster',
          text:
            'Where the old leader shuts down, connections to it are closed, and no member accepts writes from then ' +
            'to the promotion of the candidate.',
        },
  ];
}

/**
 * What becomes of the request where the leader's agent does not carry it out: then nobody makes the old leader stop.
 */
function authority({ candidate, leader, forced, facts }: Request): readonly Consequence[] {
  if (leader === null) {
    return [
      {
        scope: 'cluster',
        text:
          'Patroni does not check that the PostgreSQL of the old leader has stopped writing (P6-A1). Where only ' +
          'the agent beside it died, two members can accept writes.',
      },
    ];
  }
  const lead = facts.standbyCluster ? 'lead' : 'lead and promotes';
  const member = facts.standbyCluster
    ? ''
    : ` Patroni does not check that the PostgreSQL of "${leader}" has stopped writing (P6-A1): where only the ` +
      'agent beside it died, two members can accept ' +
      `writes.${facts.paused === true ? ' While the cluster is paused this goes on also when that agent is back.' : ''}`;
  const failsafe = facts.failsafeMode
    ? ' Failsafe mode is on: a leader that cannot reach the configuration store goes on as long as it reaches ' +
      'every member, and for ttl seconds after that no other member takes the lead.'
    : '';
  const synchronous =
    !forced && facts.replication.mode === 'synchronous' && !facts.standbyCluster
      ? ' if it is a synchronous standby then, and'
      : '';
  return [
    {
      scope: 'cluster',
      text:
        `Where the agent of "${leader}" does not take the request up, it stays in the configuration store, also ` +
        `after Patroni's answer. When the leader key of "${leader}" has run out, "${candidate}" takes ` +
        `the ${lead}${synchronous} however far it lags.${member}${failsafe}`,
    },
  ];
}

/** What of this cluster makes that the request is not taken up. */
function unfollowed({ leader, facts }: Request): readonly Consequence[] {
  return facts.paused === true && facts.standbyCluster && leader !== null
    ? [
        {
          scope: 'cluster',
          text:
            `In a paused standby cluster the agent of "${leader}" takes no such request up: it stays in the ` +
            'configuration store, and is carried out when the cluster is resumed.',
        },
      ]
    : [];
}

function pause({ facts: { paused } }: Request): readonly Consequence[] {
  if (paused === null)
    return [
      { scope: 'cluster', text: 'Whether the cluster is paused is unknown: "pause" in the answer cannot be read.' },
    ];
  return paused
    ? [
        {
          scope: 'cluster',
          text:
            'The cluster is paused: Patroni itself replaces no leader that fails, and it stays paused after this ' +
            'request.',
        },
      ]
    : [];
}

function replication({ candidate, facts }: Request): Consequence {
  return {
    scope: 'replication',
    text: facts.standbyCluster
      ? `The other members follow "${candidate}", and "${candidate}" follows the other cluster, on the timeline of ` +
        'that one.'
      : `The other members follow "${candidate}" on the new timeline. One whose WAL does not continue it has to be ` +
        'rewound or built anew, and loses what it holds beyond that.',
  };
}

/** What is known of acknowledged writes, by the mode of the cluster, and no more. */
function durability(request: Request): readonly string[] {
  const { candidate, leader, forced, asksForWrites, facts } = request;
  const { replication: by, behaviour } = facts;
  const old = leader === null ? 'the old leader' : `"${leader}"`;
  const lost =
    `Patroni does not prove that every acknowledged write is on the candidate (P6-S1). What ${old} acknowledged ` +
    `and "${candidate}" did not receive is not on the new timeline.`;
  if (facts.standbyCluster) {
    return [
      `A standby cluster acknowledges no writes of its own. What ${old} received from the other cluster and ` +
        `"${candidate}" did not, "${candidate}" has to receive again from there (P6-S1).`,
    ];
  }
  switch (by.mode) {
    case 'asynchronous':
      return [`Synchronous mode is off. ${lost}`];
    case 'quorum':
      return [
        `Synchronous mode is quorum: a commit waits for ${by.count ?? 'an unknown number'} of the quorum ` +
          'standbys, and nobody knows for ' +
          `which. ${forced ? `A failover to a named candidate ignores what the quorum requires.` : 'Patroni does not look whether the candidate was among them.'} ${lost}`,
      ];
    case 'unknown':
      return [
        behaviour === null
          ? `Synchronous mode is set to "${by.value}". What the version of Patroni that runs makes of that is not ` +
            `known here. ${lost}`
          : `Synchronous mode is set to "${by.value}", which is not known here. ${lost}`,
      ];
    case 'synchronous':
      return synchronousDurability(request, asksForWrites, lost, by.strict);
  }
}

function synchronousDurability(
  {
    candidate,
    forced,
    facts: {
      behaviour,
      candidate: { role },
    },
  }: Request,
  asksForWrites: boolean,
  lost: string,
  strict: boolean,
): readonly string[] {
  const mode =
    'Synchronous mode is ' +
    `on${strict ? ', strict: without a synchronous standby commits wait' : ', not strict: without a synchronous standby commits are acknowledged by the leader alone'}.`;
  const beside = 'What sessions with synchronous_commit off or local acknowledged need not be on it.';
  if (!forced) {
    return [
      `${mode} Patroni switches over to a synchronous standby only, and reports "${candidate}" ` +
        `as ${role === 'sync_standby' ? 'one' : (role ?? 'of unknown role')}. ${beside}`,
    ];
  }
  if (!asksForWrites) return [`${mode} Patroni reports "${candidate}" as a synchronous standby. ${beside}`];
  if (behaviour === null)
    return [
      `${mode} Patroni reports "${candidate}" as ${role ?? 'of unknown role'}. What the version of Patroni that ` +
        `runs makes of such a failover is not known here. ${lost}`,
    ];
  return [
    behaviour.failoverToAsynchronous === 'executed'
      ? `${mode} Patroni reports "${candidate}" as ${role ?? 'of unknown role'}, and Patroni ${behaviour.series} ` +
        `fails over to a member that is no synchronous standby, too. ${lost}`
      : `${mode} Patroni reports "${candidate}" as ${role ?? 'of unknown role'}. A living leader under ` +
        `Patroni ${behaviour.series} takes back a failover to a member that is no synchronous standby; without one ` +
        `it is carried out. ${lost}`,
  ];
}

function rejection(request: Request, answerMs: number | null): readonly string[] {
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
          `Where "${leader ?? 'unknown'}" is not the leader by then, that can be the work of this very request, ` +
            'delivered twice: it is reported as unknown.',
        ]),
    `Where two requests meet, or "${candidate}" becomes unreachable after Patroni has accepted it, another ` +
      `member may lead afterwards. An answer that names another member than "${candidate}" is not reported as ` +
      'executed.',
    `${waits === null ? 'For how long Patroni waits is unknown: loop_wait cannot be read.' : `Patroni waits ${waits} seconds for the request to be carried out, and asks members and store before and ` + 'after that.'} ${answerMs === null ? 'The answer is waited for as long as is configured here.' : `The answer is waited for ${Math.round(answerMs / 1000)} seconds here.`} ` +
      'Where Patroni answers that the status is unknown, or where no answer comes, the outcome is unknown: the ' +
      'leader may still change afterwards.',
  ];
}

function versionUnknown({ versions }: PatroniFacts): string {
  const told = versions
    .map(
      ({ node, version }) => `"${node}" ${version === null ? 'does not tell its version' : `runs Patroni ${version}`}`,
    )
    .join(', ');
  return (
    'What is said here was found on Patroni 3.0, 4.0 and 4.1, all members of one version. Here it is not known to ' +
    `hold: ${told}.`
  );
}

function either(reasons: readonly string[]): string {
  return reasons.length === 1 ? reasons.join('') : `${reasons.slice(0, -1).join(', ')}, or ${reasons.at(-1) ?? ''}`;
}

function protection({ leader, forced }: Request): string {
  const ledger =
    'Nor has it a ledger: it does not know request ids, and would not recognise a request that another window ' +
    'has sent.';
  return forced
    ? 'Nothing protects against acting on an old view here: a failover names no leader, and Patroni counts no ' +
        `control version. ${ledger}`
    : `The request names "${leader ?? 'unknown'}" as the leader, and Patroni refuses it (412) when another member ` +
        'is the leader by then. That is all the protection there is: Patroni counts no control version, so nothing ' +
        `else that moved since this was read is noticed. ${ledger}`;
}

function factsOf(
  { paused, scheduledSwitchover, settings, positions, versions, candidate, standbyCluster }: PatroniFacts,
  leader: string | null,
): readonly Fact[] {
  const read = { endpoint: settings.endpoint, time: settings.time };
  return [
    ...positions.map(position => positionFact(position, position.node === leader ? 'leader' : 'candidate')),
    ...versions.map(({ node, version }) => ({ name: `Patroni on ${node}`, value: version ?? 'unknown', origin: null })),
    { name: 'Role of the candidate', value: candidate.role ?? 'unknown', origin: null },
    { name: 'Paused', value: paused === null ? 'unknown' : paused ? 'yes' : 'no', origin: null },
    { name: 'Scheduled switchover', value: scheduledSwitchover ?? 'none', origin: null },
    { name: 'Standby cluster', value: standbyCluster ? 'yes' : 'no', origin: read },
    {
      name: 'Settings',
      value: settings.shown.map(({ name, value }) => `${name} ${value ?? 'not set'}`).join(', '),
      origin: read,
    },
  ];
}

function positionFact(position: PatroniPosition, role: string): Fact {
  const name = `Last known position of the ${role} ${position.node}`;
  if ('unknown' in position) return { name, value: `unknown: ${position.unknown}`, origin: null };
  const { timeline, written, received, replayed, endpoint, time } = position;
  const at = (what: string, value: bigint | null): string => `${what} ${value === null ? 'unknown' : lsn(value)}`;
  const where = written === null ? [at('received', received), at('replayed', replayed)] : [at('written', written)];
  return {
    name,
    value: [`timeline ${timeline?.toString() ?? 'unknown'}`, ...where].join(', '),
    origin: { endpoint, time },
  };
}

/** What collecting diagnostics costs, and whom. */
export function patroniCostWords(requests: bigint, node: string): CostWords {
  return {
    declared: `The cost: ${requests} requests to the configured addresses of the cluster.`,
    node:
      'Every configured address is asked for its own state, for which Patroni runs one query on its ' +
      `PostgreSQL; ${node} is asked for its configuration and its metrics too.`,
    replication: 'No replication state changes.',
    protection: 'Only configured addresses are asked, and each answer is shown under the address that gave it.',
    document: COST_DOCUMENT,
  };
}

/** What Patroni's answer says, and what it does not. */
export function patroniExecution(candidate: string, cluster: string, body: string): string {
  return (
    `Patroni of cluster "${cluster}" answered: ${body.trim()}. Its answer says who holds the leader key; whether ` +
    `"${candidate}" accepts writes, and on which timeline, is not in it.`
  );
}
