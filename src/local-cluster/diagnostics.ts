/** Collects what a node can report about itself for diagnostics, and states the cost beforehand. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalNode } from './node.ts';

function filesOf(node: LocalNode): readonly { readonly name: string; readonly bytes: number }[] {
  return readdirSync(node.directory, { recursive: true, encoding: 'utf8' })
    .sort()
    .flatMap(name => {
      const stat = statSync(join(node.directory, name), { throwIfNoEntry: false });
      return stat?.isFile() === true ? [{ name, bytes: stat.size }] : [];
    });
}

/** What collecting diagnostics would read, so that the cost can be declared first. */
export function diagnosticsCost(node: LocalNode): object {
  const files = filesOf(node);
  return { files: files.length, bytes: BigInt(files.reduce((sum, file) => sum + file.bytes, 0)), name: node.self.name };
}

function section(name: string, entries: Readonly<Record<string, string | number | bigint | null>>): object {
  return {
    name,
    entries: Object.entries(entries).map(([key, value]) => ({
      key,
      value: value === null ? 'unknown' : String(value),
    })),
  };
}

/** Everything that this node knows about itself; reads and verifies the whole log. Changes nothing. */
export function diagnose(node: LocalNode): object {
  const files = filesOf(node);
  const { wal, store, authority, ledger } = node;
  const wrongAt = wal.verify();
  const memory = process.memoryUsage();
  return {
    sections: [
      section('status', {
        node_id: node.self.id,
        name: node.self.name,
        lifecycle: node.lifecycle,
        started_at: node.startedAt,
        control_version: node.version.current,
      }),
      section('replication', {
        role: node.role,
        state: node.state,
        halt_reason: node.haltReason ?? 'none',
        primary_id: node.primaryId,
        committed_offset: node.committed,
        writes_waiting_for_a_majority: node.serving?.pending ?? 0,
      }),
      section('promotion', {
        state: node.attemptState,
        adopted_epoch: authority.adopted.epoch,
        adopted_for: authority.adopted.candidate,
        marker:
          authority.marker === null
            ? 'absent'
            : `epoch ${authority.marker.epoch.toString()}, ${authority.marker.held ? 'held' : 'released'}`,
        events: ledger.events.length,
      }),
      section('wal', {
        segments: wal.segments.length,
        oldest_offset: wal.oldest,
        append_offset: wal.appended.offset,
        durable_offset: wal.durable.offset,
        // What halted the node need not be in the log that was verified just now: a wrong record that a primary sent is
        // not appended, and a log can end before its checkpoint.
        checksums:
          wrongAt === null && node.haltReason !== 'WalCorruption'
            ? 'valid'
            : `invalid${wrongAt === null ? '' : ` at ${wrongAt.toString()}`}`,
        verified_to_offset: wal.verifiedTo,
      }),
      section('mvcc', {
        applied_commit_id: store.applied.commitId,
        visible_commit_id: store.visible.commitId,
        rows: store.size,
        snapshots: node.data.snapshots.items.length,
      }),
      section('storage', {
        directory: node.directory,
        files: files.length,
        bytes: files.reduce((sum, file) => sum + file.bytes, 0),
      }),
      section('process', {
        pid: process.pid,
        node: process.version,
        platform: process.platform,
        rss_bytes: memory.rss,
        heap_used_bytes: memory.heapUsed,
        uptime_seconds: Math.floor(process.uptime()),
      }),
    ],
  };
}
