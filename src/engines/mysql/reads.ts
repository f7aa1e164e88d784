/** The inspections of group, member and replication: which answer of MySQL becomes which view. */
import type { ClusterConfig } from '../../control-plane/clusters/cluster.ts';
import { failure, success, type Result } from '../../control-plane/model/errors.ts';
import type { Section } from '../../control-plane/model/views.ts';
import type { ToldReading } from '../documents.ts';
import { askServer, readError, reads, type Access, type Ask, type Asked } from './ask.ts';
import { findNode, listInOrder, notContacted, notesOf, nothing, ownRow, reading, type Found } from './endpoints.ts';
import { onOneLine } from './gtid.ts';
import { addressOf, membersOf, memberOf, primaryOf } from './members.ts';
import * as schema from './schema.ts';
import type { OpenRow, SelfRow } from './schema.ts';
import { SELF } from './statements.ts';
import { listedTeller, tellerOf } from './teller.ts';
import type { MysqlClusterView, MysqlGtids, MysqlNodeView } from './views.ts';

/** The group: members, states, roles and queues. `unavailable` says what this cluster does not support. */
export async function readCluster(
  cluster: ClusterConfig,
  access: Access,
  unavailable: readonly string[],
  chosen?: string,
): Promise<Result<ToldReading<MysqlClusterView>>> {
  const listed = await listInOrder(cluster, access, nothing, chosen);
  if (!listed.ok) return listed;
  const { rows } = listed.value;
  const own = ownRow(rows);
  const members = membersOf(rows);
  const view = {
    clusterId: own.group_name,
    name: own.group_name,
    epoch: null,
    primaryId: primaryOf(members)?.nodeId ?? null,
    groupView: own.VIEW_ID,
    members,
  };
  const notes = [...notesOf(rows), ...unavailable];
  return success({ ...reading(listed.value, own, view, notes), teller: listedTeller(rows) });
}

/** One row about the answering server. */
export async function askSelf(ask: Ask, node: string | null): Promise<Asked<SelfRow>> {
  return await askServer(ask, SELF, schema.self, node);
}

/** A server's own name: as it reports itself to the group, or as it is reached. */
export function ownName({ report_host: host, report_port: port }: SelfRow, endpoint: string): string {
  return host === null || port === null ? endpoint.replace(/^mysql:\/\//, '') : addressOf(host, port);
}

/** One member as it reports itself, or as the group reports it if no configured address leads to it. */
export async function readNode(
  cluster: ClusterConfig,
  access: Access,
  node: string,
): Promise<Result<ToldReading<MysqlNodeView>>> {
  const found = await findNode(cluster, access, node);
  if (!found.ok) return found;
  if ('reported' in found.value) {
    const { reported, why } = found.value;
    const member = membersOf(reported.rows).find(({ nodeId }) => nodeId === node);
    if (member === undefined) throw new Error(`${node} was found among the members and is missing now`);
    const view = { member, source: 'reported' as const, epoch: null, gtids: null };
    const notes = [
      `This is what the group last heard of ${member.name}, not its own report: ${why}.`,
      ...notesOf(reported.rows),
    ];
    return success({
      ...reading(reported, ownRow(reported.rows), view, notes),
      teller: listedTeller(reported.rows),
    });
  }
  const { endpoint, skipped } = found.value;
  const asked = await reads(endpoint, access, ask => askSelf(ask, node));
  if (!asked.ok) return failure(readError(endpoint, asked.no));
  const row = asked.data;
  const member = memberOf(row, ownName(row, endpoint));
  const view = { member, source: 'self' as const, epoch: null, gtids: gtidsOf(row), sections: sectionsOf(row) };
  return success({
    ...reading({ endpoint, skipped }, row, view, notesOfSelf(row)),
    teller: tellerOf(member),
  });
}

export function gtidsOf({ gtid_executed: executed, received, not_applied: notApplied }: SelfRow): MysqlGtids {
  const shown = (set: string | null): string | null => (set === null ? null : onOneLine(set));
  return { executed: shown(executed), received: shown(received), notApplied: shown(notApplied) };
}

function sectionsOf(row: SelfRow): readonly Section[] {
  const entry = (key: string, value: string | null): Section['entries'][number] => ({ key, value: value ?? 'unknown' });
  const flag = (key: string, value: boolean | null): Section['entries'][number] =>
    entry(key, value === null ? null : value ? 'ON' : 'OFF');
  return [
    {
      name: 'Writes',
      entries: [
        flag('super_read_only', row.super_read_only),
        flag('read_only', row.read_only),
        flag('offline_mode', row.offline_mode),
      ],
    },
    {
      name: 'Group Replication',
      entries: [
        entry('group_replication_local_address', row.local_address),
        entry('group_replication_force_members', row.force_members === '' ? 'empty' : row.force_members),
        flag('group_replication_single_primary_mode', row.single_primary),
        entry('group_replication_consistency', row.consistency),
        entry('group_replication_exit_state_action', row.exit_state_action),
        entry('group_replication_unreachable_majority_timeout', row.unreachable_majority_timeout),
        entry('group_replication_member_expel_timeout', row.member_expel_timeout),
        entry('group_replication_autorejoin_tries', row.autorejoin_tries),
        entry('receiver of the applier channel', row.receives ?? 'none'),
        entry('applier of the applier channel', row.applies ?? 'none'),
        entry('last error of the applier channel', row.last_error?.toString() ?? 'none'),
      ],
    },
  ];
}

/** Notes on a server that is easily mistaken for something else. */
export function notesOfSelf(row: SelfRow): readonly string[] {
  const state = row.MEMBER_STATE ?? 'OFFLINE';
  return [
    ...(row.MEMBER_ROLE === 'PRIMARY' && row.super_read_only === true
      ? [
          'It is listed as the primary and takes no writes: super_read_only is ON. It may still be applying what ' +
            'it received.',
        ]
      : []),
    ...(state !== 'ONLINE' && state !== 'RECOVERING' && row.super_read_only === false
      ? [
          `It is ${state} and takes writes: super_read_only is OFF. A write here is on no other member, ` +
            'and prevents this member from joining again.',
        ]
      : []),
    ...(row.force_members === null || row.force_members === ''
      ? []
      : [
          'group_replication_force_members holds a value. MySQL documents that it has to be emptied by ' +
            'hand after a force; this program does not do that.',
        ]),
    ...(row.performance_schema === false
      ? ["The performance schema is off: MySQL's own log, stages and open transactions cannot be read on it."]
      : []),
  ];
}

/** Why a server lists no transactions even if some are open. */
export function unwatched({ performance_schema: isOn, watched }: OpenRow): string | undefined {
  if (isOn === false) return 'its performance schema is off';
  return watched === 4n ? undefined : 'its performance schema is set up to follow no transactions';
}

/** The address at which a node itself answers; an error if it does not answer there. */
export async function ownEndpoint(cluster: ClusterConfig, access: Access, node: string): Promise<Result<Found>> {
  const found = await findNode(cluster, access, node);
  if (!found.ok) return found;
  return 'reported' in found.value ? failure(notContacted(cluster, node, found.value.why)) : success(found.value);
}
