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
    `The statement does nothing, and answers with an empty set, if ${next} finds a primary other than ` +
      `${old}, a view other than ${groupView ?? 'unknown'}, or that it is not an ONLINE secondary itself. This ` +
      'same request, delivered twice, can have caused that, so it is reported as unknown.',
    'MySQL refuses it before anything happens (1123) when the login lacks GROUP_REPLICATION_ADMIN, ' +
      `${next} is not ONLINE or has lost its majority, or any member is RECOVERING or UNREACHABLE.` +
      (hindering.length === 0 ? '' : ` Now ${hindering.join(', ')}.`),
    'MySQL refuses it (3910) while another configuration action is under way. That can be this same ' +
      'request, so it is reported as unknown.',
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
    'This program waits for the answer as long as is configured. If none comes, or the connection ends, ' +
      'the outcome is unknown, and the switch goes on.',
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
      ? 'This program waits for the answer as long as is configured.'
      : `This program waits ${Math.round(answerMs / 1000)} seconds for the answer.`;
  return [
    NO_DRY_RUN,
    `MySQL refuses it (4118) as long as ${one} reaches a majority of its group. It does not reach ` +
      `${unreachable} of ${members.length} members${seesMajority ? ', so it reaches a majority now' : ''}. ` +
      'After a success it answers the same to a second delivery, so that answer is reported as unknown.',
    `MySQL refuses it (4118) when ${one} is not ONLINE or is leaving the group, which it does once it has ` +
      `been without its majority for group_replication_unreachable_majority_timeout (${timeout} s; 0 is ` +
      `never). Now it is ${target.state}.`,
    'MySQL refuses it when the login lacks SYSTEM_VARIABLES_ADMIN (1227), or the server is another one or ' +
      'has no address in the group (1231).',
    'MySQL refuses it (3724) while an option of Group Replication is being set, or while Group Replication ' +
      'is being started or stopped. That can be this same request, so it is reported as unknown.',
    `${waitedFor} If none comes, or the connection ends, the outcome is unknown: the request can have been ` +
      'executed.',
  ];
}
