/**
 * The clusters of a terminal session: those that the configuration file holds at the moment when they are asked for.
 */
import assert from 'node:assert/strict';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings, terminalClusters } from '../../src/cli/clusters.ts';
import type { Clusters } from '../../src/control-plane/ports.ts';
import { closeAll, kernelServer } from '../support/servers.ts';
import { N2 } from '../support/wire.ts';
import { scratch } from '../support/terminal.ts';

describe('the clusters of a terminal session', () => {
  let file: string;
  const write = (value: unknown): void => writeFileSync(file, JSON.stringify(value));
  const clusters = (urls: readonly string[] = []): Clusters =>
    terminalClusters({
      settings: () => readSettings(file, true),
      file,
      urls,
      kind: undefined,
      tokenFile: undefined,
      timeoutMs: undefined,
      env: {},
    });

  beforeEach(() => {
    file = join(scratch(), 'clusters.json');
  });
  afterEach(closeAll);

  it('also P7-A2: what is changed in the file while a session runs counts: edited, removed, spoilt, open to everybody', () => {
    const cluster = { name: 'orders', kind: 'aerodb', endpoints: ['http://127.0.0.1:1'] };
    write({ clusters: [cluster] });
    const session = clusters();
    const code = (): string => {
      const found = session.find('orders');
      return found.ok ? JSON.stringify(found.value) : found.error.code;
    };
    assert.equal(code(), JSON.stringify(cluster));
    write({ clusters: [{ ...cluster, observeOnly: true }] });
    assert.match(code(), /"observeOnly":true/);
    write({ clusters: [cluster, cluster] });
    assert.equal(code(), 'PHASE7_MALFORMED_REQUEST');
    write({ clusters: [] });
    assert.equal(code(), 'PHASE7_MALFORMED_REQUEST');
    write({ clusters: [cluster] });
    chmodSync(file, 0o666);
    assert.equal(code(), 'PHASE7_MALFORMED_REQUEST');
    rmSync(file);
    assert.equal(code(), 'PHASE7_MALFORMED_REQUEST');
  });

  it("also P7-A1: an address that is put into the file while a session names it is that cluster's, and no longer its own", () => {
    write({});
    const session = clusters(['http://127.0.0.1:1']);
    assert.ok(session.find('http://127.0.0.1:1').ok);
    write({ clusters: [{ name: 'orders', kind: 'aerodb', endpoints: ['http://127.0.0.1:1'], observeOnly: true }] });
    assert.ok(!session.find('http://127.0.0.1:1').ok);
    for (const spelling of ['http://localhost:1', 'http://localhost.:1/', 'http://[::1]:1', 'https://127.1:1']) {
      assert.ok(!clusters([spelling]).find(spelling).ok, spelling);
    }
    assert.ok(clusters(['http://localhost:2']).find('http://localhost:2').ok);
  });

  it('whatever a cluster is called, its secrets are those that the file names for it, and none that every object has', async () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      const server = await kernelServer(N2);
      write({ clusters: [{ name, kind: 'aerodb', endpoints: [server.url] }] });
      const session = clusters();
      const found = session.find(name);
      assert.ok(found.ok, name);
      const kernel = await session.connect(found.value);
      assert.ok(kernel.ok, name);
      assert.ok((await kernel.value.readCluster()).ok, name);
      assert.equal(server.received[0]?.headers['authorization'], undefined);
    }
  });
});
