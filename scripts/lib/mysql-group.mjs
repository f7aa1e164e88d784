/** How a trial's MySQL members see their group, and how the group is made whole again. */
import { setTimeout as delay } from 'node:timers/promises';
import { until } from './processes.mjs';
import { Failure } from './run.mjs';

/** @typedef {import('./mysql-cluster.mjs').MysqlCluster} MysqlCluster */

/**
 * What a member says of itself and of its group.
 * @typedef {object} OwnView
 * @property {string} state ONLINE, RECOVERING, OFFLINE, ERROR
 * @property {string} role
 * @property {boolean} isReadOnly
 * @property {boolean} isOffline clients without a right are cut off
 * @property {boolean} isSwitching a change of the primary is under way
 * @property {boolean} hasMajority of the members that it lists, more than half are not UNREACHABLE
 * @property {string} forced group_replication_force_members
 * @property {ReadonlyMap<string, { state: string, role: string }>} listed by id
 */

const VIEW = `SELECT @@server_uuid AS me, @@super_read_only AS ro, @@offline_mode AS off,
  @@group_replication_force_members AS forced, m.MEMBER_ID AS id, m.MEMBER_STATE AS state, m.MEMBER_ROLE AS role,
  (SELECT COUNT(*) FROM performance_schema.events_stages_current WHERE EVENT_NAME LIKE 'stage/group\\_rpl/Primary%')
  AS switching
  FROM (SELECT 1) one LEFT JOIN performance_schema.replication_group_members m ON TRUE`;

/** A group that is only shaken, by a pause or by a switch, is whole again within this, in milliseconds. */
const SETTLES_WITHIN_MS = 8000;
const VIEW_WITHIN_MS = 5000;

/**
 * @param {MysqlCluster} cluster
 * @param {readonly number[]} [indexes]
 * @returns {Promise<(OwnView | undefined)[]>} of each member; nothing of one that does not answer
 */
export function ownViews(cluster, indexes = [...cluster.members.keys()]) {
  return Promise.all(indexes.map(index => ownView(cluster, index)));
}

/**
 * @param {MysqlCluster} cluster
 * @param {number} index
 * @returns {Promise<OwnView | undefined>}
 */
async function ownView(cluster, index) {
  if (!cluster.isRunning(index) || cluster.isPaused(index)) return undefined;
  const rows = await cluster.sql(index, VIEW, undefined, VIEW_WITHIN_MS).catch(() => []);
  const [first] = rows;
  if (first === undefined) return undefined;
  const listed = new Map(rows.map(({ id, state, role }) => [id ?? '', { state: state ?? '', role: role ?? '' }]));
  const own = listed.get(first['me'] ?? '') ?? { state: 'OFFLINE', role: '' };
  const reachable = [...listed.values()].filter(({ state }) => state !== 'UNREACHABLE').length;
  return {
    ...own,
    isReadOnly: first['ro'] === '1',
    isOffline: first['off'] === '1',
    isSwitching: first['switching'] !== '0',
    hasMajority: reachable * 2 > listed.size,
    forced: first['forced'] ?? '',
    listed,
  };
}

/**
 * @param {MysqlCluster} cluster
 * @param {readonly number[]} taking the members that take part
 * @returns {Promise<boolean>} whether each of them sees exactly these, all ONLINE, under the same primary, which alone
 *   takes writes, and nothing is left of an earlier force or switch
 */
export async function isHealthy(cluster, taking) {
  const views = await ownViews(cluster, taking);
  const ids = taking.map(index => cluster.member(index).id);
  const primaries = views.flatMap(view => [...(view?.listed ?? [])].filter(([, { role }]) => role === 'PRIMARY'));
  return (
    new Set(primaries.map(([id]) => id)).size <= 1 &&
    views.every(
      view =>
        view !== undefined &&
        view.listed.size === ids.length &&
        ids.every(id => view.listed.get(id)?.state === 'ONLINE') &&
        view.isReadOnly === (view.role !== 'PRIMARY') &&
        !view.isOffline &&
        !view.isSwitching &&
        view.forced === '',
    )
  );
}

/**
 * Makes every member ONLINE in one group again. A group that is only shaken is waited for; else all servers are killed
 * and started again, which takes less time than to let single ones leave and join, and begin with the member that holds
 * most. Should that fail, they begin with empty data.
 * @param {MysqlCluster} cluster
 * @returns {Promise<void>}
 * @throws {Failure}
 */
export async function healGroup(cluster) {
  const all = [...cluster.members.keys()];
  /** @type {string[]} */
  const reasons = [];
  for (const way of [settle, restart, beginAnew]) {
    try {
      await way(cluster, all);
      if (await until(() => isHealthy(cluster, all), { timeout: 3000, every: 100 })) return;
      reasons.push(`${way.name}: not all are ONLINE in one group`);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      reasons.push(`${way.name}: ${error.message}`);
    }
  }
  throw new Failure(`The group cannot be healed.\n${reasons.join('\n')}`);
}

/**
 * Wakes servers that are stopped, and waits for the group.
 * @param {MysqlCluster} cluster
 * @param {readonly number[]} all
 * @throws {Failure} as soon as it cannot become whole by itself
 */
async function settle(cluster, all) {
  await Promise.all(all.map(index => cluster.resume(index)));
  const ends = performance.now() + SETTLES_WITHIN_MS;
  while (!(await isHealthy(cluster, all))) {
    const views = await ownViews(cluster, all);
    const isLost = views.some(view => !['ONLINE', 'RECOVERING'].includes(view?.state ?? '') || view?.forced !== '');
    if (isLost || performance.now() > ends) throw new Failure('the group does not become whole by itself');
    for (const index of all) await cluster.sql(index, 'SET GLOBAL offline_mode=OFF');
    await delay(100);
  }
}

/**
 * @param {MysqlCluster} cluster
 * @param {readonly number[]} all
 */
async function restart(cluster, all) {
  await killAll(cluster, all);
  await Promise.all(all.map(index => cluster.startNode(index)));
  const first = await furthest(cluster, all);
  await cluster.bootstrap(first);
  await Promise.all(all.filter(each => each !== first).map(index => joinOrRebuild(cluster, index)));
}

/**
 * @param {MysqlCluster} cluster
 * @param {readonly number[]} all
 */
async function beginAnew(cluster, all) {
  await killAll(cluster, all);
  await Promise.all(all.map(index => cluster.rebuild(index)));
  await cluster.bootstrap(0);
  await Promise.all(all.slice(1).map(index => cluster.join(index)));
}

/**
 * @param {MysqlCluster} cluster
 * @param {number} index
 */
async function joinOrRebuild(cluster, index) {
  try {
    await cluster.join(index);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // It holds what the group does not, or too little for what the group still has.
    await cluster.rebuild(index);
    await cluster.join(index);
  }
}

/**
 * @param {MysqlCluster} cluster
 * @param {readonly number[]} all
 */
async function killAll(cluster, all) {
  await Promise.all(all.filter(index => cluster.isRunning(index)).map(index => cluster.kill(index)));
}

/**
 * @param {MysqlCluster} cluster
 * @param {readonly number[]} all
 * @returns {Promise<number>} a member that holds all that most of the others hold
 */
async function furthest(cluster, all) {
  const sets = await Promise.all(
    all.map(async index => {
      const [row] = await cluster.sql(
        index,
        `SELECT CONCAT_WS(',', @@gtid_executed, (SELECT RECEIVED_TRANSACTION_SET FROM
         performance_schema.replication_connection_status WHERE CHANNEL_NAME='group_replication_applier')) AS gtids`,
      );
      return (row?.['gtids'] ?? '').replaceAll('\n', '').replace(/^,|,$/gu, '');
    }),
  );
  const [first = 0] = all;
  const held = async (/** @type {string} */ gtids) => {
    const columns = sets.map((other, place) => `GTID_SUBSET('${other}', '${gtids}') AS c${place}`);
    const [row = {}] = await cluster.sql(first, `SELECT ${columns.join(', ')}`);
    return Object.values(row).filter(value => value === '1').length;
  };
  const counts = await Promise.all(sets.map(held));
  return all[counts.indexOf(Math.max(...counts))] ?? first;
}
