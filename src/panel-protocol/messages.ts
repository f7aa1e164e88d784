/**
 * Every message from a panel to the editor, which checks every member. 64-bit values are decimal strings. A panel can
 * ask only for: a fresh reading, the older or newest part of what it shows, text to copy, something that the
 * editor offered in this panel (by its place in the editor's list), the confirmation's dialogs to open or not to open,
 * lines of the audit log, a reconstruction, and dialogs that choose a file or a node. No message names a file or a
 * node, and none confirms anything.
 */
import * as z from 'zod/mini';
import type { AuditSought } from '../control-plane/model/audit-reader.ts';
import { COPIED_TEXT } from './copied-text.ts';
import { AUDIT_PAGE } from './page-size.ts';
import { exactly } from './exactly.ts';

const text = z.string();
const index = z.int().check(z.minimum(0));
const line = z.int().check(z.minimum(1));

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
  // The editor knows the part from the answer itself.
  z.strictObject({ type: z.literal('older') }),
  z.strictObject({ type: z.literal('newest') }),
  z.strictObject({ type: z.literal('copy') }),
  z.strictObject({ type: z.literal('copy-text') }),
  // The person chooses the endpoint, or the earlier reading, in the editor.
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
  // The editor knows what it offered and where a link leads; the panel sends only the place in the editor's list.
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

/** A message from a panel to the editor. */
export type PanelRequest = z.infer<typeof panelRequest>;

/** Requests that only an audit panel makes. */
export type AuditRequest = Extract<PanelRequest, { type: `audit-${string}` }>;

/** Requests that only the panel of a reconstruction makes. */
export type ReconstructionRequest = Extract<PanelRequest, { type: `reconstruction-${string}` }>;

/** Parses a message from a panel. Returns `undefined` for anything but these requests; that has no effect. */
export function parsePanelRequest(message: unknown): PanelRequest | undefined {
  const parsed = panelRequest.safeParse(message);
  return parsed.success ? parsed.data : undefined;
}
