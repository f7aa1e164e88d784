/** Checks values from outside against their schemas. */
import type * as z from 'zod/mini';
import english from 'zod/v4/locales/en.js';
import { isName, WITHHELD } from './plausible.ts';

/** Where a value does not match its schema, and what the schema expects there, in English. */
export interface Misfit {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

export type ParseResult<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly misfit: Misfit };

/**
 * Error texts are passed with each call, because zod's global configuration is shared by everything in the same editor.
 */
const texts = { error: english().localeError };

/** The value as the schema converts it, or the first mismatch. */
export function parse<T>(schema: z.ZodMiniType<T>, value: unknown): ParseResult<T> {
  const parsed = schema.safeParse(value, texts);
  if (parsed.success) return { ok: true, value: parsed.data };
  const [issue] = parsed.error.issues;
  return { ok: false, misfit: { path: (issue?.path ?? []).map(repeatable), message: messageOf(issue) } };
}

/**
 * The message for a mismatch. An unknown field is named only if its name reads like one: it may hold anything, a secret
 * too.
 */
function messageOf(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'invalid_union') {
    const [inner] = issue.errors.flat().filter(({ code }) => code === 'unrecognized_keys');
    if (inner !== undefined) return messageOf(inner);
  }
  if (issue?.code !== 'unrecognized_keys') return issue?.message ?? 'unreadable';
  const names = issue.keys.map(key => (isName(key) ? `"${key}"` : WITHHELD));
  return `Unrecognized ${names.length === 1 ? 'key' : 'keys'}: ${names.join(', ')}`;
}

function repeatable(key: PropertyKey): PropertyKey {
  return typeof key !== 'string' || isName(key) ? key : WITHHELD;
}
