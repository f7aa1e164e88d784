/** Ports that the local cluster chooses by itself. */
import assert from 'node:assert/strict';
import { FREE_PORTS, freePorts } from '../../src/local-cluster/ports.ts';

describe('ports that the local cluster chooses', function () {
  this.timeout(120_000);

  it('are different, and in the range that its help names', async () => {
    const ports = await freePorts('127.0.0.1', 50);
    assert.equal(new Set(ports).size, 50);
    assert.ok(ports.every(port => port >= FREE_PORTS.lowest && port < FREE_PORTS.highest));
  });

  // 10080 was one of them: about one cluster in three thousand had a node that no script could ask.
  it('can all be asked by Fetch, which refuses some ports', async () => {
    const refused: number[] = [];
    const ask = async (port: number): Promise<void> => {
      const failure: unknown = await fetch(`http://127.0.0.1:${port}`).then(
        () => null,
        (error: unknown) => (error instanceof Error ? error.cause : error),
      );
      if (failure instanceof Error && failure.message === 'bad port') refused.push(port);
    };
    for (let port = 10_000; port < FREE_PORTS.highest; port += 100)
      await Promise.all(Array.from({ length: 100 }, (_, index) => ask(port + index)));
    assert.deepEqual(refused, [10_080], 'the test sees which ports are refused, and none of them is in the range');
    assert.ok(FREE_PORTS.lowest > 10_080);
  });
});
