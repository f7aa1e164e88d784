/** Tests long use: a thousand inspections leak nothing, and one drawn day of work ends as the kernel says. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { closeAll, closedPort } from '../support/servers.ts';
import { withCluster } from '../support/test-cluster.ts';
import { seedFrom } from '../support/seed.ts';
import { day } from './day.ts';
import type { Held } from './inspector.ts';

const SEED = seedFrom('AERODB_DAY_SEED');

describe('load', function () {
  this.timeout(240_000);
  afterEach(closeAll);

  it(
    'a thousand inspections in a row leave neither memory nor sockets, handles or listeners behind, though the ' +
      'first address is dead',
    async () => {
      await withCluster({}, async ({ nodes }) => {
        const dead = await closedPort();
        const inspector = spawn(
          process.execPath,
          [
            '--expose-gc',
            '--disable-warning=ExperimentalWarning',
            join(import.meta.dirname, 'inspector.ts'),
            dead.url,
            ...nodes.map(({ url }) => url),
          ],
          { stdio: ['pipe', 'pipe', 'inherit'] },
        );
        const lines = createInterface({ input: inspector.stdout })[Symbol.asyncIterator]();
        const inspect = async (times: number): Promise<Held> => {
          inspector.stdin.write(`${times}\n`);
          return JSON.parse((await lines.next()).value ?? 'null') as Held;
        };
        const warm = await inspect(300);
        const end = await inspect(1_000);
        inspector.stdin.end();
        if (inspector.exitCode === null) await once(inspector, 'exit');
        process.stdout.write(`      ${JSON.stringify({ warm, end })}\n`);
        assert.deepEqual([warm.failed, end.failed], [0, 0]);
        assert.ok(end.heap < warm.heap * 1.1, `heap: ${warm.heap} bytes, then ${end.heap}`);
        assert.deepEqual({ ...end, heap: 0 }, { ...warm, heap: 0 });
      });
    },
  );

  it(
    'also P7-O3, P7-E1, P7-F3: a day drawn from the seed: every command has its end in the log, and what was sent ' +
      'was acted on once',
    async () => {
      process.stdout.write(`    a day: seed ${SEED}; AERODB_DAY_SEED=${SEED} repeats it\n`);
      const report = await day({ seed: SEED, inspections: 150, controls: 15 });
      process.stdout.write(`      ${JSON.stringify(report)}\n`);
      assert.ok(report.sessions > 1 && report.records > 300);
    },
  );
});
