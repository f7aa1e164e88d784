/** The order in which people look for names: node-2 before node-10. */

/** Made once: `localeCompare` would make a new one for each of the ten thousand comparisons of a thousand names. */
const NAMES = new Intl.Collator('en', { numeric: true });

/**
 * Members of a cluster by name (by id if one has no name), in natural order. Members of the same name are sorted by id,
 * so that the order is always the same.
 */
export function byName<M extends { readonly name: string | null; readonly nodeId: string }>(
  members: readonly M[],
): readonly M[] {
  return [...members].sort(
    (a, b) => NAMES.compare(a.name ?? a.nodeId, b.name ?? b.nodeId) || (a.nodeId < b.nodeId ? -1 : 1),
  );
}
