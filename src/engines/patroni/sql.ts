/** WAL and snapshots from PostgreSQL's own views, read with a login that has the role `pg_monitor`. */
import type { ClusterConfig } from '../../control-plane/clusters/cluster.ts';
import { failure, refusal, success, transportFailure, type Result } from '../../control-plane/model/errors.ts';
import { lsn } from './lsn.ts';
import type { Reading, Section, SnapshotsView, WalSegment, WalView } from '../../control-plane/model/views.ts';
import type { Access } from './ask.ts';
import { query, type Login, type Row } from './database.ts';
import { askMember, from, notContacted, reading, type From } from './endpoints.ts';
import { findNode } from './reads.ts';
import type { NodeWire } from './schema.ts';

const SERVER = `SELECT (SELECT system_identifier FROM pg_control_system())::text AS system,
  (SELECT bytes_per_wal_segment FROM pg_control_init())::text AS segment_bytes,
  CASE WHEN pg_is_in_recovery() THEN NULL ELSE pg_current_wal_insert_lsn() - '0/0' END::text AS inserted,
  (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() ELSE pg_current_wal_flush_lsn() END - '0/0')::text
    AS flushed,
  (pg_last_wal_replay_lsn() - '0/0')::text AS replayed,
  pg_has_role(current_user, 'pg_read_all_stats', 'usage')::text AS sees_sessions`;
const SEGMENTS = 'SELECT name::text, size::text FROM pg_ls_waldir() ORDER BY name';
const ARCHIVER =
  'SELECT archived_count::text, last_archived_wal, last_archived_time::text, failed_count::text, ' +
  'last_failed_wal, last_failed_time::text FROM pg_stat_archiver';
const SLOTS =
  'SELECT slot_name::text, slot_type, active::text, restart_lsn::text, wal_status, xmin::text, ' +
  'catalog_xmin::text FROM pg_replication_slots ORDER BY slot_name';
const CHECKPOINT = `SELECT checkpoint_lsn::text, (checkpoint_lsn - '0/0')::text AS at, (redo_lsn - '0/0')::text AS redo,
  timeline_id::text,
  to_char(checkpoint_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS time FROM pg_control_checkpoint()`;
const BASE_BACKUPS =
  'SELECT pid::text, phase, backup_total::text, backup_streamed::text FROM pg_stat_progress_basebackup ORDER BY pid';
const HELD =
  'SELECT pid::text, backend_type, backend_xmin::text FROM pg_stat_activity WHERE backend_xmin IS NOT NULL AND ' +
  'pid <> pg_backend_pid() ORDER BY pid';

/** Segments, archiver and slots of one node. */
export async function readWal(
  cluster: ClusterConfig,
  access: Access,
  login: Login,
  name: string,
): Promise<Result<Reading<WalView>>> {
  const read = await around(cluster, access, login, name, [SERVER, SEGMENTS, ARCHIVER, SLOTS]);
  if (!read.ok) return read;
  const {
    node,
    answers: [server = [], files = [], archiver = [], slots = []],
  } = read.value;
  const { inserted, flushed, replayed, segmentBytes } = positions(server);
  const segments = files.flatMap(file => segment(file, segmentBytes));
  const others = files.length - segments.length;
  return success(
    reading(
      node,
      {
        segments,
        appendOffset: inserted,
        durableOffset: flushed,
        oldestOffset: segments.reduce<bigint | null>(
          (least, { firstOffset }) => (least === null || firstOffset < least ? firstOffset : least),
          null,
        ),
        truncationOffset: null,
        totalBytes: files.reduce((sum, { size }) => sum + BigInt(size ?? '0'), 0n),
        checksumStatus: 'unchecked',
        verifiedToOffset: null,
        checkpoints: null,
        nextBefore: null,
        nextAfter: null,
        total: BigInt(segments.length),
        sections: [
          ...(replayed === null ? [] : [{ name: 'Replayed', entries: [{ key: name, value: lsn(replayed) }] }]),
          {
            name: 'Archiver',
            entries: archiver.flatMap(row =>
              Object.entries(row).map(([key, value]) => ({ key, value: value ?? 'none' })),
            ),
          },
          slotSection(slots),
        ],
      },
      'live',
      name,
      [
        inserted === null
          ? 'A replica inserts nothing; what it flushed is what it received.'
          : 'Segments after the inserted position are files kept for reuse.',
        'PostgreSQL checks the sums of WAL when it replays it; nothing was checked here.',
        ...(others === 0
          ? []
          : [`${others} further files in the WAL directory are not segments (timeline histories, partial segments).`]),
      ],
    ),
  );
}

/** The last checkpoint, slots, snapshots and base backups of one node. */
export async function readSnapshots(
  cluster: ClusterConfig,
  access: Access,
  login: Login,
  name: string,
): Promise<Result<Reading<SnapshotsView>>> {
  const read = await around(cluster, access, login, name, [SERVER, CHECKPOINT, SLOTS, BASE_BACKUPS, HELD]);
  if (!read.ok) return read;
  const {
    node,
    answers: [server = [], checkpoints = [], slots = [], backups = [], held = []],
  } = read.value;
  // PostgreSQL does not refuse questions about other sessions: without the right, it answers as if there were none.
  const unseen =
    server[0]?.['sees_sessions'] === 'true'
      ? undefined
      : [
          {
            key: 'not visible',
            value:
              'PostgreSQL shows other sessions only to members of pg_read_all_stats (pg_monitor is one), ' +
              'and this login is not a member',
          },
        ];
  return success(
    reading(
      node,
      {
        items: checkpoints.map(row => ({
          kind: 'checkpoint' as const,
          id: row['checkpoint_lsn'] ?? 'unknown',
          commitId: null,
          walFirstOffset: integer(row['redo']),
          walEndOffset: integer(row['at']),
          createdAt: row['time'] ?? null,
          durable: true,
          source: `pg_control_checkpoint(), timeline ${row['timeline_id'] ?? 'unknown'}`,
        })),
        nextBefore: null,
        nextAfter: null,
        total: BigInt(checkpoints.length),
        sections: [
          slotSection(slots),
          {
            name: 'Exported snapshots',
            entries: [
              {
                key: 'not visible',
                value:
                  'PostgreSQL keeps them as files, which a login of pg_monitor may not list; what sessions hold ' +
                  'is below',
              },
            ],
          },
          {
            name: 'Snapshots held by sessions',
            entries:
              unseen ??
              held.map(row => ({
                key: `pid ${row['pid'] ?? 'unknown'}, ${row['backend_type'] ?? 'unknown'}`,
                value: `oldest transaction ${row['backend_xmin'] ?? 'unknown'}`,
              })),
          },
          {
            name: 'Base backups in progress',
            entries:
              unseen ??
              backups.map(row => ({
                key: `pid ${row['pid'] ?? 'unknown'}`,
                value:
                  `${row['phase'] ?? 'unknown'}, ${row['backup_streamed'] ?? 'unknown'} ` +
                  `of ${row['backup_total'] ?? 'unknown'} bytes`,
              })),
          },
        ],
      },
      'live',
      name,
      [],
    ),
  );
}

/**
 * Asks PostgreSQL between two answers of the node about itself. If the node changed in between, or PostgreSQL is
 * another system, the reading is refused (P7-D1).
 */
async function around(
  cluster: ClusterConfig,
  access: Access,
  login: Login,
  name: string,
  statements: readonly string[],
): Promise<Result<{ readonly node: From<NodeWire>; readonly answers: readonly (readonly Row[])[] }>> {
  const found = await findNode(cluster, access, name);
  if (!found.ok) return found;
  const { member } = found.value;
  if (member === undefined)
    return failure(
      transportFailure(
        'PHASE7_CONNECTION_FAILED',
        `The address of PostgreSQL on ${name} is in /cluster, which did not answer. Nothing was executed.`,
        'not_executed',
      ),
    );
  if ('reported' in found.value) return failure(notContacted(cluster, member, found.value.why));
  const before = found.value.node;
  const answers = await query(login, member, statements);
  if (!answers.ok) return answers;
  const after = from(before.endpoint, await askMember(access, before.endpoint, name, null));
  if (!after.ok) return after;
  const facts = ({ data: { role, timeline, database_system_identifier: system } }: From<NodeWire>): string =>
    JSON.stringify([role, timeline?.toString(), system]);
  if (facts(before) !== facts(after.value)) {
    return failure(
      refusal(
        'PHASE7_INCONSISTENT_SNAPSHOT',
        `${before.endpoint}: role or timeline of ${name} moved while its PostgreSQL was being read. ` +
          'Nothing is shown. These were reads; nothing was executed.',
      ),
    );
  }
  const [told, own] = [after.value.data.database_system_identifier, answers.value[0]?.[0]?.['system']];
  if (told !== null && told !== own) {
    return failure(
      refusal(
        'PHASE7_INCONSISTENT_SNAPSHOT',
        `PostgreSQL at ${member.host ?? ''}:${member.port ?? ''} is system ${own ?? 'unknown'}, not the ` +
          `system of member ${name} (${told}). Nothing is shown. These were reads; nothing was executed.`,
      ),
    );
  }
  return success({ node: { ...after.value, skipped: before.skipped }, answers: answers.value });
}

function positions(server: readonly Row[]): {
  readonly inserted: bigint | null;
  readonly flushed: bigint | null;
  readonly replayed: bigint | null;
  readonly segmentBytes: bigint;
} {
  const [row] = server;
  return {
    inserted: integer(row?.['inserted']),
    flushed: integer(row?.['flushed']),
    replayed: integer(row?.['replayed']),
    segmentBytes: integer(row?.['segment_bytes']) ?? 16n * 1024n * 1024n,
  };
}

function integer(text: string | null | undefined): bigint | null {
  return text !== null && text !== undefined && /^\d+$/.test(text) ? BigInt(text) : null;
}

/** A file of the WAL directory as a segment: its name holds the timeline and the high and low part of its number. */
function segment({ name, size }: Row, segmentBytes: bigint): readonly WalSegment[] {
  const parts = /^[0-9A-F]{8}([0-9A-F]{8})([0-9A-F]{8})$/.exec(name ?? '');
  if (parts === null) return [];
  const first =
    (BigInt(`0x${parts[1] ?? '0'}`) * (0x1_0000_0000n / segmentBytes) + BigInt(`0x${parts[2] ?? '0'}`)) * segmentBytes;
  return [
    { id: name ?? '', firstOffset: first, endOffset: first + segmentBytes, bytes: BigInt(size ?? '0'), checksum: null },
  ];
}

function slotSection(slots: readonly Row[]): Section {
  return {
    name: 'Replication slots',
    entries: slots.map(row => ({
      key: row['slot_name'] ?? 'unknown',
      value:
        `${row['slot_type'] ?? 'unknown'}, ${row['active'] === 'true' ? 'active' : 'not active'}, keeps WAL ` +
        `from ${row['restart_lsn'] ?? 'nowhere'} (${row['wal_status'] ?? 'status unknown'}), oldest ` +
        `transaction ${row['xmin'] ?? row['catalog_xmin'] ?? 'none'}`,
    })),
  };
}
