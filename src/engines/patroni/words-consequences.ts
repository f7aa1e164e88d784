/** What follows from a switchover or a failover: for the nodes, the cluster, replication and acknowledged writes. */
import type { PatroniFacts } from './facts.ts';
import type { Consequence, Request } from './words-request.ts';

const WHILE_PAUSED = ' While the cluster is paused, this continues even when that agent is back.';

/**
 * A follower's role in `/cluster` afterwards: the configuration store may or may not make it a standby that commits
 * wait for.
 */
export function followerRole({ replication: { mode }, standbyCluster }: PatroniFacts): string {
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
export function handOver({ candidate, leader, forced, facts }: Request): readonly Consequence[] {
  const takes = facts.standbyCluster
    ? 'takes the leader key and becomes the standby leader: it stays in recovery and follows the other cluster'
    : 'takes the leader key and promotes its PostgreSQL';
  if (leader === null)
    return [{ scope: 'node', text: `Patroni reports no leader. "${candidate}" ${takes}, however far it lags.` }];
  const steps =
    `When the agent of "${leader}" picks up the request, it shuts down its PostgreSQL, gives up the leader ` +
    `key and starts PostgreSQL again as a replica. "${candidate}" ${takes}.`;
  return [
    {
      scope: 'node',
      text: forced
        ? `${steps} While a leader lives, a failover overrides nothing: the member that leads by then carries it out.`
        : `${steps} Patroni does not offer either half separately.`,
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
            'The members of a standby cluster accept no writes before, during and after this. If the old ' +
            'leader shuts down, connections to it are closed.',
        }
      : {
          scope: 'cluster',
          text:
            'If the old leader shuts down, connections to it are closed, and no member accepts writes from then ' +
            'to the promotion of the candidate.',
        },
  ];
}

/** What happens if the leader's agent does not carry the request out: then nobody stops the old leader. */
export function authority({ candidate, leader, forced, facts }: Request): readonly Consequence[] {
  if (leader === null) {
    return [
      {
        scope: 'cluster',
        text:
          'Patroni does not check that the PostgreSQL of the old leader has stopped writing (P6-A1). If ' +
          'only the agent beside it died, two members can accept writes.',
      },
    ];
  }
  const lead = facts.standbyCluster ? 'lead' : 'lead and promotes';
  const member = facts.standbyCluster
    ? ''
    : ` Patroni does not check that the PostgreSQL of "${leader}" has stopped writing (P6-A1): if only the ` +
      `agent beside it died, two members can accept writes.${facts.paused === true ? WHILE_PAUSED : ''}`;
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
        `If the agent of "${leader}" does not pick up the request, the request stays in the configuration ` +
        `store, even after Patroni's answer. When the leader key of "${leader}" has expired, ` +
        `"${candidate}" takes the ${lead}${synchronous} however far it lags.${member}${failsafe}`,
    },
  ];
}

/** Why this cluster may ignore the request. */
export function unfollowed({ leader, facts }: Request): readonly Consequence[] {
  return facts.paused === true && facts.standbyCluster && leader !== null
    ? [
        {
          scope: 'cluster',
          text:
            `In a paused standby cluster the agent of "${leader}" does not pick up such a request: it ` +
            'stays in the configuration store, and is carried out when the cluster is resumed.',
        },
      ]
    : [];
}

export function pause({ facts: { paused } }: Request): readonly Consequence[] {
  if (paused === null)
    return [
      { scope: 'cluster', text: 'Whether the cluster is paused is unknown: "pause" in the answer cannot be read.' },
    ];
  return paused
    ? [
        {
          scope: 'cluster',
          text:
            'The cluster is paused: Patroni does not replace a leader that fails, and the cluster stays ' +
            'paused after this request.',
        },
      ]
    : [];
}

export function replication({ candidate, facts }: Request): Consequence {
  return {
    scope: 'replication',
    text: facts.standbyCluster
      ? `The other members follow "${candidate}", and "${candidate}" follows the other cluster, on that ` +
        "cluster's timeline."
      : `The other members follow "${candidate}" on the new timeline. A member whose WAL does not continue ` +
        'that timeline has to be rewound or rebuilt, and loses what it holds beyond it.',
  };
}

/** Only what is known about acknowledged writes, by the mode of the cluster. */
export function durability(request: Request): readonly string[] {
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
  const chosen = forced
    ? 'A failover to a named candidate ignores what the quorum requires.'
    : 'Patroni does not check whether the candidate was among them.';
  switch (by.mode) {
    case 'asynchronous':
      return [`Synchronous mode is off. ${lost}`];
    case 'quorum':
      return [
        `Synchronous mode is quorum: a commit waits for ${by.count ?? 'an unknown number'} of the quorum ` +
          `standbys, and it is not known for which. ${chosen} ${lost}`,
      ];
    case 'unknown':
      return [
        behaviour === null
          ? `Synchronous mode is set to "${by.value}". This program does not know how the running version of ` +
            `Patroni treats that. ${lost}`
          : `Synchronous mode is set to "${by.value}", which is not known here. ${lost}`,
      ];
    case 'synchronous':
      return synchronousDurability(request, asksForWrites, lost, by.strict);
  }
}

/**
 * Until 4.0.6, Patroni compared its choice only with its key `sync`, not with the standbys that PostgreSQL waits for
 * (its release notes; P6-S1).
 */
function stillWaited(behaviour: PatroniFacts['behaviour']): string {
  const releases = behaviour === null ? 'Some versions of Patroni' : behaviour.waitsForLostStandby;
  return releases === null
    ? ''
    : ` ${releases} ${behaviour === null ? 'go' : 'goes'} on waiting for a standby that was lost before it had ` +
        'become synchronous: then commits wait even so.';
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
  const without = strict ? 'commits wait' : 'commits are acknowledged by the leader alone';
  const mode =
    `Synchronous mode is on, ${strict ? '' : 'not '}strict: without a synchronous standby ${without}.` +
    (strict ? '' : stillWaited(behaviour));
  const beside = 'What sessions with synchronous_commit off or local acknowledged may be missing there.';
  if (!forced) {
    return [
      `${mode} Patroni switches over to a synchronous standby only, and reports "${candidate}" ` +
        `as ${role === 'sync_standby' ? 'one' : (role ?? 'of unknown role')}. ${beside}`,
    ];
  }
  if (!asksForWrites) return [`${mode} Patroni reports "${candidate}" as a synchronous standby. ${beside}`];
  if (behaviour === null)
    return [
      `${mode} Patroni reports "${candidate}" as ${role ?? 'of unknown role'}. This program does not know ` +
        `how the running version of Patroni treats such a failover. ${lost}`,
    ];
  return [
    behaviour.failoverToAsynchronous === 'executed'
      ? `${mode} Patroni reports "${candidate}" as ${role ?? 'of unknown role'}, and Patroni ${behaviour.series} ` +
        `fails over to a member that is no synchronous standby, too. ${lost}`
      : `${mode} Patroni reports "${candidate}" as ${role ?? 'of unknown role'}. A living leader under ` +
        `Patroni ${behaviour.series} takes back a failover to a member that is no synchronous standby; ` +
        `without a living leader it is carried out. ${lost}`,
  ];
}
