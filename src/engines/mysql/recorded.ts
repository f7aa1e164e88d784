/** Checks recorded answers of MySQL before they are shown, because a log may be old or tampered with. */
import * as z from 'zod/mini';
import type { Document } from '../../control-plane/model/document.ts';
import type { RecordedKernel } from '../../control-plane/engine.ts';
import type { Wire } from '../../control-plane/model/views.ts';
import { COST_DOCUMENT, explanationDocument } from './document.ts';
import type { MysqlMember } from './views.ts';

const number = z.nullable(z.string().check(z.regex(/^\d{1,30}$/u)));

const member = z.looseObject({
  mysql: z.object({
    role: z.string(),
    version: z.nullable(z.string()),
    certifying: number,
    applying: number,
    applied: number,
  }),
});

/** The members as they were read, if the record has the form that this adapter writes. */
export function describeRecorded(kernel: RecordedKernel | null): Document | null {
  if (kernel === null) return COST_DOCUMENT;
  return z.array(member).safeParse(kernel.members).success
    ? explanationDocument(kernel.members as readonly Wire<MysqlMember>[])
    : null;
}
