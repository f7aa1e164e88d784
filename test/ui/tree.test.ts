/** The tree in the real workbench: what opens the picture, what a dead node says, what all clusters are asked. */
import assert from 'node:assert/strict';
import { TestCluster } from '../support/test-cluster.ts';
import { recordsIn } from '../support/records-in.ts';
import { askFor, becomeOperator, confirmStandard, type Named } from './driver/steps.ts';
import { useEditor } from './driver/use-editor.ts';
import { waitFor } from './driver/wait.ts';

const orders: Named = { name: 'orders', label: 'orders (production)' };

describe('the tree in the editor', function () {
  this.timeout(400_000);
  const use = useEditor();
  let cluster: TestCluster;
  let start = 0;

  beforeEach('start a cluster', async () => {
    cluster = await TestCluster.start();
    for (const key of ['a', 'b', 'c']) assert.equal((await cluster.node(1).write(key)).status, 200);
    const endpoints = cluster.nodes.map(({ url }) => url);
    use.editor.writeSettings({
      'aerodb.clusters': [
        { name: 'archive', kind: 'aerodb', endpoints: ['http://127.0.0.1:1'], group: 'payments', color: 'blue' },
        { name: orders.name, kind: 'aerodb', endpoints, environment: 'production', color: 'red' },
        { name: 'ledger', kind: 'aerodb', endpoints, group: 'payments', environment: 'test', color: 'green' },
        { name: 'wrong', kind: 'aerodb', endpoints, color: 'pink' },
      ],
    });
    start = recordsIn(use.editor.auditFile).length;
  });
  afterEach('stop the cluster', () => cluster.stop());

  /** What was asked for since the test began: command and cluster. */
  function asked(): readonly string[] {
    return recordsIn(use.editor.auditFile)
      .slice(start)
      .filter(({ stage }) => stage === 'command_requested')
      .map(({ command, cluster: of }) => `${command ?? ''} ${String(of)}`);
  }

  it('also P7-A1: groups contact nobody; Refresh All asks every cluster once, and each failure is a row', async () => {
    const { workbench } = use;
    await workbench.openView('AeroDB');
    const tree = workbench.tree('Clusters');
    const rows = await tree.waitForRows('the group and the clusters', seen => seen.length === 5);
    assert.deepEqual(
      rows.map(({ label, level }) => `${level} ${label}`),
      ['1 payments', '2 archive', '2 ledger (test)', '1 orders (production)', '1 wrong'],
    );
    await tree.collapse(['payments']);
    await tree.expand(['payments']);
    assert.deepEqual(asked(), []);
    await workbench.runCommand('AeroDB: Refresh All Clusters (Contacts Every Configured Cluster)');
    await tree.waitForRows('what each of them answered', seen =>
      [/^no answer/u, /^node-1 is primary/u, /^node-1 is primary/u, /^configuration not valid$/u].every((text, index) =>
        text.test(seen.filter(({ label }) => label !== 'payments')[index]?.description ?? ''),
      ),
    );
    assert.deepEqual(
      [...asked()].sort(),
      ['archive', 'ledger', 'orders', 'wrong'].map(name => `inspect_cluster_state ${name}`),
    );
    await workbench.screenshot('tree-refreshed');
    await tree.expand(['payments', 'archive']);
    await tree.waitForRow(['payments', 'archive', ({ description }) => description === 'PHASE7_CONNECTION_FAILED']);
    assert.equal(asked().length, 4, 'what was read is shown, and not asked for again');
  });

  it('also P7-E2: the overview is the picture; a dead node says that no answer came, and what was last known of it', async () => {
    const { workbench } = use;
    await workbench.openView('AeroDB');
    const tree = workbench.tree('Clusters');
    await tree.expand([orders.label]);
    const rows = await tree.waitForRows('its nodes', seen => seen.some(({ label }) => label === 'node-3'));
    assert.deepEqual(
      rows.filter(({ level }) => level === 2).map(({ label }) => label),
      ['archive', 'ledger (test)', 'Overview', 'Replication', 'Promotion', 'node-1', 'node-2', 'node-3'],
    );
    await tree.click([orders.label, 'Overview']);
    const overview = await workbench.webviews.waitForText(/Inspect Cluster State[\s\S]*recorded as/u);
    await overview.locator('header .label.colored.red').waitFor();
    await workbench.screenshot('overview');
    await cluster.kill(cluster.node(1));
    await tree.clickInlineAction([orders.label], 'Refresh');
    await waitFor(
      'node-1 to be told as dead',
      async () => (await tree.rows()).find(({ label }) => label === 'node-1')?.description ?? '',
      description => description === 'primary · no answer',
    );
    const before = asked().length;
    await tree.click([orders.label, 'node-1']);
    const dead = await workbench.webviews.waitForText('No answer came from node-1.');
    const text = await dead.locator('main').innerText();
    const order = [
      'No answer came from node-1.',
      'ECONNREFUSED',
      'What the tree last knew of it',
      'Last reported by node-2',
    ];
    assert.deepEqual(
      order.map(words => text.indexOf(words)).toSorted((a, b) => a - b),
      order.map(words => text.indexOf(words)),
      text,
    );
    assert.ok(!text.includes('NOT EXECUTED'), text);
    assert.match(text, /what the tree of this window last received/u);
    assert.equal(asked().length, before + 1, 'one recorded read, and nothing for what was remembered');
    await workbench.screenshot('dead-node');
  });

  it('also P7-F3: after an executed change the rows say that they were read before it, until a person refreshes', async () => {
    const { workbench } = use;
    await workbench.openView('AeroDB');
    const tree = workbench.tree('Clusters');
    await tree.expand([orders.label]);
    await becomeOperator(workbench, orders);
    await confirmStandard(
      workbench,
      await askFor(workbench, orders, 'Request Demotion', 'node-1', 'planned'),
      'Request Demotion: node-1?',
    );
    const marked = await tree.waitForRows('the mark', seen =>
      seen.some(
        ({ label, description }) => label === 'node-1' && /read before the request executed/u.test(description),
      ),
    );
    assert.match(
      marked.find(({ label }) => label === orders.label)?.description ?? '',
      /^read before the request executed at \d\d:\d\d:\d\dZ · node-1 is primary/u,
    );
    await workbench.screenshot('tree-marked');
    const before = asked().length;
    await tree.clickInlineAction([orders.label], 'Refresh');
    await tree.waitForRows('the rows without the mark', seen =>
      seen.every(({ description }) => !description.includes('read before')),
    );
    assert.equal(asked().length, before + 1);
  });
});
