/** The facts on which the explanation of a switch or a forced group rests. */
import type { Fact } from '../../control-plane/explanation/words.ts';
import type { MysqlFacts, OpenTransactions } from './facts.ts';

/** What MySQL reported, the most important first; facts from another reading tell where and when they were read. */
export function factsOf({ groupView, target, open, members, unreachable, settings }: MysqlFacts): readonly Fact[] {
  const versions = [...new Set(members.map(({ version }) => version ?? 'unknown'))];
  const here = (name: string, value: string): Fact => ({ name, value, origin: null });
  const waiting = `${target.waiting?.toString() ?? 'an unknown number of'} transactions`;
  return [
    ...(open === null ? [] : openFacts(open)),
    here('Members that the target does not reach', `${unreachable} of ${members.length}`),
    here(
      'Received and not applied on the target',
      target.notApplied === null ? 'unknown' : `${waiting}${target.notApplied === '' ? '' : `: ${target.notApplied}`}`,
    ),
    here(
      'super_read_only on the target',
      target.superReadOnly === null ? 'unknown' : target.superReadOnly ? 'ON' : 'OFF',
    ),
    here('View of the group', groupView ?? 'unknown'),
    here('Address of the target in the group', target.localAddress ?? 'unknown'),
    here(
      'group_replication_force_members on the target',
      target.forceMembers === null ? 'unknown' : target.forceMembers === '' ? 'empty' : target.forceMembers,
    ),
    here('Versions', versions.join(', ')),
    here('Settings of the target', settings.map(({ name, value }) => `${name} ${value ?? 'unknown'}`).join(', ')),
  ];
}

function openFacts(open: OpenTransactions): readonly Fact[] {
  const name = 'Transactions that are open on the primary';
  const channels = 'Asynchronous channels that run on the primary';
  if ('unknown' in open)
    return [
      { name, value: `unknown: ${open.unknown}`, origin: null },
      { name: channels, value: 'unknown', origin: null },
    ];
  const origin = { endpoint: open.endpoint, time: open.time };
  return [
    {
      name,
      value: `${open.count}${open.longest === null || open.count === 0n ? '' : `, the longest for ${open.longest} s`}`,
      origin,
    },
    {
      name: channels,
      value: open.channels === null ? 'unknown' : open.channels.length === 0 ? 'none' : open.channels.join(', '),
      origin,
    },
  ];
}
