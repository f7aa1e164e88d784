/**
 * The statements sent to MySQL, word for word. Only ids of a checked form are ever inserted. The reads need `SELECT ON
 * performance_schema.*` and `REPLICATION CLIENT`, and nothing else. A primary that still applies received transactions
 * answers only reads of the performance schema; a derived table would make the statement wait.
 */

/** The group as the answering member lists it, with that member's id and the time: one row for each member. */
export const GROUP = `SELECT m.MEMBER_ID, m.MEMBER_HOST, m.MEMBER_PORT, m.MEMBER_STATE, m.MEMBER_ROLE, m.MEMBER_VERSION,
  s.VIEW_ID, s.COUNT_TRANSACTIONS_IN_QUEUE AS certifying,
  s.COUNT_TRANSACTIONS_REMOTE_IN_APPLIER_QUEUE AS applying, s.COUNT_TRANSACTIONS_REMOTE_APPLIED AS applied,
  s.TRANSACTIONS_COMMITTED_ALL_MEMBERS AS committed_by_all, @@GLOBAL.server_uuid AS self,
  @@GLOBAL.group_replication_group_name AS group_name,
  @@GLOBAL.group_replication_single_primary_mode AS single_primary, UTC_TIMESTAMP(6) AS now
FROM performance_schema.replication_group_members m
LEFT JOIN performance_schema.replication_group_member_stats s USING (CHANNEL_NAME, MEMBER_ID)
ORDER BY m.MEMBER_HOST, m.MEMBER_PORT, m.MEMBER_ID`;

/** What only the member itself knows. Works outside of a group, too. */
export const SELF = `SELECT @@GLOBAL.server_uuid AS self, @@GLOBAL.report_host AS report_host,
  COALESCE(NULLIF(@@GLOBAL.report_port, 0), @@GLOBAL.port) AS report_port, @@GLOBAL.version AS version,
  @@GLOBAL.super_read_only AS super_read_only, @@GLOBAL.read_only AS read_only, @@GLOBAL.offline_mode AS offline_mode,
  @@GLOBAL.gtid_executed AS gtid_executed, @@GLOBAL.gtid_purged AS gtid_purged,
  @@GLOBAL.group_replication_group_name AS group_name, @@GLOBAL.group_replication_local_address AS local_address,
  @@GLOBAL.group_replication_force_members AS force_members,
  @@GLOBAL.group_replication_single_primary_mode AS single_primary,
  @@GLOBAL.group_replication_consistency AS consistency,
  @@GLOBAL.group_replication_exit_state_action AS exit_state_action,
  @@GLOBAL.group_replication_unreachable_majority_timeout AS unreachable_majority_timeout,
  @@GLOBAL.group_replication_member_expel_timeout AS member_expel_timeout,
  @@GLOBAL.group_replication_autorejoin_tries AS autorejoin_tries, @@GLOBAL.performance_schema AS performance_schema,
  m.MEMBER_STATE, m.MEMBER_ROLE, s.VIEW_ID, s.COUNT_TRANSACTIONS_IN_QUEUE AS certifying,
  s.COUNT_TRANSACTIONS_REMOTE_IN_APPLIER_QUEUE AS applying, s.COUNT_TRANSACTIONS_REMOTE_APPLIED AS applied,
  c.SERVICE_STATE AS receives, c.RECEIVED_TRANSACTION_SET AS received,
  GTID_SUBTRACT(c.RECEIVED_TRANSACTION_SET, @@GLOBAL.gtid_executed) AS not_applied,
  c.LAST_ERROR_NUMBER AS last_error, a.SERVICE_STATE AS applies, UTC_TIMESTAMP(6) AS now
FROM performance_schema.global_variables one
LEFT JOIN performance_schema.replication_group_members m ON m.MEMBER_ID = @@GLOBAL.server_uuid
LEFT JOIN performance_schema.replication_group_member_stats s ON s.MEMBER_ID = m.MEMBER_ID
LEFT JOIN performance_schema.replication_connection_status c ON c.CHANNEL_NAME = 'group_replication_applier'
LEFT JOIN performance_schema.replication_applier_status a ON a.CHANNEL_NAME = c.CHANNEL_NAME
WHERE one.VARIABLE_NAME = 'server_uuid'`;

/** Which server answers at an address. */
export const WHO = 'SELECT @@GLOBAL.server_uuid AS self, UTC_TIMESTAMP(6) AS now';

/** What the group is doing, as far as this member takes part in it. */
export const STAGES = `SELECT EVENT_NAME AS stage, WORK_COMPLETED AS completed, WORK_ESTIMATED AS estimated
FROM performance_schema.events_stages_current WHERE EVENT_NAME LIKE 'stage/group|_rpl/%' ESCAPE '|' ORDER BY EVENT_ID`;

/** Messages of MySQL's own log about views, elections and majorities, and what each one means. */
export const LOGGED: ReadonlyMap<string, string> = new Map([
  ['MY-011507', 'primary elected'],
  ['MY-013213', 'configuration action ended'],
  ['MY-013214', 'configuration action began'],
  ['MY-011500', 'primary left'],
  ['MY-011503', 'members changed'],
  ['MY-011499', 'members removed'],
  ['MY-011498', 'majority back'],
  ['MY-011495', 'majority lost'],
  ['MY-011505', 'expelled'],
]);

/** How many messages one part of the log holds at most. */
export const MOST_LOGGED = 100;

/** A TIMESTAMP in UTC: MySQL would show it in the time zone of the session, which is the server's. */
function inUtc(column: string): string {
  return `'1970-01-01' + INTERVAL UNIX_TIMESTAMP(${column}) SECOND`;
}

const OF_THE_GROUP = `ERROR_CODE IN (${[...LOGGED.keys()].map(code => `'${code}'`).join(', ')})`;

/** A position in the log (microseconds since 1970) in the form that MySQL compares. */
function seconds(position: bigint): string {
  return `${position / 1_000_000n}.${(position % 1_000_000n).toString().padStart(6, '0')}`;
}

/** The newest first, one more than a part holds. A message's position is `LOGGED`, the primary key of the log. */
export function errorLog(before: bigint | null): string {
  const older = before === null ? '' : ` AND UNIX_TIMESTAMP(LOGGED) < ${seconds(before)}`;
  return `SELECT ${inUtc('LOGGED')} AS at, ERROR_CODE AS code, DATA AS message
FROM performance_schema.error_log WHERE ${OF_THE_GROUP}${older}
ORDER BY LOGGED DESC LIMIT ${MOST_LOGGED + 1}`;
}

/** How many messages lie at or after a position, and how many rows of any kind were overwritten. */
export function errorLogCounts(position: bigint): string {
  return `SELECT COUNT(*) AS newer, (SELECT VARIABLE_VALUE FROM performance_schema.global_status
WHERE VARIABLE_NAME = 'Error_log_expired_events') AS expired
FROM performance_schema.error_log WHERE ${OF_THE_GROUP} AND UNIX_TIMESTAMP(LOGGED) >= ${seconds(position)}`;
}

/**
 * The transactions for which a switch waits on the primary. A session with `autocommit=0` counts once it has read
 * anything. If fewer than four of the things that `watched` counts are enabled, MySQL does not track transactions and
 * lists none.
 */
export const OPEN_TRANSACTIONS = `SELECT COUNT(*) AS open, MAX(TIMER_WAIT) DIV 1000000000000 AS longest,
  (SELECT COUNT(*) FROM performance_schema.setup_consumers WHERE ENABLED = 'YES' AND
    NAME IN ('global_instrumentation', 'thread_instrumentation', 'events_transactions_current')) +
  (SELECT COUNT(*) FROM performance_schema.setup_instruments WHERE ENABLED = 'YES' AND NAME = 'transaction') AS watched,
  @@GLOBAL.server_uuid AS self, @@GLOBAL.performance_schema AS performance_schema, UTC_TIMESTAMP(6) AS now
FROM performance_schema.events_transactions_current WHERE STATE = 'ACTIVE' AND AUTOCOMMIT = 'NO'`;

/** Running asynchronous channels beside the group's own. */
export const CHANNELS = `SELECT CHANNEL_NAME AS name FROM performance_schema.replication_connection_status
WHERE SERVICE_STATE <> 'OFF' AND CHANNEL_NAME NOT LIKE 'group|_replication|_%' ESCAPE '|' ORDER BY CHANNEL_NAME`;

export const BINARY_LOGS = 'SHOW BINARY LOGS';
/** The name since 8.2; the older name was removed in 8.4. */
export const BINARY_LOG_STATUS = 'SHOW BINARY LOG STATUS';

function status(name: string): string {
  return `(SELECT VARIABLE_VALUE FROM performance_schema.global_status WHERE VARIABLE_NAME = '${name}')`;
}

export const REDO = `SELECT ${status('Innodb_redo_log_current_lsn')} AS current_lsn,
  ${status('Innodb_redo_log_flushed_to_disk_lsn')} AS flushed_lsn,
  ${status('Innodb_redo_log_checkpoint_lsn')} AS checkpoint_lsn, @@GLOBAL.server_uuid AS self, UTC_TIMESTAMP(6) AS now`;

export const REDO_FILES = `SELECT FILE_ID AS id, START_LSN AS first, END_LSN AS end, SIZE_IN_BYTES AS bytes
FROM performance_schema.innodb_redo_log_files ORDER BY START_LSN`;

export const CLONES = `SELECT ID AS id, STATE AS state, ${inUtc('BEGIN_TIME')} AS began,
  ${inUtc('END_TIME')} AS ended, SOURCE AS source, ERROR_NO AS error, GTID_EXECUTED AS executed
FROM performance_schema.clone_status`;

export const APPLIERS = `SELECT CHANNEL_NAME AS channel, WORKER_ID AS worker, SERVICE_STATE AS state,
  LAST_ERROR_NUMBER AS last_error, APPLYING_TRANSACTION AS applying
FROM performance_schema.replication_applier_status_by_worker ORDER BY CHANNEL_NAME, WORKER_ID`;

/** Settings and counters, by names that are known to hold no secret. */
export function named(table: 'global_variables' | 'global_status', names: readonly string[]): string {
  return (
    `SELECT VARIABLE_NAME AS name, VARIABLE_VALUE AS value FROM performance_schema.${table} ` +
    `WHERE VARIABLE_NAME IN (${names.map(name => `'${name}'`).join(', ')}) ORDER BY VARIABLE_NAME`
  );
}

/**
 * A switch of the primary, with the explained state as a precondition. If the member that runs it sees another primary
 * or another view, or the target is not an ONLINE secondary, there is no row, and nothing is done.
 */
export function switchTo(target: string, primary: string, view: string): string {
  return `SELECT group_replication_set_as_primary('${target}') AS answer
FROM performance_schema.replication_group_members t
JOIN performance_schema.replication_group_members p ON p.MEMBER_ROLE = 'PRIMARY' AND p.MEMBER_ID = '${primary}'
JOIN performance_schema.replication_group_member_stats s ON s.MEMBER_ID = t.MEMBER_ID AND s.VIEW_ID = '${view}'
WHERE t.MEMBER_ID = '${target}' AND t.MEMBER_STATE = 'ONLINE' AND t.MEMBER_ROLE = 'SECONDARY'`;
}

/**
 * A new group of the target alone, by its own address in the group. A server that is not the target, or has no such
 * address, gets NULL and refuses it (1231). An empty text would not do: MySQL answers it with OK and forces nothing.
 */
export function forceAlone(target: string): string {
  return (
    'SET GLOBAL group_replication_force_members = ' +
    `IF(@@GLOBAL.server_uuid = '${target}' AND @@GLOBAL.group_replication_local_address <> '', ` +
    '@@GLOBAL.group_replication_local_address, NULL)'
  );
}
