/**
 * The main job in the real workbench against a real MySQL group; afterwards MySQL and the audit file are asked what
 * happened.
 */
import assert from 'node:assert/strict';
import type { MysqlCluster } from '../../scripts/lib/mysql-cluster.mjs';
import { LOGINS, startGroup } from '../mysql/group.ts';
import { AuditSince } from '../ui/driver/audit-since.ts';
import { filesWith } from '../ui/driver/files.ts';
import { askFor, becomeOperator } from '../ui/driver/steps.ts';
import { useEditor } from '../ui/driver/use-editor.ts';
import { giveControl } from './steps.ts';

const TRIAL = { name: 'added', label: 'added' };
type Fields = Readonly<Record<string, unknown>>;

describe('an operator of a MySQL group in the editor', function () {
  this.timeout(400_000);
  let cluster: MysqlCluster;

  before('start the group', async () => {
    cluster = await startGroup();
  });
  after(() => cluster.stop());
  beforeEach('a whole group', async () => {
    await cluster.heal();
    use.editor.writeSettings({ 'aerodb.clusters': [] });
    audit.mark();
  });
  const use = useEditor();
  const audit = new AuditSince(() => use.editor.auditFile);

  /** The primary and one that is to be. */
  async function pair(): Promise<{ readonly primary: string; readonly target: string }> {
    const leads = await cluster.primary();
    const target = cluster.members.find(({ index }) => index !== leads);
    assert.ok(leads !== undefined && target !== undefined);
    return { primary: cluster.member(leads).name, target: target.name };
  }

  /** Adds the group as a person does: kind, addresses, the login for reading; then the login for control. */
  async function add(): Promise<void> {
    const { workbench } = use;
    await workbench.runCommand('AeroDB: Add Cluster…');
    await workbench.quickInput.waitFor('The name by which you know the cluster');
    await workbench.quickInput.answer(TRIAL.name);
    await workbench.quickInput.waitFor('What runs there');
    await workbench.quickInput.choose('MySQL Group Replication');
    await workbench.quickInput.waitFor('The SQL addresses of its members');
    await workbench.quickInput.answer(cluster.members.map(({ address }) => address).join(', '));
    await workbench.quickInput.waitFor('Your own label');
    await workbench.quickInput.answer('');
    await workbench.quickInput.waitFor('the login for all reads');
    await workbench.quickInput.type('no-colon');
    await workbench.quickInput.waitFor('Not of the form user:password.');
    await workbench.quickInput.answer(LOGINS.look);
    await workbench.quickInput.choose('Add what I typed');
    await workbench.notifications.waitFor('cluster "added" was added');
  }

  it('also P7-S2: is added from the palette, inspected as an Observer, and looking changes nothing', async () => {
    const { workbench } = use;
    const { primary, target } = await pair();
    await add();
    await workbench.openView('AeroDB');
    const tree = workbench.tree('Clusters');
    await tree.expand([TRIAL.label]);
    const rows = await tree.waitForRows(
      'three members',
      seen => seen.filter(({ label }) => cluster.members.some(({ name }) => name === label)).length === 3,
    );
    const aria = (name: string): string => rows.find(({ label }) => label === name)?.ariaLabel ?? '';
    assert.match(aria(primary), /PRIMARY/u);
    assert.match(aria(target), /SECONDARY/u);
    await tree.click([TRIAL.label, target]);
    await workbench.webviews.waitForText('super_read_only');
    await workbench.screenshot('mysql-node');
    await tree.click([TRIAL.label, 'Replication']);
    await workbench.webviews.waitForText('MySQL reports no lag in bytes');
    await workbench.screenshot('mysql-replication');
    await tree.click([TRIAL.label, 'Promotion']);
    await workbench.webviews.waitForText('primary elected');
    await workbench.screenshot('mysql-promotion');
    await tree.expand([TRIAL.label, target]);
    await tree.click([TRIAL.label, target, 'WAL']);
    await workbench.webviews.waitForText('Binary logs');
    await workbench.screenshot('mysql-wal');
    await workbench.runCommand('AeroDB: Inspect Cluster State');
    await workbench.quickInput.choose(TRIAL.label);
    const panel = await workbench.webviews.waitForText('View of the group');
    for (const { name } of cluster.members) await panel.getByText(name, { exact: true }).first().waitFor();
    await workbench.screenshot('mysql-cluster');
    await tree.expand([TRIAL.label, primary]);
    await tree.waitForRows('what the engine cannot be asked for, with the reason', seen =>
      seen.some(
        ({ label, ariaLabel }) =>
          label === 'Request Demotion' && ariaLabel.includes('without a successor: a switch names it'),
      ),
    );
    for (const command of [
      'inspect_cluster_state',
      'inspect_node',
      'inspect_replication_status',
      'inspect_promotion_state',
      'inspect_wal',
    ])
      assert.deepEqual([...new Set(audit.stages(command))], ['command_requested', 'command_answered'], command);
    assert.equal((await pair()).primary, primary);
  });

  it(
    'also P7-E1: without the login for control a switch is refused before anything is sent; with it, it is carried ' +
      'out once',
    async () => {
      const { workbench } = use;
      const { primary, target } = await pair();
      await add();
      await becomeOperator(workbench, TRIAL);
      await workbench.runCommand('AeroDB: Request Promotion');
      await workbench.quickInput.waitFor('Cluster');
      await workbench.quickInput.choose(TRIAL.label);
      await workbench.quickInput.waitFor('Node (as read from');
      await workbench.quickInput.choose(target);
      const { message } = await workbench.notifications.waitFor('AeroDB: not executed.');
      assert.match(message, /No login for control is known/u);
      assert.equal((await pair()).primary, primary);

      await giveControl(workbench, TRIAL.label);
      await becomeOperator(workbench, TRIAL);
      audit.mark();
      const panel = await askFor(workbench, TRIAL, 'Request Promotion', target, 'kernel update');
      const text = (await panel.locator('body').innerText()).replaceAll(/\s+/gu, ' ');
      assert.ok(text.includes(`Ask MySQL to make "${target}" the primary of the group in place of "${primary}"`), text);
      await workbench.screenshot('mysql-explanation');
      await panel.getByText('Continue to Confirmation…').click();
      const dialog = await workbench.dialogs.waitFor(`Request Promotion: ${target}?`);
      assert.equal(dialog.focused, 'Do Nothing', 'P7-A2');
      await workbench.dialogs.click('Continue…');
      await workbench.quickInput.waitFor('Type the name of the node');
      await workbench.quickInput.answer(target);
      const executed = await audit.recorded('command_executed');
      assert.match(String((executed['kernel_response'] as Fields)['body']), /^Primary server switched to: /u);
      await workbench.webviews.waitForText('Primary server switched to');
      await workbench.screenshot('mysql-executed');
      assert.equal((await pair()).primary, target);
      assert.deepEqual(audit.stages('request_promotion'), [
        'command_requested',
        'explanation_presented',
        'confirmation_requested',
        'confirmation_given',
        'dispatch_intent',
        'command_executed',
      ]);
      for (const secret of ['watch-Pa55', 'switch-Pa55'])
        assert.deepEqual(filesWith(use.editor.home, secret), [], 'in no file in the clear');
      await workbench.runCommand('AeroDB: Verify Audit Log');
      await workbench.notifications.waitFor(/intact/iu);
    },
  );
});
