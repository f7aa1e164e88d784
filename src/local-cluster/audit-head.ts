/** The form of a position in the audit log of whoever sends a control request. */
import * as z from 'zod';

/** A position in the asker's audit log, as the contract has it. */
export const auditHeadSchema = z.strictObject({
  seq: z.string().regex(/^(0|[1-9]\d{0,18})$/),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});
