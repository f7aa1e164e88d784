/** What a panel shows, whole: one of these at a time. */
import * as z from 'zod/mini';
import type { Document } from '../control-plane/model/document.ts';
import type { ControlError } from '../control-plane/model/errors.ts';
import type { Explanation } from '../control-plane/explanation/explanation.ts';
import type { Invariant } from '../control-plane/model/invariants.ts';
import type { Wire } from '../control-plane/model/views.ts';
import { document } from './document.ts';
import { exactly } from './exactly.ts';
import { cited, controlError, explanation, position, source, type Source } from './readings.ts';

import { log, type AuditLogFacts } from './audit.ts';

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
  /** `requestId`: of a confirmed control request, which is sent once; absent for what only reads. */
  | { readonly kind: 'asking'; readonly title: string; readonly cluster: ClusterLabel; readonly requestId?: string }
  | {
      readonly kind: 'answer';
      readonly title: string;
      readonly cluster: ClusterLabel;
      readonly source: Source;
      readonly document: Document;
      readonly requestId: string;
      readonly recorded: RecordedAt;
    }
  | {
      readonly kind: 'explanation';
      readonly explanation: Wire<Explanation>;
      /** What its engine shows beside; `null`: this program does not know that engine, or not what it recorded. */
      readonly document: Document | null;
      readonly digest: string;
      readonly requestId: string;
      readonly operator: string /** The command line that does the same. */;
      readonly terminal?: string /** What the confirmation asks for; absent where none is asked for. */;
      readonly typed?: 'name' | 'id';
    }
  | {
      readonly kind: 'executed';
      readonly title: string;
      readonly cluster: ClusterLabel;
      readonly sentence: string;
      readonly document: Document;
      readonly requestId: string;
      readonly recorded: RecordedAt;
    }
  | {
      readonly kind: 'failed';
      readonly title: string;
      readonly cluster: ClusterLabel | null;
      readonly target: string | null;
      readonly error: Wire<ControlError>;
      readonly requestId: string;
      readonly recorded: RecordedAt;
      readonly authorityEnded?: RecordedAt;
    }
  | { readonly kind: 'audit'; readonly title: string; readonly log: AuditLogFacts }
  /** The session may no longer see what stood here. */
  | { readonly kind: 'refused'; readonly title: string; readonly code: string; readonly message: string }
  /** After a reload: what was shown is gone; an inspection must be asked for again, a request is not repeated. */
  | { readonly kind: 'gone'; readonly title: string };

/** Editor to panel. `refreshable`: whether "refresh" asks the same command anew. */
export interface ShowPanel {
  readonly type: 'show';
  readonly panel: Panel;
  readonly refreshable: boolean;
  /** Texts of the invariants that the panel names by id: those of an error or of a denial. */
  readonly cited?: readonly Invariant[];
}

const text = z.string();
const known = z.nullable(text);

const cluster = z.strictObject({ name: text, kind: text, environment: known });
const recorded = exactly<RecordedAt>()(z.union([position, z.strictObject({ notRecorded: text })]));

const panel = exactly<Panel>()(
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('asking'), title: text, cluster, requestId: z.exactOptional(text) }),
    z.strictObject({ kind: z.literal('answer'), title: text, cluster, source, document, requestId: text, recorded }),
    z.strictObject({
      kind: z.literal('explanation'),
      explanation,
      document: z.nullable(document),
      digest: text,
      requestId: text,
      operator: text,
      terminal: z.exactOptional(text),
      typed: z.exactOptional(z.enum(['name', 'id'])),
    }),
    z.strictObject({
      kind: z.literal('executed'),
      title: text,
      cluster,
      sentence: text,
      document,
      requestId: text,
      recorded,
    }),
    z.strictObject({
      kind: z.literal('failed'),
      title: text,
      cluster: z.nullable(cluster),
      target: known,
      error: controlError,
      requestId: text,
      recorded,
      authorityEnded: z.exactOptional(recorded),
    }),
    z.strictObject({ kind: z.literal('audit'), title: text, log }),
    z.strictObject({ kind: z.literal('refused'), title: text, code: text, message: text }),
    z.strictObject({ kind: z.literal('gone'), title: text }),
  ]),
);

export const showPanel = exactly<ShowPanel>()(
  z.strictObject({ type: z.literal('show'), panel, refreshable: z.boolean(), cited: z.exactOptional(z.array(cited)) }),
);
