/** A recorded explanation, with the document that its engine makes of it, in the form for panels. */
import type { AuditReview } from '../control-plane/model/audit-reader.ts';
import type { Document } from '../control-plane/model/document.ts';
import type { Explanation } from '../control-plane/explanation/explanation.ts';
import type { Wire } from '../control-plane/model/views.ts';

/** `document` is `null` when no engine can show it. */
export interface ShownExplanation {
  readonly explanation: Wire<Explanation>;
  readonly document: Document | null;
  readonly digest: string;
}

/** `members`: those of the record, with everything that the engine said about them. */
export async function shownExplanation(
  explanation: Wire<Explanation> | null,
  members: readonly unknown[],
  digest: string | null,
  describe: AuditReview['describe'],
): Promise<ShownExplanation | null> {
  if (explanation === null) return null;
  const { cluster, target, kernel } = explanation;
  return {
    explanation,
    document: await describe(cluster.kind, target.nodeId, kernel === null ? null : { epoch: kernel.epoch, members }),
    digest: digest ?? '',
  };
}
