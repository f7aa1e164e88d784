/**
 * An evidence file: the whole answer of a kernel to `inspect_promotion_state` with its origin, as `--json` writes it.
 * Anybody may have written the file, so a file without that form is refused with a reason.
 */
import * as z from 'zod/mini';
import { failure, refusal, success, type Result } from '../control-plane/model/errors.ts';
import { parse } from '../control-plane/model/parse.ts';

const text = z.string();
const known = z.nullable(text);
const decimal = z.string().check(z.regex(/^[0-9]{1,40}$/));
const position = z.object({ seq: decimal, hash: z.string().check(z.regex(/^[0-9a-f]{64}$/)) });

const event = z.object({
  seq: decimal,
  type: text,
  time: known,
  epoch: z.nullable(decimal),
  requestId: known,
  nodeId: known,
  mode: known,
  operator: known,
  reason: known,
  auditHead: z.nullable(position),
  fields: z.record(text, z.unknown()),
});

/** The fields of the answer that are used; all others stay in the file. */
const answer = z.object({
  format: text.check(z.startsWith('aerodb-control/')),
  kind: z.literal('answered'),
  command: z.literal('inspect_promotion_state'),
  cluster: z.object({ name: text, kind: text, environment: known }),
  view: z.object({
    state: text,
    epoch: z.nullable(decimal),
    lastAttempt: z.nullable(
      z.object({ requestId: text, outcome: known, denial: z.nullable(z.object({ reason: text, invariant: text })) }),
    ),
    events: z.array(event),
    nextAfter: z.nullable(text),
    nextBefore: z.optional(z.nullable(text)),
    total: z.optional(z.nullable(decimal)),
    request: z.nullable(z.object({ requestId: text, known: z.boolean(), outcome: known, code: known })),
  }),
  observed: z.object({ nodeId: known, time: text, clock: text }),
  endpoint: text,
  notes: z.array(text),
  requestId: text,
  recorded: z.union([position, z.object({ notRecorded: text })]),
});

/** An answer of a kernel, read back. */
export type Evidence = z.infer<typeof answer>;

/** Reads the text of an evidence file. */
export function evidenceIn(name: string, content: string): Result<Evidence> {
  const refused = (why: string): Result<Evidence> =>
    failure(
      refusal(
        'PHASE7_MALFORMED_REQUEST',
        `${name} is not an evidence file: ${why}. Evidence is what "inspect promotion --json" prints, or ` +
          'the panel saves.',
        'with',
      ),
    );
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    return refused('it is not one JSON document');
  }
  const read = parse(answer, value);
  if (!read.ok) return refused(`${read.misfit.path.join('.') || 'the whole'} does not have the expected form`);
  const deep = read.value.view.events.findIndex(({ fields }) => isDeeperThan(MOST_LEVELS, fields));
  return deep < 0
    ? success(read.value)
    : refused(`view.events.${deep}.fields is nested more than ${MOST_LEVELS} levels deep`);
}

/** An event's fields are written as JSON later, and each level of nesting takes space on the stack there. */
const MOST_LEVELS = 100;

function isDeeperThan(most: number, value: unknown): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; depth <= most; depth += 1) {
    level = level.flatMap((each): readonly unknown[] =>
      typeof each === 'object' && each !== null ? Object.values(each) : [],
    );
    if (level.length === 0) return false;
  }
  return true;
}
