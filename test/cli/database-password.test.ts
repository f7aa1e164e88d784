/**
 * The password of a Patroni cluster's database login: from a file of its own or a variable, never from an option, and
 * asked for only where it is needed.
 */
import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { terminalClusters, readSettings } from '../../src/cli/clusters.ts';
import type { PatroniCluster } from '../../src/engines/patroni/login.ts';
import { temporaryFolder } from '../support/folders.ts';

describe('the password of a database login', () => {
  let folder: string;
  beforeEach(() => {
    folder = temporaryFolder('aerodb-');
  });

  const cluster: PatroniCluster = {
    name: 'demo',
    kind: 'patroni',
    endpoints: ['http://127.0.0.1:1'],
    database: { user: 'monitor', addresses: ['127.0.0.1:2'] },
  };

  async function connected(
    settings: object,
    env: Readonly<Record<string, string>>,
    to: PatroniCluster = cluster,
  ): ReturnType<ReturnType<typeof terminalClusters>['connect']> {
    const file = join(folder, 'clusters.json');
    writeFileSync(file, JSON.stringify({ clusters: [to], ...settings }), { mode: 0o600 });
    return await terminalClusters({
      settings: () => readSettings(file, true),
      file,
      urls: [],
      kind: undefined,
      tokenFile: undefined,
      timeoutMs: undefined,
      env,
    }).connect(to);
  }

  it("comes from the cluster's file, else from the variable; without one, what needs it is not offered", async () => {
    const file = join(folder, 'password');
    writeFileSync(file, 'canary-password\n', { mode: 0o600 });
    for (const [settings, env, offered] of [
      [{ databasePasswordFiles: { demo: file } }, {}, true],
      [{}, { AERODB_DATABASE_PASSWORD: 'canary-password' }, true],
      [{}, {}, false],
      [{ databasePasswordFiles: { other: file } }, {}, false],
    ] as const) {
      const kernel = await connected(settings, env);
      assert.ok(kernel.ok);
      assert.equal(kernel.value.unsupported.readSnapshots === undefined, offered);
    }
  });

  it(
    'also P7-F1: a file that others can read is refused by name, and nothing of it is told; a cluster without a ' +
      'login needs none',
    async () => {
      const file = join(folder, 'password');
      writeFileSync(file, 'canary-password\n');
      chmodSync(file, 0o644);
      const refused = await connected({ databasePasswordFiles: { demo: file } }, {});
      assert.ok(!refused.ok);
      assert.deepEqual(
        [refused.error.code, refused.error.field],
        ['PHASE7_MALFORMED_REQUEST', 'databasePasswordFiles'],
      );
      assert.doesNotMatch(refused.error.message, /canary/);
      assert.ok(
        (
          await connected(
            { databasePasswordFiles: { demo: file } },
            {},
            { name: 'demo', kind: 'patroni', endpoints: cluster.endpoints },
          )
        ).ok,
      );
    },
  );

  it('one file per cluster, or the whole configuration is refused', () => {
    const file = join(folder, 'clusters.json');
    writeFileSync(file, JSON.stringify({ clusters: [cluster], databasePasswordFiles: { demo: 1 } }), { mode: 0o600 });
    const settings = readSettings(file, true);
    assert.ok(
      !settings.ok && settings.error.message.includes('"databasePasswordFiles" must name one file per cluster'),
    );
  });
});
