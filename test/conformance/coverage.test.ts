/** The grammar of titles, and what is wrong with a set of them. */
import assert from 'node:assert/strict';
import { coverage, tagsOf, type NamedTest } from './coverage.ts';
import { CELLS, SECTIONS } from './rules.ts';

const ALL = [...SECTIONS.flatMap(({ rules }) => rules), ...CELLS].map(({ tag }) => tag);

function test(...path: readonly string[]): NamedTest {
  return { suite: 'x', path };
}

/** One test that is the canonical one of every rule but these. */
function others(...tags: readonly string[]): NamedTest {
  return test(`${ALL.filter(tag => !tags.includes(tag)).join(', ')}: the rest`);
}

function found(...tests: readonly NamedTest[]): Record<string, readonly string[]> {
  const { missing, double, unknown, misplaced } = coverage(tests);
  return { missing, double, unknown, misplaced };
}

const NOTHING = { missing: [], double: [], unknown: [], misplaced: [] };

describe('the tags of a title', () => {
  it('are canonical before the word "also", and touch after it', () => {
    assert.deepEqual(tagsOf(test('P7-F3: once')), { canonical: ['P7-F3'], also: [] });
    assert.deepEqual(tagsOf(test('P6-O2, P7-F3, also P7-E2, freeze/voided: once')), {
      canonical: ['P6-O2', 'P7-F3'],
      also: ['P7-E2', 'freeze/voided'],
    });
    assert.deepEqual(tagsOf(test('also P7-F3, P7-E2: once')), { canonical: [], also: ['P7-F3', 'P7-E2'] });
    assert.deepEqual(tagsOf(test('also P7-F3, also P7-E2: once')), { canonical: [], also: ['P7-F3', 'P7-E2'] });
  });

  it('stand before the first colon, and are nothing else', () => {
    assert.deepEqual(tagsOf(test('what P7-A1: says', 'says: P7-A1')), { canonical: [], also: [] });
    assert.deepEqual(tagsOf(test('P7-A1 without a colon')), { canonical: [], also: [] });
    assert.deepEqual(tagsOf(test('P7-E2, exit 6, also exit 7, freeze/unknown: lost')), {
      canonical: ['P7-E2'],
      also: ['freeze/unknown'],
    });
  });

  it('are of a block for all of its tests, as what they touch', () => {
    const tags = tagsOf(test('also P7-O3, P7-A1: a block', 'also P7-O3: within', 'P7-A1, also P7-E2: a test'));
    assert.deepEqual(tags, { canonical: ['P7-A1'], also: ['P7-E2', 'P7-O3'] });
  });
});

describe('the coverage of the rules', () => {
  it('is whole with one canonical test of each, and any number of others', () => {
    assert.deepEqual(found(others()), NOTHING);
    assert.deepEqual(found(others(), test('also P7-A1: a'), test('also P7-A1: a block', 'b')), NOTHING);
  });

  it('names a rule and a cell that no test is canonical for, however many touch them', () => {
    assert.deepEqual(found(others('P7-A1', 'inspect_wal/crash'), test('also P7-A1, inspect_wal/crash: touched')), {
      ...NOTHING,
      missing: ['P7-A1', 'inspect_wal/crash'],
    });
  });

  it('names a rule with two canonical tests, and both of them', () => {
    assert.deepEqual(found(others('P7-A1'), test('P7-A1: one'), test('a block', 'P7-A1: two')), {
      ...NOTHING,
      double: ['P7-A1 (x: P7-A1: one; x: a block › P7-A1: two)'],
    });
  });

  it('names tags that are no rule, canonical or not', () => {
    assert.deepEqual(found(others(), test('P7-Z9: one'), test('also freeze/nothing: two')), {
      ...NOTHING,
      unknown: ['P7-Z9 (x: P7-Z9: one)', 'freeze/nothing (x: also freeze/nothing: two)'],
    });
  });

  it('does not take a block for a canonical test', () => {
    assert.deepEqual(found(others('P7-A1'), test('P7-A1: a block', 'one'), test('P7-A1: a block', 'two')), {
      ...NOTHING,
      missing: ['P7-A1'],
      misplaced: ['P7-A1: a block'],
    });
  });
});
