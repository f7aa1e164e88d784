/**
 * What AeroDB says about control requests: events, attempts, what a node knows of a request, and the answer to a
 * request.
 */
import * as z from 'zod/mini';
import type {
  ControlResultView,
  KernelEvent,
  PromotionAttempt,
  PromotionView,
  RequestFate,
  StateChange,
} from '../../control-plane/model/views.ts';
import { parse } from '../../control-plane/model/parse.ts';
import { lazily, list, mapped } from '../http/forms.ts';
import { text, textOrNull, time, u64, u64OrNull } from './forms.ts';
import type { ToldPart } from './pages.ts';

/** Who asked for a control action: one text, or the object as it was sent to the kernel. */
const operatorOrNull = lazily(() =>
  z.nullable(
    z.union([text, mapped(z.object({ id: text, authority: text }), ({ id, authority }) => `${id} (${authority})`)]),
  ),
);

const event = lazily(() =>
  mapped(
    z.object({
      seq: u64,
      type: text,
      time,
      epoch: u64,
      request_id: textOrNull,
      node_id: textOrNull,
      mode: textOrNull,
      operator: operatorOrNull(),
      reason: textOrNull,
      audit_head: z.nullable(z.object({ seq: u64, hash: text })),
      fields: z.record(z.string(), z.unknown()),
    }),
    (wire): KernelEvent => ({
      seq: wire.seq,
      type: wire.type,
      time: wire.time,
      epoch: wire.epoch,
      requestId: wire.request_id,
      nodeId: wire.node_id,
      mode: wire.mode,
      operator: wire.operator,
      reason: wire.reason,
      auditHead: wire.audit_head,
      fields: wire.fields,
    }),
  ),
);

/**
 * The fields of an event that the sender of the request wrote: if they are invalid, the event is shown without them.
 */
const ASSERTED: readonly string[] = ['operator', 'reason', 'audit_head'];
const MAX_WRONG_EVENTS = 100;

interface ToldEvents {
  readonly events: readonly KernelEvent[];
  /** One sentence for each event that is not shown as received. */
  readonly notes: readonly string[];
  /** How many events are left out. */
  readonly unreadable: number;
}

/**
 * One event, the `nth`. The values that a sender once wrote must not make it, or its neighbours, unreadable for ever.
 */
function toldEvent(wire: unknown, nth: number): ToldEvents {
  const unknown: string[] = [];
  for (let rest = wire; ; ) {
    const parsed = parse(event(), rest);
    if (parsed.ok)
      return {
        events: [parsed.value],
        unreadable: 0,
        notes:
          unknown.length === 0
            ? []
            : [
                `Event ${nth} of this answer: its ${unknown.join(', ')} does not match the API, and is ` +
                  'shown as unknown.',
              ],
      };
    const at = String(parsed.misfit.path[0]);
    if (typeof rest !== 'object' || !ASSERTED.includes(at) || unknown.includes(at))
      return {
        events: [],
        unreadable: 1,
        notes: [`Event ${nth} of this answer does not match the API, and is not shown.`],
      };
    unknown.push(at);
    rest = { ...rest, [at]: null };
  }
}

/**
 * Different kernels recorded these events at different times, so one invalid event hides no other. With too many
 * invalid ones, the answer is not a kernel's.
 */
const toldEvents = lazily(() =>
  z.pipe(
    z.array(z.unknown()),
    z.transform((given, context): ToldEvents => {
      const told: ToldEvents[] = [];
      let wrong = 0;
      for (const [index, wire] of given.entries()) {
        const one = toldEvent(wire, index + 1);
        wrong += one.notes.length;
        if (wrong > MAX_WRONG_EVENTS) {
          context.issues.push({
            code: 'custom',
            input: wire,
            path: [index],
            message: `more than ${MAX_WRONG_EVENTS} events do not match the API`,
          });
          return z.NEVER;
        }
        told.push(one);
      }
      const events = told.flatMap(({ events }) => events);
      return { events, notes: told.flatMap(({ notes }) => notes), unreadable: given.length - events.length };
    }),
  ),
);

const attempt = lazily(() =>
  mapped(
    z.object({
      request_id: text,
      kind: text,
      mode: textOrNull,
      target: text,
      outcome: textOrNull,
      denial: z.nullable(z.object({ reason: text, invariant: text })),
    }),
    (wire): PromotionAttempt => ({
      requestId: wire.request_id,
      kind: wire.kind,
      mode: wire.mode,
      target: wire.target,
      outcome: wire.outcome,
      denial: wire.denial,
    }),
  ),
);

const fate = lazily(() =>
  mapped(
    z.object({ request_id: text, known: z.boolean(), outcome: textOrNull, code: textOrNull }),
    (wire): RequestFate => ({ requestId: wire.request_id, known: wire.known, outcome: wire.outcome, code: wire.code }),
  ),
);

/** The view and the notes about it. `request` is present only if a request id was asked for. */
export const promotion = lazily(() =>
  mapped(
    z.object({
      state: text,
      pending_node_id: textOrNull,
      epoch: u64,
      last_attempt: z.nullable(attempt()),
      events: toldEvents(),
      next_before: z.optional(u64OrNull),
      next_after: u64OrNull,
      total: z.optional(u64OrNull),
      request: z.nullish(fate()),
    }),
    (wire): ToldPart<PromotionView> => ({
      view: {
        state: wire.state,
        pendingNodeId: wire.pending_node_id,
        epoch: wire.epoch,
        lastAttempt: wire.last_attempt,
        events: wire.events.events,
        nextBefore: wire.next_before ?? null,
        nextAfter: wire.next_after,
        total: wire.total ?? null,
        ...(wire.events.unreadable === 0 ? {} : { unreadable: BigInt(wire.events.unreadable) }),
        request: wire.request ?? null,
      },
      notes: wire.events.notes,
      namesOlder: wire.next_before !== undefined,
    }),
  ),
);

const change = lazily(() =>
  mapped(
    z.object({ component: text, node_id: textOrNull, before: textOrNull, after: textOrNull }),
    (wire): StateChange => ({
      component: wire.component,
      nodeId: wire.node_id,
      before: wire.before,
      after: wire.after,
    }),
  ),
);

export const controlResult = lazily(() =>
  mapped(
    z.object({
      request_id: text,
      kind: text,
      mode: z._default(textOrNull, null),
      target: text,
      outcome: z.literal('executed'),
      epoch: u64,
      control_version: u64,
      changes: list(change()),
      events: list(event()),
    }),
    (wire): ControlResultView => ({
      requestId: wire.request_id,
      kind: wire.kind,
      mode: wire.mode,
      target: wire.target,
      outcome: wire.outcome,
      epoch: wire.epoch,
      controlVersion: wire.control_version,
      changes: wire.changes,
      events: wire.events,
    }),
  ),
);
