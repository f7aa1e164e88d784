/**
 * The main job in the real workbench against a real Patroni cluster; afterwards PostgreSQL and the audit file are asked
 * what happened.
 */
import assert from 'node:assert/strict';
import { MONITOR, type PatroniCluster } from '../../scripts/lib/patroni-cluster.mjs';
import { others, settled, startCluster, writes, type Fields } from '../patroni/support.ts';
import { AuditSince } from '../ui/driver/audit-since.ts';
import { filesWith } from '../ui/driver/files.ts';
import { askFor, becomeOperator } from '../ui/driver/steps.ts';
import { useEditor } from '../ui/driver/use-editor.ts';

const TRIAL = { name: 'trial', label: 'trial (test bench)' };

describe('an operator of a Patroni cluster in the editor', function () {
  this.timeout(300_000);
  let cluster: PatroniCluster;
  let leader: string;
  let replica: string;

  before('start the cluster', async () => {
    cluster = await startCluster();
  });
  after(() => cluster.stop());
  beforeEach('a whole cluster', async () => {
    leader = await settled(cluster);
    [replica] = others(cluster, leader);
    use.editor.writeSettings({
      'aerodb.clusters': [
        {
          name: TRIAL.name,
          kind: 'patroni',
          endpoints: cluster.members.map(({ url }) => url),
          environment: 'test bench',
        },
      ],
    });
    audit.mark();
  });
  // Windows open when they are configured: one that is open already takes a while to notice.
  const use = useEditor();
  const audit = new AuditSince(() => use.editor.auditFile);

  /** The commands that the menu of a node offers. */
  async function menu(clusterRow: string, node: string): Promise<readonly string[]> {
    const items = await use.workbench.tree('Clusters').openContextMenu([clusterRow, node]);
    await use.workbench.page.keyboard.press('Escape');
    await use.workbench.page.locator('.context-view .monaco-menu').waitFor({ state: 'hidden' });
    return items.filter(item => item !== '');
  }

  it('inspects the cluster as an Observer: its members and who leads, on whose word', async () => {
    const { workbench } = use;
    await workbench.openView('AeroDB');
    const tree = workbench.tree('Clusters');
    await tree.expand([TRIAL.label]);
    const rows = await tree.waitForRows(
      'three members',
      seen => seen.filter(({ label }) => /^pg\d$/u.test(label)).length === 3,
    );
    const aria = (name: string): string => rows.find(({ label }) => label === name)?.ariaLabel ?? '';
    assert.match(aria(leader), /leader/u);
    // PostgreSQL writes a little by itself now and then: how far behind it is at this moment is not ours to say.
    assert.match(aria(replica), /replica · lag (?:0|\d+ bytes)/u);
    await tree.click([TRIAL.label, replica]);
    await workbench.webviews.waitForText('database system identifier');
    await workbench.screenshot('patroni-node');
    await tree.click([TRIAL.label, 'Replication']);
    await workbench.webviews.waitForText('Lag is WAL in bytes');
    await tree.click([TRIAL.label, 'Promotion']);
    await workbench.webviews.waitForText('no promotion state machine');
    await workbench.screenshot('patroni-promotion');
    await workbench.runCommand('AeroDB: Inspect Cluster State');
    await workbench.quickInput.choose(TRIAL.label);
    const panel = await workbench.webviews.waitForText('Inspect Cluster State');
    for (const { name } of cluster.members) await panel.getByText(name, { exact: true }).first().waitFor();
    await workbench.screenshot('patroni-cluster');
    await tree.expand([TRIAL.label, leader]);
    await tree.waitForRows('what the engine cannot be asked for, with the reason', seen =>
      seen.some(({ label, ariaLabel }) => label === 'Request Demotion' && ariaLabel.includes('Patroni chooses one')),
    );
    // A menu cannot say why it offers nothing: that is said by the row, and by the tooltip of the node.
    assert.deepEqual(await menu(TRIAL.label, leader), [
      'Inspect Node',
      'Inspect WAL',
      'Inspect Promotion State',
      'Run Diagnostics',
      'Request Promotion',
      'Force Promotion',
    ]);
    for (const command of [
      'inspect_cluster_state',
      'inspect_node',
      'inspect_replication_status',
      'inspect_promotion_state',
    ]) {
      assert.deepEqual([...new Set(audit.stages(command))], ['command_requested', 'command_answered'], command);
    }
    assert.equal(await settled(cluster), leader, 'P7-S2: looking changed nothing');
  });

  it('is added from the palette with the login of its API, and the password of its database is a secret of its own', async () => {
    const { workbench } = use;
    use.editor.writeSettings({ 'aerodb.clusters': [] });
    await workbench.runCommand('AeroDB: Add Cluster…');
    await workbench.quickInput.waitFor('The name by which you know the cluster');
    await workbench.quickInput.answer('added');
    await workbench.quickInput.waitFor('What runs there');
    await workbench.quickInput.choose('PostgreSQL under Patroni');
    await workbench.quickInput.waitFor('The addresses of its members');
    await workbench.quickInput.answer(cluster.members.map(({ url }) => url).join(', '));
    await workbench.quickInput.waitFor('Your own label');
    await workbench.quickInput.answer('');
    await workbench.quickInput.waitFor('as user:password');
    await workbench.quickInput.type('no-colon');
    await workbench.quickInput.waitFor('Not of the form user:password.');
    await workbench.quickInput.answer('operator:canary-login');
    await workbench.quickInput.choose('Add what I typed');
    await workbench.notifications.waitFor('cluster "added" was added');
    use.editor.writeSettings({
      'aerodb.clusters': [
        {
          name: 'added',
          kind: 'patroni',
          endpoints: cluster.members.map(({ url }) => url),
          database: { user: MONITOR.user, addresses: cluster.members.map(({ postgresAddress }) => postgresAddress) },
        },
      ],
    });
    await workbench.openView('AeroDB');
    const tree = workbench.tree('Clusters');
    await tree.expand(['added']);
    await tree.waitForRow(['added', leader]);
    assert.ok(!(await menu('added', leader)).includes('Inspect Snapshots'), 'no password of the login is known yet');
    await workbench.runCommand('AeroDB: Set or Clear Access Token…');
    await workbench.quickInput.choose('added');
    await workbench.quickInput.choose('Password of the database login');
    await workbench.quickInput.waitFor("Kept in the editor's secret store");
    await workbench.quickInput.answer(MONITOR.password);
    await workbench.notifications.waitFor('the database password of "added" is in the editor\'s secret store');
    await tree.expand(['added', leader]);
    await tree.click(['added', leader, 'Snapshots']);
    await workbench.webviews.waitForText(/Inspect Snapshots[\s\S]*checkpoint[\s\S]*recorded as/u);
    await workbench.screenshot('patroni-snapshots');
    assert.deepEqual(await menu('added', leader), [
      'Inspect Node',
      'Inspect WAL',
      'Inspect Snapshots',
      'Inspect Promotion State',
      'Run Diagnostics',
      'Request Promotion',
      'Force Promotion',
    ]);
    for (const secret of ['canary-login', MONITOR.password])
      assert.deepEqual(filesWith(use.editor.home, secret), [], 'in no file in the clear');
  });

  it('also P7-E1: a demotion is refused as not available, before anything is sent', async () => {
    const { workbench } = use;
    await becomeOperator(workbench, TRIAL);
    await workbench.runCommand('AeroDB: Request Demotion');
    await workbench.quickInput.waitFor('Cluster');
    await workbench.quickInput.choose(TRIAL.label);
    await workbench.quickInput.waitFor('Node (as read from');
    await workbench.quickInput.choose(leader);
    const { message } = await workbench.notifications.waitFor('AeroDB: not executed.');
    assert.match(message, /Patroni chooses one/u);
    await workbench.screenshot('patroni-demotion-refused');
    assert.deepEqual(audit.stages('request_demotion'), ['command_requested', 'command_rejected']);
    assert.equal(await settled(cluster), leader);
  });

  it('a switchover, explained and confirmed through the dialogs, is carried out once and stands in the log', async () => {
    const { workbench } = use;
    await becomeOperator(workbench, TRIAL);
    const panel = await askFor(workbench, TRIAL, 'Request Promotion', replica, 'kernel update');
    const text = (await panel.locator('body').innerText()).replaceAll(/\s+/gu, ' ');
    assert.ok(
      text.includes(`Ask Patroni to switch over from the leader "${leader}" to the candidate "${replica}"`),
      text,
    );
    await workbench.screenshot('patroni-explanation');
    await panel.getByText('Continue to Confirmation…').click();
    const dialog = await workbench.dialogs.waitFor(`Request Promotion: ${replica}?`);
    assert.equal(dialog.focused, 'Do Nothing', 'P7-A2');
    await workbench.dialogs.click('Continue…');
    await workbench.quickInput.waitFor('Type the name of the node');
    await workbench.quickInput.answer(replica);
    const executed = await audit.recorded('command_executed');
    assert.equal((executed['kernel_response'] as Fields)['body'], `Successfully switched over to "${replica}"`);
    await workbench.webviews.waitForText(`Successfully switched over to "${replica}"`);
    await workbench.screenshot('patroni-executed');
    assert.equal(await settled(cluster), replica);
    assert.deepEqual([await writes(cluster, replica), await writes(cluster, leader)], [true, false]);
    assert.deepEqual(audit.stages('request_promotion'), [
      'command_requested',
      'explanation_presented',
      'confirmation_requested',
      'confirmation_given',
      'dispatch_intent',
      'command_executed',
    ]);
    await workbench.runCommand('AeroDB: Verify Audit Log');
    await workbench.notifications.waitFor(/intact/iu);
  });
});
