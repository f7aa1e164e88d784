/**
 * Everything that passes between the editor and a panel, checked to the last member on both sides. 64-bit values are
 * decimal strings. A panel can ask for a fresh reading, for text to copy, for the dialogs of a confirmation to open or
 * not to open, and for lines of the audit log, and for nothing else. No message confirms anything.
 */
import * as z from 'zod/mini';
import type { AuditSought } from '../control-plane/model/audit-reader.ts';
import { AUDIT_PAGE } from './page-size.ts';
import { exactly } from './exactly.ts';

import { auditMessage, type AuditMessage } from './audit.ts';
import { showPanel, type ShowPanel } from './panels.ts';

const text = z.string();
const index = z.int().check(z.minimum(0));
const line = z.int().check(z.minimum(1));

/** A message of the editor's that does not have the form of one; `at` is the first member that is wrong. */
export interface Malformed {
  readonly type: 'malformed';
  readonly of: 'show' | 'audit';
  readonly at: string;
}

/**
 * Parses a message to a panel. Anything that does not even call itself one is `undefined` and none of a panel's
 * business.
 */
export function parseEditorMessage(message: unknown): ShowPanel | AuditMessage | Malformed | undefined {
  const of = typeof message === 'object' && message !== null && 'type' in message ? message.type : undefined;
  if (of !== 'show' && of !== 'audit') return undefined;
  const parsed = (of === 'show' ? showPanel : auditMessage).safeParse(message);
  return parsed.success ? parsed.data : { type: 'malformed', of, at: parsed.error.issues[0]?.path.join('.') ?? '' };
}

const short = z.exactOptional(text.check(z.maxLength(1000)));

const sought = exactly<AuditSought>()(
  z.union([
    z.literal('dangling_intents'),
    z.strictObject({
      cluster: short,
      command: short,
      operator: short,
      outcome: short,
      stage: short,
      from: short,
      to: short,
      requestId: short,
      text: short,
    }),
  ]),
);

const panelRequest = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('refresh') }),
  z.strictObject({ type: z.literal('copy') }),
  z.strictObject({ type: z.literal('continue') }),
  z.strictObject({ type: z.literal('decline') }),
  z.strictObject({ type: z.literal('audit-select'), selection: index, sought }),
  z.strictObject({
    type: z.literal('audit-page'),
    selection: index,
    from: index,
    count: line.check(z.maximum(AUDIT_PAGE)),
  }),
  z.strictObject({ type: z.literal('audit-unfold'), line }),
  z.strictObject({ type: z.literal('audit-export'), format: z.enum(['jsonl', 'csv']), sought }),
  z.strictObject({ type: z.literal('audit-raw') }),
]);

/** Panel to editor. */
export type PanelRequest = z.infer<typeof panelRequest>;

/** What only an audit panel asks. */
export type AuditRequest = Extract<PanelRequest, { type: `audit-${string}` }>;

/** Parses a message from a panel; anything else than these requests is `undefined` and has no effect. */
export function parsePanelRequest(message: unknown): PanelRequest | undefined {
  const parsed = panelRequest.safeParse(message);
  return parsed.success ? parsed.data : undefined;
}
