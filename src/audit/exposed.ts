/**
 * A log that every account on the machine may change proves nothing, so nothing is appended to it. The file's
 * permissions are checked before each append.
 */
import { statSync } from 'node:fs';
import { AuditUnavailable, type AuditLog } from '../control-plane/ports.ts';

const OTHERS_MAY_WRITE = 0o002;

/**
 * The same log, but it refuses with `AuditUnavailable` while everybody may write to its file or to that of its second
 * copy. Windows has no such permission bits.
 */
export function refuseWhenExposed(log: AuditLog & { readonly files: readonly string[] }): AuditLog {
  return {
    append: entry => {
      const exposed = log.files.map(exposure).find(words => words !== null);
      return exposed === undefined ? log.append(entry) : Promise.reject(new AuditUnavailable(exposed));
    },
  };
}

function exposure(file: string): string | null {
  const mode = process.platform === 'win32' ? 0 : (statSync(file, { throwIfNoEntry: false })?.mode ?? 0);
  return (mode & OTHERS_MAY_WRITE) === 0
    ? null
    : `${file} can be changed by every account of this machine ` +
        `(mode ${(mode & 0o777).toString(8).padStart(4, '0')}), so nothing is added to it.`;
}
