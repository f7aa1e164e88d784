/** Many clusters, some of them dead, and many inspections: what a long day leaves behind in the extension host. */
import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as vscode from 'vscode';
import { ENGINES } from '../../src/engines/registry.ts';
import { until } from '../../scripts/lib/processes.mjs';
import { openAuditLog } from '../../src/audit/log.ts';
import { ControlPlane } from '../../src/control-plane/control-plane.ts';
import { connect } from '../../src/engines/connect.ts';
import { ClusterTree } from '../../src/vscode/cluster-tree.ts';
import type { Row } from '../../src/vscode/tree-rows.ts';
import { ConfiguredClusters } from '../../src/vscode/clusters.ts';
import { removeFolder, temporaryFolder } from '../support/folders.ts';
import { closeAll, closedPort, kernelServer, rawServer, type HttpRunning } from '../support/servers.ts';
import { N1 } from '../support/wire.ts';

/** Five in ten of the dead refuse a connection, the others take it and never answer. */
const CLUSTERS = 50;
const DEAD = 10;
/** Longer than the test: the silent ones are waited for until they hang up. */
const READ_MS = 100_000;

function configured(): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration('aerodb');
}

async function configure(clusters: readonly object[] | undefined): Promise<void> {
  await configured().update('clusters', clusters, vscode.ConfigurationTarget.Global);
}

function sockets(): number {
  return readdirSync('/proc/self/fd').filter(fd => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
    } catch {
      return false; // The descriptor with which the folder itself was read.
    }
  }).length;
}

/** Heap in use after a collection, in bytes. */
function heap(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  assert.ok(typeof collect === 'function');
  for (let round = 0; round < 3; round += 1) Reflect.apply(collect, undefined, []);
  return process.memoryUsage().heapUsed;
}

function listeners(): number {
  return process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
}

/** The rows of clusters. */
function clusterRows(rows: readonly (Row | undefined)[]): readonly Extract<Row, { readonly row: 'cluster' }>[] {
  return rows.filter(row => row?.row === 'cluster');
}

function panels(): number {
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith('aerodb.panel')).length;
}

describe('load', function () {
  this.timeout(120_000);
  let folder = '';
  let alive: HttpRunning;

  before(async () => {
    folder = temporaryFolder('aero-load-');
    alive = await kernelServer(N1);
  });
  after(async () => {
    await configure(undefined);
    await closeAll();
    removeFolder(folder);
  });

  it('fifty clusters, ten of them dead: no row and no expansion waits for one that does not answer', async () => {
    const refusing = await closedPort();
    const held = new Set<Socket>();
    const silent = await rawServer(socket => {
      held.add(socket);
      socket.resume();
    });
    const urlOf = (index: number): string =>
      index % 5 !== 0 ? alive.url : index % 2 === 0 ? silent.url : refusing.url;
    await configure(
      Array.from({ length: CLUSTERS }, (_, index) => ({
        name: `c${index}`,
        kind: 'aerodb',
        endpoints: [urlOf(index)],
      })),
    );
    const secrets = { get: () => Promise.resolve(undefined) } as unknown as vscode.SecretStorage;
    const clusters = new ConfiguredClusters(
      ENGINES,
      secrets,
      (cluster, given) =>
        connect(cluster, { secrets: given, timeouts: { connectMs: READ_MS, readMs: READ_MS, controlMs: READ_MS } }),
      { get: () => undefined, update: () => Promise.resolve() },
    );
    let ids = 0;
    const plane = new ControlPlane({
      engines: ENGINES,
      audit: openAuditLog({ directory: folder }),
      clusters,
      clock: { name: 'test-clock', now: () => '2026-11-21T10:00:00.000Z' },
      confirmer: { unavailable: () => undefined, confirm: () => Promise.resolve({ kind: 'declined', at: 'the test' }) },
      ids: { uuid: () => `00000000-0000-4000-8000-${(ids += 1).toString().padStart(12, '0')}` },
      operator: { account: 'ann', host: 'desk', name: null },
    });
    const tree = new ClusterTree(
      clusters,
      cluster => plane.execute('inspect_cluster_state', { cluster }),
      cluster => plane.unavailable(cluster),
      () => '2026-11-21T10:00:00.000Z',
    );
    const changed: (Row | undefined)[] = [];
    tree.onDidChangeTreeData(row => void changed.push(row));

    const rows = clusterRows(await tree.getChildren());
    assert.equal(rows.length, CLUSTERS);
    const waiting = new Set<string>();
    const dead = rows.filter((_row, index) => index % 5 === 0);
    assert.equal(dead.length, DEAD);
    const asked = dead.map(async row => {
      if (urlOf(rows.indexOf(row)) === silent.url) waiting.add(row.cluster);
      const children = await tree.getChildren(row);
      waiting.delete(row.cluster);
      return children;
    });
    // Every row is drawn, and every living cluster expanded, while the silent ones are still being waited for.
    for (const row of rows) tree.getTreeItem(row);
    for (const row of rows.filter(each => !dead.includes(each))) {
      const children = await tree.getChildren(row);
      assert.equal(children.filter(({ row: kind }) => kind === 'node').length, 3, row.cluster);
    }
    for (const row of await tree.getChildren()) tree.getTreeItem(row);
    // Asked once each: the connections may still be arriving.
    while (held.size < DEAD / 2) await new Promise(resolve => setImmediate(resolve));
    assert.equal(waiting.size, DEAD / 2, 'the silent ones have not answered: nobody has waited for them');
    assert.equal(held.size, DEAD / 2, 'each was asked once');
    for (const socket of held) socket.destroy();
    assert.deepEqual(
      changed.filter(row => row === undefined),
      [],
      'what one cluster answers redraws no other',
    );
    for (const children of await Promise.all(asked))
      assert.deepEqual(
        children.map(({ row }) => row),
        ['error'],
      );
    assert.deepEqual(
      rows.map(({ cluster }) => cluster).toSorted(),
      [...new Set(clusterRows(changed).map(({ cluster }) => cluster))].toSorted(),
      'each is redrawn when its own answer has come',
    );
    plane.end();
  });

  it('a thousand inspections of one subject: one panel, and neither memory nor sockets nor listeners are left behind', async () => {
    await configure([{ name: 'alive', kind: 'aerodb', endpoints: [alive.url] }]);
    const inspect = async (times: number): Promise<void> => {
      for (let time = 0; time < times; time += 20) {
        await Promise.all(
          Array.from({ length: 20 }, () =>
            vscode.commands.executeCommand('aerodb.inspectClusterState', { cluster: 'alive' }),
          ),
        );
        alive.received.length = 0;
      }
    };
    const before = panels();
    await inspect(200);
    const warm = { heap: heap(), sockets: sockets(), listeners: listeners() };
    await inspect(1_000);
    // A socket that was closed is gone a moment later.
    await until(() => sockets() <= warm.sockets + 2, { timeout: 10_000 });
    const end = { heap: heap(), sockets: sockets(), listeners: listeners() };
    assert.equal(panels() - before, 1);
    assert.ok(end.sockets <= warm.sockets + 2, `sockets: ${warm.sockets}, then ${end.sockets}`);
    assert.equal(end.listeners, warm.listeners);
    assert.ok(end.heap < warm.heap * 1.1, `heap: ${warm.heap} bytes, then ${end.heap}`);
    if (this.tests[1] !== undefined)
      this.tests[1].title +=
        `: heap ${(warm.heap / 1e6).toFixed(1)} MB, then ${(end.heap / 1e6).toFixed(1)} MB; ` +
        `sockets ${warm.sockets}, then ${end.sockets}`;
  });
});
