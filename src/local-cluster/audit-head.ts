/** The form of a position in the audit log of the sender of a control request. */
import * as z from 'zod';

/** A position in the sender's audit log, in the form of the contract. */
export const auditHeadSchema = z.strictObject({
  seq: z.string().regex(/^(0|[1-9]\d{0,18})$/),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});
