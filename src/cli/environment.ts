/** What the operating system says about this process and the person who started it. */
import { homedir, hostname, userInfo } from 'node:os';
import type { Operator } from '../control-plane/commands/operator.ts';

const SECRET_VARIABLE = /^AERODB_\w*(?:TOKEN|PASSWORD|LOGIN)$/;

/** Environment variables. */
export type Env = Readonly<Record<string, string | undefined>>;

/**
 * The environment as it was found. What may hold a secret (see docs/terminal.md) is taken out of this process's own:
 * neither a diagnostic report of Node nor anything started from here has it.
 */
export function takeEnvironment(): Env {
  const found = { ...process.env };
  for (const name of Object.keys(found)) if (SECRET_VARIABLE.test(name)) Reflect.deleteProperty(process.env, name);
  return found;
}

/** The least length at which a secret is taken for one inside of an argument, and at which it is one by itself. */
const INSIDE = 12;
const ALONE = 8;

/**
 * The variable whose secret, or the password of it, stands in an argument: its name. A short one may be a word of any
 * line.
 */
export function secretGivenAway(argv: readonly string[], env: Env): string | undefined {
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

/** The operating system's word for who sits here, and the configured name beside it; recorded as asserted. */
export function operator(name: string | null): Operator {
  return { account: account(), host: hostname(), name };
}

function account(): string {
  try {
    return userInfo().username;
  } catch {
    // The system knows no name for this user id: then there is none, and control commands are refused (P7-O3).
    return '';
  }
}

/** The person's home directory. */
export function homeDirectory(env: Env): string {
  const home = env['HOME'] ?? '';
  return home === '' ? homedir() : home;
}
