/** What the operating system tells about this process and about the person who started it. */
import { homedir, hostname, userInfo } from 'node:os';
import type { Operator } from '../control-plane/commands/operator.ts';

const SECRET_VARIABLE = /^AERODB_\w*(?:TOKEN|PASSWORD|LOGIN)$/;

/** Environment variables. */
export type Env = Readonly<Record<string, string | undefined>>;

/**
 * The environment as it was found. Variables that may hold a secret (see docs/terminal.md) are removed from this
 * process, so that a diagnostic report of Node or a child process cannot show them.
 */
export function takeEnvironment(): Env {
  const found = { ...process.env };
  for (const name of Object.keys(found)) if (SECRET_VARIABLE.test(name)) Reflect.deleteProperty(process.env, name);
  return found;
}

/** How long a secret must be to be recognised inside an argument (INSIDE), or as a whole argument (ALONE). */
const INSIDE = 12;
const ALONE = 8;

/**
 * The name of the variable whose secret, or the password in it, appears in an argument. Short secrets are ignored: they
 * may be ordinary words.
 */
export function exposedSecretVariable(argv: readonly string[], env: Env): string | undefined {
  const holds = (secret: string): boolean =>
    argv.some(
      argument =>
        (secret.length >= INSIDE && argument.includes(secret)) ||
        (secret.length >= ALONE && (argument === secret || argument.endsWith(`=${secret}`))),
    );
  return Object.entries(env).find(
    ([name, value = '']) => SECRET_VARIABLE.test(name) && [value, value.slice(value.indexOf(':') + 1)].some(holds),
  )?.[0];
}

/** The account and host as the operating system names them, with the configured name; recorded as asserted. */
export function operator(name: string | null): Operator {
  return { account: account(), host: hostname(), name };
}

function account(): string {
  try {
    return userInfo().username;
  } catch {
    // The system has no name for this user id. The account is then empty, and control commands are refused (P7-O3).
    return '';
  }
}

/** The person's home directory. */
export function homeDirectory(env: Env): string {
  const home = env['HOME'] ?? '';
  return home === '' ? homedir() : home;
}
