/**
 * A real file system that can be full: a small tmpfs, mounted for one test. It takes bytes up to the end of a page, so
 * a file's length decides where it stops.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export const PAGE_BYTES = 4_096;

export class SmallDisk {
  readonly directory: string;
  readonly #ballast: string;

  private constructor(directory: string) {
    this.directory = directory;
    this.#ballast = join(directory, 'ballast');
  }

  /** Null, and said loudly, where this account may not mount. */
  static mount(directory: string, size = '512k'): SmallDisk | null {
    const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', directory], {
      encoding: 'utf8',
    });
    if (status === 0) return new SmallDisk(directory);
    process.stderr.write(`      NO MOUNT IS POSSIBLE HERE (${stderr.trim()}): REAL FULL DISKS ARE NOT TESTED\n`);
    return null;
  }

  /** Leaves room for so many pages. */
  fill(pages = 0): void {
    const file = openSync(this.#ballast, 'w');
    const piece = Buffer.alloc(256 * PAGE_BYTES);
    let size = 0;
    try {
      for (;;) size += writeSync(file, piece);
    } catch {
      // Full.
    }
    ftruncateSync(file, size - pages * PAGE_BYTES);
    closeSync(file);
  }

  free(): void {
    rmSync(this.#ballast, { force: true });
  }

  get freePages(): number {
    const { bavail, bsize } = statfsSync(this.directory);
    return (bavail * bsize) / PAGE_BYTES;
  }

  unmount(): void {
    spawnSync('umount', ['-l', this.directory]);
  }
}
