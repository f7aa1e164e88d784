/** What a command line gives, taken apart: its options, the verbs of the log, the shells of completions. */
import type { OptionName } from './options.ts';

/** Options that are no arguments of a command, as given; a switch that was given is `''`. */
export type Given = Readonly<Partial<Record<OptionName, readonly string[]>>>;

/** What may be done with the log; none of it is one of the ten commands, and none of it reaches a kernel. */
export const AUDIT_VERBS = ['show', 'verify', 'export', 'reconstruct'] as const;

export type AuditVerb = (typeof AUDIT_VERBS)[number];

/** Shells that completions can be printed for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof SHELLS)[number];

/** The first option of several, or `undefined`. */
export function first(given: Given, name: OptionName): string | undefined {
  return given[name]?.[0];
}
