/** How far each member is, as the group reports it and as each member reports it. */
import { urlsOf, type ClusterConfig } from '../../control-plane/clusters/cluster.ts';
import { success, type Result } from '../../control-plane/model/errors.ts';
import type { ToldReading } from '../documents.ts';
import { reads, type Access, type Ask, type Asked } from './ask.ts';
import { listInOrder, notesOf, ownRow, reading } from './endpoints.ts';
import { countOf, onOneLine } from './gtid.ts';
import { idOf, membersOf, nameOf, primaryOf } from './members.ts';
import { askSelf, gtidsOf } from './reads.ts';
import type { GroupRow, SelfRow } from './schema.ts';
import { listedTeller } from './teller.ts';
import type { MysqlProgress, MysqlReplicationView } from './views.ts';

interface MemberProgress {
  readonly self: SelfRow;
  readonly progress: readonly MysqlProgress[];
}

/** The queues of each member, and how many transactions it has executed, as it reports itself. */
export async function readReplication(
  cluster: ClusterConfig,
  access: Access,
  chosen?: string,
): Promise<Result<ToldReading<MysqlReplicationView>>> {
  const listed = await listInOrder(
    cluster,
    access,
    (ask, rows) => told(chosen === undefined ? urlsOf(cluster) : [], access, ask, rows),
    chosen,
  );
  if (!listed.ok) return listed;
  const { rows, between } = listed.value;
  const own = ownRow(rows);
  const members = membersOf(rows);
  const primary = primaryOf(members);
  return success({
    ...reading(
      listed.value,
      own,
      {
        primaryId: primary?.nodeId ?? null,
        epoch: null,
        committedOffset: null,
        committedByAll: own.committed_by_all === null ? null : onOneLine(own.committed_by_all),
        gtids: gtidsOf(between.self),
        progress: between.progress,
        replicas: members
          .filter(({ role }) => role === 'replica')
          .map(({ nodeId, name, replicationState, mysql: { certifying, applying, applied } }) => ({
            nodeId,
            name,
            state: replicationState,
            haltReason: null,
            receivedOffset: null,
            appliedOffset: null,
            acknowledgedOffset: null,
            lagBytes: null,
            lagCommits: null,
            lastAcknowledgedAt: null,
            certifying,
            applying,
            applied,
          })),
      },
      [
        'MySQL reports no lag in bytes. Queues are counts of transactions, as each member last reported ' +
          'them to the group; they can be out of date.',
        'Each member itself reports how many transactions it has executed. Each was read at its own time, ' +
          'so two values are not from one instant.',
        ...(between.self.MEMBER_ROLE === 'PRIMARY'
          ? ['The set received by a primary does not hold its own transactions.']
          : []),
        ...notesOf(rows),
      ],
    ),
    teller: listedTeller(rows),
  });
}

/** Asks the answering member, and the others at the addresses that lead to them. */
async function told(
  addresses: readonly string[],
  access: Access,
  ask: Ask,
  rows: readonly GroupRow[],
): Promise<Asked<MemberProgress>> {
  const self = await askSelf(ask, null);
  if (!self.ok) return self;
  const urls = new Set(addresses);
  const progress = await Promise.all(
    rows.map(async (row): Promise<MysqlProgress> => {
      const nodeId = idOf(row);
      const member = { nodeId, name: nameOf(row) };
      if (nodeId === row.self) return { ...member, ...progressOf(self.data) };
      if (row.MEMBER_STATE === 'UNREACHABLE')
        return { ...member, ...unknown('the member that answered does not reach it, and it was not asked') };
      if (addresses.length === 0) return { ...member, ...unknown('one address was chosen, and no other was asked') };
      const url = membersOf([row])[0]?.apiUrl;
      if (url === undefined || url === null || !urls.has(url))
        return { ...member, ...unknown('no configured address is the one that it reports') };
      const asked = await reads(url, access, other => askSelf(other, nodeId));
      return { ...member, ...(asked.ok ? progressOf(asked.data) : unknown(asked.no.reason)) };
    }),
  );
  return { ok: true, data: { self: self.data, progress } };
}

type Progress = Omit<MysqlProgress, 'nodeId' | 'name'>;

function progressOf({ gtid_executed: executed, not_applied: notApplied, now }: SelfRow): Progress {
  return { executed: countOf(executed), notApplied: countOf(notApplied), at: now, unknown: null };
}

function unknown(why: string): Progress {
  return { executed: null, notApplied: null, at: null, unknown: why };
}
