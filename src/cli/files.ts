/**
 * Reading the small files that options and configuration name. Whatever stands there, it neither hangs nor fills this
 * process.
 */
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { refusal, type ControlError } from '../control-plane/model/errors.ts';
import { implausiblePath } from '../control-plane/model/plausible.ts';
import { isOptionName } from './options.ts';

const MOST_BYTES = 1024 * 1024;

/**
 * A file's text, its permission bits and the id of its owner, or a clause that says why there is neither; `missing` is
 * set when nothing stands there.
 */
export type SmallFile =
  | { readonly ok: true; readonly text: string; readonly mode: number; readonly owner: number }
  | { readonly ok: false; readonly why: string; readonly missing: boolean };

/**
 * Reads a regular file. What it is, how large it is and who may use it is asked of the opened file, so that it is the
 * file that is read; a pipe is opened without waiting for its writer.
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

/** Permission bits as `ls` users write them, where the system has them. */
export function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

/** Whether some of `bits` are set; systems without such bits set none. */
export function permits(mode: number, bits: number): boolean {
  return process.platform !== 'win32' && (mode & bits) !== 0;
}

/** A byte-order mark, which some editors put before a text: it is no part of it. */
export const BYTE_ORDER_MARK = '\ufeff';

/**
 * Whose folder a file stands in that others could exchange it in, by name or by the name that a link leads to: a
 * clause, or nothing. In a folder with the sticky bit (`/tmp`) they cannot exchange a file of this account's or of
 * root's.
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
 * The refusal of what was given as a path and does not read like one: it is neither opened nor made, and not repeated.
 * `field` is an option or a member of the file.
 */
export function notAPath(field: string, text: string): ControlError | undefined {
  const why = implausiblePath(isOptionName(field) ? `--${field}` : field, text);
  return why === undefined ? undefined : refusal('PHASE7_MALFORMED_REQUEST', `${why} Nothing was sent.`, field);
}
