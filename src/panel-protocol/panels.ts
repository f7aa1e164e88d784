/** What a panel shows. Each message describes the whole panel. */
import * as z from 'zod/mini';
import type { ClusterColor } from '../control-plane/clusters/cluster.ts';
import type { Document, Fact } from '../control-plane/model/document.ts';
import type { ControlError } from '../control-plane/model/errors.ts';
import type { Explanation } from '../control-plane/explanation/explanation.ts';
import type { Invariant } from '../control-plane/model/invariants.ts';
import type { Wire } from '../control-plane/model/views.ts';
import type { Force } from '../control-plane/request/flow.ts';
import { document, fact } from './document.ts';
import { exactly } from './exactly.ts';
import { cited, controlError, explanation, position, source, type Source } from './readings.ts';

import { log, type AuditLogFacts } from './audit.ts';
import { reconstructionFacts, type ReconstructionFacts } from './reconstruction.ts';

/** The cluster as every panel names it. `environment` is the operator's own label. */
export interface ClusterLabel {
  readonly name: string;
  readonly kind: string;
  readonly environment: string | null;
}

/** Where the record of this result is in the audit log, or why it was not recorded. */
export type RecordedAt = { readonly seq: string; readonly hash: string } | { readonly notRecorded: string };

/** What the tree of this window last knew of a node, as the answering member reported it. */
export interface LastReport {
  readonly name: string;
  readonly source: Source;
  /** The name of the member that reported it, or its id. `null` when it did not identify itself. */
  readonly toldBy: string | null;
  readonly facts: readonly Fact[];
  /** A note, in words, that it was read before a control request. */
  readonly mark?: string;
}

/** An answer that this window read, with its origin and its record. */
export interface KeptReading {
  readonly source: Source;
  readonly document: Document;
  readonly requestId: string;
  readonly recorded: RecordedAt;
}

/** What a panel shows: exactly one of these. */
export type Panel =
  /** `requestId`: of a confirmed control request, which is sent only once. Absent for a command that only reads. */
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
  /** Two answers to the same question, in the order in which this window read them, and their differences. */
  | {
      readonly kind: 'comparison';
      readonly title: string;
      readonly cluster: ClusterLabel;
      readonly before: KeptReading;
      readonly after: KeptReading;
      readonly differences: Document;
    }
  | {
      readonly kind: 'explanation';
      readonly explanation: Wire<Explanation>;
      /**
       * What the engine shows besides the explanation. `null` when this program does not know the engine, or cannot
       * read what it recorded.
       */
      readonly document: Document | null;
      readonly digest: string;
      readonly requestId: string;
      readonly operator: string;
      /** The command line that does the same. */
      readonly terminal?: string;
      /** What the person must type; absent when nothing is confirmed. */
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
      readonly force?: Force;
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
      readonly force?: Force;
      /** Set when the command only reads: a failure then means "not read", not "not executed". */
      readonly reads?: true;
    }
  /** The node that was asked gave no answer. `lastReport` comes from memory; `null` when nothing is remembered. */
  | {
      readonly kind: 'silent';
      readonly title: string;
      readonly cluster: ClusterLabel;
      readonly name: string;
      readonly error: Wire<ControlError>;
      readonly requestId: string;
      readonly recorded: RecordedAt;
      readonly lastReport: LastReport | null;
    }
  | { readonly kind: 'audit'; readonly title: string; readonly log: AuditLogFacts }
  | { readonly kind: 'reconstruction'; readonly title: string; readonly facts: ReconstructionFacts }
  /** The session may no longer see what the panel showed. */
  | { readonly kind: 'refused'; readonly title: string; readonly code: string; readonly message: string }
  /**
   * After a reload the old content is gone. A person must ask for an inspection again; a control request is never
   * repeated.
   */
  | { readonly kind: 'gone'; readonly title: string };

/**
 * Editor to panel. `refreshable`: "refresh" can send the same command again. `older`, `newest`: these parts can be
 * read.
 */
export interface ShowPanel {
  readonly type: 'show';
  readonly panel: Panel;
  readonly refreshable: boolean;
  readonly older?: true;
  readonly newest?: true;
  /** Texts of the invariants whose ids the panel shows: those of an error or of a denial. */
  readonly cited?: readonly Invariant[];
  /** Set when the answer can be saved as evidence. */
  readonly savable?: true;
  /** The button of the one act that would permit what was refused. */
  readonly offer?: string;
  /** What a person can read next. Only the editor knows where each link leads. */
  readonly links?: readonly string[];
  readonly meanings?: readonly Meaning[];
  /** The colour that the person gave to the cluster. It is in no record and in no copy. */
  readonly color?: ClusterColor;
  /** Set when another endpoint can be asked. */
  readonly another?: true;
  /** Set when this window has read the same before. */
  readonly comparable?: true;
  /** Set when the content can be copied as the terminal prints it. */
  readonly textual?: true;
}

/** A word of the kernel, and its meaning according to the engine's contract. */
export interface Meaning {
  readonly word: string;
  readonly text: string;
}

const text = z.string();
const known = z.nullable(text);

const cluster = z.strictObject({ name: text, kind: text, environment: known });
const recorded = exactly<RecordedAt>()(z.union([position, z.strictObject({ notRecorded: text })]));
const kept = exactly<KeptReading>()(z.strictObject({ source, document, requestId: text, recorded }));

const force = exactly<Force>()(z.strictObject({ by: text, time: text, reason: text, acknowledged: z.array(text) }));

const panel = exactly<Panel>()(
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('asking'), title: text, cluster, requestId: z.exactOptional(text) }),
    z.strictObject({ kind: z.literal('answer'), title: text, cluster, source, document, requestId: text, recorded }),
    z.strictObject({
      kind: z.literal('comparison'),
      title: text,
      cluster,
      before: kept,
      after: kept,
      differences: document,
    }),
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
      force: z.exactOptional(force),
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
      force: z.exactOptional(force),
      reads: z.exactOptional(z.literal(true)),
    }),
    z.strictObject({
      kind: z.literal('silent'),
      title: text,
      cluster,
      name: text,
      error: controlError,
      requestId: text,
      recorded,
      lastReport: z.nullable(
        z.strictObject({ name: text, source, toldBy: known, facts: z.array(fact), mark: z.exactOptional(text) }),
      ),
    }),
    z.strictObject({ kind: z.literal('audit'), title: text, log }),
    z.strictObject({ kind: z.literal('reconstruction'), title: text, facts: reconstructionFacts }),
    z.strictObject({ kind: z.literal('refused'), title: text, code: text, message: text }),
    z.strictObject({ kind: z.literal('gone'), title: text }),
  ]),
);

export const showPanel = exactly<ShowPanel>()(
  z.strictObject({
    type: z.literal('show'),
    panel,
    refreshable: z.boolean(),
    older: z.exactOptional(z.literal(true)),
    newest: z.exactOptional(z.literal(true)),
    cited: z.exactOptional(z.array(cited)),
    savable: z.exactOptional(z.literal(true)),
    offer: z.exactOptional(text),
    links: z.exactOptional(z.array(text)),
    meanings: z.exactOptional(z.array(z.strictObject({ word: text, text }))),
    color: z.exactOptional(
      z.enum(['red', 'orange', 'yellow', 'green', 'blue', 'purple'] satisfies readonly ClusterColor[]),
    ),
    another: z.exactOptional(z.literal(true)),
    comparable: z.exactOptional(z.literal(true)),
    textual: z.exactOptional(z.literal(true)),
  }),
);
