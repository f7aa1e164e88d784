/** Where the audit log is stored: one file for each user and machine, outside every workspace. */
import { homedir } from 'node:os';
import path from 'node:path';

export const LOG_FILE = 'audit.jsonl';
export const LOCK_FILE = 'audit.lock';
/** The note beside the log: where its second copies were begun. */
export const COPY_NOTE_FILE = 'audit.copy';

/** What the default location depends on. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * The account's home directory. Called only if the location depends on it, because it throws for an account without
   * one.
   */
  readonly home: () => string;
}

/** The platform's state directory for AeroDB, as an absolute path. */
export function defaultAuditDirectory(
  from: Surroundings = { platform: process.platform, env: process.env, home: homedir },
): string {
  if (from.platform === 'win32') {
    return path.win32.join(
      absolute(path.win32, from.env['LOCALAPPDATA']) ?? path.win32.join(from.home(), 'AppData', 'Local'),
      'AeroDB',
    );
  }
  if (from.platform === 'darwin') return path.posix.join(from.home(), 'Library', 'Application Support', 'AeroDB');
  return path.posix.join(
    absolute(path.posix, from.env['XDG_STATE_HOME']) ?? path.posix.join(from.home(), '.local', 'state'),
    'aerodb',
  );
}

/** By the XDG specification a relative path is invalid and ignored. */
function absolute(rules: path.PlatformPath, value: string | undefined): string | undefined {
  return value !== undefined && rules.isAbsolute(value) ? value : undefined;
}
