/**
 * What is kept of a whole run of the tests, for docs/conformance.md to be the record of a freeze:
 * docs/conformance-run.json, copied from what `npm test` leaves in out/test-run.json.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { root } from '../../scripts/lib/paths.mjs';

const count = z.int().nonnegative();

/** Keys that are not here are not kept. */
const shape = z.object({
  /** When the run ended. */
  date: z.iso.datetime(),
  commit: z.string().regex(/^[0-9a-f]{40}$/u),
  /** Whether nothing in the working tree differed from the commit. */
  committed: z.boolean(),
  command: z.string(),
  /** Of the programs that the tests ran with and on. */
  versions: z.record(z.string(), z.string()),
  suites: z.array(z.object({ name: z.string(), passed: count, failed: count, skipped: count })),
});

/** A whole run of `npm test`. */
export type RunRecord = z.infer<typeof shape>;

/** Where the record stands. */
export const RUN_FILE = join(root, 'docs', 'conformance-run.json');

/**
 * What a file records, without what the record does not keep; null where it holds `null`: no run is recorded.
 * @throws where it is no record of a run
 */
export function readRun(file: string): RunRecord | null {
  return shape.nullable().parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** How many tests passed, failed and were skipped in all suites. */
export function totals({ suites }: RunRecord): Readonly<Record<'passed' | 'failed' | 'skipped', number>> {
  const sum = (of: 'passed' | 'failed' | 'skipped'): number => suites.reduce((total, suite) => total + suite[of], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}
