/** Why a switch or a forced group may fail, or may leave its outcome unknown. */
import type { MysqlFacts } from './facts.ts';

const NO_DRY_RUN =
  'MySQL has no dry run, so it was not asked beforehand what it would decide. It decides when the request arrives.';

/** Why MySQL may refuse a switch, or leave its outcome unknown. */
export function switchRejection({ primaryName, groupView, target, members, open }: MysqlFacts): readonly string[] {
  const [old, next] = [`"${primaryName ?? 'unknown'}"`, `"${target.name}"`];
  const hindering = members.filter(({ state }) => state !== 'ONLINE').map(({ name, state }) => `"${name}" is ${state}`);
  const versions = [...new Set(members.map(({ version }) => version ?? 'unknown'))];
  const channels = open === null || 'unknown' in open ? [] : (open.channels ?? []);
  return [
    NO_DRY_RUN,
    `The statement does nothing, and answers with an empty set, where ${next} finds another primary than ${old}, ` +
      `another view than ${groupView ?? 'unknown'}, or itself not as an ONLINE secondary. That can be the work of ` +
      'this very request, delivered twice, so it is reported as unknown.',
    'MySQL refuses it before anything happens (1123) when the login lacks GROUP_REPLICATION_ADMIN, ' +
      `${next} is not ONLINE or has lost its majority, or any member is RECOVERING or UNREACHABLE.` +
      (hindering.length === 0 ? '' : ` Now ${hindering.join(', ')}.`),
    'It refuses it (3910) while another configuration action goes on. That can be this very request, so it is ' +
      'reported as unknown.',
    ...(versions.length > 1
      ? [
          `The members run different versions (${versions.join(', ')}). MySQL documents that only one of the lowest ` +
            'version can become the primary; that was not tried.',
        ]
      : []),
    ...(channels.length > 0
      ? [
          `Asynchronous channels run on the primary (${channels.join(', ')}). MySQL documents that they have to be ` +
            'stopped before a switch; that was not tried.',
        ]
      : []),
    'The answer is waited for as long as is configured here. Where none comes, or the connection ends, the ' +
      'outcome is unknown, and the switch goes on.',
  ];
}

/** Why MySQL may refuse a forced group, or leave its outcome unknown. */
export function forceRejection(
  { target, members, unreachable, settings }: MysqlFacts,
  answerMs: number | null,
): readonly string[] {
  const one = `"${target.name}"`;
  const seesMajority = unreachable * 2 < members.length;
  const timeout =
    settings.find(({ name }) => name === 'group_replication_unreachable_majority_timeout')?.value ?? 'unknown';
  const waitedFor =
    answerMs === null
      ? 'The answer is waited for as long as is configured here.'
      : `The answer is waited for ${Math.round(answerMs / 1000)} seconds here.`;
  return [
    NO_DRY_RUN,
    `MySQL refuses it (4118) as long as ${one} reaches a majority of its group. Of ${members.length} members it ` +
      `does not reach ${unreachable}${seesMajority ? ', so it reaches a majority now' : ''}. After a success it ` +
      'answers the same to a second delivery, so that answer is reported as unknown.',
    `It refuses it (4118) when ${one} is not ONLINE, or is leaving the group, as it does some time after it has ` +
      `lost its majority where group_replication_unreachable_majority_timeout says so (${timeout} s; 0 is never). ` +
      `Now it is ${target.state}.`,
    'It refuses it when the login lacks SYSTEM_VARIABLES_ADMIN (1227), or the server is another one, or has no ' +
      'address in the group (1231).',
    'While an option of Group Replication is being set, or it is being started or stopped, it refuses it (3724). ' +
      'That can be this very request, so it is reported as unknown.',
    `${waitedFor} ` + 'Where none comes, or the connection ends, the outcome is unknown: it can have been executed.',
  ];
}
