/** Long patterns in parts: each part is a pattern of its own, and no line of a test is longer than a screen is wide. */

function joined(parts: readonly [RegExp, ...RegExp[]], by: string): RegExp {
  return new RegExp(parts.map(part => part.source).join(by), parts[0].flags);
}

/** Matches the parts one after the other. The flags are those of the first. */
export function pattern(...parts: readonly [RegExp, ...RegExp[]]): RegExp {
  return joined(parts, '');
}

/** Matches what one of the patterns matches. The flags are those of the first. */
export function anyOf(...alternatives: readonly [RegExp, ...RegExp[]]): RegExp {
  return joined(alternatives, '|');
}
