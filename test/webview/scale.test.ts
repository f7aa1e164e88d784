/** Positions are 64-bit; only fractions for drawing are numbers. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fraction, greatest, grouped, least, positions } from '../../src/webview/pictures/scale.ts';
import { seedFrom } from '../support/seed.ts';

fc.configureGlobal({ seed: seedFrom('FUZZ_SEED') });

const position = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

describe('scale', () => {
  it('keeps the order of any two 64-bit positions and stays on the axis', () => {
    fc.assert(
      fc.property(position, position, position, position, (a, b, c, d) => {
        const [from, low, high, to] = [a, b, c, d].sort((x, y) => (x < y ? -1 : x > y ? 1 : 0)) as [
          bigint,
          bigint,
          bigint,
          bigint,
        ];
        const [first, second] = [fraction(low, from, to), fraction(high, from, to)];
        assert.ok(first <= second && first >= 0 && second <= 1);
      }),
    );
  });

  it('an axis without length has one place', () => {
    assert.equal(fraction(7n, 7n, 7n), 0);
  });

  it('also freeze/never-zero: leaves out what is unknown instead of taking it for 0', () => {
    assert.deepEqual(positions([null, '5', null]), [5n]);
    assert.equal(least(positions([null])), undefined);
    assert.equal(greatest(positions(['3', null, '18446744073709551615'])), 18_446_744_073_709_551_615n);
  });

  it('writes all digits, set apart by thousands', () => {
    fc.assert(
      fc.property(position, value => {
        const text = grouped(value.toString());
        assert.equal(text.replaceAll('\u2009', ''), value.toString());
        assert.match(text, /^\d{1,3}(?:\u2009\d{3})*$/u);
      }),
    );
  });
});
