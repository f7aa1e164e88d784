/** The parts of a command line: its options, the audit verbs, and the shells for completions. */
import type { OptionName } from './options.ts';

/** The options as given, except a command's own arguments; a switch that was given is `''`. */
export type GivenOptions = Readonly<Partial<Record<OptionName, readonly string[]>>>;

/** The audit verbs. None is one of the ten commands, and none contacts a kernel. */
export const AUDIT_VERBS = ['show', 'verify', 'export', 'reconstruct'] as const;

export type AuditVerb = (typeof AUDIT_VERBS)[number];

/** Shells that completions can be printed for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof SHELLS)[number];

/** The first value of an option that may be given several times, or `undefined`. */
export function first(given: GivenOptions, name: OptionName): string | undefined {
  return given[name]?.[0];
}
