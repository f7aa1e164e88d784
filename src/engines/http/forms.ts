/** The building blocks of all engines' schemas. */
import * as z from 'zod/mini';
import { parse } from '../../control-plane/model/parse.ts';

/**
 * Builds a schema at its first use: one command needs two or three schemas, and building all of them takes longer than
 * its request.
 */
export function lazily<S extends z.ZodMiniType>(build: () => S): () => S {
  let built: S | undefined;
  return () => (built ??= build());
}

/** Converts a value from its form on the wire to the form of the views. */
export function mapped<S extends z.ZodMiniType, T>(schema: S, become: (wire: z.output<S>) => T): z.ZodMiniType<T> {
  return z.pipe(schema, z.transform(become));
}

/**
 * A list that is refused at its first invalid item, so that a hostile answer cannot fill the memory with error
 * messages.
 */
export function list<T>(item: z.ZodMiniType<T>): z.ZodMiniType<readonly T[]> {
  return z.pipe(
    z.array(z.unknown()),
    z.transform((given, context) => {
      const items: T[] = [];
      for (const [index, each] of given.entries()) {
        const parsed = parse(item, each);
        if (!parsed.ok) {
          const { path, message } = parsed.misfit;
          context.issues.push({ code: 'custom', input: each, path: [index, ...path], message });
          return z.NEVER;
        }
        items.push(parsed.value);
      }
      return items;
    }),
  );
}
