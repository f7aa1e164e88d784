/**
 * Access tokens and passwords, from the environment or from a file that only its owner can read. They are never taken
 * from an argument and never shown.
 */
import type { SecretKind } from '../control-plane/engine.ts';
import { failure, refusal, success, type Result } from '../control-plane/model/errors.ts';
import type { Env } from './environment.ts';
import { notAPath, octal, permits, readSmallFile } from './files.ts';

/** The path of a file that holds a secret, and the option or the member of the configuration that names it. */
export interface SecretFile {
  readonly place: string;
  readonly path: string;
}

/** The secret of one cluster, if there is one. A named file takes precedence over the variable. */
export function readSecret(
  env: Env,
  { noun, terminal }: SecretKind,
  file: SecretFile | undefined,
): Result<string | undefined> {
  return file === undefined ? fromVariable(env, terminal.variable, noun) : readSecretFile(file, noun);
}

function fromVariable(env: Env, variable: string, what: string): Result<string | undefined> {
  const secret = env[variable] ?? '';
  if (/[\r\n]/.test(secret))
    return refused(`The variable ${variable} holds a line break; the ${what} is one line.`, variable);
  return success(secret === '' ? undefined : secret);
}

function readSecretFile({ place, path }: SecretFile, what: string): Result<string> {
  const misplaced = notAPath(place, path);
  if (misplaced !== undefined) return failure(misplaced);
  const read = readSmallFile(path);
  if (!read.ok) return refused(`The ${what} file ${path} ${read.why}.`, place);
  if (permits(read.mode, 0o077)) {
    return refused(
      `The ${what} file ${path} can be read or changed by others (mode ${octal(read.mode)}); a secret is taken ` +
        'only from a file of mode 0600 or stricter.',
      place,
    );
  }
  const secret = read.text.trim(); // trim() also removes a byte-order mark
  if (/[\r\n]/.test(secret))
    return refused(`The ${what} file ${path} holds more than one line; the ${what} is one line.`, place);
  return secret === '' ? refused(`The ${what} file ${path} is empty.`, place) : success(secret);
}

function refused(message: string, field: string): Result<string> {
  return failure(refusal('PHASE7_MALFORMED_REQUEST', `${message} Nothing was sent.`, field));
}
