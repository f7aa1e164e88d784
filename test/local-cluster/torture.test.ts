import assert from 'node:assert/strict';
import { torture } from './torture.ts';

describe('a seeded, randomized run', function () {
  this.timeout(180_000);
  for (const [seed, nodes] of [[11, 3], [12, 5]] as const) {
    it(`P6-A1, P6-S1, P6-F3: seed ${seed}, ${nodes} nodes: no acknowledged write is lost or acknowledged under an older epoch, no request is executed twice or told otherwise than the ledger says`, async () => {
      const report = await torture(seed, 8_000, nodes);
      assert.ok(report.acknowledged > 0 && report.refused > 0, JSON.stringify(report));
    });
  }
});
