/** What AeroDB says about its log on disk, and about where recovery begins. */
import * as z from 'zod/mini';
import type {
  SnapshotItem,
  SnapshotsView,
  WalCheckpoint,
  WalSegment,
  WalView,
} from '../../control-plane/model/views.ts';
import { lazily, list, mapped } from '../http/forms.ts';
import { positionOrNull, text, textOrNull, time, u64, u64OrNull } from './forms.ts';
import type { ToldPart } from './pages.ts';

const segment = lazily(() =>
  mapped(
    z.object({ id: text, first_offset: u64, end_offset: u64, bytes: u64, checksum: textOrNull }),
    (wire): WalSegment => ({
      id: wire.id,
      firstOffset: wire.first_offset,
      endOffset: wire.end_offset,
      bytes: wire.bytes,
      checksum: wire.checksum,
    }),
  ),
);

const checkpoint = lazily(() =>
  mapped(
    z.object({ id: text, commit_id: u64OrNull, offset: u64OrNull }),
    (wire): WalCheckpoint => ({ id: wire.id, commitId: wire.commit_id, offset: wire.offset }),
  ),
);

function told<V>({ next_before: older }: { readonly next_before?: string | null | undefined }, view: V): ToldPart<V> {
  return { view, notes: [], namesOlder: older !== undefined };
}

/** `checkpoints` is optional in the contract: without it, the node says nothing about them here. */
export const wal = lazily(() =>
  mapped(
    z.object({
      segments: list(segment()),
      append_offset: u64OrNull,
      durable_offset: u64OrNull,
      oldest_offset: u64OrNull,
      truncation_offset: u64OrNull,
      total_bytes: u64OrNull,
      checksum_status: z.enum(['valid', 'invalid', 'unchecked']),
      verified_to_offset: u64OrNull,
      checkpoints: z._default(z.nullable(list(checkpoint())), null),
      next_before: z.optional(positionOrNull),
      next_after: positionOrNull,
      total: z.optional(u64OrNull),
    }),
    (wire): ToldPart<WalView> =>
      told(wire, {
        segments: wire.segments,
        appendOffset: wire.append_offset,
        durableOffset: wire.durable_offset,
        oldestOffset: wire.oldest_offset,
        truncationOffset: wire.truncation_offset,
        totalBytes: wire.total_bytes,
        checksumStatus: wire.checksum_status,
        verifiedToOffset: wire.verified_to_offset,
        checkpoints: wire.checkpoints,
        nextBefore: wire.next_before ?? null,
        nextAfter: wire.next_after,
        total: wire.total ?? null,
      }),
  ),
);

const snapshot = lazily(() =>
  mapped(
    z.object({
      kind: z.enum(['snapshot', 'checkpoint']),
      id: text,
      commit_id: u64OrNull,
      wal_first_offset: u64OrNull,
      wal_end_offset: u64OrNull,
      created_at: z.nullable(time),
      durable: z.nullable(z.boolean()),
      source: textOrNull,
    }),
    (wire): SnapshotItem => ({
      kind: wire.kind,
      id: wire.id,
      commitId: wire.commit_id,
      walFirstOffset: wire.wal_first_offset,
      walEndOffset: wire.wal_end_offset,
      createdAt: wire.created_at,
      durable: wire.durable,
      source: wire.source,
    }),
  ),
);

export const snapshots = lazily(() =>
  mapped(
    z.object({
      items: list(snapshot()),
      next_before: z.optional(positionOrNull),
      next_after: positionOrNull,
      total: z.optional(u64OrNull),
    }),
    (wire): ToldPart<SnapshotsView> =>
      told(wire, {
        items: wire.items,
        nextBefore: wire.next_before ?? null,
        nextAfter: wire.next_after,
        total: wire.total ?? null,
      }),
  ),
);
