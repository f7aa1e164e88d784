/** Holds a schema against the type that it checks, in both directions, when it is compiled. */
import type * as z from 'zod/mini';

/** What a schema says, as readonly as the types are. */
type Said<T> = T extends readonly (infer E)[]
  ? readonly Said<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Said<T[K]> }
    : T;
/**
 * Two such functions are assignable only when the types are identical, optional members and all; under a name they are
 * compared less strictly.
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- their one place is what is compared
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Does not compile unless the schema says exactly the type, no member more and none less. */
export function exactly<T>(): <S extends z.ZodMiniType>(
  schema: S & (Same<Said<z.output<S>>, Said<T>> extends true ? unknown : never),
) => S {
  return schema => schema;
}
