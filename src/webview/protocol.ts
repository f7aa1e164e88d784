/**
 * Everything that passes between the editor and a panel. 64-bit values are decimal strings. Messages from a
 * panel are validated like a stranger's: they can ask for a fresh reading, for text to copy, or for the dialogs of a
 * confirmation to open or not to open, and for nothing else. No message confirms anything.
 */
import * as z from 'zod';
import type { ControlError } from '../control-plane/errors.ts';
import type { Execution, Explanation } from '../control-plane/explanation.ts';
import type { Invariant } from '../control-plane/invariants.ts';
import type { AnsweredView } from '../control-plane/reads.ts';
import type { Wire } from '../control-plane/views.ts';

/** The cluster as every panel names it; `environment` is the operator's own label. */
export interface ClusterLabel {
  readonly name: string;
  readonly kind: string;
  readonly environment: string | null;
}

/** Where the record of this result stands in the audit log, or why it was not recorded. */
export type RecordedAt = { readonly seq: string; readonly hash: string } | { readonly notRecorded: string };

/** What a panel shows: exactly one of these, whole. */
export type Panel =
  | { readonly kind: 'asking'; readonly title: string; readonly cluster: ClusterLabel }
  | { readonly kind: 'answer'; readonly title: string; readonly cluster: ClusterLabel; readonly answer: Wire<AnsweredView>; readonly requestId: string; readonly recorded: RecordedAt }
  | { readonly kind: 'explanation'; readonly explanation: Wire<Explanation>; readonly digest: string; readonly requestId: string; readonly operator: string; /** The command line that does the same. */ readonly terminal?: string }
  | { readonly kind: 'executed'; readonly title: string; readonly cluster: ClusterLabel; readonly target: { readonly nodeId: string; readonly name: string }; readonly execution: Wire<Execution>; readonly requestId: string; readonly recorded: RecordedAt }
  | { readonly kind: 'failed'; readonly title: string; readonly cluster: ClusterLabel | null; readonly target: string | null; readonly error: Wire<ControlError>; readonly requestId: string; readonly recorded: RecordedAt }
  /** After a reload: what was shown is gone and must be asked for again. */
  | { readonly kind: 'gone'; readonly title: string };

/** Editor to panel. `refreshable`: whether "refresh" asks the same command anew. */
export interface ShowPanel {
  readonly type: 'show';
  readonly panel: Panel;
  readonly refreshable: boolean;
  /** Texts of the invariants that the panel names by id: those of an error or of a denial. */
  readonly cited?: readonly Invariant[];
}

const panelRequest = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('refresh') }),
  z.strictObject({ type: z.literal('copy') }),
  z.strictObject({ type: z.literal('continue') }),
  z.strictObject({ type: z.literal('decline') }),
]);

/** Panel to editor. */
export type PanelRequest = z.infer<typeof panelRequest>;

/** Parses a message from a panel; anything else than the five requests is `undefined` and has no effect. */
export function parsePanelRequest(message: unknown): PanelRequest | undefined {
  const parsed = panelRequest.safeParse(message);
  return parsed.success ? parsed.data : undefined;
}
