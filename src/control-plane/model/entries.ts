/** Events as they are shown, in the order of an answer, with the numbers that are not in it. */

/** This kind of event has no such thing, which is not unknown. */
export type Absent = { readonly is: 'absent' };

/** An event of the engine's log with all that it says, or numbers that are not in the answer. */
export type Entry =
  | {
      readonly is: 'event';
      readonly mark: 'failure' | 'success' | 'other';
      readonly seq: string;
      readonly type: string;
      readonly time: string | null;
      /** `null` where the engine counts none. */
      readonly epoch: string | null;
      readonly reason: string | null | Absent;
      readonly mode: string | null | Absent;
      readonly operator: string | null | Absent;
      readonly nodeId: string | null | Absent;
      /** What that node is called, where the answer says so. */
      readonly nodeName?: string;
      readonly requestId: string | null | Absent;
      readonly auditHead: { readonly seq: string; readonly hash: string } | null;
      readonly fields: Readonly<Record<string, unknown>>;
    }
  | { readonly is: 'gap'; readonly from: string; readonly to: string };
