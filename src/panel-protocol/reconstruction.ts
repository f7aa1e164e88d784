/** What the panel of a reconstruction receives: its facts, its rows page by page, and single answer sheets. */
import * as z from 'zod/mini';
import type { Document } from '../control-plane/model/document.ts';
import type { Explanation } from '../control-plane/explanation/explanation.ts';
import type { Wire } from '../control-plane/model/views.ts';
import type { Entry, Source } from '../reconstruction/model.ts';
import { document } from './document.ts';
import { exactly } from './exactly.ts';
import { explanation, verdictKind } from './readings.ts';

/** One thing that a person added to the log of this machine. */
export interface AddedEvidence {
  /** `reading`: a history that this panel read from a node. */
  readonly is: 'file' | 'reading';
  readonly name: string;
  /** Its path; `null` for a reading that was not saved. */
  readonly file: string | null;
}

/** A control request in the list of answer sheets. */
export interface SheetHead {
  readonly requestId: string;
  readonly command: string | null;
  readonly target: string;
  readonly who: string | null;
  readonly outcome: 'executed' | 'not_executed' | 'unknown' | null;
  readonly disagreements: number;
}

/** A reconstruction without its rows and without the texts of its sheets; the panel requests those separately. */
export interface ReconstructionFacts {
  /** Counts the results of this panel. A request that belongs to an earlier result is not answered. */
  readonly made: number;
  /** By the clock of the editor; RFC 3339 UTC. */
  readonly madeAt: string;
  /** Why the reading of the files could not be recorded; `null` when it was recorded. */
  readonly notRecorded: string | null;
  readonly log: string;
  readonly evidence: readonly AddedEvidence[];
  /** The command line that makes the same reconstruction from all sources that are files. */
  readonly command: string;
  readonly sources: readonly Source[];
  readonly entries: number;
  readonly requests: readonly SheetHead[];
  readonly missing: readonly string[];
  readonly contradictions: readonly string[];
}

/** One row. `isRule`: everything above the row is proven to be earlier than this row and everything below it. */
export interface ReconstructionRow {
  readonly entry: Entry;
  readonly isRule: boolean;
}

/** Editor to the panel of a reconstruction, in answer to its requests. */
export type ReconstructionMessage =
  | {
      readonly type: 'reconstruction';
      readonly part: 'page';
      readonly made: number;
      readonly from: number;
      readonly rows: readonly ReconstructionRow[];
    }
  | {
      readonly type: 'reconstruction';
      readonly part: 'sheet';
      readonly made: number;
      readonly sheet: number;
      readonly facts: readonly { readonly label: string; readonly lines: readonly string[] }[];
      /** As it was recorded; `null` when none was recorded. */
      readonly explanation: {
        readonly explanation: Wire<Explanation>;
        readonly document: Document | null;
        readonly digest: string;
      } | null;
    };

const text = z.string();
const known = z.nullable(text);
const index = z.int().check(z.minimum(0));
const count = z.int().check(z.minimum(1));

const source = exactly<Source>()(
  z.strictObject({
    id: text,
    kind: z.enum(['log', 'history']),
    label: text,
    files: z.array(
      z.strictObject({
        name: text,
        form: text,
        verdict: z.union([verdictKind, z.literal('unverifiable')]),
        message: text,
        tolerated: z.array(text),
      }),
    ),
    clocks: z.array(text),
    entries: index,
  }),
);

const placed = {
  n: count,
  source: text,
  block: index,
  after: z.array(z.strictObject({ entry: count, why: text })),
  unordered: z.array(z.strictObject({ source: text, from: count, to: count })),
};

const entry = exactly<Entry>()(
  z.discriminatedUnion('is', [
    z.strictObject({
      ...placed,
      is: z.literal('record'),
      time: known,
      seq: text,
      hash: text,
      stage: text,
      who: text,
      authority: known,
      requestId: known,
      command: known,
      cluster: known,
      target: known,
      outcome: known,
      text,
    }),
    z.strictObject({
      ...placed,
      is: z.literal('event'),
      time: known,
      seq: text,
      type: text,
      epoch: known,
      requestId: known,
      nodeId: known,
      operator: known,
      mode: known,
      text,
    }),
    z.strictObject({ ...placed, is: z.literal('gap'), text }),
  ]),
);

export const reconstructionFacts = exactly<ReconstructionFacts>()(
  z.strictObject({
    made: index,
    madeAt: text,
    notRecorded: known,
    log: text,
    evidence: z.array(z.strictObject({ is: z.enum(['file', 'reading']), name: text, file: known })),
    command: text,
    sources: z.array(source),
    entries: index,
    requests: z.array(
      z.strictObject({
        requestId: text,
        command: known,
        target: text,
        who: known,
        outcome: z.nullable(z.enum(['executed', 'not_executed', 'unknown'])),
        disagreements: index,
      }),
    ),
    missing: z.array(text),
    contradictions: z.array(text),
  }),
);

export const reconstructionMessage = exactly<ReconstructionMessage>()(
  z.discriminatedUnion('part', [
    z.strictObject({
      type: z.literal('reconstruction'),
      part: z.literal('page'),
      made: index,
      from: index,
      rows: z.array(z.strictObject({ entry, isRule: z.boolean() })),
    }),
    z.strictObject({
      type: z.literal('reconstruction'),
      part: z.literal('sheet'),
      made: index,
      sheet: index,
      facts: z.array(z.strictObject({ label: text, lines: z.array(text) })),
      explanation: z.nullable(z.strictObject({ explanation, document: z.nullable(document), digest: text })),
    }),
  ]),
);
