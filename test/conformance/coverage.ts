/** Which tests prove which rule, by the tags in their titles. */
import { CELLS, SECTIONS } from './rules.ts';

/** A test as a report names it: its suite, and its title below those of the blocks around it. */
export interface NamedTest {
  readonly suite: string;
  readonly path: readonly string[];
}

const TAG = /^(?:P[567]-[A-Z]\d+[a-z]?|[a-z_]+\/[a-z-]+)$/u;

/**
 * What a test says that it proves: comma-separated tags before the first colon of its title or of a block around it.
 */
export function tagsOf({ path }: NamedTest): readonly string[] {
  return [
    ...new Set(
      path.flatMap(title => {
        const parts = title.split(': ', 1)[0] === title ? [] : (title.split(': ', 1)[0] ?? '').split(', ');
        return parts.filter(part => TAG.test(part));
      }),
    ),
  ];
}

/** The title of a test as the document lists it. A seed is of one run, not of the test. */
export function titleOf({ suite, path }: NamedTest): string {
  return `${suite}: ${path.join(' › ').replace(/ \(seed \d+\)/gu, '')}`;
}

export interface Coverage {
  /** The titles of the tests that carry a tag, in the order of the suites. */
  readonly proven: ReadonlyMap<string, readonly string[]>;
  /** Rows without a test. */
  readonly missing: readonly string[];
  /** Tags that are no row, with the test that carries them. */
  readonly unknown: readonly string[];
}

/** Holds tests against the rows. */
export function coverage(tests: readonly NamedTest[]): Coverage {
  const rows = [...SECTIONS.flatMap(({ rules }) => rules), ...CELLS].map(({ tag }) => tag);
  const proven = new Map<string, readonly string[]>();
  for (const test of tests)
    for (const tag of tagsOf(test)) proven.set(tag, [...(proven.get(tag) ?? []), titleOf(test)]);
  return {
    proven,
    missing: rows.filter(tag => !proven.has(tag)),
    unknown: [...proven].filter(([tag]) => !rows.includes(tag)).map(([tag, titles]) => `${tag} (${titles[0] ?? ''})`),
  };
}
