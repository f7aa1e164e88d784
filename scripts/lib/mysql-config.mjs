/** The configuration of a trial's MySQL members, and the logins that each of them has from the beginning. */
import { join } from 'node:path';

/**
 * @typedef {object} Login
 * @property {string} user who may come from 127.0.0.1 only
 * @property {string} password
 */

/**
 * The logins of a trial. watch: reads what the control plane reads; switch: also changes who is the primary; nothing:
 * has no right.
 */
export const LOGINS = /** @type {const} */ ({
  watch: { user: 'watch', password: 'watch-Pa55' },
  switch: { user: 'switch', password: 'switch-Pa55' },
  nothing: { user: 'nothing', password: 'nothing-Pa55' },
});

/**
 * By this one a member that joins fetches from another what it lacks.
 * @type {Login}
 */
export const RECOVERY = { user: 'recovery', password: 'recovery-Pa55' };

/** What each login may do. */
const RIGHTS = [
  { ...RECOVERY, rights: ['REPLICATION SLAVE, BACKUP_ADMIN, CONNECTION_ADMIN, GROUP_REPLICATION_STREAM ON *.*'] },
  { ...LOGINS.watch, rights: ['REPLICATION CLIENT ON *.*', 'SELECT ON performance_schema.*'] },
  {
    ...LOGINS.switch,
    rights: [
      'GROUP_REPLICATION_ADMIN, SYSTEM_VARIABLES_ADMIN, CONNECTION_ADMIN ON *.*',
      'SELECT ON performance_schema.*',
    ],
  },
  { ...LOGINS.nothing, rights: [] },
];

/** @returns {string} SQL that an empty data folder is made with: logins, and a table `trial.t` to write to */
export function seedSql() {
  const statements = RIGHTS.flatMap(({ user, password, rights }) => {
    const account = `${user}@'127.0.0.1'`;
    return [
      `CREATE USER ${account} IDENTIFIED BY '${password}';`,
      ...rights.map(right => `GRANT ${right} TO ${account};`),
    ];
  });
  // One statement a line: MySQL reads this file so.
  return [
    ...statements,
    'CREATE DATABASE trial;',
    'CREATE TABLE trial.t (id BIGINT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(64));',
    '',
  ].join('\n');
}

/**
 * @param {import('./mysql-install.mjs').MysqlPrograms} programs
 * @param {string} folder of a member
 * @returns {readonly string[]} lines of its configuration that hold with a group and without one
 */
export function serverLines(programs, folder) {
  return [
    '[mysqld]',
    ...(process.getuid?.() === 0 ? ['user=root'] : []),
    `datadir=${join(folder, 'data')}`,
    `tmpdir=${folder}`,
    `socket=${join(folder, 's')}`,
    `pid_file=${join(folder, 'pid')}`,
    `log_error=${join(folder, 'error.log')}`,
    `plugin_dir=${programs.plugins}`,
    `lc_messages_dir=${programs.share}`,
    `character_sets_dir=${join(programs.share, 'charsets')}`,
    'secure_file_priv=NULL',
    'mysqlx=0',
    'bind_address=127.0.0.1',
    'gtid_mode=ON',
    'enforce_gtid_consistency=ON',
    'log_bin=binlog',
    // A process may be killed, the machine stays: what it wrote is there without waiting for the disk.
    'sync_binlog=0',
    'innodb_flush_log_at_trx_commit=2',
    'innodb_flush_method=nosync',
    'innodb_doublewrite=OFF',
    'innodb_buffer_pool_size=32M',
    'innodb_log_buffer_size=1M',
    'innodb_redo_log_capacity=32M',
    'max_connections=60',
    'table_open_cache=400',
    'performance_schema_digests_size=200',
    'performance_schema_error_size=0',
    'performance_schema_events_statements_history_long_size=100',
    'performance_schema_events_transactions_history_long_size=100',
    'performance_schema_events_stages_history_long_size=100',
    'performance_schema_events_waits_history_long_size=100',
  ];
}

/**
 * @typedef {object} MysqlMember
 * @property {number} index counted from 0
 * @property {string} name `127.0.0.1:PORT`, as the group lists it
 * @property {string} id its server_uuid, also after a rebuild
 * @property {number} port
 * @property {number} xcomPort of the group's own traffic
 * @property {string} address `mysql://127.0.0.1:PORT`
 * @property {string} folder
 * @property {number} pid of its server; another one after each start
 */

/**
 * @typedef {object} GroupShape
 * @property {string} group its name, a UUID
 * @property {readonly number[]} xcomPorts of all members
 * @property {{ ca: string, cert: string, key: string } | undefined} tls
 * @property {Readonly<Record<string, string | number>>} settings further ones, which win
 */

/**
 * @param {import('./mysql-install.mjs').MysqlPrograms} programs
 * @param {MysqlMember} member
 * @param {GroupShape} shape
 * @returns {string} the configuration file of a member
 */
export function memberConfig(programs, { index, folder, port, xcomPort }, { group, xcomPorts, tls, settings }) {
  const encryption =
    tls === undefined
      ? ['auto_generate_certs=OFF', 'tls_version=']
      : [`ssl_ca=${tls.ca}`, `ssl_cert=${tls.cert}`, `ssl_key=${tls.key}`];
  return [
    ...serverLines(programs, folder),
    `port=${port}`,
    'report_host=127.0.0.1',
    `report_port=${port}`,
    `server_id=${index + 1}`,
    'plugin_load_add=group_replication.so;mysql_clone.so',
    `loose_group_replication_group_name=${group}`,
    'loose_group_replication_start_on_boot=OFF',
    `loose_group_replication_local_address=127.0.0.1:${xcomPort}`,
    `loose_group_replication_group_seeds=${xcomPorts.map(each => `127.0.0.1:${each}`).join(',')}`,
    'loose_group_replication_ssl_mode=DISABLED',
    'loose_group_replication_recovery_use_ssl=OFF',
    'loose_group_replication_recovery_get_public_key=ON',
    'loose_group_replication_message_cache_size=134217728',
    ...encryption,
    ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
    '',
  ].join('\n');
}
