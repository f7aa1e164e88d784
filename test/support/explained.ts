/** An explanation as the audit log holds it: the parts that say what will happen and what can happen. */
import * as z from 'zod/mini';

const change = z.object({
  component: z.string(),
  nodeId: z.nullable(z.string()),
  before: z.nullable(z.string()),
  after: z.nullable(z.string()),
});

export const explanationSchema = z.object({
  action: z.string(),
  changes: z.array(change),
  consequences: z.array(z.object({ scope: z.string(), text: z.string() })),
  facts: z.array(z.object({ name: z.string(), value: z.string() })),
  kernel: z.object({
    epoch: z.nullable(z.string()),
    primaryId: z.nullable(z.string()),
    checks: z.array(
      z.object({
        id: z.string(),
        invariant: z.string(),
        result: z.string(),
        observed: z.string(),
        message: z.string(),
      }),
    ),
  }),
  acknowledge: z.array(z.string()),
  undo: z.string(),
  rejection: z.array(z.string()),
  protection: z.string(),
});

export type Explained = z.infer<typeof explanationSchema>;

/** The part of an explanation that holds a sentence. */
export type Place = 'action' | 'consequence' | 'check' | 'undo' | 'rejection' | 'protection';

/** Every sentence of an explanation. A sentence ends with a full stop before a capital letter or a quoted name. */
export function sentencesOf({
  action,
  consequences,
  kernel,
  undo,
  rejection,
  protection,
}: Explained): readonly { readonly place: Place; readonly text: string }[] {
  const texts: readonly (readonly [Place, string])[] = [
    ['action', action],
    ...consequences.map(({ text }) => ['consequence', text] as const),
    ...kernel.checks.flatMap(({ observed, message }) => [
      ['check', `${observed}.`] as const,
      ['check', message] as const,
    ]),
    ['undo', undo],
    ...rejection.map(text => ['rejection', text] as const),
    ['protection', protection],
  ];
  return texts.flatMap(([place, text]) =>
    text.split(/(?<=\.)\s+(?=[A-Z"])/u).map(sentence => ({ place, text: sentence })),
  );
}
