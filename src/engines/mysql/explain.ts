/**
 * Reads the facts before a switch or a forced group. MySQL has no dry run, so nothing is decided here. The target is
 * asked for its group and about itself, the primary for its open transactions, and the target for its group again. If
 * the group changed in between, the reading is refused (P7-D1).
 */
import { urlsOf, type ClusterConfig } from '../../control-plane/clusters/cluster.ts';
import { failure, refusal, success, type ControlError, type Result } from '../../control-plane/model/errors.ts';
import type { ExplainedReading } from '../../control-plane/explanation/words.ts';
import type { KernelCheck } from '../../control-plane/model/views.ts';
import { oneLine } from '../http/text.ts';
import { foreign, reads, readError, type Access, type Asked } from './ask.ts';
import { findNode, listAt, notContacted, notesOf, ownRow, reading } from './endpoints.ts';
import type { MysqlFacts, OpenTransactions } from './facts.ts';
import { countOf, onOneLine } from './gtid.ts';
import { membersOf, primaryOf, unreachableOf } from './members.ts';
import { askSelf, unwatched } from './reads.ts';
import * as schema from './schema.ts';
import type { GroupRow, SelfRow } from './schema.ts';
import { CHANNELS, OPEN_TRANSACTIONS } from './statements.ts';
import type { MysqlExplanation, MysqlMember } from './views.ts';
import { mysqlWords } from './words.ts';

/** In trials a forced group took 4 to 81 seconds, longer when the majority had been lost for longer. */
const FORCE_TAKES_MS = 180_000;

/** The words, and the facts from which they follow. */
export type MysqlExplained = ExplainedReading & { readonly facts: MysqlFacts };

interface TargetAnswers {
  readonly self: SelfRow;
  readonly open: OpenTransactions | null;
}

/** Reads what an explanation needs. The request goes to the target's own address, from which most facts are read. */
export async function explainPromotion(
  cluster: ClusterConfig,
  access: Access,
  target: string,
  mode: 'validated' | 'forced',
): Promise<Result<MysqlExplained>> {
  const found = await findNode(cluster, access, target);
  if (!found.ok) return found;
  if ('reported' in found.value) return failure(notContacted(cluster, target, found.value.why));
  const { endpoint, skipped } = found.value;
  const asked = await listAt<TargetAnswers>(endpoint, access, async (ask, rows) => {
    const self = await askSelf(ask, target);
    if (!self.ok) return self;
    return { ok: true, data: { self: self.data, open: await openOn(cluster, access, rows, mode) } };
  });
  if (!asked.ok) return failure(readError(endpoint, asked.no));
  const { rows, between } = asked.data;
  const own = ownRow(rows);
  const members = membersOf(rows);
  const primary = primaryOf(members);
  const refused = unaskable(cluster, endpoint, target, mode, rows, primary);
  if (refused !== undefined) return failure(refused);
  const checks = mode === 'forced' ? unchecked(members, target, between.self) : [];
  const view: MysqlExplanation = {
    target,
    clusterId: own.group_name,
    mode,
    decision: null,
    reason: null,
    checks,
    overriddenInvariants: checks.map(({ invariant }) => invariant),
    epoch: null,
    primaryId: primary?.nodeId ?? null,
    members,
    controlVersion: null,
    answerMs: mode === 'forced' ? Math.max(access.timeouts.controlMs, FORCE_TAKES_MS) : null,
  };
  const facts = factsOf(members, primary, own, between, target);
  return success({
    ...reading({ endpoint, skipped }, own, view, notesOf(rows)),
    facts,
    words: mysqlWords(mode === 'forced' ? 'force_promotion' : 'request_promotion', view, facts),
  });
}

/** A value in a sentence must be one line. */
function words(value: string | null): string | null {
  return value === null ? null : oneLine(value, MOST_CHARACTERS);
}

const MOST_CHARACTERS = 260;

function factsOf(
  members: readonly MysqlMember[],
  primary: MysqlMember | undefined,
  own: GroupRow,
  { self, open }: TargetAnswers,
  target: string,
): MysqlFacts {
  return {
    groupView: own.VIEW_ID,
    primaryName: primary?.name ?? null,
    target: {
      name: members.find(({ nodeId }) => nodeId === target)?.name ?? target,
      state: self.MEMBER_STATE ?? 'OFFLINE',
      superReadOnly: self.super_read_only,
      notApplied: self.not_applied === null ? null : onOneLine(self.not_applied),
      waiting: countOf(self.not_applied),
      localAddress: words(self.local_address),
      forceMembers: words(self.force_members),
    },
    members: members.map(({ nodeId, name, replicationState: state, mysql: { version } }) => ({
      name,
      isTarget: nodeId === target,
      state,
      version: words(version),
    })),
    unreachable: unreachableOf(members),
    open,
    settings: [
      { name: 'group_replication_consistency', value: words(self.consistency) },
      { name: 'group_replication_unreachable_majority_timeout', value: words(self.unreachable_majority_timeout) },
      { name: 'group_replication_exit_state_action', value: words(self.exit_state_action) },
      { name: 'group_replication_member_expel_timeout', value: words(self.member_expel_timeout) },
      { name: 'group_replication_autorejoin_tries', value: words(self.autorejoin_tries) },
    ],
  };
}

/** Why the request is not sent at all: MySQL could not carry it out. */
function unaskable(
  cluster: ClusterConfig,
  endpoint: string,
  target: string,
  mode: 'validated' | 'forced',
  rows: readonly GroupRow[],
  primary: MysqlMember | undefined,
): ControlError | undefined {
  const { now, single_primary: single, VIEW_ID: view } = ownRow(rows);
  const by = `${endpoint}, at ${now}`;
  const unsupported = (what: string): ControlError =>
    refusal('PHASE7_OPERATION_UNSUPPORTED', `${what} Nothing was sent.`, 'node');
  if (single === false)
    return unsupported(
      `The group of cluster "${cluster.name}" is in multi-primary mode (${by}); only single-primary mode is supported.`,
    );
  if (mode === 'forced') return undefined;
  if (primary?.nodeId === target)
    return unsupported(
      `${primary.name} is the primary of cluster "${cluster.name}" already, as it reports itself (${by}): there is ` +
        'nobody to take that from.',
    );
  return primary === undefined || view === null
    ? unsupported(
        `The target lists no ${primary === undefined ? 'primary' : 'view'} of cluster "${cluster.name}" (${by}). A ` +
          'switch names the primary and the view that it was explained with, so there is none to ask for.',
      )
    : undefined;
}

/** How many transactions are open on the primary, if a configured address leads to it. */
async function openOn(
  cluster: ClusterConfig,
  access: Access,
  rows: readonly GroupRow[],
  mode: 'validated' | 'forced',
): Promise<OpenTransactions | null> {
  if (mode === 'forced') return null;
  const primary = primaryOf(membersOf(rows));
  if (primary?.replicationState !== 'ONLINE') return { unknown: 'no primary is ONLINE, as the target lists it' };
  const own = urlsOf(cluster).find(url => url === primary.apiUrl);
  const tried = own === undefined ? urlsOf(cluster) : [own];
  const asked = await Promise.all(tried.map(endpoint => openAt(endpoint, access, primary.nodeId)));
  const told = asked.find(({ open }) => open.ok);
  if (told?.open.ok === true) return { endpoint: told.endpoint, ...told.open.data };
  const why = asked.flatMap(({ endpoint, open }) => (open.ok ? [] : [`${endpoint}: ${open.no.reason}`]));
  return { unknown: `the primary was not read (${why.join('; ')})` };
}

type Open = Omit<Extract<OpenTransactions, { readonly count: bigint }>, 'endpoint'>;

async function openAt(
  endpoint: string,
  access: Access,
  primary: string,
): Promise<{ readonly endpoint: string; readonly open: Asked<Open> }> {
  const open = await reads<Open>(endpoint, access, async ask => {
    const told = await ask(OPEN_TRANSACTIONS, schema.openTransactions);
    if (!told.ok) return told;
    const [row] = told.data;
    if (row?.self !== primary)
      return foreign(`server ${row?.self ?? 'unknown'} answers there, which is not the primary`);
    const why = unwatched(row);
    if (why !== undefined) return foreign(why);
    const channels = await ask(CHANNELS, schema.channels);
    return {
      ok: true,
      data: {
        time: row.now,
        count: row.open,
        longest: row.longest,
        channels: channels.ok ? channels.data.map(({ name }) => oneLine(name, MOST_CHARACTERS)) : null,
      },
    };
  });
  return { endpoint, open };
}

/**
 * What MySQL does not check before it forms a new group of one member; the operator acknowledges each item. No version
 * and no setting makes one of them needless (freeze/least-safe).
 */
function unchecked(members: readonly MysqlMember[], target: string, self: SelfRow): readonly KernelCheck[] {
  const others = members.filter(({ nodeId }) => nodeId !== target);
  const listed = others.map(({ name, replicationState }) => `${name} ${replicationState}`).join(', ');
  return [
    {
      id: 'members_left_out_are_dead_for_good',
      invariant: 'P6-A1',
      result: 'unchecked',
      observed: `The target lists: ${listed === '' ? 'no other member' : listed}`,
      message:
        'MySQL does not check that the members that are left out are dead and stay so. A process that is stopped, ' +
        'a network that is cut and a machine that hangs are alive: together they can be a majority of the old ' +
        'group, and two groups can take writes.',
    },
    {
      id: 'acknowledged_writes_are_on_the_target',
      invariant: 'P6-S1',
      result: 'unchecked',
      observed:
        `The target has executed ${self.gtid_executed === null ? 'unknown' : onOneLine(self.gtid_executed)}; ` +
        `received and not applied: ${describe(self.not_applied)}`,
      message:
        'MySQL does not check that every acknowledged write is on the target. A majority that received a write is ' +
        'enough to acknowledge it; what only members that are left out hold is lost.',
    },
  ];
}

function describe(set: string | null): string {
  return set === null ? 'unknown' : set === '' ? 'nothing' : onOneLine(set);
}
