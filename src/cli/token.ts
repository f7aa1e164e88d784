/** Access tokens: from the environment or from a file that only its owner can read. Never from an argument, never shown. */
import { failure, refusal, success, type Result } from '../control-plane/errors.ts';
import type { Env } from './environment.ts';
import { octal, permits, readSmallFile } from './files.ts';

/** The variable that may hold the token itself. */
export const TOKEN_VARIABLE = 'AERODB_TOKEN';

/** The token for one cluster, if there is one. A named file counts before the variable. */
export function readToken(env: Env, file: string | undefined): Result<string | undefined> {
  if (file !== undefined) return readTokenFile(file);
  const token = env[TOKEN_VARIABLE] ?? '';
  return success(token === '' ? undefined : token);
}

function readTokenFile(file: string): Result<string> {
  const read = readSmallFile(file);
  if (!read.ok) return refused(`The token file ${file} ${read.why}.`);
  if (permits(read.mode, 0o077)) {
    return refused(`The token file ${file} can be read or changed by others (mode ${octal(read.mode)}); a token is taken only from a file of mode 0600 or stricter.`);
  }
  const token = read.text.trim();
  return token === '' ? refused(`The token file ${file} is empty.`) : success(token);
}

function refused(message: string): Result<string> {
  return failure(refusal('PHASE7_MALFORMED_REQUEST', `${message} Nothing was sent.`, 'token-file'));
}
