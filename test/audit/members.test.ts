/** Compares the fast reader of single members with a full parse of the same record. */
import assert from 'node:assert/strict';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { topLevelMembers } from '../../src/audit/members.ts';

describe('single members of a record', () => {
  it('are those that parsing all of it would give', () => {
    const key = fc.oneof(
      fc.constantFrom('cluster', 'stage', 'time'),
      fc.string({ unit: 'binary' }).filter(name => name.isWellFormed()),
    );
    const record = fc.dictionary(key, fc.jsonValue({ stringUnit: 'binary' }), { maxKeys: 8 });
    fc.assert(
      fc.property(record, value => {
        const text = canonicalize(value) ?? '';
        const expected = ['cluster', 'stage', 'time'].flatMap(name =>
          Object.hasOwn(value, name) ? [[name, canonicalize(value[name])]] : [],
        );
        assert.deepEqual([...topLevelMembers(text, ['time', 'cluster', 'stage'])].sort(), expected);
      }),
      { seed: 20260106, numRuns: 2000 },
    );
  });

  it('of text that is no object, there are none, and it ends', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        topLevelMembers(`{"${text}`, ['cluster']);
        assert.equal(topLevelMembers(text.replace(/^./, '['), ['cluster']).size, 0);
      }),
      { seed: 20260107, numRuns: 500 },
    );
  });
});
