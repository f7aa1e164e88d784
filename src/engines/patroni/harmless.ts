/**
 * Lists which values that Patroni and PostgreSQL report about themselves are known to be harmless. Only those are
 * shown. Everything else is withheld from every view and record, and its name is shown: nobody can list what secrets
 * are called, or how a command receives one.
 */
import { isHost, isName, isPath, WITHHELD } from '../../control-plane/model/plausible.ts';

/**
 * PostgreSQL's settings that are numbers, flags or one of a few words, from `postgres --describe-config` of versions 12
 * to 18.
 */
const NUMBERS_AND_WORDS = setOf(`
  allow_alter_system archive_mode archive_timeout array_nulls authentication_timeout autovacuum
  autovacuum_analyze_scale_factor autovacuum_analyze_threshold autovacuum_freeze_max_age autovacuum_max_workers
  autovacuum_multixact_freeze_max_age autovacuum_naptime autovacuum_vacuum_cost_delay autovacuum_vacuum_cost_limit
  autovacuum_vacuum_insert_scale_factor autovacuum_vacuum_insert_threshold autovacuum_vacuum_max_threshold
  autovacuum_vacuum_scale_factor autovacuum_vacuum_threshold autovacuum_work_mem autovacuum_worker_slots
  backend_flush_after backslash_quote bgwriter_delay bgwriter_flush_after bgwriter_lru_maxpages
  bgwriter_lru_multiplier bonjour bytea_output check_function_bodies checkpoint_completion_target
  checkpoint_flush_after checkpoint_timeout checkpoint_warning client_connection_check_interval client_min_messages
  commit_delay commit_siblings commit_timestamp_buffers compute_query_id constraint_exclusion cpu_index_tuple_cost
  cpu_operator_cost cpu_tuple_cost createrole_self_grant cursor_tuple_fraction data_sync_retry db_user_namespace
  deadlock_timeout debug_io_direct debug_logical_replication_streaming debug_parallel_query debug_pretty_print
  debug_print_parse debug_print_plan debug_print_rewritten default_statistics_target default_toast_compression
  default_transaction_deferrable default_transaction_isolation default_transaction_read_only
  dynamic_shared_memory_type effective_cache_size effective_io_concurrency enable_async_append enable_bitmapscan
  enable_distinct_reordering enable_gathermerge enable_group_by_reordering enable_hashagg enable_hashjoin
  enable_incremental_sort enable_indexonlyscan enable_indexscan enable_material enable_memoize enable_mergejoin
  enable_nestloop enable_parallel_append enable_parallel_hash enable_partition_pruning enable_partitionwise_aggregate
  enable_partitionwise_join enable_presorted_aggregate enable_self_join_elimination enable_seqscan enable_sort
  enable_tidscan escape_string_warning event_triggers exit_on_error extra_float_digits file_copy_method
  force_parallel_mode from_collapse_limit fsync full_page_writes geqo geqo_effort geqo_generations geqo_pool_size
  geqo_seed geqo_selection_bias geqo_threshold gin_fuzzy_search_limit gin_pending_list_limit gss_accept_delegation
  hash_mem_multiplier hot_standby hot_standby_feedback huge_page_size huge_pages icu_validation_level
  idle_in_transaction_session_timeout idle_replication_slot_timeout idle_session_timeout intervalstyle
  io_combine_limit io_max_combine_limit io_max_concurrency io_method io_workers jit jit_above_cost
  jit_inline_above_cost jit_optimize_above_cost join_collapse_limit krb_caseins_users lo_compat_privileges
  lock_timeout log_autovacuum_min_duration log_checkpoints log_connections log_disconnections log_duration
  log_error_verbosity log_executor_stats log_file_mode log_hostname log_lock_failures log_lock_waits
  log_min_duration_sample log_min_duration_statement log_min_error_statement log_min_messages log_parameter_max_length
  log_parameter_max_length_on_error log_parser_stats log_planner_stats log_recovery_conflict_waits
  log_replication_commands log_rotation_age log_rotation_size log_startup_progress_interval log_statement
  log_statement_sample_rate log_statement_stats log_temp_files log_transaction_sample_rate log_truncate_on_rotation
  logging_collector logical_decoding_work_mem maintenance_io_concurrency maintenance_work_mem
  max_active_replication_origins max_connections max_files_per_process max_locks_per_transaction
  max_logical_replication_workers max_parallel_apply_workers_per_subscription max_parallel_maintenance_workers
  max_parallel_workers max_parallel_workers_per_gather max_pred_locks_per_page max_pred_locks_per_relation
  max_pred_locks_per_transaction max_prepared_transactions max_replication_slots max_slot_wal_keep_size
  max_stack_depth max_standby_archive_delay max_standby_streaming_delay max_sync_workers_per_subscription
  max_wal_senders max_wal_size max_worker_processes md5_password_warnings min_dynamic_shared_memory
  min_parallel_index_scan_size min_parallel_table_scan_size min_wal_size multixact_member_buffers
  multixact_offset_buffers notify_buffers old_snapshot_threshold operator_precedence_warning
  parallel_leader_participation parallel_setup_cost parallel_tuple_cost password_encryption plan_cache_mode port
  quote_all_identifiers random_page_cost recovery_init_sync_method recovery_min_apply_delay recovery_prefetch
  recovery_target_action recovery_target_inclusive recursive_worktable_factor reserved_connections restart_after_crash
  row_security scram_iterations send_abort_for_crash send_abort_for_kill seq_page_cost serializable_buffers
  session_replication_role shared_buffers shared_memory_type ssl ssl_max_protocol_version ssl_min_protocol_version
  ssl_passphrase_command_supports_reload ssl_prefer_server_ciphers standard_conforming_strings statement_timeout
  stats_fetch_consistency subtransaction_buffers summarize_wal superuser_reserved_connections sync_replication_slots
  synchronize_seqscans synchronous_commit syslog_facility syslog_sequence_numbers syslog_split_messages
  tcp_keepalives_count tcp_keepalives_idle tcp_keepalives_interval tcp_user_timeout temp_buffers temp_file_limit
  trace_connection_negotiation track_activities track_activity_query_size track_commit_timestamp
  track_cost_delay_timing track_counts track_functions track_io_timing track_wal_io_timing transaction_buffers
  transaction_timeout transform_null_equals unix_socket_permissions update_process_title vacuum_buffer_usage_limit
  vacuum_cleanup_index_scale_factor vacuum_cost_delay vacuum_cost_limit vacuum_cost_page_dirty vacuum_cost_page_hit
  vacuum_cost_page_miss vacuum_defer_cleanup_age vacuum_failsafe_age vacuum_freeze_min_age vacuum_freeze_table_age
  vacuum_max_eager_freeze_failure_rate vacuum_multixact_failsafe_age vacuum_multixact_freeze_min_age
  vacuum_multixact_freeze_table_age vacuum_truncate wal_buffers wal_compression wal_decode_buffer_size wal_init_zero
  wal_keep_segments wal_keep_size wal_level wal_log_hints wal_receiver_create_temp_slot wal_receiver_status_interval
  wal_receiver_timeout wal_recycle wal_retrieve_retry_interval wal_sender_timeout wal_skip_threshold
  wal_summary_keep_time wal_sync_method wal_writer_delay wal_writer_flush_after work_mem xmlbinary xmloption
`);

/**
 * PostgreSQL's text settings that hold no secret: places, languages, libraries. None of them is a command or a
 * connection.
 */
const TEXTS = setOf(`
  bonjour_name client_encoding cluster_name data_directory datestyle default_table_access_method default_tablespace
  default_text_search_config external_pid_file hba_file ident_file jit_provider lc_messages lc_monetary lc_numeric
  lc_time listen_addresses local_preload_libraries log_destination log_directory log_filename log_line_prefix
  log_timezone primary_slot_name recovery_target recovery_target_lsn recovery_target_time recovery_target_timeline
  session_preload_libraries shared_preload_libraries ssl_ca_file ssl_cert_file ssl_crl_file ssl_key_file
  synchronous_standby_names syslog_ident temp_tablespaces timezone timezone_abbreviations unix_socket_directories
  unix_socket_group
`);

/**
 * The fields of Patroni's own answers and configuration, by the object that holds them. `*` is a name that somebody
 * chose, or a place in a list.
 */
const PATRONI: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [
    '',
    setOf(`
      state role server_version timeline dcs_last_seen database_system_identifier postmaster_start_time
      pending_restart pause replication_state sync_standby quorum_standby cluster_unlocked failsafe_mode_is_active
      watchdog_failed logger_queue_size logger_records_lost latest_end_lsn scope name ttl loop_wait retry_timeout
      maximum_lag_on_failover maximum_lag_on_syncnode max_timelines_history primary_start_timeout master_start_timeout
      primary_stop_timeout master_stop_timeout synchronous_mode synchronous_mode_strict synchronous_node_count
      failsafe_mode check_timeline member_slots_ttl primary_race_backoff slots
    `),
  ],
  ['patroni', setOf('version scope name')],
  ['xlog', setOf('location received_location replayed_location replayed_timestamp paused')],
  ['replication.*', setOf('usename application_name client_addr state sync_state sync_priority')],
  ['tags', setOf('nofailover noloadbalance clonefrom nosync nostream replicatefrom failover_priority sync_priority')],
  ['scheduled_restart', setOf('schedule postgres_version role timeout')],
  [
    'postgresql',
    setOf(`
      use_slots use_pg_rewind remove_data_directory_on_rewind_failure remove_data_directory_on_diverged_timelines
      use_unix_socket use_unix_socket_repl
    `),
  ],
  ['standby_cluster', setOf('host port primary_slot_name')],
  ['slots.*', setOf('type database plugin cluster_type')],
  ['ignore_slots.*', setOf('name type database plugin')],
]);
/** Where settings of PostgreSQL stand: the settings themselves, and those that wait for a restart. */
const SETTINGS = /^(?:postgresql\.parameters|pending_restart_reason\.[^.]+)$/u;

/** Patroni's samples, and their labels. */
const SAMPLES = setOf(`
  patroni_version patroni_postgres_running patroni_postmaster_start_time patroni_master patroni_primary
  patroni_xlog_location patroni_standby_leader patroni_replica patroni_sync_standby patroni_quorum_standby
  patroni_xlog_received_location patroni_xlog_replayed_location patroni_xlog_replayed_timestamp patroni_xlog_paused
  patroni_postgres_streaming patroni_postgres_in_archive_recovery patroni_postgres_server_version
  patroni_cluster_unlocked patroni_failsafe_mode_is_active patroni_postgres_timeline patroni_dcs_last_seen
  patroni_pending_restart patroni_is_paused patroni_postgres_state
`);
const LABELS = setOf('scope name');
const SAMPLE = /^[-+]?(?:\d{1,30}(?:\.\d{1,30})?(?:e[-+]?\d{1,3})?|NaN|Inf)$/iu;

/**
 * A number with its unit, or a word, as settings have them: `128MB`, `-1`, `0.9`, `replica`, `scram-sha-256`,
 * `TLSv1.2`, `read committed`.
 */
const NUMBER_OR_WORD =
  /^(?:-?\d{1,20}(?:\.\d{1,20})?(?: ?[a-zA-Z]{1,3})?|[a-z]{1,20}(?:[ _-][a-z0-9]{1,12}){0,3}|TLSv1(?:\.\d)?)$/u;
/** Times, positions in the WAL, versions and addresses, as Patroni writes them. */
const FACTS: readonly RegExp[] = [
  /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?$/u,
  /^[0-9A-F]{1,8}\/[0-9A-F]{1,8}$/u,
  /^-?\d{1,20}(?:\.\d{1,20}){0,3}$/u,
];
/** Values that are never a secret. */
const NOTHING = new Set(['true', 'false', 'null', '', '{}', '[]']);

function setOf(words: string): ReadonlySet<string> {
  return new Set(words.trim().split(/\s+/u));
}

/**
 * The value if it is known to be harmless, otherwise a replacement. `path` holds the names that lead to it, the
 * outermost first.
 */
export function shownValue(path: readonly string[], value: string): string {
  return NOTHING.has(value) || isHarmless(path, value) ? value : WITHHELD;
}

function isFact(value: string): boolean {
  return FACTS.some(fact => fact.test(value));
}

function isHarmless(path: readonly string[], value: string): boolean {
  const [name = '', ...outer] = path.toReversed();
  const within = outer.toReversed().join('.');
  if (SETTINGS.test(within))
    return isHarmlessSetting(within === 'postgresql.parameters' ? name : (outer[0] ?? ''), value);
  const known = PATRONI.get(within) ?? PATRONI.get(within.replace(/\.[^.]+$/u, '.*'));
  return known?.has(name) === true && (NUMBER_OR_WORD.test(value) || isFact(value) || isName(value) || isHost(value));
}

/** The same for a setting of PostgreSQL by its name. */
export function shownSetting(name: string, value: string): string {
  return NOTHING.has(value) || isHarmlessSetting(name, value) ? value : WITHHELD;
}

function isHarmlessSetting(name: string, value: string): boolean {
  const known = name.toLowerCase();
  if (NUMBERS_AND_WORDS.has(known)) return NUMBER_OR_WORD.test(value);
  return (
    TEXTS.has(known) &&
    (value === '*' || isFact(value) || value.split(/, ?/u).every(part => isName(part) || isPath(part) || isHost(part)))
  );
}

/**
 * One sample of the Prometheus text format, `name{label="value"} number`, without the parts that are not known to be
 * harmless.
 */
export function shownSample(line: string): { readonly key: string; readonly value: string } {
  const [, name = '', labels = '', number = ''] =
    /^([\w:]+)\s*(\{.*\})?\s+(\S+)(?:\s+-?\d+)?$/u.exec(line.trim()) ?? [];
  if (!SAMPLES.has(name) || !SAMPLE.test(number)) return { key: isName(name) ? name : WITHHELD, value: WITHHELD };
  const shown = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/gu)].map(
    ([, label = '', value = '']) =>
      `${isName(label) ? label : WITHHELD}="${LABELS.has(label) && isName(value) ? value : WITHHELD}"`,
  );
  return { key: labels === '' ? name : `${name}{${shown.join(',')}}`, value: number };
}
