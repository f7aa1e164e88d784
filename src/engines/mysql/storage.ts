/** Redo log, binary logs, checkpoint and clones of one server. */
import type { ClusterConfig } from '../../control-plane/clusters/cluster.ts';
import { failure, success, type Result } from '../../control-plane/model/errors.ts';
import type { Reading, Section, SnapshotItem, SnapshotsView } from '../../control-plane/model/views.ts';
import { askServer, readError, reads, type Access, type Ask, type Asked } from './ask.ts';
import { reading, type Found } from './endpoints.ts';
import { onOneLine } from './gtid.ts';
import { ownEndpoint } from './reads.ts';
import * as schema from './schema.ts';
import { BINARY_LOG_STATUS, BINARY_LOGS, CLONES, REDO, REDO_FILES } from './statements.ts';
import type { MysqlWalView } from './views.ts';

/** MySQL always lists all its files. */
const WHOLE = { nextBefore: null, nextAfter: null } as const;

/** InnoDB's redo log, whose positions share one axis, and the files of the binary log, which have one each. */
export async function readWal(
  cluster: ClusterConfig,
  access: Access,
  node: string,
): Promise<Result<Reading<MysqlWalView>>> {
  return await readAt(cluster, access, node, async (ask, found) => {
    const redo = await askServer(ask, REDO, schema.redo, node);
    if (!redo.ok) return redo;
    const files = await ask(REDO_FILES, schema.redoFiles);
    if (!files.ok) return files;
    const logs = await ask(BINARY_LOGS, schema.binaryLogs);
    if (!logs.ok) return logs;
    const status = await ask(BINARY_LOG_STATUS, schema.binaryLogStatus);
    if (!status.ok) return status;
    const { current_lsn: current, flushed_lsn: flushed, checkpoint_lsn: checkpoint } = redo.data;
    const segments = files.data.map(({ id, first, end, bytes }) => ({
      id: `#ib_redo${id}`,
      firstOffset: first,
      endOffset: end,
      bytes,
      checksum: null,
    }));
    const view: MysqlWalView = {
      segments,
      appendOffset: current,
      durableOffset: flushed,
      oldestOffset: segments[0]?.firstOffset ?? null,
      truncationOffset: null,
      totalBytes: segments.reduce((sum, { bytes }) => sum + bytes, 0n),
      checksumStatus: 'unchecked',
      verifiedToOffset: null,
      checkpoints: checkpoint === null ? null : [{ id: checkpoint.toString(), commitId: null, offset: checkpoint }],
      ...WHOLE,
      total: BigInt(segments.length),
      binaryLogs: logs.data.map(({ Log_name: name, File_size: bytes, Encrypted: encrypted }) => ({
        name,
        bytes,
        encrypted,
      })),
      sections: writtenNext(status.data),
    };
    return {
      ok: true,
      data: reading(found, redo.data, view, [
        'Positions are those of the redo log of InnoDB (LSN). Each file of the binary log counts its own from 4 on.',
        'The four answers were read one after the other, so they are not from one instant. Nothing was checked.',
      ]),
    };
  });
}

function writtenNext(
  status: readonly { readonly File: string | null; readonly Position: bigint | null }[],
): readonly Section[] {
  return status.map(({ File: file, Position: position }) => ({
    name: 'Binary log that is written',
    entries: [
      { key: 'file', value: file ?? 'unknown' },
      { key: 'position', value: position?.toString() ?? 'unknown' },
    ],
  }));
}

/** The checkpoint of the redo log, and the last clone that this server received. */
export async function readSnapshots(
  cluster: ClusterConfig,
  access: Access,
  node: string,
): Promise<Result<Reading<SnapshotsView>>> {
  return await readAt(cluster, access, node, async (ask, found) => {
    const redo = await askServer(ask, REDO, schema.redo, node);
    if (!redo.ok) return redo;
    const clones = await ask(CLONES, schema.clones);
    if (!clones.ok && !(clones.no.kind === 'rejected' && clones.no.errno === NO_SUCH_TABLE)) return clones;
    const { checkpoint_lsn: checkpoint, flushed_lsn: flushed } = redo.data;
    const received = clones.ok ? clones.data : [];
    const items: readonly SnapshotItem[] = [
      ...(checkpoint === null
        ? []
        : [
            {
              kind: 'checkpoint',
              id: checkpoint.toString(),
              commitId: null,
              walFirstOffset: checkpoint,
              walEndOffset: flushed,
              createdAt: null,
              durable: true,
              source: 'Innodb_redo_log_checkpoint_lsn',
            } as const satisfies SnapshotItem,
          ]),
      ...received.map(
        ({ id, state, ended, source }): SnapshotItem => ({
          kind: 'snapshot',
          id: `clone ${id}`,
          commitId: null,
          walFirstOffset: null,
          walEndOffset: null,
          createdAt: ended,
          durable: state === null ? null : state === 'Completed',
          source,
        }),
      ),
    ];
    const view: SnapshotsView = {
      items,
      ...WHOLE,
      total: BigInt(items.length),
      sections: received.map(({ id, state, began, error, executed }) => ({
        name: `Clone ${id}`,
        entries: [
          { key: 'state', value: state ?? 'unknown' },
          { key: 'began', value: began ?? 'unknown' },
          { key: 'error', value: error === null ? 'unknown' : error === 0n ? 'none' : error.toString() },
          { key: 'gtid_executed', value: executed === null ? 'unknown' : onOneLine(executed) },
        ],
      })),
    };
    return {
      ok: true,
      data: reading(found, redo.data, view, [
        'MySQL keeps no list of backups: backups that other programs have made are not visible here.',
        clones.ok
          ? 'MySQL remembers only the last clone that this server received, and none that it provided.'
          : 'The plugin clone is not loaded on this server, so it reports no clone.',
      ]),
    };
  });
}

const NO_SUCH_TABLE = 1146;

/** Reads on a server itself, over one connection. */
async function readAt<V>(
  cluster: ClusterConfig,
  access: Access,
  node: string,
  use: (ask: Ask, found: Found) => Promise<Asked<Reading<V>>>,
): Promise<Result<Reading<V>>> {
  const found = await ownEndpoint(cluster, access, node);
  if (!found.ok) return found;
  const { endpoint } = found.value;
  const asked = await reads(endpoint, access, ask => use(ask, found.value));
  return asked.ok ? success(asked.data) : failure(readError(endpoint, asked.no));
}
