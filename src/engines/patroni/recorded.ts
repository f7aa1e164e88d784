/** Checks recorded answers of Patroni before they are shown, because a log may be old or tampered with. */
import * as z from 'zod/mini';
import type { Document } from '../../control-plane/model/document.ts';
import type { RecordedKernel } from '../../control-plane/engine.ts';
import type { Wire } from '../../control-plane/model/views.ts';
import { COST_DOCUMENT, explanationDocument } from './document.ts';
import type { PatroniMember } from './views.ts';

const known = z.nullable(z.string());
const number = z.nullable(z.string().check(z.regex(/^\d{1,30}$/u)));

const member = z.looseObject({
  patroni: z.object({
    role: z.string(),
    timeline: number,
    written: number,
    received: number,
    replayed: number,
    receiveLag: z.exactOptional(number),
    replayLag: z.exactOptional(number),
    marks: known,
  }),
});

/** The members as they were read, if the record has the form that Patroni's adapter writes. */
export function describeRecorded(kernel: RecordedKernel | null): Document | null {
  if (kernel === null) return COST_DOCUMENT;
  return z.array(member).safeParse(kernel.members).success
    ? explanationDocument(kernel.epoch, kernel.members as readonly Wire<PatroniMember>[])
    : null;
}
