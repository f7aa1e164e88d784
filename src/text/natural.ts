/** The order in which people look for names: node-2 before node-10. */

/** Made once: `localeCompare` makes one for each of the ten thousand comparisons of a thousand names. */
const NAMES = new Intl.Collator('en', { numeric: true });

/**
 * Members of a cluster by name, in natural order, or by the id of one that has no name; those of one name by their ids,
 * so that the order is always one.
 */
export function byName<M extends { readonly name: string | null; readonly nodeId: string }>(
  members: readonly M[],
): readonly M[] {
  return [...members].sort(
    (a, b) => NAMES.compare(a.name ?? a.nodeId, b.name ?? b.nodeId) || (a.nodeId < b.nodeId ? -1 : 1),
  );
}
