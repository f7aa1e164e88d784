/**
 * The secrets of clusters in the editor: who has none does not need the secret store, and what is kept there is not
 * passed over in silence.
 */
import assert from 'node:assert/strict';
import { ClusterSecrets, StoreUnavailable, type SecretStore } from '../../src/vscode/cluster-secrets.ts';

/** A keyring that can be locked, and what the editor remembers beside it. */
function keyring(): {
  readonly secrets: ClusterSecrets;
  readonly held: Map<string, string>;
  readonly asked: string[];
  readonly lock: (locked: boolean) => void;
} {
  const held = new Map<string, string>();
  const remembered = new Map<string, unknown>();
  const asked: string[] = [];
  let locked = false;
  const reach = <T>(what: string, then: () => T): Promise<T> => {
    asked.push(what);
    return locked ? Promise.reject(new Error('Cannot autolaunch D-Bus without X11 $DISPLAY')) : Promise.resolve(then());
  };
  const store: SecretStore = {
    get: key => reach(`get ${key}`, () => held.get(key)),
    store: (key, value) => reach(`store ${key}`, () => void held.set(key, value)),
    delete: key => reach(`delete ${key}`, () => void held.delete(key)),
  };
  const memory = {
    get: (key: string) => remembered.get(key),
    update: (key: string, value: unknown) => Promise.resolve(void remembered.set(key, value)),
  };
  return {
    secrets: new ClusterSecrets(store, memory),
    held,
    asked,
    lock: to => {
      locked = to;
    },
  };
}

describe('the secrets of clusters in the editor', () => {
  it('also P7-F1: an unavailable keyring is nothing to a cluster without a token, known as that or not', async () => {
    const { secrets, asked, lock } = keyring();
    lock(true);
    assert.equal(await secrets.get('orders'), undefined);
    lock(false);
    assert.equal(await secrets.get('orders'), undefined);
    asked.length = 0;
    lock(true);
    assert.equal(await secrets.get('orders'), undefined);
    await secrets.set('orders', '');
    assert.deepEqual(asked, [], 'a keyring may also keep whoever asks it waiting');
  });

  it('also P7-F1: where a token is kept, an unavailable keyring is said as what it is, and nothing goes out without it', async () => {
    const { secrets, held, lock } = keyring();
    await secrets.set('orders', 'canary');
    assert.equal(await secrets.get('orders'), 'canary');
    lock(true);
    await assert.rejects(
      secrets.get('orders'),
      (error: unknown) =>
        error instanceof StoreUnavailable &&
        /the editor's secret store \(the keyring of this machine\) cannot be opened: Cannot autolaunch D-Bus/.test(
          error.message,
        ),
    );
    lock(false);
    await secrets.set('orders', '');
    assert.deepEqual([await secrets.get('orders'), held.size], [undefined, 0]);
  });

  it('a token from before this was remembered is found, and remembered', async () => {
    const { secrets, held, lock } = keyring();
    held.set('orders', 'canary');
    assert.equal(await secrets.get('orders'), 'canary');
    lock(true);
    await assert.rejects(secrets.get('orders'), StoreUnavailable);
  });

  it('what cannot be kept or forgotten is said, and what was kept before stays', async () => {
    const { secrets, held, lock } = keyring();
    await secrets.set('orders', 'canary');
    lock(true);
    await assert.rejects(secrets.set('orders', 'other'), StoreUnavailable);
    await assert.rejects(secrets.set('orders', ''), StoreUnavailable);
    lock(false);
    assert.deepEqual([await secrets.get('orders'), held.get('orders')], ['canary', 'canary']);
  });

  it('also P7-F1: a cluster that was typed while the keyring was unavailable is read without the token that was not kept', async () => {
    const { secrets, lock } = keyring();
    lock(true);
    await assert.rejects(secrets.set('typed', 'canary'), StoreUnavailable);
    assert.equal(await secrets.get('typed'), undefined);
  });
});
