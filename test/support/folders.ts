/** Temporary folders that nobody has to think of: each is gone at the end of its block, or of the process. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made = new Set<string>();

process.once('exit', () => {
  for (const folder of made) removeFolder(folder);
});

/** The path of a new folder, which is removed when the process ends. */
export function temporaryFolder(prefix = 'aerodb-', under = tmpdir()): string {
  const folder = mkdtempSync(join(under, prefix));
  made.add(folder);
  return folder;
}

/** Removes a folder before the process ends: where much is in it, or many are made. */
export function removeFolder(folder: string): void {
  // A program that has just ended may still hold a file for a moment.
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  made.delete(folder);
}

/** A folder for one block, which holds it with `using`. */
export class TemporaryFolder implements Disposable {
  readonly path: string;

  constructor(prefix?: string) {
    this.path = temporaryFolder(prefix);
  }

  [Symbol.dispose](): void {
    removeFolder(this.path);
  }
}
