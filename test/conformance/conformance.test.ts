/**
 * Every rule has a test, and docs/conformance.md says which. Titles are mocha's own; a test that is skipped fails its
 * suite (forbidPending).
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/lib/paths.mjs';
import { coverage, tagsOf, type NamedTest } from './coverage.ts';
import { conformanceDocument } from './document.ts';
import { SECTIONS } from './rules.ts';
import { allTests } from './titles.ts';

describe('conformance', function () {
  this.timeout(240_000); // every suite is loaded once, which takes its time on a busy machine
  let tests: readonly NamedTest[];

  before(async () => {
    tests = await allTests();
  });

  it('every rule, and every cell of the ten commands, has a test', () => {
    assert.deepEqual(coverage(tests).missing, []);
  });

  it('no test names a rule that does not exist', () => {
    assert.deepEqual(coverage(tests).unknown, []);
  });

  it('docs/conformance.md is what the titles say (npm run docs writes it)', () => {
    assert.equal(readFileSync(join(root, 'docs', 'conformance.md'), 'utf8'), conformanceDocument(tests));
  });

  it('a rule whose only test is taken away is missed, and a tag counts only before the first colon', () => {
    const [rule] = SECTIONS[0]?.rules ?? [];
    assert.ok(rule);
    const others = tests.filter(test => !tagsOf(test).includes(rule.tag));
    assert.ok(others.length < tests.length);
    assert.ok(coverage(others).missing.includes(rule.tag));
    assert.deepEqual(tagsOf({ suite: 'x', path: ['a block', `what ${rule.tag}: says`, `says: ${rule.tag}`] }), []);
    assert.deepEqual(tagsOf({ suite: 'x', path: ['P7-A3: a block', 'P6-F1, freeze/no-reuse: a test: it'] }), [
      'P7-A3',
      'P6-F1',
      'freeze/no-reuse',
    ]);
  });
});
