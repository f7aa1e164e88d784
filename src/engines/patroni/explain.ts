/**
 * Reads the facts before a switchover or a failover. Patroni has no dry run, so nothing is decided here. Leader, roles
 * and timelines are read twice, before and after the positions; if they changed in between, the reading is refused
 * (P7-D1).
 */
import type { ClusterConfig } from '../../control-plane/clusters/cluster.ts';
import { failure, refusal, success, transportFailure, type Result } from '../../control-plane/model/errors.ts';
import type { ExplainedReading } from '../../control-plane/explanation/words.ts';
import type { KernelCheck } from '../../control-plane/model/views.ts';
import { oneLine } from '../http/text.ts';
import type { Access } from './ask.ts';
import type { PatroniFacts, PatroniPosition } from './facts.ts';
import { askAt, askMember, findMember, locator, notContacted, type Located } from './endpoints.ts';
import { leaderOf, membersOf, positionsOf, scheduledSwitchover } from './members.ts';
import { clusterReading, inconsistent, moved } from './reads.ts';
import * as schema from './schema.ts';
import type { MemberWire } from './schema.ts';
import { failsafeMode, loopWait, nofailoverTag, replicationOf, shownSettings, standbyCluster } from './settings.ts';
import { commonBehaviour } from './versions.ts';
import type { PatroniExplanation } from './views.ts';
import { patroniWords } from './words.ts';

/**
 * Patroni checks every second whether its request was carried out, for twice the larger of this and `loop_wait`
 * seconds.
 */
const PATRONI_WAITS_AT_LEAST = 10;
/**
 * Time beside that wait: for asking the candidate about itself, and for writing the request to a slow configuration
 * store.
 */
const BESIDE_THE_WAIT_MS = 30_000;

/** The words, and the facts from which they follow. */
export type PatroniExplained = ExplainedReading & { readonly facts: PatroniFacts };

/**
 * Reads what an explanation needs. The request will go to the candidate's own endpoint, from which most facts are read.
 */
export async function explainPromotion(
  cluster: ClusterConfig,
  access: Access,
  target: string,
  mode: 'validated' | 'forced',
): Promise<Result<PatroniExplained>> {
  const found = await findMember(cluster, access, target);
  if (!found.ok) return found;
  const { located, member: candidate, cluster: first } = found.value;
  if (located.endpoint === undefined) return failure(notContacted(cluster, candidate, located.why));
  const { endpoint } = located;
  const leader = leaderOf(first.data);
  const refused = unaskable(cluster, target, mode, first);
  if (refused !== undefined) return failure(refused);

  const locate = locator(cluster, first.data);
  const [own, leading, settings] = await Promise.all([
    lookAt(access, candidate, located, first.data.scope),
    leader === undefined ? Promise.resolve(undefined) : lookAt(access, leader, locate(leader), first.data.scope),
    askAt(access, endpoint, '/config', schema.anything),
  ]);
  if (own.other !== undefined)
    return failure(
      transportFailure(
        'PHASE7_INVALID_KERNEL_RESPONSE',
        `${endpoint}: ${own.other} answered where the candidate ${oneLine(target, 200)} was asked, so nothing is ` +
          'explained and nothing was sent. It was a read; nothing was executed.',
        'not_executed',
      ),
    );
  if (!settings.ok) return settings;
  const second = await askAt(access, endpoint, '/cluster', schema.cluster);
  if (!second.ok) return second;
  if (moved(first.data, second.value.data)) return failure(inconsistent(endpoint));

  const asked = leading === undefined ? [own] : [leading, own];
  const { data, time } = settings.value;
  const behaviour = commonBehaviour(asked.filter(({ silent }) => silent === null).map(({ version }) => version));
  const waits = loopWait(data);
  const patroniWaits = waits === null ? null : 2 * Math.max(PATRONI_WAITS_AT_LEAST, waits);
  const facts: PatroniFacts = {
    versions: asked.map(({ node, version }) => ({ node, version })),
    behaviour,
    replication: replicationOf(data, behaviour),
    standbyCluster: standbyCluster(data),
    failsafeMode: failsafeMode(data),
    paused: second.value.data.pause,
    scheduledSwitchover: scheduledSwitchover(second.value.data),
    candidate: { role: candidate.role, nofailover: nofailoverTag(candidate.tags, behaviour) },
    leaderSilent: leading?.silent ?? null,
    patroniWaits,
    settings: { endpoint, time, ...shownSettings(data) },
    positions: asked.map(({ position }) => position),
  };
  const checks = mode === 'forced' ? unchecked(leader, candidate, facts) : [];
  const view: PatroniExplanation = {
    target,
    clusterId: asked.find(({ system }) => system !== null)?.system ?? null,
    mode,
    decision: null,
    reason: null,
    checks,
    overriddenInvariants: checks.map(({ invariant }) => invariant),
    epoch: leader?.timeline ?? null,
    primaryId: leader?.name ?? null,
    members: membersOf(second.value.data),
    controlVersion: null,
    answerMs:
      patroniWaits === null ? null : Math.max(access.timeouts.controlMs, patroniWaits * 1_000 + BESIDE_THE_WAIT_MS),
  };
  return success({
    ...clusterReading(cluster, { ...second.value, skipped: first.skipped }, view),
    facts,
    words: patroniWords(mode === 'forced' ? 'force_promotion' : 'request_promotion', view, facts),
  });
}

/** Why the request is not sent at all: Patroni could not carry it out. */
function unaskable(
  cluster: ClusterConfig,
  target: string,
  mode: 'validated' | 'forced',
  { data, endpoint, time }: { readonly data: schema.ClusterWire; readonly endpoint: string; readonly time: string },
): ReturnType<typeof refusal> | undefined {
  const leader = leaderOf(data);
  const by = `${endpoint}, at ${time}`;
  if (leader?.name === target) {
    return refusal(
      'PHASE7_OPERATION_UNSUPPORTED',
      `${oneLine(target, 200)} leads cluster "${cluster.name}" already, as Patroni reports it (${by}): there is ` +
        'nobody to take the lead from. Nothing was sent.',
      'node',
    );
  }
  if (mode === 'forced' || leader !== undefined) return undefined;
  const unread = data.members.filter(({ role }) => role === null).map(({ name }) => oneLine(name, 200));
  const more = unread.length > 10 ? ` and ${unread.length - 10} more` : '';
  const unknown =
    unread.length === 0 ? '' : ` The role of ${unread.slice(0, 10).join(', ')}${more} cannot be read there.`;
  return refusal(
    'PHASE7_OPERATION_UNSUPPORTED',
    `Patroni reports no leader of cluster "${cluster.name}" (${by}).${unknown} A switchover names leader and ` +
      'candidate, so there is none to ask for. Nothing was sent.',
  );
}

/**
 * What a member reports about itself. If it cannot be asked, or another node answers, its position is unknown; that is
 * a fact and no error.
 */
interface MemberReport {
  readonly node: string;
  readonly version: string | null;
  readonly system: string | null;
  readonly position: PatroniPosition;
  /** Why it gave no answer of its own; `null`: it did answer. */
  readonly silent: string | null;
  /** The name of the node that answered in its place. */
  readonly other?: string;
}

async function lookAt(
  access: Access,
  { name: node }: MemberWire,
  located: Located,
  scope: string | null,
): Promise<MemberReport> {
  const silence = (silent: string): MemberReport => ({
    node,
    version: null,
    system: null,
    position: { node, unknown: silent },
    silent,
  });
  if (located.endpoint === undefined) return silence(`it was not asked: ${located.why}`);
  const { endpoint } = located;
  const asked = await askMember(access, endpoint, node, scope);
  if (!asked.ok)
    return { ...silence(`${endpoint}: ${asked.no.reason}`), ...('other' in asked ? { other: asked.other } : {}) };
  const { data, time } = asked.reply;
  return {
    node,
    version: data.patroni?.version ?? null,
    system: data.database_system_identifier ?? null,
    silent: null,
    position: { node, endpoint, time, timeline: data.timeline, ...positionsOf(data) },
  };
}

/** What Patroni does not check before a failover; the operator acknowledges each item. */
function unchecked(
  leader: MemberWire | undefined,
  candidate: MemberWire,
  { replication, behaviour, standbyCluster: follows }: PatroniFacts,
): readonly KernelCheck[] {
  // Only a known version and a known mode vouch for a candidate; everything else is the least safe (freeze/least-safe).
  const vouched =
    replication.mode === 'synchronous' && behaviour !== null && !follows && candidate.role === 'sync_standby';
  return [
    {
      id: 'old_leader_has_stopped_writing',
      invariant: 'P6-A1',
      result: 'unchecked',
      observed:
        leader === undefined
          ? 'Patroni reports no leader; what PostgreSQL does on the old one is unknown'
          : `Patroni reports ${leader.name} as the leader, ` +
            `state ${leader.state === null || leader.state === '' ? 'unknown' : leader.state}`,
      message:
        'Patroni does not check that the PostgreSQL of the old leader has stopped accepting writes. Where only ' +
        'the agent beside it is dead, two members can accept writes.',
    },
    ...(vouched
      ? []
      : [
          {
            id: 'acknowledged_writes_are_on_the_candidate',
            invariant: 'P6-S1',
            result: 'unchecked',
            observed:
              `Patroni reports ${candidate.name} as ${candidate.role ?? 'of unknown role'}, ` +
              `lag ${candidate.lag === null ? 'unknown' : `${candidate.lag} bytes`}`,
            message:
              'Patroni does not check that every write that the old leader acknowledged is on the candidate. ' +
              'What is not there is lost to the new timeline.',
          } as const,
        ]),
  ];
}
