/** Makes names durable: a created or renamed file is on disk only when its directory is. */
import fs from 'node:fs';

/** Windows cannot flush a directory; NTFS journals its entries. */
const CANNOT_FLUSH = process.platform === 'win32';

/** Resolves when every name in `directory` is on disk; does not block the event loop. */
export async function flushDirectory(directory: string): Promise<void> {
  if (CANNOT_FLUSH) return;
  const fd = fs.openSync(directory, 'r');
  try {
    await flushFile(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** Returns when every name in `directory` is on disk. */
export function flushDirectorySync(directory: string): void {
  if (CANNOT_FLUSH) return;
  const fd = fs.openSync(directory, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** Resolves when all of an open file is on disk. */
export function flushFile(fd: number): Promise<void> {
  return new Promise((resolve, reject) => fs.fsync(fd, error => (error === null ? resolve() : reject(error))));
}
