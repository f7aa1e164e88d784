/** Access tokens and passwords: from the environment or from a file that only its owner can read. Never from an argument, never shown. */
import { failure, refusal, success, type Result } from '../control-plane/errors.ts';
import type { Env } from './environment.ts';
import { octal, permits, readSmallFile } from './files.ts';

/** The variable that may hold the token itself. */
export const TOKEN_VARIABLE = 'AERODB_TOKEN';

/** The variable that may hold the password of the database login of a Patroni cluster. */
export const DATABASE_PASSWORD_VARIABLE = 'AERODB_DATABASE_PASSWORD';

/** The token for one cluster, if there is one. A named file counts before the variable. */
export function readToken(env: Env, file: string | undefined): Result<string | undefined> {
  return file === undefined ? fromVariable(env, TOKEN_VARIABLE) : readSecretFile(file, 'token');
}

/** The password of a cluster's database login, if there is one. A named file counts before the variable. */
export function readDatabasePassword(env: Env, file: string | undefined): Result<string | undefined> {
  return file === undefined ? fromVariable(env, DATABASE_PASSWORD_VARIABLE) : readSecretFile(file, 'database password');
}

function fromVariable(env: Env, variable: string): Result<string | undefined> {
  const secret = env[variable] ?? '';
  return success(secret === '' ? undefined : secret);
}

function readSecretFile(file: string, what: string): Result<string> {
  const read = readSmallFile(file);
  if (!read.ok) return refused(`The ${what} file ${file} ${read.why}.`, what);
  if (permits(read.mode, 0o077)) {
    return refused(`The ${what} file ${file} can be read or changed by others (mode ${octal(read.mode)}); a ${what} is taken only from a file of mode 0600 or stricter.`, what);
  }
  const secret = read.text.trim();
  return secret === '' ? refused(`The ${what} file ${file} is empty.`, what) : success(secret);
}

function refused(message: string, what: string): Result<string> {
  return failure(refusal('PHASE7_MALFORMED_REQUEST', `${message} Nothing was sent.`, `${what.replaceAll(' ', '-')}-file`));
}
