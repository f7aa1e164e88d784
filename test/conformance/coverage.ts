/** Which test is the canonical one of each rule, and which others touch it, by the tags in their titles. */
import { CELLS, SECTIONS } from './rules.ts';

/** A test as a report names it: its suite, its title below those of the blocks around it, and where it stands. */
export interface NamedTest {
  readonly suite: string;
  readonly path: readonly string[];
  /** Its file below the root of the repository, and the line of its `it`; only of tests that were listed. */
  readonly place?: { readonly file: string; readonly line: number } | undefined;
}

/** The tags of a title, or of a test with the blocks around it. */
export interface Tags {
  /** The rules whose canonical test it is. */
  readonly canonical: readonly string[];
  /** The rules that it touches. */
  readonly also: readonly string[];
}

const TAG = /^(?:P[567]-[A-Z]\d+[a-z]?|[a-z_]+\/[a-z-]+)$/u;
const ALSO = 'also ';

/** The tags before the first colon of a title, with commas between them; those from the word `also` on only touch. */
export function tagsOfTitle(title: string): Tags {
  const colon = title.indexOf(': ');
  const parts = colon === -1 ? [] : title.slice(0, colon).split(', ');
  const first = parts.findIndex(part => part.startsWith(ALSO));
  const [before, after] = first === -1 ? [parts, []] : [parts.slice(0, first), parts.slice(first)];
  const tags = (list: readonly string[]): readonly string[] =>
    list.map(part => (part.startsWith(ALSO) ? part.slice(ALSO.length) : part)).filter(part => TAG.test(part));
  return { canonical: tags(before), also: tags(after) };
}

/** What a test proves, by its own title, and what it touches, by its own and by those of the blocks around it. */
export function tagsOf({ path }: NamedTest): Tags {
  const { canonical, also } = tagsOfTitle(path.at(-1) ?? '');
  const around = path.slice(0, -1).flatMap(title => tagsOfTitle(title).also);
  return { canonical, also: [...new Set([...also, ...around])].filter(tag => !canonical.includes(tag)) };
}

/** The title of a test as the documents list it. A seed is of one run, not of the test. */
export function titleOf({ suite, path }: NamedTest): string {
  return `${suite}: ${path.join(' › ').replace(/ \(seed \d+\)/gu, '')}`;
}

/** The tests of one rule. */
export interface Proof {
  /** One, where nothing is wrong. */
  readonly canonical: readonly NamedTest[];
  /** The others, in the order of the suites. */
  readonly also: readonly NamedTest[];
}

export interface Coverage {
  readonly proofs: ReadonlyMap<string, Proof>;
  /** Rules without a canonical test. */
  readonly missing: readonly string[];
  /** Rules with more than one, each with the titles. */
  readonly double: readonly string[];
  /** Tags that are no rule, with the test that carries them. */
  readonly unknown: readonly string[];
  /** Blocks that claim to be canonical: only a test can be. */
  readonly misplaced: readonly string[];
}

/** Holds tests against the rules. */
export function coverage(tests: readonly NamedTest[]): Coverage {
  const rules = [...SECTIONS.flatMap(section => section.rules), ...CELLS].map(({ tag }) => tag);
  const proofs = new Map(rules.map(tag => [tag, { canonical: [] as NamedTest[], also: [] as NamedTest[] }]));
  const unknown: string[] = [];
  for (const test of tests) {
    const tags = tagsOf(test);
    for (const kind of ['canonical', 'also'] as const)
      for (const tag of tags[kind]) {
        const proof = proofs.get(tag);
        if (proof === undefined) unknown.push(`${tag} (${titleOf(test)})`);
        else proof[kind].push(test);
      }
  }
  const found = [...proofs];
  return {
    proofs,
    missing: found.filter(([, { canonical }]) => canonical.length === 0).map(([tag]) => tag),
    double: found
      .filter(([, { canonical }]) => canonical.length > 1)
      .map(([tag, { canonical }]) => `${tag} (${canonical.map(titleOf).join('; ')})`),
    unknown,
    misplaced: [
      ...new Set(
        tests.flatMap(({ path }) => path.slice(0, -1)).filter(title => tagsOfTitle(title).canonical.length > 0),
      ),
    ],
  };
}
