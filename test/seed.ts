/** Where the numbers of a drawn test come from. */

/**
 * The seed of a run: the one that the environment variable names; a new one for a person, who reads what it found. In
 * CI, where a verdict is believed without being read, always the same: what passed once passes again on the same
 * sources.
 */
export function seedFrom(variable: string): number {
  const named = process.env[variable];
  if (named !== undefined) return Number(named);
  return process.env['CI'] === undefined ? Math.floor(Math.random() * 0x7fffffff) : 20_261_121;
}
