/** The table of rules in docs/architecture.md: each function that it names stands in the file that it names. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ARCHITECTURE_FILE, declares, enforcementRows, sourceOf, withCanonicalTests } from './enforced.ts';
import { SECTIONS } from './rules.ts';

const rows = enforcementRows(readFileSync(ARCHITECTURE_FILE, 'utf8'));
const RULES = new Set(SECTIONS.flatMap(({ rules }) => rules).map(({ tag }) => tag));

describe('where each rule is enforced', () => {
  it('each named function is declared in the named file', () => {
    assert.ok(rows.length > 30, `${rows.length} rows`);
    const absent = rows.flatMap(({ subject, places }) =>
      places
        .filter(({ name, file }) => name !== null && !declares(sourceOf(file), name))
        .map(({ name, file }) => `${subject}: ${name} in ${file}`),
    );
    assert.deepEqual(absent, []);
  });

  it('each source is named with a function of it', () => {
    const bare = rows.flatMap(({ subject, places }) =>
      places
        .filter(({ name, file }) => name === null && file.startsWith('src/'))
        .map(({ file }) => `${subject}: ${file}`),
    );
    assert.deepEqual(bare, []);
  });

  it('each row has the tag of a rule, and no two rows the same first tag', () => {
    assert.deepEqual(
      rows.filter(({ tags }) => tags.length === 0 || tags.some(tag => !RULES.has(tag))),
      [],
    );
    const first = rows.map(({ tags }) => tags[0]);
    assert.deepEqual(
      first.filter((tag, index) => first.indexOf(tag) !== index),
      [],
    );
  });

  it('the last column is written from the tests', () => {
    const text =
      '## Where each rule is enforced\n\n| no retry | P7-F3, `freeze/no-retry` | `a` in `src/a.ts` | old |\n';
    const place = { file: 'test/a.test.ts', line: 7 };
    assert.equal(
      withCanonicalTests(text, [{ suite: 'a', path: ['P7-F3, freeze/no-retry: once'], place }]),
      text.replace('old', '[a.test.ts:7](../test/a.test.ts#L7)'),
    );
  });

  it('functions, constants, types and members are found where they are declared, and not where they are used', () => {
    const source = 'export function a() {}\nclass C {\n  async #b<T>(x) {}\n  c: 1\n}\nconst d = a();\n  e();\n';
    assert.deepEqual(
      ['a', 'C', '#b', 'c', 'd', 'x', 'T'].map(name => declares(source, name)),
      [true, true, true, true, true, false, false],
    );
  });
});
