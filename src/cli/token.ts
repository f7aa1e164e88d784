/** Access tokens: from the environment or from a file that only its owner can read. Never from an argument, never shown. */
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { failure, refusal, success, type Result } from '../control-plane/errors.ts';
import type { Env } from './environment.ts';

/** The variable that may hold the token itself. */
export const TOKEN_VARIABLE = 'AERODB_TOKEN';

/** The token for one cluster, if there is one. A named file counts before the variable. */
export function readToken(env: Env, file: string | undefined): Result<string | undefined> {
  if (file !== undefined) return readTokenFile(file);
  const token = env[TOKEN_VARIABLE] ?? '';
  return success(token === '' ? undefined : token);
}

/** The mode is read from the opened file, so that it is the file that is read. */
function readTokenFile(file: string): Result<string> {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    const found = fstatSync(descriptor);
    if (!found.isFile()) return refused(`The token file ${file} is not a regular file.`);
    if (process.platform !== 'win32' && (found.mode & 0o077) !== 0) {
      return refused(`The token file ${file} can be read or changed by others (mode ${(found.mode & 0o777).toString(8).padStart(4, '0')}); a token is taken only from a file of mode 0600 or stricter.`);
    }
    const token = readFileSync(descriptor, 'utf8').trim();
    return token === '' ? refused(`The token file ${file} is empty.`) : success(token);
  } catch (error) {
    return refused(`The token file ${file} cannot be read (${error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'}).`);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function refused(message: string): Result<string> {
  return failure(refusal('PHASE7_MALFORMED_REQUEST', `${message} Nothing was sent.`, 'token-file'));
}
