/** Generates the synthetic members of `--observed`, for views of many members. */
import { createHash } from 'node:crypto';

export function syntheticNote(count: number): string {
  return (
    `${count} members are synthetic: they exist only as reported state, hold no data, and take part in nothing ` +
    '(--observed).'
  );
}

interface SyntheticMember {
  readonly id: string;
  readonly member: (end: bigint | null, endCommit: bigint | null) => object;
  readonly replica: (end: bigint | null, endCommit: bigint | null) => object;
}

function idOf(clusterId: string, index: number): string {
  const hex = createHash('sha256').update(`${clusterId} ${index}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function lagging(end: bigint | null, lag: bigint): { readonly offset: bigint | null; readonly lag: bigint | null } {
  if (end === null) return { offset: null, lag: null };
  return { offset: end > lag ? end - lag : 0n, lag: end > lag ? lag : end };
}

function synthetic(clusterId: string, index: number): SyntheticMember {
  const id = idOf(clusterId, index);
  const health = index % 50 === 0 ? 'halted' : index % 33 === 0 ? 'unknown' : 'running';
  const state = {
    state: health === 'halted' ? 'ReplicationHalted' : 'ReplicaActive',
    halt: health === 'halted' ? 'HistoryDivergence' : null,
  };
  const behind = index % 4 === 0 ? BigInt(index % 97) : 0n;
  const at = (
    end: bigint | null,
    endCommit: bigint | null,
  ): Readonly<Record<'bytes' | 'commits', ReturnType<typeof lagging>>> => ({
    bytes: lagging(end, behind * 75n),
    commits: lagging(endCommit, behind),
  });
  return {
    id,
    member: (end, endCommit): object => {
      const { bytes, commits } = at(end, endCommit);
      return {
        node_id: id,
        name: `observed-${index}`,
        api_url: `http://127.0.0.1:9/observed-${index}`,
        role: 'replica',
        replication_state: state.state,
        halt_reason: state.halt,
        health,
        health_basis: 'synthetic: reported, never contacted',
        durable_offset: bytes.offset,
        durable_commit_id: commits.offset,
        lag_bytes: bytes.lag,
        lag_commits: commits.lag,
        last_contact: null,
      };
    },
    replica: (end, endCommit): object => {
      const { bytes, commits } = at(end, endCommit);
      return {
        node_id: id,
        name: `observed-${index}`,
        state: state.state,
        halt_reason: state.halt,
        received_offset: bytes.offset,
        applied_offset: bytes.offset,
        acknowledged_offset: bytes.offset,
        lag_bytes: bytes.lag,
        lag_commits: commits.lag,
        last_acknowledged_at: null,
      };
    },
  };
}

/** Synthetic members for large views: always the same for the same cluster, and labelled as synthetic. */
export function observedMembers(clusterId: string, count: number): readonly SyntheticMember[] {
  return Array.from({ length: count }, (_, index) => synthetic(clusterId, index + 1));
}
