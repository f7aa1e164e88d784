/**
 * Lists what diagnostics read from a server: settings and counters that are numbers, flags or one of a few words, by
 * name. Nothing else is asked for; a value that does not look like a value of its kind is withheld.
 */
import { WITHHELD } from '../../control-plane/model/plausible.ts';

function setOf(words: string): readonly string[] {
  return words.trim().split(/\s+/u);
}

/** Settings. None of them is a path, an account or a text that a person chose. */
export const VARIABLES = setOf(`
  autocommit binlog_cache_size binlog_checksum binlog_expire_logs_seconds binlog_format binlog_group_commit_sync_delay
  binlog_row_image binlog_transaction_compression binlog_transaction_dependency_history_size connect_timeout
  default_storage_engine enforce_gtid_consistency event_scheduler flush_time gtid_mode
  group_replication_auto_increment_increment group_replication_autorejoin_tries group_replication_clone_threshold
  group_replication_communication_stack group_replication_compression_threshold group_replication_consistency
  group_replication_enforce_update_everywhere_checks group_replication_exit_state_action
  group_replication_flow_control_applier_threshold group_replication_flow_control_certifier_threshold
  group_replication_flow_control_mode group_replication_member_expel_timeout group_replication_member_weight
  group_replication_message_cache_size group_replication_paxos_single_leader
  group_replication_poll_spin_loops group_replication_single_primary_mode group_replication_ssl_mode
  group_replication_start_on_boot group_replication_transaction_size_limit
  group_replication_unreachable_majority_timeout innodb_buffer_pool_size innodb_doublewrite innodb_fast_shutdown
  innodb_flush_log_at_trx_commit innodb_io_capacity innodb_lock_wait_timeout innodb_log_buffer_size innodb_page_size
  innodb_redo_log_capacity interactive_timeout local_infile lock_wait_timeout log_bin log_error_verbosity
  log_replica_updates long_query_time max_allowed_packet max_binlog_size max_connections net_read_timeout
  net_write_timeout offline_mode partial_revokes performance_schema port read_only relay_log_recovery
  replica_parallel_workers replica_preserve_commit_order replica_transaction_retries require_secure_transport server_id
  super_read_only sync_binlog table_open_cache tls_version transaction_isolation transaction_read_only wait_timeout
`);

/** Counters and states. */
export const STATUS = setOf(`
  Aborted_clients Aborted_connects Binlog_cache_disk_use Binlog_cache_use Bytes_received Bytes_sent Com_commit
  Com_rollback Connections Created_tmp_disk_tables Innodb_buffer_pool_pages_dirty Innodb_buffer_pool_pages_free
  Innodb_buffer_pool_pages_total Innodb_buffer_pool_reads Innodb_buffer_pool_wait_free Innodb_data_fsyncs
  Innodb_data_pending_fsyncs Innodb_log_waits Innodb_os_log_fsyncs Innodb_redo_log_checkpoint_lsn
  Innodb_redo_log_current_lsn Innodb_redo_log_enabled Innodb_redo_log_flushed_to_disk_lsn
  Innodb_redo_log_logical_size Innodb_redo_log_physical_size Innodb_row_lock_current_waits Innodb_row_lock_time
  Innodb_row_lock_waits Open_tables Queries Questions Slow_queries Table_locks_waited Threads_connected
  Threads_created Threads_running Uptime
`);

/** A number, a flag, a word or words as MySQL writes them: `1.5`, `ON`, `READ-COMMITTED`, `TLSv1.2,TLSv1.3`. */
const NUMBER_OR_WORD =
  /^(?:-?\d{1,20}(?:\.\d{1,20})?|[A-Za-z][A-Za-z0-9_.-]{0,39}(?:,[A-Za-z][A-Za-z0-9_.-]{0,39}){0,5})$/u;

/** A harmless value, or the note that it is withheld. */
export function shownValue(value: string | null): string {
  if (value === null) return 'unknown';
  return value === '' ? 'empty' : NUMBER_OR_WORD.test(value) ? value : WITHHELD;
}
