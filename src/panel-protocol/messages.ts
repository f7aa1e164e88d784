/**
 * Everything that passes between the editor and a panel, checked to the last member on both sides. 64-bit values are
 * decimal strings. A panel can ask for a fresh reading, for the older or the newest part of what it shows, for text to
 * copy, for what the editor offered it in this panel (by its place in the editor's list), for the dialogs of a
 * confirmation to open or not to open, for lines of the audit log, for a reconstruction and for dialogs that choose a
 * file or a node, and for nothing else. No message names a file or a node, and none confirms anything.
 */
import * as z from 'zod/mini';
import type { AuditSought } from '../control-plane/model/audit-reader.ts';
import { COPIED_TEXT } from './copied-text.ts';
import { AUDIT_PAGE } from './page-size.ts';
import { exactly } from './exactly.ts';

import { auditMessage, type AuditMessage } from './audit.ts';
import { showPanel, type ShowPanel } from './panels.ts';
import { reconstructionMessage, type ReconstructionMessage } from './reconstruction.ts';

const text = z.string();
const index = z.int().check(z.minimum(0));
const line = z.int().check(z.minimum(1));

/** A message of the editor's that does not have the form of one; `at` is the first member that is wrong. */
export interface Malformed {
  readonly type: 'malformed';
  readonly of: keyof typeof FORMS;
  readonly at: string;
}

const FORMS = { show: showPanel, audit: auditMessage, reconstruction: reconstructionMessage } as const;

/**
 * Parses a message to a panel. Anything that does not even call itself one is `undefined` and none of a panel's
 * business.
 */
export function parseEditorMessage(
  message: unknown,
): ShowPanel | AuditMessage | ReconstructionMessage | Malformed | undefined {
  const of = typeof message === 'object' && message !== null && 'type' in message ? message.type : undefined;
  if (of !== 'show' && of !== 'audit' && of !== 'reconstruction') return undefined;
  const parsed = FORMS[of].safeParse(message);
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
      asks: short,
      text: short,
    }),
  ]),
);

const panelRequest = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('refresh') }),
  // Which part that is, the editor knows from the answer itself.
  z.strictObject({ type: z.literal('older') }),
  z.strictObject({ type: z.literal('newest') }),
  z.strictObject({ type: z.literal('copy') }),
  z.strictObject({ type: z.literal('copy-text') }),
  // Which endpoint, and which earlier reading, a person picks in the editor.
  z.strictObject({ type: z.literal('another') }),
  z.strictObject({ type: z.literal('compare') }),
  z.strictObject({
    type: z.literal('copy-name'),
    text: text.check(z.minLength(1), z.maxLength(COPIED_TEXT)),
  }),
  z.strictObject({ type: z.literal('continue') }),
  z.strictObject({ type: z.literal('decline') }),
  z.strictObject({ type: z.literal('audit-select'), selection: index, by: z.enum(['requests', 'records']), sought }),
  z.strictObject({
    type: z.literal('audit-page'),
    selection: index,
    from: index,
    count: line.check(z.maximum(AUDIT_PAGE)),
  }),
  z.strictObject({ type: z.literal('audit-unfold'), line }),
  z.strictObject({ type: z.literal('audit-export'), format: z.enum(['jsonl', 'csv', 'bundle']), sought }),
  z.strictObject({ type: z.literal('audit-raw') }),
  z.strictObject({
    type: z.literal('audit-reconstruct'),
    of: z.strictObject({ requestId: short, cluster: short, from: short, to: short }),
  }),
  z.strictObject({ type: z.literal('save-evidence') }),
  // What is offered and where a link leads, the editor knows: it made the list, of which this is a place.
  z.strictObject({ type: z.literal('offer') }),
  z.strictObject({ type: z.literal('read-on'), link: index }),
  z.strictObject({
    type: z.literal('reconstruction-page'),
    made: index,
    from: index,
    count: line.check(z.maximum(AUDIT_PAGE)),
  }),
  z.strictObject({ type: z.literal('reconstruction-sheet'), made: index, sheet: index }),
  z.strictObject({ type: z.literal('reconstruction-add-file') }),
  z.strictObject({ type: z.literal('reconstruction-read-history') }),
  z.strictObject({ type: z.literal('reconstruction-remove'), made: index, evidence: index }),
  z.strictObject({ type: z.literal('reconstruction-save-evidence'), made: index, evidence: index }),
  z.strictObject({ type: z.literal('reconstruction-save-html'), made: index }),
]);

/** Panel to editor. */
export type PanelRequest = z.infer<typeof panelRequest>;

/** What only an audit panel asks. */
export type AuditRequest = Extract<PanelRequest, { type: `audit-${string}` }>;

/** What only the panel of a reconstruction asks. */
export type ReconstructionRequest = Extract<PanelRequest, { type: `reconstruction-${string}` }>;

/** Parses a message from a panel; anything else than these requests is `undefined` and has no effect. */
export function parsePanelRequest(message: unknown): PanelRequest | undefined {
  const parsed = panelRequest.safeParse(message);
  return parsed.success ? parsed.data : undefined;
}
