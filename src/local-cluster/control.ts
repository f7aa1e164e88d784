/** The two control endpoints: they check the form of a request before the state machines see it. */
import * as z from 'zod';
import { auditHeadSchema } from './audit-head.ts';
import type { Attempts, ControlRequest } from './attempts.ts';
import { ApiError, ambiguousRequest, invalid, otherTarget } from './errors.ts';
import type { ApiRequest, Reply, Route } from './http.ts';
import type { LocalNode } from './node.ts';
import { type Kind, KERNEL_INVARIANTS, UUID } from './vocabulary.ts';
import { envelope } from './reads.ts';

/**
 * Half of a surrogate pair is refused: if it were stored, readers that insist on valid Unicode could not read any later
 * answer.
 */
const unicode = z
  .string()
  .refine(text => text.isWellFormed(), 'This is not Unicode: it holds half of a surrogate pair.');

const common = {
  // Lower case only: in another spelling the ledger would take it for another request.
  request_id: z.string().regex(UUID, 'A request id is a UUID in lower case.'),
  target: z.uuid(),
  reason: unicode.max(4_096),
  operator: z.strictObject({ id: unicode.min(1).max(512), authority: unicode.min(1).max(64) }),
  audit_head: auditHeadSchema,
};
const promotionSchema = z.strictObject({
  ...common,
  mode: z.enum(['validated', 'forced']),
  acknowledged_invariants: z
    .array(z.string().refine(name => KERNEL_INVARIANTS.includes(name), 'This invariant does not exist.'))
    .max(KERNEL_INVARIANTS.length),
});
const demotionSchema = z.strictObject(common);

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  throw invalid([...(issue?.path ?? []), ...unknown].join('.') || 'body', issue?.message ?? 'The body is malformed.');
}

function version(headers: ApiRequest['headers']): bigint | null {
  const given = headers['if-match'];
  if (given === undefined) return null;
  const match = /^"(\d{1,20})"$/.exec(given);
  if (match?.[1] === undefined) throw invalid('If-Match', 'If-Match must be one control version in double quotes.');
  return BigInt(match[1]);
}

/** The request in its checked form, or the first refusal in the order of the contract's table. */
function read(kind: Kind, node: LocalNode, { headers, body }: ApiRequest): ControlRequest {
  const given =
    kind === 'promotion'
      ? parse(promotionSchema, body)
      : { ...parse(demotionSchema, body), mode: null, acknowledged_invariants: [] };
  if (headers['idempotency-key'] !== given.request_id) throw ambiguousRequest();
  const ifMatch = version(headers);
  if (given.target !== node.self.id) throw otherTarget(given.target);
  if (ifMatch === null)
    throw new ApiError(
      428,
      'AERO_PRECONDITION_REQUIRED',
      'If-Match with the control version that was confirmed is needed.',
      { details: { header: 'If-Match' } },
    );
  return {
    attempt: { request_id: given.request_id, kind, mode: given.mode, target: given.target },
    reason: given.reason,
    acknowledged: given.acknowledged_invariants,
    operator: given.operator,
    auditHead: given.audit_head,
    ifMatch,
  };
}

/** The two control endpoints. */
export function controlRoutes(node: LocalNode, attempts: Attempts): readonly Route[] {
  const reply = (data: object): Reply => ({ status: 200, body: envelope(node, data) });
  return [
    {
      method: 'POST',
      path: /^\/v1\/control\/promotions$/,
      needs: 'control',
      answer: async (asked): Promise<Reply> => reply(await attempts.promote(read('promotion', node, asked))),
    },
    {
      method: 'POST',
      path: /^\/v1\/control\/demotions$/,
      needs: 'control',
      answer: async (asked): Promise<Reply> => reply(await attempts.demote(read('demotion', node, asked))),
    },
  ];
}
