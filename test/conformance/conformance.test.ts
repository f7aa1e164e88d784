/**
 * Every rule has one canonical test, and docs/conformance.md says which. Titles and lines are those that mocha finds; a
 * test that is skipped fails its suite (forbidPending).
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/lib/paths.mjs';
import { coverage, type Coverage, type NamedTest } from './coverage.ts';
import { conformanceDocument, testsDocument } from './document.ts';
import { ARCHITECTURE_FILE, withCanonicalTests } from './enforced.ts';
import { readRun, RUN_FILE } from './run-record.ts';
import { allTests } from './titles.ts';

/** The columns of a rule's line are all that a reader has: the record is to be read in five minutes. */
const LONGEST_RECORD_BYTES = 30_000;

describe('conformance', function () {
  this.timeout(240_000); // every suite is loaded once, which takes its time on a busy machine
  let tests: readonly NamedTest[];
  let found: Coverage;

  before(async () => {
    tests = await allTests();
    found = coverage(tests);
  });

  it('every rule, and every cell of the ten commands, has a canonical test', () => {
    assert.deepEqual(found.missing, [], 'No test is the canonical one of these: its title begins with the tag.');
  });

  it('no rule has two canonical tests', () => {
    assert.deepEqual(found.double, [], 'More than one test is canonical: the title of all but one says "also".');
  });

  it('no test names a rule that does not exist', () => {
    assert.deepEqual(found.unknown, [], 'These tags are no rule of test/conformance/rules.ts.');
  });

  it('no block claims to be canonical', () => {
    assert.deepEqual(found.misplaced, [], 'Only a test is canonical: the title of a block begins with "also".');
  });

  it('docs/conformance.md, docs/conformance-tests.md and docs/architecture.md are what the titles say', () => {
    const texts = {
      'architecture.md': withCanonicalTests(readFileSync(ARCHITECTURE_FILE, 'utf8'), tests),
      'conformance.md': conformanceDocument(tests, readRun(RUN_FILE)),
      'conformance-tests.md': testsDocument(tests),
    };
    for (const [name, text] of Object.entries(texts)) {
      const isCurrent = readFileSync(join(root, 'docs', name), 'utf8') === text;
      assert.ok(isCurrent, `docs/${name} is not what the titles and lines say: npm run docs writes it anew.`);
    }
  });

  it('docs/conformance.md can be read in five minutes', () => {
    const bytes = readFileSync(join(root, 'docs', 'conformance.md')).length;
    assert.ok(bytes <= LONGEST_RECORD_BYTES, `docs/conformance.md has ${bytes} bytes.`);
  });

  it('each test is found on the line of its "it"', () => {
    const texts = new Map<string, readonly string[]>();
    const elsewhere = tests.filter(({ place }) => {
      if (place === undefined) return true;
      const lines = texts.get(place.file) ?? readFileSync(join(root, place.file), 'utf8').split('\n');
      texts.set(place.file, lines);
      return !/\bit\(/u.test(lines[place.line - 1] ?? '');
    });
    assert.deepEqual(elsewhere, []);
  });
});
