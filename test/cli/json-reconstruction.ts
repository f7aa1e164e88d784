/** What `audit reconstruct --json` prints, described. */
import * as z from 'zod';

const text = z.string();
const known = text.nullable();
const decimal = text.regex(/^\d+$/).describe('A 64-bit number as a decimal string.');
const outcome = z.enum(['executed', 'not_executed', 'unknown']);

const placed = {
  n: z.int().min(1).describe('Its number in this list.'),
  source: text.describe('The id of its source; entries of one source are in its own order.'),
  block: z
    .int()
    .min(0)
    .describe('Everything of a block is proven to be later than everything of the blocks before it.'),
  after: z
    .array(z.strictObject({ entry: z.int(), why: text }))
    .describe('Entries of other sources after which it is proven to be, and by what.'),
  unordered: z
    .array(z.strictObject({ source: text, from: z.int(), to: z.int() }))
    .describe('Entries of other sources that are proven neither to be earlier nor to be later.'),
};

const entry = z.discriminatedUnion('is', [
  z.strictObject({
    is: z.literal('record'),
    time: known,
    seq: decimal,
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
    ...placed,
  }),
  z.strictObject({
    is: z.literal('event'),
    time: known,
    seq: decimal,
    type: text,
    epoch: decimal.nullable(),
    requestId: known,
    nodeId: known,
    operator: known,
    mode: known,
    text,
    ...placed,
  }),
  z.strictObject({ is: z.literal('gap'), text, ...placed }),
]);

const said = z.strictObject({ source: known, entry: z.int().nullable(), text });

const sheet = z.strictObject({
  requestId: text,
  command: known,
  cluster: known,
  target: known,
  targetName: known,
  who: known,
  authority: known,
  reason: known,
  askedAt: said.nullable(),
  sentAt: said.nullable(),
  endedAt: said.nullable(),
  state: z.record(text, z.unknown()).nullable().describe('The state that the operator saw, as it was recorded.'),
  explanation: z.record(text, z.unknown()).nullable().describe('The explanation, as it was recorded.'),
  explanationDigest: known,
  confirmation: z.enum(['none', 'standard', 'enhanced']).nullable(),
  reliedOn: z.array(text),
  overridden: z.array(text),
  acknowledged: z.array(text),
  outcome: outcome.nullable().describe('By the log; null where it was never about to be sent and has no end.'),
  end: text,
  kernelAnswer: z.strictObject({ accepted: z.boolean(), code: known, body: text }).nullable(),
  kernelSays: z.array(said),
  disagreements: z.array(text),
  unknown: z.array(text),
});

/** One document; each entry and each request stands on a line of its own. */
export function reconstructionShape<F extends z.ZodType, E extends z.ZodType>(format: F, exitCode: E) {
  return z
    .strictObject({
      format,
      kind: z.literal('reconstruction'),
      asked: z.strictObject({ requestId: known, cluster: known, since: known, until: known }),
      sources: z.array(
        z.strictObject({
          id: text,
          kind: z.enum(['log', 'history']),
          label: text,
          files: z.array(
            z.strictObject({ name: text, form: text, verdict: text, message: text, tolerated: z.array(text) }),
          ),
          clocks: z.array(text),
          entries: z.int(),
        }),
      ),
      entries: z.array(entry),
      requests: z.array(sheet),
      missing: z.array(text),
      contradictions: z.array(text),
      isSound: z.boolean().describe('Whether every file is what was written, as far as it shows that.'),
      exitCode,
    })
    .describe('What happened, from several sources.');
}
