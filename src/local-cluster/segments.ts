/** The segment files of the write-ahead log. A file's name is the position at which the segment begins. */
import { chainText } from './lines.ts';
import type { Position } from './vocabulary.ts';

export interface Segment {
  readonly file: string;
  readonly first: Position;
  /** Where the segment ends: the position after its last record. */
  readonly end: Position;
}

const SEGMENT_NAME = /^(\d{20})-([0-9a-f]{8})-(\d+)-(\d+)\.wal$/;

export function segmentName({ offset, chain, epoch, commitId }: Position): string {
  return `${offset.toString().padStart(20, '0')}-${chainText(chain)}-${epoch.toString()}-${commitId.toString()}.wal`;
}

/** The position at which the segment of this name begins; null: the name is not a segment's. */
export function segmentStart(file: string): Position | null {
  const match = SEGMENT_NAME.exec(file);
  if (match === null) return null;
  const [, offset = '0', chain = '0', epoch = '0', commitId = '0'] = match;
  return {
    offset: BigInt(offset),
    chain: Number.parseInt(chain, 16),
    epoch: BigInt(epoch),
    commitId: BigInt(commitId),
  };
}
