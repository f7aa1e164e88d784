/**
 * Writes that are complete or fail. If a disk fills up during a write, the system writes a part, returns its size and
 * raises no error.
 */
import fs from 'node:fs';

/**
 * Writes some of `bytes` at `position` and returns how many were written. A file opened for appending writes them at
 * its end, wherever that is.
 */
export type WriteSome = (fd: number, bytes: Uint8Array, position: number | null) => number;

/** The real disk. */
export const writeSome: WriteSome = (fd, bytes, position) => fs.writeSync(fd, bytes, 0, bytes.length, position);

/** A part was written, and then the disk took no more; `code` is the system's, if there was one. */
export class WriteCutShort extends Error {
  override readonly name = 'WriteCutShort';
  readonly code: string | undefined;

  constructor(taken: number, wanted: number, cause: unknown) {
    super(`the disk took only ${taken} of ${wanted} bytes${cause instanceof Error ? `: ${cause.message}` : ''}`, {
      cause,
    });
    this.code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  }
}

/** A file did not grow by exactly what was appended: another process writes to it. */
export class WrittenByAnother extends Error {
  override readonly name = 'WrittenByAnother';
}

/**
 * Writes all of `bytes` or throws. `write` gets the remaining bytes and how many were written before. The rest is tried
 * again, because only that shows why the disk stopped. If it throws, what was written stays.
 */
export function writeWhole(bytes: Uint8Array, write: (left: Uint8Array, taken: number) => number): void {
  for (let taken = 0; taken < bytes.length; ) {
    const more = takenOf(bytes, taken, write);
    if (more === 0) throw new WriteCutShort(taken, bytes.length, undefined);
    taken += more;
  }
}

/** Appends all of `bytes` to a file that ends at `end`. Throws also if the file ended elsewhere, or grew by more. */
export function appendWhole(fd: number, bytes: Uint8Array, end: number, write: WriteSome = writeSome): void {
  endsAt(fd, end);
  writeWhole(bytes, (left, taken) => write(fd, left, end + taken));
  endsAt(fd, end + bytes.length);
}

function takenOf(bytes: Uint8Array, taken: number, write: (left: Uint8Array, taken: number) => number): number {
  try {
    return write(bytes.subarray(taken), taken);
  } catch (error) {
    throw taken === 0 ? error : new WriteCutShort(taken, bytes.length, error);
  }
}

function endsAt(fd: number, end: number): void {
  const { size } = fs.fstatSync(fd);
  if (size !== end)
    throw new WrittenByAnother(`the file ends at byte ${size} and not at ${end}: another process has written to it`);
}
