/** The checks of promotion and demotion, as pure functions of facts (P6-D1). */
import { isWitness, type Testimony } from './testimony.ts';
import { type Check, type DenialReason, type Mode, DENIAL_INVARIANTS, isAhead, majorityOf } from './vocabulary.ts';

/** The facts of the validator. It asks nobody itself: the same facts give the same decision (P6-D1). */
export interface PromotionFacts {
  readonly mode: Mode;
  readonly memberCount: number;
  readonly target: Testimony;
  /**
   * Every other member: its answer just now, or null without one; whether its log is a prefix of the target's, or null
   * if that is unknown.
   */
  readonly others: readonly {
    readonly nodeId: string;
    readonly name: string;
    readonly testimony: Testimony | null;
    readonly isPrefix: boolean | null;
  }[];
}

export interface Decision {
  readonly decision: 'approve' | 'deny';
  readonly reason: DenialReason | null;
  readonly checks: readonly Check[];
  readonly overridden: readonly string[];
}

interface Verdict {
  readonly id: string;
  readonly reason: DenialReason;
  readonly result: 'pass' | 'fail' | 'unknown';
  readonly observed: string;
  readonly message: string;
}

type OtherMember = PromotionFacts['others'][number];

function stateOf(testimony: Testimony): string {
  return testimony.haltReason === null ? testimony.state : `${testimony.state}(${testimony.haltReason})`;
}

function targetIsReplica({ target }: PromotionFacts): Verdict {
  return {
    id: 'target_is_active_replica',
    reason: target.state === 'Disabled' ? 'ReplicationDisabled' : 'ReplicaNotActive',
    result: target.state === 'ReplicaActive' ? 'pass' : 'fail',
    observed: stateOf(target),
    message: 'Only a node that replicates may take write authority.',
  };
}

/**
 * The nodes that could hold write authority: the primary of the latest epoch in any answer, and every node for which a
 * later epoch was adopted, because its promotion may have completed unnoticed.
 */
function suspects(answers: readonly Testimony[]): ReadonlySet<string> {
  const latest = answers.reduce((a, b) => (b.primary.epoch > a.primary.epoch ? b : a)).primary;
  const candidates = answers.filter(answer => answer.epoch > latest.epoch).map(answer => answer.candidate);
  return new Set([latest.node_id, ...candidates]);
}

function judgeSuspect(testimony: Testimony | null): 'pass' | 'fail' | 'unknown' {
  if (testimony === null || testimony.state === 'Uninitialized') return 'unknown';
  if (testimony.role === 'replica') return 'pass';
  return testimony.role === 'primary' ? 'fail' : 'unknown';
}

function authorityIsClear({ target, others }: PromotionFacts): Verdict {
  const answered = others.flatMap(other => other.testimony ?? []);
  const known = suspects([target, ...answered]);
  const asked: readonly Pick<OtherMember, 'nodeId' | 'name' | 'testimony'>[] = [
    { nodeId: target.nodeId, name: 'the target itself', testimony: target },
    ...others,
  ];
  const judged = asked
    .filter(member => known.has(member.nodeId) || member.testimony?.role === 'primary')
    .map(member => ({ name: member.name, testimony: member.testimony, result: judgeSuspect(member.testimony) }));
  const result = judged.some(one => one.result === 'fail')
    ? 'fail'
    : judged.some(one => one.result === 'unknown')
      ? 'unknown'
      : 'pass';
  return {
    id: 'write_authority_is_clear',
    reason: result === 'fail' ? 'PrimaryStillActive' : 'AuthorityAmbiguous',
    result,
    observed: judged
      .map(({ name, testimony }) =>
        testimony === null
          ? `${name} does not answer`
          : `${name} answers as ${testimony.role}, ${stateOf(testimony)}, in epoch ${testimony.epoch.toString()}`,
      )
      .join('; '),
    message: 'The old primary itself must answer that it was demoted. Being unreachable is never proof of death.',
  };
}

function positionIsProvable({ target, others, memberCount }: PromotionFacts): Verdict {
  const witnesses = others.filter(other => other.testimony !== null && isWitness(other.testimony));
  const ahead = witnesses.filter(({ testimony }) => testimony !== null && isAhead(testimony.position, target.durable));
  const present = witnesses.length + (isWitness(target) ? 1 : 0);
  const positions = ahead.map(({ name, testimony }) => `${name} at ${testimony?.position.offset.toString() ?? ''}`);
  const isMajority = present >= majorityOf(memberCount);
  return {
    id: 'acknowledged_writes_are_present',
    reason: ahead.length > 0 ? 'ReplicaBehindWal' : 'WalPositionUnprovable',
    result: ahead.length === 0 && isMajority ? 'pass' : 'fail',
    observed:
      `target at ${target.durable.offset.toString()} in epoch ${target.durable.epoch.toString()}; ${present} ` +
      `of ${memberCount} members answer, ${majorityOf(memberCount)} are needed; ` +
      `ahead of the target: ${positions.join(', ') || 'none'}`,
    message:
      'A write is acknowledged by a majority, so a majority that is not ahead of the target proves that the ' +
      'target holds every acknowledged write.',
  };
}

function historyIsContinued({ target, others }: PromotionFacts): Verdict {
  const compared = others.filter(
    other =>
      other.testimony !== null && isWitness(other.testimony) && !isAhead(other.testimony.position, target.durable),
  );
  const strangers = compared.filter(other => other.isPrefix !== true);
  return {
    id: 'wal_continues_the_others',
    reason: 'InvalidReplicationState',
    result: strangers.length === 0 ? 'pass' : 'fail',
    observed:
      strangers.length === 0
        ? `${compared.length} logs compared, each a prefix of the target's`
        : strangers
            .map(other =>
              other.isPrefix === null
                ? `the log of ${other.name} cannot be compared: the target no longer holds that position`
                : `the log of ${other.name} is another history`,
            )
            .join('; '),
    message: "Every other member's log must be a prefix of the target's.",
  };
}

function snapshotsStayValid({ target, others }: PromotionFacts): Verdict {
  const beyond = others.filter(
    ({ testimony }) =>
      testimony !== null && isWitness(testimony) && testimony.visible.commitId > target.applied.commitId,
  );
  const commits = beyond.map(({ name, testimony }) => `${name} at ${testimony?.visible.commitId.toString() ?? ''}`);
  return {
    id: 'visible_snapshots_stay_valid',
    reason: 'MvccVisibilityViolation',
    result: beyond.length === 0 ? 'pass' : 'fail',
    observed:
      `target has applied commit ${target.applied.commitId.toString()}; ` +
      `visible beyond it: ${commits.join(', ') || 'none'}`,
    message: 'What a reader has seen on any member must be what the target has applied.',
  };
}

function decide(verdicts: readonly Verdict[], overridable: string | null): Decision {
  const checks = verdicts.map(
    ({ id, reason, result, observed, message }): Check => ({
      id,
      invariant: DENIAL_INVARIANTS[reason],
      result: id === overridable && result === 'unknown' ? 'overridden' : result,
      observed,
      message,
    }),
  );
  const overridden = checks.filter(check => check.result === 'overridden').map(check => check.invariant);
  if (overridable !== null) {
    checks.push({
      id: 'override_is_needed',
      invariant: DENIAL_INVARIANTS.InvalidRequest,
      result: overridden.length > 0 ? 'pass' : 'fail',
      observed:
        overridden.length > 0
          ? 'the assertion "the primary is down" (P6-A1a) stands in for a check whose result is unknown'
          : 'no check is unknown, so the assertion "the primary is down" would override nothing',
      message: 'Force replaces the detection of a dead primary and nothing else.',
    });
  }
  const at = checks.findIndex(check => check.result === 'fail' || check.result === 'unknown');
  return {
    decision: at === -1 ? 'approve' : 'deny',
    reason: at === -1 ? null : (verdicts[at]?.reason ?? 'InvalidRequest'),
    checks,
    overridden,
  };
}

/** All five checks of a promotion in their order, each one reported; explanation and decision both use them. */
export function validatePromotion(facts: PromotionFacts): Decision {
  return decide(
    [
      targetIsReplica(facts),
      authorityIsClear(facts),
      positionIsProvable(facts),
      historyIsContinued(facts),
      snapshotsStayValid(facts),
    ],
    facts.mode === 'forced' ? 'write_authority_is_clear' : null,
  );
}

/** A demotion needs only a node that holds, or believes to hold, write authority. */
export function validateDemotion(target: Testimony): Decision {
  const holdsAuthority = target.role === 'primary' || target.haltReason === 'AuthorityAmbiguity';
  return decide(
    [
      {
        id: 'replication_is_enabled',
        reason: 'ReplicationDisabled',
        result: target.state === 'Disabled' ? 'fail' : 'pass',
        observed: stateOf(target),
        message: 'Without replication no other node could ever be promoted.',
      },
      {
        id: 'target_is_primary',
        reason: 'NotPrimary',
        result: holdsAuthority ? 'pass' : 'fail',
        observed: `${target.role}, ${stateOf(target)}`,
        message: 'Only the primary can give up write authority. Until a promotion succeeds, no node accepts writes.',
      },
    ],
    null,
  );
}
