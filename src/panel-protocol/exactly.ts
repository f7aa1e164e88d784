/** Checks at compile time that a schema and its type are identical. */
import type * as z from 'zod/mini';

/** The type of a schema's result with every member readonly, as in the types. */
type Said<T> = T extends readonly (infer E)[]
  ? readonly Said<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Said<T[K]> }
    : T;
/**
 * Two such functions are assignable to each other only when A and B are identical, including optional members. They
 * must be written out here: the compiler compares named function types less strictly.
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- their one place is what is compared
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only when the schema has exactly the members of the type. */
export function exactly<T>(): <S extends z.ZodMiniType>(
  schema: S & (Same<Said<z.output<S>>, Said<T>> extends true ? unknown : never),
) => S {
  return schema => schema;
}
