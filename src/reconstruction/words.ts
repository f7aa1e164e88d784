/** Sentences that every output of a reconstruction contains. */
import type { ReconstructionQuery, Entry, Reconstruction } from './model.ts';

/** What the blocks mean, and what they do not mean. */
export const BLOCKS =
  'Inside a source, entries are in its own order. Between two sources nothing is ordered by time: only an entry that ' +
  'says "after" is proven to be later, by what stands beside it. A rule between two entries means that everything ' +
  'above it is proven to be earlier than everything below it. Everything else stands side by side, order unknown. ' +
  'What nobody recorded is not here.';

/** The text above the answer sheets. */
export const SHEETS =
  'One sheet for each control request that a source names, in the order in which they are listed below. Which of two ' +
  'was earlier is said there, as far as it is proven.';

/** The answers of kernels, as received; `where` names the record that holds one. */
export function answersOf({ requests }: Reconstruction): readonly { readonly where: string; readonly body: string }[] {
  return requests.flatMap(({ requestId, kernelAnswer, endedAt }) =>
    kernelAnswer === null
      ? []
      : [{ where: `Request ${requestId}, entry ${endedAt?.entry ?? 'unknown'}`, body: kernelAnswer.body }],
  );
}

/**
 * For each entry with the same unknown order as the entry of its source before it: the first entry with that order; by
 * `n`.
 */
export function repeatedOrder(entries: readonly Entry[]): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  const before = new Map<string, { readonly n: number; readonly text: string }>();
  for (const { is, n, source, unordered } of entries) {
    if (is === 'gap' || unordered.length === 0) continue;
    const text = unknownText(unordered);
    const known = before.get(source);
    if (known?.text === text) found.set(n, known.n);
    else before.set(source, { n, text });
  }
  return found;
}

/** What was asked for. */
export function queryText({ requestId, cluster, since, until }: ReconstructionQuery): string {
  const parts = [
    ...(requestId === null ? [] : [`request ${requestId}`]),
    ...(cluster === null ? [] : [`cluster ${cluster}`]),
    ...(since === null ? [] : [`from ${since}`]),
    ...(until === null ? [] : [`until ${until}`]),
  ];
  return parts.length === 0 ? 'everything in the files that were given' : parts.join(', ');
}

/**
 * Which entries of other sources an entry is proven to follow, and to which its order is unknown. `like`: an entry for
 * which the text already says the same.
 */
export function orderText({ after, unordered }: Entry, like?: number): string {
  return [
    ...after.map(({ entry, why }) => `after ${entry} (${why})`),
    ...(unordered.length === 0 ? [] : [like === undefined ? unknownText(unordered) : `order unknown as for ${like}`]),
  ].join('; ');
}

function unknownText(unordered: Entry['unordered']): string {
  const ranges = unordered.map(({ source, from, to }) =>
    from === to ? `${source} ${from}` : `${source} ${from}-${to}`,
  );
  return `order relative to ${ranges.join(', ')} unknown`;
}
