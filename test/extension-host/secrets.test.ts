/** What becomes of secrets when the cluster that they were given for goes. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { AERODB } from '../../src/engines/aerodb/engine.ts';
import { urlsOf } from '../../src/control-plane/clusters/cluster.ts';
import { parseClusterConfig } from '../../src/control-plane/clusters/configuration.ts';
import { ENGINES } from '../../src/engines/registry.ts';
import { ConfiguredClusters } from '../../src/vscode/clusters.ts';

describe('secrets of a cluster', () => {
  const configure = (clusters: readonly object[] | undefined): Thenable<void> =>
    vscode.workspace.getConfiguration('aerodb').update('clusters', clusters, vscode.ConfigurationTarget.Global);
  after(() => configure(undefined));

  it('a removed cluster takes its secrets along, those of both entries where two bear its name; others keep theirs', async () => {
    const kept = new Map<string, string>();
    const secrets = {
      get: (key: string) => Promise.resolve(kept.get(key)),
      store: (key: string, value: string) => Promise.resolve(void kept.set(key, value)),
      delete: (key: string) => Promise.resolve(void kept.delete(key)),
    } as unknown as vscode.SecretStorage;
    const clusters = new ConfiguredClusters(ENGINES, secrets, () => assert.fail('nothing is contacted'), {
      get: () => undefined,
      update: () => Promise.resolve(),
    });
    const entries = [
      ['twice', 1],
      ['other', 2],
      ['twice', 3],
    ].map(([name, port]) => ({ name, kind: 'aerodb', endpoints: [`http://127.0.0.1:${port}`] }));
    for (const entry of entries) {
      const config = parseClusterConfig(entry, ENGINES);
      assert.ok(config.ok);
      await clusters.setSecret(config.value, AERODB.secrets[0], `token of ${urlsOf(config.value).join()}`);
    }
    await configure(entries);
    assert.deepEqual(
      clusters.list().map(({ name, config }) => [name, config.ok]),
      [
        ['twice', false],
        ['other', true],
        ['twice', false],
      ],
    );
    await clusters.remove('twice');
    assert.deepEqual([...kept.values()], ['token of http://127.0.0.1:2']);
    assert.deepEqual(
      clusters.list().map(({ name }) => name),
      ['other'],
    );
  });
});
