/** What the rows of the tree say, in which order they stand, and what makes them old. */
import assert from 'node:assert/strict';
import type * as vscode from 'vscode';
import './editor.ts';
import type { Document } from '../../src/control-plane/model/document.ts';
import type { CommandResult } from '../../src/control-plane/request/result.ts';
import { refusal, transportFailure, type ControlError } from '../../src/control-plane/model/errors.ts';
import { toWire, type ClusterView, type Member, type SkippedEndpoint } from '../../src/control-plane/model/views.ts';
import { clusterDocument } from '../../src/engines/aerodb/document.ts';
import { clusterDocument as groupDocument } from '../../src/engines/mysql/document.ts';
import { ENGINES } from '../../src/engines/registry.ts';
import type { ClusterTree } from '../../src/vscode/cluster-tree.ts';
import type { ConfiguredClusters } from '../../src/vscode/clusters.ts';
import { configuredIn, findIn } from '../../src/vscode/configured.ts';
import type { Row } from '../../src/vscode/tree-rows.ts';

const TIME = '2026-11-21T10:00:00.123Z';
const NOW = '2026-11-21T10:05:33.456Z';
const RECORDED = { position: { seq: 7n, hash: 'h' }, time: '2026-11-29T10:00:00.000Z' };

function url(number: number): string {
  return `http://127.0.0.1:${9190 + number}`;
}

function member(number: number, more: Partial<Member> = {}): Member {
  const isPrimary = number === 1;
  return {
    nodeId: `id-${number}`,
    name: `node-${number}`,
    apiUrl: url(number),
    role: isPrimary ? 'primary' : 'replica',
    replicationState: isPrimary ? 'PrimaryActive' : 'ReplicaActive',
    haltReason: null,
    health: 'running',
    healthBasis: 'answered in their last exchange',
    durableOffset: 900n,
    durableCommitId: 9n,
    lagBytes: isPrimary ? null : 0n,
    lagCommits: isPrimary ? null : 0n,
    lastContact: TIME,
    ...more,
  };
}

const DEAD: Partial<Member> = {
  health: 'unknown',
  healthBasis: 'did not answer node-2 in their last exchange; its values are its last report',
  lagBytes: null,
  lagCommits: null,
};
const HALTED: Partial<Member> = {
  health: 'halted',
  replicationState: 'ReplicationHalted',
  haltReason: 'AuthorityAmbiguity',
};

interface Told {
  readonly primaryId?: string | null;
  readonly epoch?: bigint | null;
  readonly skipped?: readonly SkippedEndpoint[];
  readonly cluster?: string;
}

function answered(
  members: readonly Member[],
  { primaryId = 'id-1', epoch = 4n, skipped = [], cluster }: Told = {},
): CommandResult {
  const view: ClusterView = { clusterId: 'cluster-id', name: 'orders', epoch, primaryId, members };
  return {
    kind: 'answered',
    requestId: 'r',
    cluster: cluster ?? 'orders',
    recorded: RECORDED,
    answer: {
      command: 'inspect_cluster_state',
      reading: {
        view,
        observed: { snapshot: 's', commitId: 9n, controlVersion: 3n, nodeId: 'id-2', time: TIME, clock: 'node' },
        endpoint: url(2),
        skipped,
        notes: [],
        document: () => clusterDocument(toWire(view), 'id-2'),
      },
    },
  };
}

function failed(error: ControlError, command = 'inspect_cluster_state', target: string | null = null): CommandResult {
  return { kind: 'failed', requestId: 'r', command, cluster: 'orders', target, error, recorded: RECORDED };
}

const REFUSED = transportFailure('PHASE7_CONNECTION_FAILED', 'http://127.0.0.1:9191: no connection', 'not_executed');
const UNKNOWN = transportFailure('PHASE7_TIMEOUT', 'no answer in time', 'unknown');

function executed(cluster = 'orders'): CommandResult {
  return {
    kind: 'executed',
    requestId: 'r',
    command: 'request_demotion',
    cluster,
    recorded: RECORDED,
  } as CommandResult;
}

const ORDERS = { name: 'orders', kind: 'aerodb', endpoints: [url(1), url(2), url(3)] };

/** A tree, what it asks, and what it redraws. */
interface Stand {
  readonly tree: ClusterTree;
  readonly asked: string[];
  readonly redrawn: (Row | undefined)[];
  /** What the next question of each cluster is answered with. */
  answers: (cluster: string) => CommandResult | Promise<CommandResult>;
}

describe('the rows of the tree', () => {
  async function stand(entries: readonly unknown[], answers: Stand['answers']): Promise<Stand> {
    const module = await import('../../src/vscode/cluster-tree.ts');
    const asked: string[] = [];
    const redrawn: (Row | undefined)[] = [];
    const clusters = {
      list: () => configuredIn(entries, ENGINES),
      find: (name: string) => findIn(configuredIn(entries, ENGINES), name),
    } as unknown as ConfiguredClusters;
    const made: Stand = {
      asked,
      redrawn,
      answers,
      tree: new module.ClusterTree(
        clusters,
        async cluster => {
          asked.push(cluster);
          return made.answers(cluster);
        },
        () => Promise.resolve(new Map()),
        () => NOW,
      ),
    };
    made.tree.onDidChangeTreeData(row => redrawn.push(row));
    return made;
  }

  async function expanded(members: readonly Member[], told?: Told): Promise<Stand> {
    const made = await stand([ORDERS], () => answered(members, told));
    await below(made.tree);
    return made;
  }

  async function below(tree: ClusterTree, cluster = 'orders'): Promise<readonly vscode.TreeItem[]> {
    const rows = await tree.getChildren({ row: 'cluster', cluster });
    return rows.map(row => tree.resolveTreeItem(tree.getTreeItem(row), row));
  }

  async function node(tree: ClusterTree, name: string): Promise<vscode.TreeItem> {
    return (await below(tree)).find(({ label }) => label === name) ?? assert.fail(`no row ${name}`);
  }

  function clusterRow({ tree }: Stand, cluster = 'orders'): vscode.TreeItem {
    return tree.getTreeItem({ row: 'cluster', cluster });
  }

  function tooltipOf({ tooltip }: Pick<vscode.TreeItem, 'tooltip'>): string {
    return typeof tooltip === 'string' ? tooltip : '';
  }

  function icon({ iconPath }: vscode.TreeItem): readonly [string, string | undefined] {
    const { id, color } = iconPath as vscode.ThemeIcon;
    return [id, color?.id];
  }

  it('also P7-O1: the overview first, the subjects above the nodes, and the nodes by name, in natural order', async () => {
    const { tree, asked } = await expanded([member(10), member(2), member(1), member(3)]);
    const rows = await below(tree);
    assert.deepEqual(
      rows.map(({ label }) => label),
      ['Overview', 'Replication', 'Promotion', 'node-1', 'node-2', 'node-3', 'node-10'],
    );
    assert.deepEqual(rows[0]?.command, {
      command: 'aerodb.inspectClusterState',
      title: 'Overview',
      arguments: [{ cluster: 'orders' }],
    });
    assert.deepEqual(asked, ['orders'], 'asked once, when it was expanded');
  });

  it('also P7-O1: an engine that draws no picture and has no headline has rows all the same, by name', async () => {
    const result = answered([member(10), member(2), member(1)]);
    assert.ok(result.kind === 'answered' && result.answer.command === 'inspect_cluster_state');
    const { reading } = result.answer;
    const document = (): Document => ({ terms: reading.document().terms, sections: [] });
    const made = await stand([ORDERS], () => ({
      ...result,
      answer: { command: 'inspect_cluster_state', reading: { ...reading, document } },
    }));
    assert.deepEqual(
      (await below(made.tree)).slice(3).map(({ label, description }) => [label, description]),
      [
        ['node-1', 'primary · PrimaryActive'],
        ['node-2', 'replica · ReplicaActive'],
        ['node-10', 'replica · ReplicaActive'],
      ],
    );
    assert.equal(clusterRow(made).description, 'Primary: node-1 · epoch 4 · as of 10:00:00Z · 2026-11-21');
  });

  it('also P7-O1, freeze/never-zero: a node says what differs, and the rest stands in its tooltip', async () => {
    const rows: readonly (readonly [Partial<Member>, string])[] = [
      [{}, 'replica · lag 0'],
      [{ role: 'primary', replicationState: 'PrimaryActive', lagCommits: null, lagBytes: null }, 'primary'],
      [{ role: 'primary', replicationState: 'PrimaryActive', ...DEAD }, 'primary · no answer'],
      [DEAD, 'replica · no answer'],
      [{ ...DEAD, role: 'unknown', replicationState: 'unknown' }, 'role unknown · no answer'],
      [{ ...DEAD, ...HALTED, health: 'unknown' }, 'replica · no answer · ReplicationHalted: AuthorityAmbiguity'],
      [HALTED, 'halted: AuthorityAmbiguity · replica'],
      [{ ...HALTED, role: 'unknown' }, 'halted: AuthorityAmbiguity · role unknown'],
      [{ ...HALTED, haltReason: null }, 'halted: ReplicationHalted · replica'],
      [{ lagCommits: 3n, lagBytes: 90n }, 'replica · lag 3 commits'],
      [{ lagCommits: 0n, lagBytes: 90n }, 'replica · lag 0 commits'],
      [{ lagCommits: null, lagBytes: null }, 'replica · lag unknown'],
      [{ replicationState: 'Uninitialized' }, 'replica · lag 0 · Uninitialized'],
    ];
    for (const [more, description] of rows) {
      const { tree } = await expanded([member(1), member(2, more)]);
      const item = await node(tree, 'node-2');
      assert.equal(item.description, description);
      const label = item.accessibilityInformation?.label ?? '';
      assert.ok(label.startsWith(`Node node-2, ${description}, health ${more.health ?? 'running'}, state `), label);
      assert.match(tooltipOf(item), /^node-2 \(id-2\)\n/u);
      for (const fact of ['Role: ', 'Health: ', 'Health basis: ', 'Lag (bytes): ', 'Durable offset (bytes): 900'])
        assert.ok(tooltipOf(item).includes(`\n${fact}`), `${fact} in ${tooltipOf(item)}`);
    }
  });

  it("also P7-O1: a member that its engine calls unreachable gives no answer, by that engine's own state", async () => {
    const states = [
      ['ONLINE', 'running', 'SECONDARY · lag 3 transactions to apply'],
      ['RECOVERING', 'running', 'SECONDARY · lag 3 transactions to apply · RECOVERING'],
      ['UNREACHABLE', 'unknown', 'SECONDARY · no answer'],
      ['ERROR', 'halted', 'halted: ERROR · SECONDARY'],
      ['STARTLED', 'unknown', 'SECONDARY · health unknown · lag 3 transactions to apply · STARTLED'],
    ] as const;
    for (const [replicationState, health, description] of states) {
      const mysql = { role: 'SECONDARY', version: '9', certifying: 0n, applying: 3n, applied: 1n };
      const result = answered([member(2, { replicationState, health })]);
      assert.ok(result.kind === 'answered' && result.answer.command === 'inspect_cluster_state');
      const { reading } = result.answer;
      const [one] = reading.view.members;
      const view = toWire({ ...reading.view, members: [{ ...one, mysql }] }) as never;
      const told = { ...result.answer, reading: { ...reading, document: () => groupDocument(view) } };
      const { tree } = await stand([ORDERS], () => ({ ...result, answer: told }));
      assert.equal((await node(tree, 'node-2')).description, description);
    }
  });

  it('also P7-A3: icons of error and warning are for what the kernel reports, each with a shape of its own', async () => {
    const { tree } = await expanded([
      member(1),
      member(2, { lagCommits: 900_000n, lagBytes: 90_000_000n }),
      member(3, HALTED),
      member(4, DEAD),
      member(5, { role: 'unknown' }),
    ]);
    assert.deepEqual(
      (await below(tree)).slice(3).map(icon),
      [
        ['circle-filled', undefined],
        ['circle-outline', undefined],
        ['circle-slash', 'list.errorForeground'],
        ['debug-disconnect', 'list.warningForeground'],
        ['question', undefined],
      ],
      'a large lag has no colour',
    );
  });

  it('also P7-E2: what the connection says of a node is told beside what the kernel says, and never as that', async () => {
    const skipped = [{ endpoint: url(1), reason: 'no connection (connect ECONNREFUSED)' }];
    const { tree } = await expanded([member(1), member(2)], { skipped });
    const item = await node(tree, 'node-1');
    assert.equal(item.description, 'primary · no answer');
    assert.deepEqual(icon(item), ['debug-disconnect', 'list.warningForeground']);
    const said = `Asked before: ${url(1)}: no connection (connect ECONNREFUSED)`;
    assert.ok(item.accessibilityInformation?.label.endsWith(`health running, state PrimaryActive. ${said}`));
    assert.ok(tooltipOf(item).includes(`\n${said}\n`));
    assert.ok(tooltipOf(item).includes('Health: running'));
    assert.equal((await node(tree, 'node-2')).description, 'replica · lag 0');
  });

  it('also P7-E2: a member that the kernel calls running is not silent, whatever the words of its basis', async () => {
    const basis = 'did not answer the last heartbeat yet';
    const { tree } = await expanded([member(1, { healthBasis: basis }), member(2, { ...HALTED, healthBasis: basis })]);
    assert.equal((await node(tree, 'node-1')).description, 'primary');
    assert.equal((await node(tree, 'node-2')).description, 'halted: AuthorityAmbiguity · replica');
  });

  it('also P7-E2: an address that answered, and only not with what was asked for, is no silence', async () => {
    const skipped = [{ endpoint: url(1), reason: 'is node id-1', answered: true }] as const;
    const { tree } = await expanded([member(1), member(2)], { skipped });
    const item = await node(tree, 'node-1');
    assert.equal(item.description, 'primary');
    assert.ok(tooltipOf(item).includes(`\nAsked before: ${url(1)}: is node id-1\n`));
    assert.doesNotMatch(String(clusterRow({ tree } as Stand).description), /answer/u);
  });

  it('also P7-D1: a name that has come to stand for other addresses shows nothing of the first, and nobody is asked', async () => {
    const entries = [{ ...ORDERS }];
    const made = await stand(entries, () => answered([member(1), member(2)]));
    await below(made.tree);
    const before = clusterRow(made);
    assert.match(String(before.description), /^node-1 is primary/u);
    made.tree.clustersChanged();
    assert.equal(clusterRow(made).description, before.description, 'a secret changed, or another cluster');
    entries[0] = { ...ORDERS, endpoints: [url(7)] };
    made.tree.clustersChanged();
    const after = clusterRow(made);
    assert.equal(after.description, 'not asked yet');
    assert.notEqual(after.id, before.id, 'a row that nobody has expanded');
    assert.equal(made.tree.lastKnown('orders', 'id-1'), undefined);
    assert.deepEqual(made.asked, ['orders']);
  });

  it('also P7-E2: an address that several members announce is no node of them', async () => {
    const proxy = 'http://127.0.0.1:9000';
    const skipped = [{ endpoint: `${proxy}/a`, reason: 'no connection' }];
    const at = (path: string): Partial<Member> => ({ apiUrl: `${proxy}${path}` });
    const { tree } = await expanded([member(1, at('/a')), member(2, at('/b'))], { skipped });
    assert.equal((await node(tree, 'node-1')).description, 'primary');
    assert.match(tooltipOf(clusterRow({ tree } as Stand)), /Asked before: http:\S+\/a: no connection/u);
  });

  it('also P7-E2: an address that the configuration gives to a member is of that member, whatever it announces', async () => {
    const entry = {
      name: 'orders',
      kind: 'patroni',
      endpoints: [{ url: 'http://127.0.0.1:18001', member: 'node-3' }, url(2)],
    };
    const skipped = [{ endpoint: 'http://127.0.0.1:18001', reason: 'no connection' }];
    const made = await stand([entry], () => answered([member(1), member(2), member(3)], { skipped }));
    assert.equal((await node(made.tree, 'node-3')).description, 'replica · no answer · lag 0');
    assert.equal((await node(made.tree, 'node-1')).description, 'primary');
  });

  it('also P7-O1: a cluster says who is primary, who does not answer, and from when that is', async () => {
    const made = await stand([ORDERS], () => answered([member(1), member(2)]));
    assert.equal(clusterRow(made).description, 'not asked yet');
    assert.deepEqual(made.asked, [], 'P7-A1: drawing a row asks nobody');
    await below(made.tree);
    assert.equal(clusterRow(made).description, 'node-1 is primary, epoch 4 · as of 10:00:00Z · 2026-11-21');
    const rows: readonly (readonly [readonly Member[], Told, string])[] = [
      [[member(1, DEAD), member(2)], {}, 'node-1 is primary, epoch 4 · 1 does not answer'],
      [
        [member(1, DEAD), member(2, DEAD), member(3, HALTED)],
        {},
        'node-1 is primary, epoch 4 · 2 do not answer · 1 halted',
      ],
      [[member(1)], { primaryId: null, epoch: null }, 'No primary is known, epoch unknown'],
      [[member(1)], { primaryId: 'id-9' }, 'id-9 is primary, epoch 4'],
    ];
    for (const [members, told, text] of rows) {
      const one = await expanded(members, told);
      assert.equal(clusterRow(one).description, `${text} · as of 10:00:00Z · 2026-11-21`);
      assert.deepEqual(icon(clusterRow(one)), ['server-environment', undefined]);
    }
  });

  it('also P7-E2: a cluster that gives no answer, one that refuses and one that is not valid look and read apart', async () => {
    const rejected: ControlError = {
      domain: 'KERNEL_REJECTION',
      code: 'AERO_UNAUTHENTICATED',
      message: 'no token',
      invariants: [],
      outcome: 'not_executed',
    };
    const rows = [
      [ORDERS, REFUSED, 'no answer · as of 10:05:33Z · 2026-11-21', 'debug-disconnect', 'list.errorForeground'],
      [ORDERS, rejected, 'not available · as of 10:05:33Z · 2026-11-21', 'error', 'list.errorForeground'],
      [
        { ...ORDERS, color: 'pink' },
        refusal('PHASE7_MALFORMED_REQUEST', 'not valid'),
        'configuration not valid',
        'warning',
        'list.warningForeground',
      ],
    ] as const;
    for (const [entry, error, description, shape, color] of rows) {
      const made = await stand([entry], () => failed(error));
      const [only, ...others] = await below(made.tree);
      assert.equal(clusterRow(made).description, description);
      assert.deepEqual(icon(clusterRow(made)), [shape, color]);
      assert.deepEqual([only?.label, only?.description, others], [error.message, error.code, []]);
    }
    const invalid = await stand([{ ...ORDERS, color: 'pink' }], () => failed(REFUSED));
    assert.match(tooltipOf(clusterRow(invalid)), /color: is none of red, orange, yellow, green, blue, purple/u);
  });

  it('also P7-A1: an observe-only cluster says so, asked or not', async () => {
    const made = await stand([{ ...ORDERS, observeOnly: true }], () => answered([member(1)]));
    assert.equal(clusterRow(made).description, 'not asked yet · observe only');
    await below(made.tree);
    assert.match(String(clusterRow(made).description), / · observe only$/u);
    assert.match(clusterRow(made).accessibilityInformation?.label ?? '', /observe only/u);
  });

  it('also P7-F3: rows read before a change are marked, nothing is contacted by that, and a refresh clears it', async () => {
    const made = await expanded([member(1), member(2)]);
    made.tree.concluded(executed());
    const words = 'read before the request executed at 10:05:33Z';
    assert.match(String(clusterRow(made).description), new RegExp(`^${words} · node-1 is primary, `, 'u'));
    assert.ok(tooltipOf(clusterRow(made)).startsWith(`${words}\n`));
    const item = await node(made.tree, 'node-2');
    assert.equal(item.description, `replica · lag 0 · ${words}`);
    assert.match(tooltipOf(item), new RegExp(`^node-2 \\(id-2\\)\\n${words}\\n`, 'u'));
    assert.ok(item.accessibilityInformation?.label.includes(words));
    assert.deepEqual(made.redrawn.at(-1), { row: 'cluster', cluster: 'orders' });
    assert.deepEqual(made.asked, ['orders']);
    await made.tree.refresh('orders');
    assert.equal((await node(made.tree, 'node-2')).description, 'replica · lag 0');
    assert.match(String(clusterRow(made).description), /^node-1 is primary/u);
  });

  it('also P7-E2: an unknown outcome marks the rows as well; what was rejected and what only reads does not', async () => {
    const made = await expanded([member(1), member(2)]);
    const { tree } = made;
    for (const nothing of [
      failed(REFUSED, 'request_demotion'),
      failed(UNKNOWN, 'run_diagnostics'),
      { ...executed(), cluster: 'payments' } as CommandResult,
      answered([member(1)]),
    ])
      tree.concluded(nothing);
    assert.equal((await node(tree, 'node-2')).description, 'replica · lag 0');
    tree.concluded(failed(UNKNOWN, 'force_promotion'));
    const words = 'read before a request whose outcome is unknown';
    assert.equal((await node(tree, 'node-2')).description, `replica · lag 0 · ${words}`);
    assert.ok(String(clusterRow(made).description).startsWith(`${words} · `));
  });

  it('also P7-D1: an answer that was asked for before a change and came after it says so', async () => {
    const slow = Promise.withResolvers<CommandResult>();
    const made = await stand([ORDERS], () => slow.promise);
    const rows = below(made.tree);
    made.tree.concluded(executed());
    slow.resolve(answered([member(1), member(2)]));
    await rows;
    const words = 'asked for before the request executed at 10:05:33Z';
    assert.equal((await node(made.tree, 'node-2')).description, `replica · lag 0 · ${words}`);
    made.tree.concluded(executed());
    assert.match(String((await node(made.tree, 'node-2')).description), / · read before the request executed/u);
  });

  it('also P7-O1: all clusters are asked once, in configured order, a few at a time, each with a row of its own', async () => {
    const names = ['i', 'b', 'h', 'a', 'g', 'c', 'f'];
    const entries = names.map(name => ({ ...ORDERS, name }));
    let open = 0;
    let most = 0;
    const made = await stand(entries, async cluster => {
      open += 1;
      most = Math.max(most, open);
      await new Promise(resolve => setImmediate(resolve));
      open -= 1;
      return cluster === 'h' ? failed(REFUSED) : answered([member(1)], { cluster });
    });
    const told: string[] = [];
    await made.tree.refreshAll(
      (cluster, nth, of) => told.push(`${nth} of ${of}: ${cluster}`),
      () => false,
    );
    assert.deepEqual(made.asked, names);
    assert.deepEqual(
      told,
      names.map((name, index) => `${index + 1} of 7: ${name}`),
    );
    assert.ok(most > 1 && most <= 4, `${most} at once`);
    assert.match(String(clusterRow(made, 'h').description), /^no answer/u);
    for (const name of names.filter(one => one !== 'h'))
      assert.match(String(clusterRow(made, name).description), /^node-1 is primary/u);
    await below(made.tree, 'a');
    assert.equal(made.asked.length, 7, 'what was read is shown when it is expanded, and not asked for again');
  });

  it('also P7-A1: what a person stops before it begins is not asked', async () => {
    const entries = Array.from({ length: 9 }, (_none, index) => ({ ...ORDERS, name: `orders-${index}` }));
    const made = await stand(entries, () => answered([member(1)]));
    await made.tree.refreshAll(
      () => undefined,
      () => made.asked.length >= 2,
    );
    assert.deepEqual(made.asked, ['orders-0', 'orders-1']);
    assert.equal(clusterRow(made, 'orders-2').description, 'not asked yet');
  });

  it('also P7-A1: groups stand where their first cluster does, and unfolding one contacts nobody', async () => {
    const entries = [
      { ...ORDERS, name: 'a' },
      { ...ORDERS, name: 'b', group: 'payments' },
      { ...ORDERS, name: 'c', group: 'archive' },
      { ...ORDERS, name: 'd' },
      { ...ORDERS, name: 'e', group: 'payments' },
    ];
    const made = await stand(entries, () => failed(REFUSED));
    const rows = await made.tree.getChildren();
    const items = rows.map(row => made.tree.getTreeItem(row));
    assert.deepEqual(
      items.map(({ label, description }) => [label, description]),
      [
        ['a', 'not asked yet'],
        ['payments', '2 clusters'],
        ['archive', '1 cluster'],
        ['d', 'not asked yet'],
      ],
    );
    assert.deepEqual(
      items.map(({ id }) => id?.replace(/^(cluster\/\w).*/u, '$1')),
      ['cluster/a', 'group/payments', 'group/archive', 'cluster/d'],
    );
    assert.equal(items[1]?.accessibilityInformation?.label, 'Group payments, 2 clusters');
    const inside = await made.tree.getChildren(rows[1]);
    assert.deepEqual(
      inside.map(row => made.tree.getTreeItem(row).label),
      ['b', 'e'],
    );
    assert.deepEqual(made.asked, []);
    await made.tree.refresh('e');
    assert.equal(made.redrawn.at(-1), inside[1], 'the row that the editor was given is the one that is redrawn');
  });

  it("also P7-A3: a colour is the person's own, beside the words, and gives way to what is reported", async () => {
    const entry = { ...ORDERS, environment: 'production', color: 'red' };
    const made = await stand([entry], () => failed(REFUSED));
    assert.deepEqual(icon(clusterRow(made)), ['server-environment', 'charts.red']);
    assert.equal(clusterRow(made).label, 'orders (production)');
    await below(made.tree);
    assert.deepEqual(icon(clusterRow(made)), ['debug-disconnect', 'list.errorForeground']);
  });

  it('also P7-O1: hostile names stay text, and no two rows of a thousand nodes have one id', async () => {
    const hostile = 'node-2\u202e\n$(error) [x](command:y)';
    const members = [member(1, { name: hostile }), ...Array.from({ length: 999 }, (_none, index) => member(index + 2))];
    const made = await stand([{ ...ORDERS, group: 'one' }], () => answered(members));
    const rows = await below(made.tree);
    assert.equal(rows.length, 1003);
    assert.equal(new Set(rows.map(({ id }) => id)).size, 1003);
    for (const { label, description, tooltip, accessibilityInformation } of rows)
      for (const text of [
        label,
        description,
        accessibilityInformation?.label,
        tooltipOf({ tooltip }).replaceAll('\n', ''),
      ])
        assert.ok(text === undefined || (typeof text === 'string' && !/[\u202e\n]/u.test(text)), JSON.stringify(text));
  });

  it('also P7-D1: what is last known of a node is the dated row of the tree, and only while the tree shows it', async () => {
    const made = await stand([ORDERS], () => answered([member(1, DEAD), member(2)]));
    assert.equal(made.tree.lastKnown('orders', 'id-1'), undefined, 'nothing was read');
    await below(made.tree);
    const known = made.tree.lastKnown('orders', 'id-1');
    assert.equal(known?.name, 'node-1');
    assert.equal(known.toldBy, 'node-2');
    assert.equal(known.source.observed.time, TIME);
    assert.deepEqual(
      known.facts.filter(({ name }) => 'label' in name && ['Role', 'Health', 'Lag (bytes)'].includes(name.label)),
      [
        { name: { label: 'Role' }, value: { is: 'role', value: 'primary' } },
        { name: { label: 'Health' }, value: { is: 'health', value: 'unknown' } },
        { name: { label: 'Lag (bytes)', short: 'lag bytes' }, value: { is: 'number', value: null } },
      ],
    );
    made.tree.concluded(executed());
    assert.equal(made.tree.lastKnown('orders', 'id-1')?.mark, 'read before the request executed at 10:05:33Z');
    assert.equal(made.tree.lastKnown('orders', 'id-9'), undefined);
    assert.deepEqual(made.asked, ['orders'], 'nobody is asked for it');
    made.answers = () => failed(REFUSED);
    await made.tree.refresh('orders');
    assert.equal(made.tree.lastKnown('orders', 'id-1'), undefined, 'a failure replaces what stood there');
  });

  it('also P7-E2: only a reading of one node to which no answer came says that none came', async () => {
    const { withoutAnswer } = await import('../../src/vscode/last-known.ts');
    const invalid = transportFailure('PHASE7_INVALID_KERNEL_RESPONSE', 'a proxy', 'not_executed');
    const of = (error: ControlError, command: string, target: string | null): string | undefined => {
      const result = failed(error, command, target);
      assert.ok(result.kind === 'failed');
      return withoutAnswer(result);
    };
    assert.equal(of(REFUSED, 'inspect_node', 'id-1'), 'id-1');
    assert.equal(of(REFUSED, 'inspect_wal', 'id-1'), 'id-1');
    assert.equal(of(REFUSED, 'inspect_promotion_state', null), undefined);
    assert.equal(of(invalid, 'inspect_node', 'id-1'), undefined);
    assert.equal(of(refusal('PHASE7_INVALID_NODE_ID', 'x'), 'inspect_node', 'id-1'), undefined);
    assert.equal(of(UNKNOWN, 'request_promotion', 'id-1'), undefined);
  });
});
