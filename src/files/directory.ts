/** Makes names durable: a file that was created or renamed is on disk only when its directory is. */
import fs from 'node:fs';

/** Windows cannot flush a directory; NTFS journals its entries. */
const CANNOT_FLUSH = process.platform === 'win32';

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
