/**
 * The result of a reconstruction: one timeline from several sources, in which an entry stands before another only if
 * that is proven. Everything here is JSON; 64-bit values are decimal strings, and `null` is unknown.
 */
import type { AuditVerdictKind } from '../control-plane/model/audit-reader.ts';
import type { Outcome } from '../control-plane/model/errors.ts';
import type { Explanation } from '../control-plane/explanation/explanation.ts';
import type { KernelState } from '../control-plane/model/record.ts';
import type { Wire } from '../control-plane/model/views.ts';

/** What is asked for; every given field must match. Times are those of the sources' own clocks. */
export interface ReconstructionQuery {
  readonly requestId: string | null;
  readonly cluster: string | null;
  /** RFC 3339 UTC: `since` is included, `until` is not. */
  readonly since: string | null;
  readonly until: string | null;
}

/** A file that was read, and what verification found. */
export interface SourceFile {
  readonly name: string;
  /** How the file holds records (`log`, `bundle` …), or `evidence`: a kernel's answer with its origin. */
  readonly form: string;
  /** `unverifiable`: it has no chain of hashes, so nothing in it can show whether it was changed. */
  readonly verdict: AuditVerdictKind | 'unverifiable';
  readonly message: string;
  /** What was ignored when the file was read, for instance a byte-order mark. */
  readonly tolerated: readonly string[];
}

/** One history with its own order: a log, or the history that a node, or the cluster as a whole, keeps. */
export interface Source {
  /** "A", "B" …, in the order of the columns. */
  readonly id: string;
  readonly kind: 'log' | 'history';
  /** Who wrote it: the accounts in a log, the node of a history. */
  readonly label: string;
  readonly files: readonly SourceFile[];
  /** The clocks of its times. */
  readonly clocks: readonly string[];
  readonly entries: number;
}

/** An entry of another source that is proven to have happened before this one, and the proof. */
export interface ProvenPredecessor {
  /** `n` of the entry. */
  readonly entry: number;
  readonly why: string;
}

/** The range of entries of another source, by `n`, that are neither proven earlier nor proven later. */
export interface UnorderedRange {
  readonly source: string;
  readonly from: number;
  readonly to: number;
}

interface Placed {
  /** 1, 2, 3 … in the order of the list. */
  readonly n: number;
  /** `id` of the source. Entries of one source are in the source's own order. */
  readonly source: string;
  /**
   * Within a block, only their source and `after` order the entries; the whole block comes after the block before it.
   */
  readonly block: number;
  readonly after: readonly ProvenPredecessor[];
  readonly unordered: readonly UnorderedRange[];
}

/** A record of a log. */
export interface RecordEntry extends Placed {
  readonly is: 'record';
  readonly time: string | null;
  readonly seq: string;
  readonly hash: string;
  readonly stage: string;
  readonly who: string;
  readonly authority: string | null;
  readonly requestId: string | null;
  readonly command: string | null;
  readonly cluster: string | null;
  readonly target: string | null;
  readonly outcome: string | null;
  readonly text: string;
}

/** An event of a kernel's history. */
export interface EventEntry extends Placed {
  readonly is: 'event';
  readonly time: string | null;
  readonly seq: string;
  readonly type: string;
  readonly epoch: string | null;
  readonly requestId: string | null;
  readonly nodeId: string | null;
  readonly operator: string | null;
  readonly mode: string | null;
  readonly text: string;
}

/** What is unknown between two entries of a source. */
export interface GapEntry extends Placed {
  readonly is: 'gap';
  readonly text: string;
}

export type Entry = RecordEntry | EventEntry | GapEntry;

/** The source of a statement in an answer sheet. */
export interface SheetStatement {
  /** `id` of the source; `null` for a file without one. */
  readonly source: string | null;
  /** `n` of the entry. */
  readonly entry: number | null;
  readonly text: string;
}

/** What is known of one control request. */
export interface AnswerSheet {
  readonly requestId: string;
  readonly command: string | null;
  readonly cluster: string | null;
  readonly target: string | null;
  readonly targetName: string | null;
  readonly who: string | null;
  readonly authority: string | null;
  readonly reason: string | null;
  readonly askedAt: SheetStatement | null;
  readonly sentAt: SheetStatement | null;
  readonly endedAt: SheetStatement | null;
  /** The state that the operator saw, as it was recorded. */
  readonly state: KernelState | null;
  /** The explanation recorded before the confirmation; `null` if there is none, or if its form is not known. */
  readonly explanation: Wire<Explanation> | null;
  readonly explanationDigest: string | null;
  readonly confirmation: 'none' | 'standard' | 'enhanced' | null;
  /** Invariants on which the kernel's checks relied, and invariants that were overridden. */
  readonly reliedOn: readonly string[];
  readonly overridden: readonly string[];
  readonly acknowledged: readonly string[];
  /** According to the log. `null`: the given records hold neither an intent nor an end of it. */
  readonly outcome: Outcome | null;
  /** What the log says about the end, in one sentence. */
  readonly end: string;
  /** The kernel's answer, verbatim, if it was recorded. */
  readonly kernelAnswer: { readonly accepted: boolean; readonly code: string | null; readonly body: string } | null;
  /** What kernels say about this request in the given answers. */
  readonly kernelSays: readonly SheetStatement[];
  /** Where the log and a kernel, or two sources, say different things. */
  readonly disagreements: readonly string[];
  readonly unknown: readonly string[];
}

export interface Reconstruction {
  readonly asked: ReconstructionQuery;
  readonly sources: readonly Source[];
  readonly entries: readonly Entry[];
  readonly requests: readonly AnswerSheet[];
  /** What is missing but has no place in a source: a node that was not read, a period without a source. */
  readonly missing: readonly string[];
  /** Contradictions between sources; what such sources name proves no order between them. */
  readonly contradictions: readonly string[];
  /** Whether every file is as it was written, as far as it can show that. */
  readonly isSound: boolean;
}
