/** Tests how benchmark results are compared and written down. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMet, ratioOf, type Measure } from '../../scripts/bench/measure.mjs';
import { benchmarksDocument, missed, regressions, type Results } from '../../scripts/bench/document.mjs';
import { root } from '../../scripts/lib/paths.mjs';

function results(...measures: readonly Measure[]): Results {
  return {
    kernel: {
      date: '2026-01-01',
      machine: 'm',
      versions: 'v',
      load: 0,
      seconds: 1,
      measures: measures.map(measure => ({ ...measure, ratio: ratioOf(measure) ?? Number.NaN })),
    },
  };
}

function read(value: number, peer = 10): Measure {
  return {
    name: 'read',
    value,
    unit: 'ms',
    peer: { name: 'bare', value: peer, times: 2 },
  };
}

describe('npm run bench', () => {
  it('compares ratios, not milliseconds: a slower machine is no regression, and more than 1.3 times the ratio is one', () => {
    assert.deepEqual(regressions(results(read(12)), results(read(120, 100))), []);
    assert.deepEqual(regressions(results(read(12)), results(read(15.6))), []);
    assert.deepEqual(regressions(results(read(12)), results(read(15.7))), ['kernel: read: ratio 1.57, committed 1.2']);
  });

  it('says which limit is missed, be it absolute or a multiple of the peer', () => {
    assert.deepEqual(missed(results(read(20), { name: 'memory', value: 41, unit: 'MiB', limit: 40 }, read(20.1))), [
      'kernel: memory: 41 MiB, limit 40 MiB',
      'kernel: read: 2.01 × peer, limit 2 × peer',
    ]);
    assert.equal(
      isMet({ name: 'x', value: Number.NaN, unit: 'ms', limit: 1 }),
      false,
      'what was not measured is not within its limit',
    );
  });

  it('what is committed is one: docs/benchmarks.md is drawn from docs/benchmarks.json', () => {
    const committed = JSON.parse(readFileSync(join(root, 'docs', 'benchmarks.json'), 'utf8')) as Results;
    assert.equal(readFileSync(join(root, 'docs', 'benchmarks.md'), 'utf8'), benchmarksDocument(committed));
  });
});
