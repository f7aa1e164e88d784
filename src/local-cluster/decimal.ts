/** The schema of a 64-bit number, which is sent and stored as a decimal string. */
import * as z from 'zod';

export const decimal = z
  .string()
  .regex(/^\d{1,20}$/)
  .transform(BigInt);
