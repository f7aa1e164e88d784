/** Runs seeded, randomized histories through the control plane on a real cluster. */
import assert from 'node:assert/strict';
import { type Report, torture } from './torture.ts';

const LONGEST = { seed: 12, nodes: 5, steps: 8 };
const OTHERS = [
  { seed: 11, nodes: 3, steps: 8 },
  { seed: 13, nodes: 3, steps: 8 },
  { seed: 14, nodes: 5, steps: 8 },
];

describe('a seeded, randomized run through the control plane', function () {
  this.timeout(400_000);

  /**
   * A run mostly waits for what its own trouble made late: the longest takes place on its cluster while the others do
   * on theirs. Looked at last.
   */
  let meanwhile: Promise<Report>;
  before(() => {
    meanwhile = torture(LONGEST);
    meanwhile.catch(() => undefined); // reported by its own test
  });
  after(() => meanwhile.catch(() => undefined)); // also where its own test was not chosen

  for (const run of [...OTHERS, LONGEST]) {
    const { seed, nodes, steps } = run;
    it(
      `also P6-A1, P6-S1, P6-F3, P7-E2, P7-O3: seed ${seed}, ${nodes} nodes: one writer at a time, nothing lost, ` +
        'nothing executed twice, every outcome as the ledger says it, and an intact log that agrees',
      async () => {
        const report = await (run === LONGEST ? meanwhile : torture(run));
        assert.ok(
          report.acknowledged > 0 && report.requests >= steps && (report.outcomes['executed'] ?? 0) > 0,
          JSON.stringify(report),
        );
      },
    );
  }
});
