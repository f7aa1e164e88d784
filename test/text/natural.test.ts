/** The order of names: two names of a list stand as a collator for numbers in texts orders them. */
import assert from 'node:assert/strict';
import { byName } from '../../src/text/natural.ts';

const COLLATOR = new Intl.Collator('en', { numeric: true });

const BEGINNINGS = ['', 'node-', 'Node-', 'n\u00f6de-', 'db1.', 'db1-', '-', '1', '0', '\u0663', 'a\nb'];
const ENDS = [
  '',
  '0',
  '1',
  '2',
  '02',
  '10',
  '010',
  '9'.repeat(15),
  '9'.repeat(16),
  `1${'0'.repeat(20)}`,
  '2a',
  '\u0662',
];

describe('the order of names', () => {
  it('is that of a collator for numbers in texts, whatever stands before and behind a number', () => {
    const names = BEGINNINGS.flatMap(beginning => ENDS.map(end => beginning + end));
    for (const one of names)
      for (const other of names) {
        const order = Math.sign(COLLATOR.compare(one, other));
        const expected = order > 0 ? [other, one] : [one, other];
        const found = byName([
          { name: one, nodeId: 'a' },
          { name: other, nodeId: 'b' },
        ]).map(({ name }) => name);
        assert.deepEqual(found, expected, JSON.stringify([one, other]));
      }
  });
});
