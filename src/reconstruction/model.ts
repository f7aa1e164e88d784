/**
 * What a reconstruction says: one timeline from several sources, in which nothing stands before another thing unless
 * that is proven. Everything here is JSON; 64-bit values are decimal strings, and `null` is unknown.
 */
import type { AuditVerdictKind } from '../control-plane/model/audit-reader.ts';
import type { Outcome } from '../control-plane/model/errors.ts';
import type { Explanation } from '../control-plane/explanation/explanation.ts';
import type { KernelState } from '../control-plane/model/record.ts';
import type { Wire } from '../control-plane/model/views.ts';

/** What is asked for; every member that is given has to match. Times are those that each source names itself. */
export interface Asked {
  readonly requestId: string | null;
  readonly cluster: string | null;
  /** RFC 3339 UTC: at or after, and before. */
  readonly since: string | null;
  readonly until: string | null;
}

/** A file that was read, and what was found of it. */
export interface SourceFile {
  readonly name: string;
  /** How it holds records (`log`, `bundle` …), or `evidence`: an answer of a kernel with its origin. */
  readonly form: string;
  /** `unverifiable`: it holds no chain of hashes, so nothing in it shows whether it was changed. */
  readonly verdict: AuditVerdictKind | 'unverifiable';
  readonly message: string;
  /** What was left out of the file before it was read: a byte-order mark, say. */
  readonly tolerated: readonly string[];
}

/** One history with an order of its own: a log, or what a node (or a cluster as one) keeps of the past. */
export interface Source {
  /** "A", "B" …, in the order of the columns. */
  readonly id: string;
  readonly kind: 'log' | 'history';
  /** Who wrote it: accounts of a log, the node of a history. */
  readonly label: string;
  readonly files: readonly SourceFile[];
  /** Clocks that it names its times by. */
  readonly clocks: readonly string[];
  readonly entries: number;
}

/** An entry of another source after which this one is proven to have happened, and by what. */
export interface After {
  /** `n` of the entry. */
  readonly entry: number;
  readonly why: string;
}

/** Entries of another source, from one `n` to another, that are neither proven to be earlier nor to be later. */
export interface Unordered {
  readonly source: string;
  readonly from: number;
  readonly to: number;
}

interface Placed {
  /** 1, 2, 3 … as they are listed. */
  readonly n: number;
  /** `id` of the source. Inside of one, entries are in the source's own order. */
  readonly source: string;
  /** Entries of one block are not ordered but by their source and by `after`; all of it lies after the block before. */
  readonly block: number;
  readonly after: readonly After[];
  readonly unordered: readonly Unordered[];
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

/** What is not known of a source between two of its entries. */
export interface GapEntry extends Placed {
  readonly is: 'gap';
  readonly text: string;
}

export type Entry = RecordEntry | EventEntry | GapEntry;

/** Where a statement of an answer sheet is from. */
export interface Said {
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
  readonly askedAt: Said | null;
  readonly sentAt: Said | null;
  readonly endedAt: Said | null;
  /** The state that the operator saw, as it was recorded. */
  readonly state: KernelState | null;
  /** As it was recorded before the confirmation; `null` where none was, or where it has no such form. */
  readonly explanation: Wire<Explanation> | null;
  readonly explanationDigest: string | null;
  readonly confirmation: 'none' | 'standard' | 'enhanced' | null;
  /** Invariants on which the kernel's checks relied, and those that were overridden. */
  readonly reliedOn: readonly string[];
  readonly overridden: readonly string[];
  readonly acknowledged: readonly string[];
  /** By the log. `null`: no record that was taken says that it was about to be sent, or how it ended. */
  readonly outcome: Outcome | null;
  /** What the log says of the end, in a sentence. */
  readonly end: string;
  /** The kernel's answer, verbatim, where one was recorded. */
  readonly kernelAnswer: { readonly accepted: boolean; readonly code: string | null; readonly body: string } | null;
  /** What kernels say of this request in what was read of them. */
  readonly kernelSays: readonly Said[];
  /** Where the log and a kernel, or two sources, do not say the same. */
  readonly disagreements: readonly string[];
  readonly unknown: readonly string[];
}

export interface Reconstruction {
  readonly asked: Asked;
  readonly sources: readonly Source[];
  readonly entries: readonly Entry[];
  readonly requests: readonly AnswerSheet[];
  /** What belongs to no place in a source: a node that was not read, a period without any source. */
  readonly missing: readonly string[];
  /** Sources that contradict each other, so that no order between them follows from what they name. */
  readonly contradictions: readonly string[];
  /** Whether every file that was read is what was written, as far as it shows that. */
  readonly isSound: boolean;
}
