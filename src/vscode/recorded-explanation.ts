/** A recorded explanation with what its engine shows beside it, as panels are sent it. */
import type { AuditReview } from '../control-plane/model/audit-reader.ts';
import type { Document } from '../control-plane/model/document.ts';
import type { Explanation } from '../control-plane/explanation/explanation.ts';
import type { Wire } from '../control-plane/model/views.ts';

/** `document` is `null` where no engine knows how to show it. */
export interface ShownExplanation {
  readonly explanation: Wire<Explanation>;
  readonly document: Document | null;
  readonly digest: string;
}

/** `members`: those of the record, with all that their engine said of them. */
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
