/** The configured clusters of the editor: which secrets a cluster gets when it is connected. */
import assert from 'node:assert/strict';
import type { ClusterConfig } from '../../src/control-plane/clusters/cluster.ts';
import { failure, transportFailure } from '../../src/control-plane/model/errors.ts';
import { ENGINES } from '../../src/engines/registry.ts';
import './editor.ts';

/** Two addresses of each engine. */
const ADDRESSES: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['aerodb', ['https://a.example:9191', 'https://b.example:9191']],
  ['patroni', ['https://a.example:8008', 'https://b.example:8008']],
  ['mysql', ['mysql://a.example:3306', 'mysql://b.example:3306']],
]);

async function clusters() {
  const { ConfiguredClusters } = await import('../../src/vscode/clusters.ts');
  const held = new Map<string, string>();
  const remembered = new Map<string, unknown>();
  let given: Readonly<Record<string, string>> = {};
  const configured = new ConfiguredClusters(
    ENGINES,
    {
      get: key => Promise.resolve(held.get(key)),
      store: (key, value) => Promise.resolve(void held.set(key, value)),
      delete: key => Promise.resolve(void held.delete(key)),
    },
    (_cluster, secrets) => {
      given = secrets;
      return Promise.resolve(failure(transportFailure('PHASE7_CONNECTION_FAILED', 'not here', 'not_executed')));
    },
    {
      get: key => remembered.get(key),
      update: (key, value) => Promise.resolve(void remembered.set(key, value)),
    },
  );
  return {
    configured,
    givenTo: async (cluster: ClusterConfig): Promise<Readonly<Record<string, string>>> => {
      await configured.connect(cluster);
      return given;
    },
  };
}

describe('the clusters of the editor', () => {
  it('freeze/bound-secrets: other addresses than those for which a secret was given do not get it', async () => {
    for (const { id: kind } of ENGINES) {
      const [one, two] = ADDRESSES.get(kind) ?? assert.fail(kind);
      const cluster: ClusterConfig = { name: 'orders', kind, endpoints: [one] };
      const { configured, givenTo } = await clusters();
      const secrets = configured.secretsOf(cluster);
      for (const secret of secrets) await configured.setSecret(cluster, secret, `${secret.id}:secret`);
      const all = Object.fromEntries(secrets.map(({ id }) => [id, `${id}:secret`]));
      assert.deepEqual(await givenTo(cluster), all);
      for (const other of [{ endpoints: [two] }, { endpoints: [one, two] }, { name: 'bills' }])
        assert.deepEqual(await givenTo({ ...cluster, ...other }), {}, `${kind} ${JSON.stringify(other)}`);
      assert.deepEqual(await givenTo(cluster), all, 'the addresses for which it was given still get it');
    }
  });
});
