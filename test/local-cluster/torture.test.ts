import assert from 'node:assert/strict';
import { torture } from './torture.ts';

const settings = [
  { seed: 11, nodes: 3, steps: 8 },
  { seed: 12, nodes: 5, steps: 8 },
  { seed: 13, nodes: 3, steps: 8 },
  { seed: 14, nodes: 5, steps: 8 },
] as const;

describe('a seeded, randomized run through the control plane', function () {
  this.timeout(400_000);
  for (const { seed, nodes, steps } of settings) {
    it(`P6-A1, P6-S1, P6-F3, P7-E2, P7-O3: seed ${seed}, ${nodes} nodes: one writer at a time, nothing lost, nothing executed twice, every outcome as the ledger says it, and an intact log that agrees`, async () => {
      const report = await torture({ seed, nodes, steps });
      assert.ok(report.acknowledged > 0 && report.requests >= steps && (report.outcomes['executed'] ?? 0) > 0, JSON.stringify(report));
    });
  }
});
