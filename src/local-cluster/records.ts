/** Encodes and decodes the records of the write-ahead log. */
import { encodeLine } from './lines.ts';
import type { Position } from './vocabulary.ts';

/**
 * A record of the log: a client's write, or the first record of a new epoch, which a new primary writes before anything
 * else.
 */
export interface WalRecord {
  readonly commitId: bigint;
  readonly epoch: bigint;
  /** Null: this record begins its epoch. */
  readonly write: { readonly key: string; readonly value: string } | null;
}

/** The record's line after `end`, and the position after it. */
export function encodeRecord(
  end: Position,
  epoch: bigint,
  write: WalRecord['write'],
): { readonly bytes: Buffer; readonly end: Position } {
  const commitId = end.commitId + 1n;
  const { bytes, chain } = encodeLine(
    JSON.stringify({ commit_id: commitId.toString(), epoch: epoch.toString(), ...(write ?? {}) }),
    end.chain,
  );
  return { bytes, end: { offset: end.offset + BigInt(bytes.length), chain, epoch, commitId } };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** The record in a line's JSON; null if there is none. */
export function decodeRecord(json: string): WalRecord | null {
  try {
    const value: unknown = JSON.parse(json);
    if (!isObject(value)) return null;
    const { commit_id: commitId, epoch, key, value: text } = value;
    if (typeof commitId !== 'string' || typeof epoch !== 'string') return null;
    const write = typeof key === 'string' && typeof text === 'string' ? { key, value: text } : null;
    return { commitId: BigInt(commitId), epoch: BigInt(epoch), write };
  } catch {
    return null;
  }
}
