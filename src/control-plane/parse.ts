/** Values from outside against their schemas. */
import type * as z from 'zod/mini';
import english from 'zod/v4/locales/en.js';

/** Where a value is not what its schema wants, and what it wants there, in English. */
export interface Misfit {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly misfit: Misfit };

/** The texts go along with each call: zod's own configuration belongs to everything that runs in the same editor. */
const texts = { error: english().localeError };

/** The value that the schema makes of `value`, or the first thing that it finds wrong. */
export function parse<T>(schema: z.ZodMiniType<T>, value: unknown): Parsed<T> {
  const parsed = schema.safeParse(value, texts);
  if (parsed.success) return { ok: true, value: parsed.data };
  const [issue] = parsed.error.issues;
  return { ok: false, misfit: { path: issue?.path ?? [], message: issue?.message ?? 'unreadable' } };
}
