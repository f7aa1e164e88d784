/**
 * What a switchover and a failover do under Patroni, in its own terms: leader and candidate, timelines, positions. Positions
 * stand beside each other with where and when each was read; nothing is computed from them (P7-A3).
 */
import type { ControlCommandName } from './commands.ts';
import { lsn } from './lsn.ts';
import type { KernelExplanation, PatroniFacts, PatroniPosition, StateChange } from './views.ts';
import type { Fact, Words } from './words.ts';

/** The words for a control command. A demotion is refused before there is anything to explain. */
export function patroniWords(command: ControlCommandName, explained: KernelExplanation): Words {
  const { patroni } = explained;
  if (patroni === undefined || command === 'request_demotion') throw new Error(`Patroni reported nothing to explain ${command} from`);
  const { target: candidate, primaryId: leader } = explained;
  const timeline = explained.epoch?.toString() ?? 'unknown';
  const words = command === 'force_promotion' ? failover(explained, patroni) : switchover(candidate, leader ?? 'unknown', patroni);
  return {
    ...words,
    changes: [
      { component: 'leader', nodeId: null, before: leader ?? 'none known', after: candidate },
      ...(leader === null ? [] : [roleChange(explained, leader, 'replica')]),
      roleChange(explained, candidate, 'leader'),
      { component: 'timeline', nodeId: null, before: timeline, after: `above ${timeline}` },
    ],
    facts: factsOf(patroni, leader),
    undo: 'There is no undo. Handing the lead back is another switchover, explained and confirmed by itself, and begins another timeline.',
    rejection: [
      'Patroni has no dry run, so it was not asked beforehand what it would decide. It decides when the request arrives.',
      ...words.rejection,
      'Patroni may take 20 seconds and more to answer. Where it answers that the status is unknown, or where no answer comes, the outcome is unknown: the leader may still change afterwards.',
    ],
  };
}

type Own = Pick<Words, 'action' | 'consequences' | 'rejection' | 'protection' | 'reliedOn'>;

function switchover(candidate: string, leader: string, { settings, ...patroni }: PatroniFacts): Own {
  return {
    action: `Ask Patroni to switch over from the leader "${leader}" to the candidate "${candidate}": one engine operation demotes the one and promotes the other.`,
    consequences: [
      { scope: 'node', text: `"${leader}" shuts its PostgreSQL down, gives up the leader key and comes back as a replica. "${candidate}" takes the key and promotes its PostgreSQL. Patroni offers neither half by itself.` },
      { scope: 'cluster', text: 'No member accepts writes from the shutdown of the one to the promotion of the other. Connections to the old leader are closed.' },
      ...pause(patroni),
      { scope: 'replication', text: `The other members follow "${candidate}" on the new timeline. One whose WAL does not continue it has to be rewound or built anew.` },
      { scope: 'durability', text: settings.synchronousMode === null || settings.synchronousMode === 'false'
        ? `Synchronous mode is off. Patroni refuses a candidate whose received WAL lags by more than maximum_lag_on_failover (${settings.maximumLagOnFailover ?? 'not set'}); it does not prove that every acknowledged write is on the candidate.`
        : `Synchronous mode is ${settings.synchronousMode}. Patroni switches over only to a synchronous standby.` },
    ],
    rejection: [
      `Patroni refuses the request when "${leader}" is not the leader, when "${candidate}" is no member, does not answer, lags too far or is tagged nofailover, or, in synchronous mode, is not a synchronous standby.`,
      `Where two switchovers meet, both may be answered with success; an answer that names another member than "${candidate}" is not reported as executed.`,
    ],
    protection: `The request names "${leader}" as the leader, and Patroni refuses it (412) when another member is the leader by then. That is all the protection there is: Patroni counts no control version, so nothing else that moved since this was read is noticed. Nor has it a ledger: it does not know request ids, and would not recognise a request that another window has sent.`,
    reliedOn: ['P6-A1', 'P6-A2', 'P6-S1', 'P7-A3', 'P7-E1', 'P7-E2', 'P7-E3'],
  };
}

function failover({ target: candidate, primaryId: leader, overriddenInvariants }: KernelExplanation, patroni: PatroniFacts): Own {
  const old = leader === null ? 'the old leader' : `"${leader}"`;
  return {
    action: `Ask Patroni to fail over to the candidate "${candidate}". The request names the candidate and nothing else.`,
    consequences: [
      { scope: 'node', text: `"${candidate}" takes the leader key and promotes its PostgreSQL.` },
      { scope: 'cluster', text: leader === null
        ? 'Patroni reports no leader.'
        : `Patroni reports "${leader}" as the leader. While a leader lives, a failover is no override: Patroni has that leader shut down and hand over, in the same engine operation, whoever it is by then.` },
      { scope: 'cluster', text: `Patroni does not check that the PostgreSQL of ${old} has stopped writing (P6-A1). Where only the agent beside it died, two members accept writes.` },
      ...pause(patroni),
      { scope: 'replication', text: `The other members follow "${candidate}" on the new timeline. One whose WAL does not continue it has to be rewound or built anew.` },
      { scope: 'durability', text: !overriddenInvariants.includes('P6-S1')
        ? `Synchronous mode is ${patroni.settings.synchronousMode ?? 'not set'}, and Patroni reports "${candidate}" as a synchronous standby.`
        : `Patroni does not check that every acknowledged write is on the candidate (P6-S1). What ${old} acknowledged and "${candidate}" did not receive is not on the new timeline.` },
    ],
    rejection: [
      `Patroni refuses the request when "${candidate}" is no member, does not answer, lags too far or is tagged nofailover.`,
      `An answer that names another member than "${candidate}" is not reported as executed.`,
    ],
    protection: 'Nothing protects against acting on an old view here: a failover names no leader, and Patroni counts no control version. Nor has it a ledger: it does not know request ids, and would not recognise a request that another window has sent.',
    reliedOn: ['P6-A1', 'P6-S1', 'P7-A2', 'P7-E1', 'P7-E2', 'P7-E3'],
  };
}

function pause({ paused }: Pick<PatroniFacts, 'paused'>): Words['consequences'] {
  return paused ? [{ scope: 'cluster', text: 'The cluster is paused: Patroni itself replaces no leader that fails, and it stays paused after this request.' }] : [];
}

function roleChange({ members }: KernelExplanation, node: string, after: string): StateChange {
  return { component: 'role', nodeId: node, before: members.find(({ nodeId }) => nodeId === node)?.patroni?.role ?? null, after };
}

function factsOf({ paused, scheduledSwitchover, settings, positions }: PatroniFacts, leader: string | null): readonly Fact[] {
  const read = { endpoint: settings.endpoint, time: settings.time };
  return [
    ...positions.map((position) => positionFact(position, position.node === leader ? 'leader' : 'candidate')),
    { name: 'Paused', value: paused ? 'yes' : 'no', origin: null },
    { name: 'Scheduled switchover', value: scheduledSwitchover ?? 'none', origin: null },
    { name: 'Synchronous mode', value: settings.synchronousMode ?? 'not set', origin: read },
    { name: 'Maximum lag on failover, bytes', value: settings.maximumLagOnFailover ?? 'not set', origin: read },
  ];
}

function positionFact(position: PatroniPosition, role: string): Fact {
  const name = `Last known position of the ${role} ${position.node}`;
  if ('unknown' in position) return { name, value: `unknown: ${position.unknown}`, origin: null };
  const { timeline, written, received, replayed, endpoint, time } = position;
  const at = (what: string, value: bigint | null): string => `${what} ${value === null ? 'unknown' : lsn(value)}`;
  const where = written === null ? [at('received', received), at('replayed', replayed)] : [at('written', written)];
  return { name, value: [`timeline ${timeline?.toString() ?? 'unknown'}`, ...where].join(', '), origin: { endpoint, time } };
}

/** What Patroni's answer says, and what it does not. */
export function patroniExecution(candidate: string, cluster: string, body: string): string {
  return `Patroni of cluster "${cluster}" answered: ${body.trim()}. Its answer says who holds the leader key; whether "${candidate}" accepts writes, and on which timeline, is not in it.`;
}
