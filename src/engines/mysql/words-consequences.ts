/** What follows from a switch or a forced group: for the members, the group, replication and acknowledged writes. */
import type { Words } from '../../control-plane/explanation/words.ts';
import type { MysqlFacts } from './facts.ts';

type Consequences = Words['consequences'];

/** The consequences of a switch: one operation of the engine changes both roles. */
export function switchConsequences({ primaryName, target, open, members }: MysqlFacts): Consequences {
  const old = `"${primaryName ?? 'unknown'}"`;
  const next = `"${target.name}"`;
  return [
    {
      scope: 'node',
      text:
        `${old} finishes the transactions that are open on it, and becomes a secondary, with super_read_only ON. ` +
        `${next} applies what it has received, and then takes writes.`,
    },
    { scope: 'node', text: waitingFor(old, open) },
    {
      scope: 'cluster',
      text:
        `${next} can be listed as the primary before it takes writes: as long as it still applies what it ` +
        'received, its super_read_only is ON, and reads on it can wait.',
    },
    {
      scope: 'cluster',
      text:
        'A switch that has begun cannot be cancelled. Neither the end of the connection nor a time limit nor KILL ' +
        'ends it.',
    },
    {
      scope: 'cluster',
      text:
        `If ${next} dies during the switch, it can still be listed as the primary until the group expels ` +
        'it and elects another member.',
    },
    {
      scope: 'replication',
      text:
        `${members.length > 2 ? `The other members follow ${next}. ` : ''}No member leaves the group, and ` +
        'its view does not change.',
    },
    {
      scope: 'durability',
      text:
        `What the group has committed stays: ${next} applies all of it before it takes writes. ${waiting(target)} ` +
        'No transaction is cut off: the operation is requested without a time limit of its own.',
    },
  ];
}

function waiting({ waiting: count }: MysqlFacts['target']): string {
  return `It reports that it has ${count?.toString() ?? 'an unknown number of'} received transactions to apply.`;
}

function waitingFor(old: string, open: MysqlFacts['open']): string {
  const counted =
    open === null || 'unknown' in open
      ? `How many are open on ${old} is unknown: ${open?.unknown ?? 'it was not asked'}.`
      : `Open on ${old} now: ${open.count}` +
        `${open.longest === null || open.count === 0n ? '' : `, the longest for ${open.longest} s`}.`;
  return (
    'The switch waits without limit for transactions that are open on the old primary, even for one that ' +
    `only reads or has done nothing since BEGIN. ${counted} Until then ${old} accepts new writes.`
  );
}

/** The consequences of a new group of the target alone. */
export function forceConsequences({ target, members, settings }: MysqlFacts): Consequences {
  const one = `"${target.name}"`;
  const others = members.filter(({ isTarget }) => !isTarget).map(({ name, state }) => `"${name}" (${state})`);
  const rejoins = settings.find(({ name }) => name === 'group_replication_autorejoin_tries')?.value ?? 'unknown';
  return [
    {
      scope: 'node',
      text:
        `${one} leaves all other members out, makes a new group of one, and elects itself as the primary. ` +
        "MySQL's answer says that the group was accepted, not that it already takes writes.",
    },
    {
      scope: 'cluster',
      text:
        'The members that are left out are neither stopped nor told: ' +
        `${others.length === 0 ? 'none' : others.join(', ')}. A member that is only cut off, stopped or ` +
        'hung can go on with the old group when it wakes; if several of them are its majority, that group ' +
        'can take writes too, and then there are two groups.',
    },
    {
      scope: 'cluster',
      text:
        'A member that finds itself left out can try to join the new group by itself: ' +
        `group_replication_autorejoin_tries is ${rejoins} on ${one}.`,
    },
    {
      scope: 'cluster',
      text:
        'group_replication_force_members keeps its value afterwards. MySQL documents that it has to be emptied; ' +
        'that is a second action, which this request does not contain.',
    },
    {
      scope: 'replication',
      text:
        `At first no member follows ${one}. Each other member has to join the new group; a member that ` +
        `holds transactions which ${one} does not hold cannot join.`,
    },
    {
      scope: 'durability',
      text:
        'A write is acknowledged once a majority has received it, and that majority can consist of members ' +
        `that are left out (P6-S1). What ${one} has not received is not in the new group. ${waiting(target)}`,
    },
    {
      scope: 'durability',
      text:
        'A client whose commit waits for a majority can get an error (3100), and its write can still ' +
        'exist, in the new group or in the old one.',
    },
  ];
}
