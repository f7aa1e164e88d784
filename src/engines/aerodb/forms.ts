/** The value forms of which AeroDB's answers consist. */
import * as z from 'zod/mini';
import { mapped } from '../http/forms.ts';

const MAX_U64 = 2n ** 64n - 1n;
export const text = z.string();
export const name = text.check(z.minLength(1));
export const textOrNull = z.nullable(text);
export const time = z.iso.datetime({ offset: true });

/** A state that is null is shown as "unknown". */
export const stateOrUnknown = mapped(textOrNull, state => state ?? 'unknown');
/** Unsigned 64-bit: a decimal string, or a JSON number that is small enough to be exact (P7-D1). */
export const u64 = mapped(
  z.union([text.check(z.regex(/^(?:0|[1-9]\d{0,19})$/)), z.int().check(z.nonnegative())]),
  value => BigInt(value),
).check(z.refine(value => value <= MAX_U64, 'is larger than an unsigned 64-bit integer'));
export const u64OrNull = z.nullable(u64);
/** A position to continue from: an offset, or one of the kernel's own kind. */
export const positionOrNull = mapped(z.nullable(z.union([name, z.int().check(z.nonnegative())])), value =>
  value === null ? null : String(value),
);
