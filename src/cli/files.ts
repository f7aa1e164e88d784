/**
 * Reads the small files that options and configuration name. A path to a pipe, a device or a very large file can
 * neither block this process nor fill its memory.
 */
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { refusal, type ControlError } from '../control-plane/model/errors.ts';
import { implausiblePath } from '../control-plane/model/plausible.ts';
import { isOptionName } from './options.ts';

const MOST_BYTES = 1024 * 1024;

/**
 * A file's text, its permission bits and its owner's id, or a clause that says why it was not read. `missing` is set
 * when there is no such file.
 */
export type SmallFile =
  | { readonly ok: true; readonly text: string; readonly mode: number; readonly owner: number }
  | { readonly ok: false; readonly why: string; readonly missing: boolean };

/**
 * Reads a regular file. Type, size and permissions are asked of the opened file, so that they belong to the bytes that
 * are read. O_NONBLOCK opens a pipe without waiting for its writer.
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
    for (let read = -1; read !== 0 && length < bytes.length; length += read)
      read = readSync(descriptor, bytes, length, bytes.length - length, null);
    if (length > MOST_BYTES) return refused(`is larger than ${MOST_BYTES} bytes`);
    const begins = bytes.toString('hex', 0, Math.min(length, 2));
    if (begins === 'fffe' || begins === 'feff')
      return refused(
        `is written in UTF-16 (it begins with the byte-order mark ${begins === 'fffe' ? 'FF FE' : 'FE FF'}); ` +
          'UTF-8 is read here',
      );
    return { ok: true, text: bytes.toString('utf8', 0, length), mode: found.mode & 0o777, owner: found.uid };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return refused(`cannot be read (${code})`, code === 'ENOENT');
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Permission bits in octal, as `chmod` takes them. */
export function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

/** Whether some of `bits` are set; systems without such bits set none. */
export function permits(mode: number, bits: number): boolean {
  return process.platform !== 'win32' && (mode & bits) !== 0;
}

/** The byte-order mark, which some editors write at the start of a file. It is not part of the text. */
export const BYTE_ORDER_MARK = '\ufeff';

/**
 * A clause when other accounts could replace the file, or nothing. They can when the directory of the file, or of the
 * file that a link leads to, may be written by everyone. In a directory with the sticky bit (`/tmp`), they cannot
 * replace a file of this account or of root.
 */
export function exchangeable(file: string, owner: number): string | undefined {
  for (const directory of new Set([dirname(file), dirname(realpathSync(file))])) {
    const { mode } = statSync(directory);
    const isSafe = (mode & 0o1000) !== 0 && (owner === 0 || owner === process.getuid?.());
    if (permits(mode, 0o002) && !isSafe)
      return (
        `stands in the directory ${directory}, into which every account of this machine may write ` +
        `(mode ${octal(mode & 0o7777)})`
      );
  }
  return undefined;
}

/**
 * Refuses a text that was given as a path and does not look like one. It is neither opened nor created, and not
 * repeated. `field` is the option, or the member of the configuration file.
 */
export function notAPath(field: string, text: string): ControlError | undefined {
  const why = implausiblePath(isOptionName(field) ? `--${field}` : field, text);
  return why === undefined ? undefined : refusal('PHASE7_MALFORMED_REQUEST', `${why} Nothing was sent.`, field);
}
