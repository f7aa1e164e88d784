/** Events as they are shown, in the order of an answer, with the gaps in their numbers. */

/** This kind of event has no such value; so it is not unknown. */
export type AbsentValue = { readonly is: 'absent' };

/** An event of the engine's log with all its values, or a gap: numbers that the answer leaves out. */
export type Entry =
  | {
      readonly is: 'event';
      readonly mark: 'failure' | 'success' | 'other';
      readonly seq: string;
      readonly type: string;
      readonly time: string | null;
      /** `null` if the engine counts none. */
      readonly epoch: string | null;
      readonly reason: string | null | AbsentValue;
      readonly mode: string | null | AbsentValue;
      readonly operator: string | null | AbsentValue;
      readonly nodeId: string | null | AbsentValue;
      /** The node's name, if the answer tells it. */
      readonly nodeName?: string;
      readonly requestId: string | null | AbsentValue;
      readonly auditHead: { readonly seq: string; readonly hash: string } | null;
      readonly fields: Readonly<Record<string, unknown>>;
    }
  | { readonly is: 'gap'; readonly from: string; readonly to: string };
