/** Explains and sends as the control plane does, on the real group, and asks the members themselves what is true. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { MysqlCluster } from '../../scripts/lib/mysql-cluster.mjs';
import { ownViews } from '../../scripts/lib/mysql-group.mjs';
import type { ExecutedControl, ExplainedReading } from '../../src/control-plane/explanation/words.ts';
import type { ControlError, Result } from '../../src/control-plane/model/errors.ts';
import type { Kernel, PromotionRequest } from '../../src/control-plane/ports.ts';
import { connect, type Secrets, type Timeouts } from '../../src/engines/connect.ts';
import { LOGINS, until } from './support.ts';

export type Mode = PromotionRequest['mode'];

/** An answer that is waited for in every test that does not ask for less. */
export const TIMEOUTS: Timeouts = { connectMs: 2000, readMs: 10_000, controlMs: 30_000 };

/** A kernel of the group at these addresses. */
export async function kernelAt(
  endpoints: readonly string[],
  secrets: Secrets = LOGINS,
  timeouts: Partial<Timeouts> = {},
): Promise<Kernel> {
  const cluster = { name: 'trial', kind: 'mysql', endpoints: [...endpoints] } as const;
  return valueOf(await connect(cluster, { secrets, timeouts: { ...TIMEOUTS, ...timeouts } }));
}

/** The members' own addresses, that of `first` in front: it is asked before those that do not answer. */
export function addresses(cluster: MysqlCluster, first: number): readonly string[] {
  const { address } = cluster.member(first);
  return [address, ...cluster.members.map(each => each.address).filter(each => each !== address)];
}

export function valueOf<T>(result: Result<T>): T {
  assert.ok(result.ok, result.ok ? '' : `${result.error.code}: ${result.error.message}`);
  return result.value;
}

export function errorOf(result: Result<unknown>): ControlError {
  assert.ok(!result.ok, 'it was carried out');
  return result.error;
}

/** The request for what was explained. */
export function requestFor({ endpoint, view, observed }: ExplainedReading, mode: Mode): PromotionRequest {
  const { target, primaryId, members, controlVersion, answerMs, overriddenInvariants } = view;
  return {
    endpoint,
    requestId: randomUUID(),
    target,
    targetName: members.find(({ nodeId }) => nodeId === target)?.name ?? target,
    primaryId,
    mode,
    acknowledgedInvariants: overriddenInvariants,
    reason: 'a trial',
    operator: { id: 'anna@desk', authority: 'Operator' },
    controlVersion,
    snapshot: observed.snapshot,
    answerMs,
    auditHead: { seq: 1n, hash: '0'.repeat(64) },
  };
}

/** Explains a switch or a force and sends it at once. */
export async function order(kernel: Kernel, target: string, mode: Mode): Promise<Result<ExecutedControl>> {
  const explained = valueOf(await kernel.explainPromotion(target, mode));
  return kernel.promote(requestFor(explained, mode));
}

/** What an answer says of the outcome. */
export function outcomeOf(result: Result<ExecutedControl>): 'executed' | 'not_executed' | 'unknown' {
  return result.ok ? 'executed' : result.error.outcome;
}

/** Waits until no member has a switch under way and all list the same primary; answers with its index. */
export async function settledPrimary(cluster: MysqlCluster): Promise<number> {
  let primary: number | undefined;
  await until('the group has one primary, and no switch goes on', async () => {
    const views = await ownViews(cluster);
    const leaders = new Set(
      views.flatMap(view => [...(view?.listed ?? [])].flatMap(([id, { role }]) => (role === 'PRIMARY' ? [id] : []))),
    );
    primary = views.findIndex(view => view?.role === 'PRIMARY' && !view.isReadOnly);
    return leaders.size === 1 && primary >= 0 && views.every(view => view?.isSwitching !== true);
  });
  return primary ?? assert.fail('no primary');
}

/** The id of the primary, as a member lists it. */
export async function listedPrimary(cluster: MysqlCluster, by: number): Promise<string | undefined> {
  const [row] = await cluster.sql(
    by,
    "SELECT MEMBER_ID AS id FROM performance_schema.replication_group_members WHERE MEMBER_ROLE = 'PRIMARY'",
  );
  return row?.['id'] ?? undefined;
}

/** Whether a switch is under way, as a member reports it. */
export async function isSwitching(cluster: MysqlCluster, by: number): Promise<boolean> {
  const [view] = await ownViews(cluster, [by]);
  return view?.isSwitching === true;
}
