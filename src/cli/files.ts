/** Reading the small files that options and configuration name. Whatever stands there, it neither hangs nor fills this process. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

const MOST_BYTES = 1024 * 1024;

/** A file's text and its permission bits, or a clause that says why there is neither; `missing` is set when nothing stands there. */
export type SmallFile =
  | { readonly ok: true; readonly text: string; readonly mode: number }
  | { readonly ok: false; readonly why: string; readonly missing: boolean };

/**
 * Reads a regular file. What it is, how large it is and who may use it is asked of the opened file, so that it is the file that is read; a
 * pipe is opened without waiting for its writer.
 */
export function readSmallFile(file: string): SmallFile {
  const refused = (why: string, missing = false): SmallFile => ({ ok: false, why, missing });
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, process.platform === 'win32' ? 'r' : constants.O_RDONLY | constants.O_NONBLOCK);
    const found = fstatSync(descriptor);
    if (!found.isFile()) return refused('is not a regular file');
    const bytes = Buffer.alloc(MOST_BYTES + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) read = readSync(descriptor, bytes, length, bytes.length - length, null);
    return length > MOST_BYTES ? refused(`is larger than ${MOST_BYTES} bytes`) : { ok: true, text: bytes.toString('utf8', 0, length), mode: found.mode & 0o777 };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return refused(`cannot be read (${code})`, code === 'ENOENT');
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Permission bits as `ls` users write them, where the system has them. */
export function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

/** Whether some of `bits` are set; systems without such bits set none. */
export function permits(mode: number, bits: number): boolean {
  return process.platform !== 'win32' && (mode & bits) !== 0;
}
