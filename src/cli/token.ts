/**
 * Access tokens and passwords: from the environment or from a file that only its owner can read. Never from an
 * argument, never shown.
 */
import { failure, refusal, success, type Result } from '../control-plane/errors.ts';
import type { Env } from './environment.ts';
import { notAPath, octal, permits, readSmallFile } from './files.ts';

/** The variable that may hold the token itself. */
export const TOKEN_VARIABLE = 'AERODB_TOKEN';

/** The variable that may hold the password of the database login of a Patroni cluster. */
export const DATABASE_PASSWORD_VARIABLE = 'AERODB_DATABASE_PASSWORD';

/** The path of a file that holds a secret, and the option or the member of the configuration that names it. */
export interface SecretFile {
  readonly place: string;
  readonly path: string;
}

/** The token for one cluster, if there is one. A named file counts before the variable. */
export function readToken(env: Env, file: SecretFile | undefined): Result<string | undefined> {
  return file === undefined ? fromVariable(env, TOKEN_VARIABLE, 'token') : readSecretFile(file, 'token');
}

/** The password of a cluster's database login, if there is one. A named file counts before the variable. */
export function readDatabasePassword(env: Env, file: SecretFile | undefined): Result<string | undefined> {
  return file === undefined
    ? fromVariable(env, DATABASE_PASSWORD_VARIABLE, 'database password')
    : readSecretFile(file, 'database password');
}

function fromVariable(env: Env, variable: string, what: string): Result<string | undefined> {
  const secret = env[variable] ?? '';
  if (/[\r\n]/.test(secret))
    return refused(`The variable ${variable} holds a line break; a ${what} is one line.`, variable);
  return success(secret === '' ? undefined : secret);
}

function readSecretFile({ place, path }: SecretFile, what: string): Result<string> {
  const misplaced = notAPath(place, path);
  if (misplaced !== undefined) return failure(misplaced);
  const read = readSmallFile(path);
  if (!read.ok) return refused(`The ${what} file ${path} ${read.why}.`, place);
  if (permits(read.mode, 0o077)) {
    return refused(
      `The ${what} file ${path} can be read or changed by others (mode ${octal(read.mode)}); a ${what} is taken ` +
        'only from a file of mode 0600 or stricter.',
      place,
    );
  }
  const secret = read.text.trim(); // a byte-order mark goes with the blanks
  if (/[\r\n]/.test(secret))
    return refused(`The ${what} file ${path} holds more than one line; a ${what} is one line.`, place);
  return secret === '' ? refused(`The ${what} file ${path} is empty.`, place) : success(secret);
}

function refused(message: string, field: string): Result<string> {
  return failure(refusal('PHASE7_MALFORMED_REQUEST', `${message} Nothing was sent.`, field));
}
