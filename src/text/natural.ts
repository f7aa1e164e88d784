/** The order in which people look for names: node-2 before node-10. */

/**
 * Made for the first names that need it, because making it takes longer than drawing a cluster. Made once, because
 * `localeCompare` would make a new one for each of the ten thousand comparisons of a thousand names.
 */
let collator: Intl.Collator | undefined;

/** ASCII before the digits at the end, so that no other digit stands there; as many as a number holds exactly. */
const NUMBERED = /^([ -~]*?)(\d{1,15})$/;

/** Names that differ only in the number at their end are in its order; a collator says the same. */
function compare(a: string, b: string): number {
  const [one, other] = [NUMBERED.exec(a), NUMBERED.exec(b)];
  if (one !== null && other !== null && one[1] === other[1]) return Number(one[2]) - Number(other[2]);
  collator ??= new Intl.Collator('en', { numeric: true });
  return collator.compare(a, b);
}

/**
 * Members of a cluster by name (by id if one has no name), in natural order. Members of the same name are sorted by id,
 * so that the order is always the same.
 */
export function byName<M extends { readonly name: string | null; readonly nodeId: string }>(
  members: readonly M[],
): readonly M[] {
  return [...members].sort((a, b) => compare(a.name ?? a.nodeId, b.name ?? b.nodeId) || (a.nodeId < b.nodeId ? -1 : 1));
}
