/** Says in words for a person why the log cannot be used. */
import { AuditUnavailable } from '../control-plane/ports.ts';

const WORDS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'permission was denied'],
  ['EDQUOT', 'the disk quota is used up'],
  ['EFBIG', 'the file is as large as it may become'],
  ['EIO', 'the disk reported an input/output error'],
  ['EISDIR', 'a directory stands there'],
  ['ELOOP', 'it is a symbolic link, or its path goes through too many'],
  ['EMFILE', 'this process has too many open files'],
  ['ENAMETOOLONG', 'the path is too long'],
  ['ENFILE', 'this machine has too many open files'],
  ['ENOENT', 'it does not exist'],
  ['ENOSPC', 'no space is left on its disk'],
  ['ENOTDIR', 'a part of the path is not a directory'],
  ['EPERM', 'the operation is not permitted'],
  ['EROFS', 'its file system is read-only'],
  ['ESTALE', 'the file on the network file system is gone'],
]);

/** The system's code of an error, such as `ENOSPC`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The cause of a failure, with its code. */
export function causeOf(error: unknown): string {
  const code = codeOf(error);
  const words = code === undefined ? undefined : WORDS.get(code);
  if (code !== undefined && words !== undefined) return `${words} (${code})`;
  return error instanceof Error ? error.message : String(error);
}

/** `what` is a whole clause that begins with the path. An error that already has its message is returned unchanged. */
export function unavailable(what: string, error?: unknown): AuditUnavailable {
  if (error instanceof AuditUnavailable) return error;
  return new AuditUnavailable(error === undefined ? `${what}.` : `${what}: ${causeOf(error)}.`, { cause: error });
}
