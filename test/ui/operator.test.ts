/**
 * The main job in the real workbench, against the real cluster: after each story, the cluster itself and the audit file
 * are asked what happened.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { listening } from '../support/listening.ts';
import { at, demote, listAt, TestCluster, textAt, type Json, type TestNode } from '../support/test-cluster.ts';
import { recordsIn } from '../support/records-in.ts';
import { useEditor } from './driver/use-editor.ts';
import { filesWith } from './driver/files.ts';
import type { DialogView } from './driver/dialog.ts';
import { waitFor } from './driver/wait.ts';

interface RecordShape {
  readonly seq: string;
  readonly hash: string;
  readonly prev: string;
  readonly stage: string;
  readonly request_id?: string;
  readonly command?: string;
  readonly outcome?: string;
  readonly authority: string;
  readonly error?: { readonly code: string };
  readonly [field: string]: unknown;
}

/** The denial reason in the kernel's own answer. */
function reasonOf(body: string): string {
  return textAt(JSON.parse(body) as Json, 'error.details.reason');
}

describe('an operator in the editor', function () {
  this.timeout(300_000);
  let cluster: TestCluster;

  beforeEach('start a cluster', async () => {
    cluster = await TestCluster.start();
    for (const key of ['a', 'b', 'c']) assert.equal((await cluster.node(1).write(key)).status, 200);
    use.editor.writeSettings({
      'aerodb.clusters': [
        { name: 'local', kind: 'aerodb', endpoints: cluster.nodes.map(({ url }) => url), environment: 'test bench' },
      ],
    });
    start = records().length;
  });
  afterEach('stop the cluster', () => cluster.stop());
  const use = useEditor();
  /** Where this test's records begin. */
  let start = 0;

  function records(): readonly RecordShape[] {
    return recordsIn(use.editor.auditFile) as readonly RecordShape[];
  }

  /** Stages of this test's requests for a command, in order. */
  function stages(command: string): readonly string[] {
    return records()
      .slice(start)
      .filter(record => record.command === command)
      .map(({ stage }) => stage);
  }

  async function waitForStage(stage: string): Promise<RecordShape> {
    const found = await waitFor(
      `a record of ${stage}`,
      () => Promise.resolve(records().slice(start)),
      seen => seen.some(record => record.stage === stage),
    );
    const record = found.findLast(each => each.stage === stage);
    assert.ok(record);
    return record;
  }

  async function expandCluster(): Promise<void> {
    await use.workbench.openView('AeroDB');
    await use.workbench.tree('Clusters').expand(['local (test bench)']);
  }

  async function becomeOperator(): Promise<void> {
    const { workbench } = use;
    await workbench.runCommand('AeroDB: Assume Operator Authority…');
    await workbench.quickInput.waitFor('Cluster');
    await workbench.quickInput.choose('local (test bench)');
    const dialog = await workbench.dialogs.waitFor('assume Operator authority?');
    assert.equal(dialog.focused, 'Do Nothing');
    await workbench.dialogs.click('Become Operator of local');
    const item = await workbench.statusBar.waitFor('AeroDB: Operator of local');
    assert.equal(item.kind, 'warning');
  }

  /** Runs a command on a node from the palette and answers what it asks for before its explanation. */
  async function ask(title: string, node: TestNode, reason?: string): Promise<void> {
    const { workbench } = use;
    await workbench.runCommand(`AeroDB: ${title}`);
    await workbench.quickInput.waitFor('Cluster');
    await workbench.quickInput.choose('local (test bench)');
    await workbench.quickInput.waitFor('Node (as read from');
    await workbench.quickInput.choose(node.name);
    if (reason !== undefined) {
      await workbench.quickInput.waitFor('Reason');
      await workbench.quickInput.answer(reason);
    }
  }

  /** Reads the explanation in its panel and goes on to the dialogs. */
  async function readAndGoOn(): Promise<void> {
    const panel = await use.workbench.webviews.waitForText('Nothing has been sent.');
    await panel.getByText('Continue to Confirmation…').click();
  }

  async function firstDialog(text: string): Promise<DialogView> {
    const dialog = await use.workbench.dialogs.waitFor(text);
    assert.ok(dialog.message.startsWith('local (test bench) \u00b7 '), dialog.message);
    assert.equal(dialog.focused, 'Do Nothing', 'P7-A2: the safe answer has the focus');
    return dialog;
  }

  /** Standard confirmation up to where the name is to be typed. */
  async function goOnToTheName(title: string, node: TestNode): Promise<void> {
    await readAndGoOn();
    await firstDialog(`${title}: ${node.name}?`);
    await use.workbench.dialogs.click('Continue…');
    await use.workbench.quickInput.waitFor('Type the name of the node');
  }

  /** Standard confirmation: the dialog, then the name. */
  async function confirmStandard(title: string, node: TestNode): Promise<void> {
    await goOnToTheName(title, node);
    await use.workbench.quickInput.answer(node.name);
  }

  /** The kernel's own events of control attempts, as each living node tells them. */
  async function attempts(nodes: readonly TestNode[] = cluster.nodes): Promise<readonly string[]> {
    const all = await Promise.all(
      nodes.map(async node => listAt((await node.get('/v1/promotion')).body, 'data.events')),
    );
    return all
      .flat()
      .map(event => textAt(event, 'type'))
      .filter(type => /\.requested$/.test(type));
  }

  async function primaryOf(node: TestNode): Promise<unknown> {
    return at((await node.get('/v1/cluster')).body, 'data.primary_id');
  }

  function assertOneChain(): void {
    const all = records();
    assert.deepEqual(
      all.map(({ seq }) => seq),
      all.map((_record, index) => String(index + 1)),
    );
    for (const [index, record] of all.entries()) assert.equal(record.prev, all[index - 1]?.hash ?? '0'.repeat(64));
  }

  it('also freeze/audit-every-attempt: inspects everything, as an Observer, and every reading stands in the log', async () => {
    const { workbench } = use;
    await workbench.openView('AeroDB');
    const tree = workbench.tree('Clusters');
    assert.match((await tree.waitForRow(['local (test bench)'])).description, /not asked yet/);
    assert.equal(records().slice(start).length, 0, 'P7-A1: nothing is asked before a person asks');
    await tree.expand(['local (test bench)']);
    await tree.waitForRows('who is primary, and from when that is', ([row]) =>
      /^node-1 is primary, epoch 1 · as of \d{2}:\d{2}:\d{2}Z · \d{4}-\d{2}-\d{2}$/u.test(row?.description ?? ''),
    );
    const rows = await tree.waitForRows(
      'three nodes',
      seen => seen.filter(({ label }) => label.startsWith('node-')).length === 3,
    );
    assert.match(rows.find(({ label }) => label === 'node-1')?.ariaLabel ?? '', /primary/);
    await workbench.screenshot('tree');
    await tree.click(['local (test bench)', 'node-2']);
    await workbench.webviews.waitForText(cluster.node(2).id);
    await workbench.screenshot('panel-node');
    await tree.click(['local (test bench)', 'Replication']);
    await workbench.webviews.waitForText('Replication Status');
    await workbench.screenshot('panel-replication');
    await tree.click(['local (test bench)', 'Promotion']);
    await workbench.webviews.waitForText('Steady');
    await workbench.screenshot('panel-promotion');
    await tree.expand(['local (test bench)', 'node-3']);
    await tree.click(['local (test bench)', 'node-3', 'WAL']);
    await workbench.webviews.waitForText('Inspect WAL');
    await workbench.screenshot('panel-wal');
    await tree.click(['local (test bench)', 'node-3', 'Snapshots']);
    await workbench.webviews.waitForText('Inspect Snapshots');
    await workbench.screenshot('panel-snapshots');
    await workbench.runCommand('AeroDB: Inspect Cluster State');
    await workbench.quickInput.choose('local (test bench)');
    const panel = await workbench.webviews.waitForText('Inspect Cluster State');
    for (const { name } of cluster.nodes)
      await panel.getByText(name, { exact: true }).filter({ visible: true }).first().waitFor();
    await workbench.screenshot('panel-cluster');
    for (const command of [
      'inspect_cluster_state',
      'inspect_node',
      'inspect_replication_status',
      'inspect_promotion_state',
      'inspect_wal',
      'inspect_snapshots',
    ]) {
      assert.deepEqual([...new Set(stages(command))], ['command_requested', 'command_answered'], command);
    }
    assert.ok(
      records()
        .slice(start)
        .every(({ authority }) => authority === 'Observer'),
    );
    assert.deepEqual(await attempts(), [], 'P7-S2: looking changed nothing');
    assertOneChain();
  });

  it('also P7-O1: a history that is longer than one answer is read part by part, each in a panel and a record of its own', async () => {
    const { workbench } = use;
    const node = cluster.node(2);
    for (let nth = 0; nth < 70; nth += 1) assert.equal((await demote(node)).status, 409);
    await workbench.openView('AeroDB');
    await expandCluster();
    await workbench.tree('Clusters').chooseFromContextMenu(['local (test bench)', 'node-2'], 'Inspect Promotion State');
    const newest = await workbench.webviews.waitForText('Showing the newest 100 of 210 events; 110 older.');
    await newest.getByText('Show Older…').click();
    const older = await workbench.webviews.waitForText('Showing events #11 to #110.');
    assert.match(await older.locator('h1').innerText(), /^Inspect Promotion State: local, node-2 \(older than 111\)$/u);
    await workbench.screenshot('panel-promotion-older');
    await older.getByText('Show Older…').click();
    const oldest = await workbench.webviews.waitForText('Showing events #1 to #10.');
    assert.equal(await oldest.getByText('Show Older…').count(), 0);
    await oldest.getByText('Show Newest').click();
    await workbench.webviews.waitForText('Showing the newest 100 of 210 events; 110 older.');
    assert.deepEqual(
      records()
        .slice(start)
        .filter(({ stage, command }) => stage === 'command_requested' && command === 'inspect_promotion_state')
        .map(({ args }) => args),
      [{}, { before: '111' }, { before: '11' }, {}].map(more => ({ cluster: 'local', node: node.id, ...more })),
    );
    assertOneChain();
  });

  it('also P7-A1: an Observer is refused, before anything is asked of the kernel', async () => {
    const { workbench } = use;
    await workbench.runCommand('AeroDB: Request Promotion');
    await workbench.quickInput.choose('local (test bench)');
    const { message, severity, buttons } = await workbench.notifications.waitFor('needs Operator authority');
    assert.equal(severity, 'error');
    assert.match(message, /^AeroDB: not executed\./u);
    assert.doesNotMatch(message, /PHASE7|P7-/u, 'words; the codes are in the details');
    assert.deepEqual(buttons, ['Assume Operator Authority…', 'Show Details']);
    await workbench.screenshot('observer-refused');
    assert.deepEqual(stages('request_promotion'), ['command_requested', 'command_rejected']);
    await workbench.notifications.click('needs Operator authority', 'Assume Operator Authority…');
    await workbench.dialogs.click('Become Operator of local');
    await workbench.statusBar.waitFor('AeroDB: Operator of local');
    // Only that act: what was refused is not resumed.
    assert.deepEqual(stages('request_promotion'), ['command_requested', 'command_rejected']);
    assert.deepEqual(await workbench.webviews.visible(), [], 'no explanation opens');
    assert.deepEqual(await attempts(), []);
  });

  it('runs diagnostics as Operator, after their cost was declared and confirmed', async () => {
    const { workbench } = use;
    await becomeOperator();
    await ask('Run Diagnostics', cluster.node(2));
    await readAndGoOn();
    const dialog = await firstDialog('Run Diagnostics: node-2?');
    assert.match(dialog.detail, /files/);
    await workbench.screenshot('diagnostics-dialog');
    await workbench.dialogs.click('Continue…');
    await workbench.quickInput.waitFor('Type the name of the node, node-2, to confirm');
    await workbench.quickInput.answer('node-2');
    await waitForStage('command_answered');
    await workbench.webviews.waitForText('recorded');
    await workbench.screenshot('panel-diagnostics');
    assert.deepEqual(stages('run_diagnostics'), [
      'command_requested',
      'explanation_presented',
      'confirmation_requested',
      'confirmation_given',
      'command_answered',
    ]);
  });

  it("also P7-E3, freeze/verbatim: a promotion while the primary lives is rejected in the kernel's own words", async () => {
    const { workbench } = use;
    await becomeOperator();
    await ask('Request Promotion', cluster.node(2), 'drill');
    await workbench.webviews.waitForText('Nothing has been sent.');
    await workbench.screenshot('explanation');
    await readAndGoOn();
    await firstDialog('Request Promotion: node-2?');
    await workbench.screenshot('dialog');
    await workbench.dialogs.click('Continue…');
    await workbench.quickInput.waitFor('Type the name of the node');
    await workbench.screenshot('type-the-name');
    await workbench.quickInput.answer('node-2');
    const record = await waitForStage('kernel_rejected');
    const response = record['kernel_response'] as { readonly body: string; readonly message: string };
    const panel = await workbench.webviews.waitForText('AERO_PROMOTION_DENIED');
    assert.ok(
      (await panel.locator('body').innerText()).replace(/\s+/g, ' ').includes(response.message.replace(/\s+/g, ' ')),
    );
    await workbench.screenshot('rejected');
    assert.equal(reasonOf(response.body), 'PrimaryStillActive');
    assert.equal(await primaryOf(cluster.node(1)), cluster.node(1).id);
    assert.deepEqual(await attempts(), ['replication.promotion.requested']);
  });

  it(
    'also P7-E2: while a control request is under way, and when no answer came, it is said that what became of it is ' +
      'unknown',
    async () => {
      const { workbench } = use;
      use.editor.writeSettings({
        'aerodb.clusters': [
          { name: 'local', kind: 'aerodb', endpoints: cluster.nodes.map(({ url }) => url), environment: 'test bench' },
        ],
        'aerodb.timeout.controlSeconds': 5,
      });
      await becomeOperator();
      await ask('Request Demotion', cluster.node(1), 'frozen');
      await goOnToTheName('Request Demotion', cluster.node(1));
      cluster.node(1).freeze();
      await workbench.quickInput.answer('node-1');
      const asking = await workbench.webviews.waitForText('It is sent once and not repeated.');
      const { request_id: requestId } = await waitForStage('dispatch_intent');
      await asking.getByText(requestId ?? 'no request id').waitFor();
      await workbench.screenshot('in-flight');
      await workbench.webviews.waitForText('OUTCOME UNKNOWN.');
      await workbench.screenshot('outcome-unknown');
      assert.ok(
        !(await workbench.notifications.all()).some(({ message }) => message.includes('OUTCOME UNKNOWN')),
        'the panel in front says it already',
      );
      cluster.node(1).thaw();
    },
  );

  it('also P7-A1: an observe-only cluster says so in its row, and Operator authority is refused without being offered', async () => {
    const { workbench } = use;
    use.editor.writeSettings({
      'aerodb.clusters': [
        { name: 'local', kind: 'aerodb', endpoints: cluster.nodes.map(({ url }) => url), observeOnly: true },
      ],
    });
    await workbench.openView('AeroDB');
    assert.equal((await workbench.tree('Clusters').waitForRow(['local'])).description, 'not asked yet · observe only');
    await workbench.runCommand('AeroDB: Assume Operator Authority…');
    await workbench.quickInput.choose('local');
    const { message, buttons } = await workbench.notifications.waitFor('is configured as observe-only');
    assert.match(message, /^AeroDB: refused\. Assume Operator Authority\./u);
    assert.deepEqual(buttons, ['Edit Cluster…', 'Show Log']);
    assert.equal(await workbench.dialogs.view(), undefined, 'nothing was offered');
    await workbench.statusBar.waitFor('AeroDB: Observer');
    await workbench.screenshot('observe-only');
  });

  it('the settings of clusters are shown where this editor keeps them', async () => {
    const { workbench } = use;
    await workbench.runCommand('AeroDB: Edit Cluster…');
    await workbench.page.locator('.settings-editor .setting-item-label', { hasText: 'Clusters' }).first().waitFor();
    await workbench.screenshot('settings');
  });

  it('also P7-A2, freeze/no-unconfirmed: Enter alone confirms nothing, nor does Escape, nor a wrong name', async () => {
    const { workbench } = use;
    await becomeOperator();
    await ask('Request Demotion', cluster.node(1), '');
    await readAndGoOn();
    await firstDialog('Request Demotion: node-1?');
    await workbench.dialogs.press('Enter');
    await workbench.webviews.waitForText('You did nothing. Nothing was sent.');
    await ask('Request Demotion', cluster.node(1), '');
    await readAndGoOn();
    await firstDialog('Request Demotion: node-1?');
    await workbench.dialogs.press('Escape');
    await waitFor(
      'the second refusal',
      () => Promise.resolve(stages('request_demotion')),
      seen => seen.filter(stage => stage === 'confirmation_declined').length === 2,
    );
    await ask('Request Demotion', cluster.node(1), '');
    await goOnToTheName('Request Demotion', cluster.node(1));
    await workbench.quickInput.answer('node-2');
    await workbench.quickInput.waitFor('Not the name of the node');
    await workbench.quickInput.cancel();
    await waitFor(
      'the third refusal',
      () => Promise.resolve(stages('request_demotion')),
      seen => seen.filter(stage => stage === 'confirmation_declined').length === 3,
    );
    assert.deepEqual(await attempts(), []);
    assert.equal(await primaryOf(cluster.node(1)), cluster.node(1).id);
  });

  it('also P7-A2: closing the explanation is a refusal, and so is "Do Nothing"', async () => {
    const { workbench } = use;
    await becomeOperator();
    await ask('Request Demotion', cluster.node(1), 'closed');
    await workbench.webviews.waitForText('Nothing has been sent.');
    await workbench.editors.close('Request Demotion: local, node-1');
    await waitForStage('confirmation_voided');
    await ask('Request Demotion', cluster.node(1), 'nothing');
    const panel = await workbench.webviews.waitForText('Nothing has been sent.');
    await panel.getByText('Do Nothing').click();
    await waitForStage('confirmation_declined');
    assert.equal(await workbench.dialogs.view(), undefined);

    // The panel stays in reach while the name is typed, and so does its safe answer.
    await ask('Request Demotion', cluster.node(1), 'nothing, after all');
    await goOnToTheName('Request Demotion', cluster.node(1));
    await (await workbench.webviews.waitForText('Nothing has been sent.')).getByText('Do Nothing').click();
    await waitFor(
      'the second refusal',
      () => Promise.resolve(stages('request_demotion')),
      seen => seen.filter(stage => stage === 'confirmation_declined').length === 2,
    );
    await workbench.quickInput.waitUntilClosed();
    assert.deepEqual(await attempts(), []);
    assert.ok(!stages('request_demotion').includes('dispatch_intent'));
  });

  it('also P7-E1: a planned hand-over is two commands, each confirmed by itself', async () => {
    const { workbench } = use;
    await becomeOperator();
    await ask('Request Demotion', cluster.node(1), 'planned hand-over');
    await confirmStandard('Request Demotion', cluster.node(1));
    await workbench.webviews.waitForText('gave up write authority');
    await workbench.screenshot('demoted');
    assert.notEqual(await primaryOf(cluster.node(2)), cluster.node(2).id, 'nothing follows by itself');
    await ask('Request Promotion', cluster.node(2), 'planned hand-over');
    await confirmStandard('Request Promotion', cluster.node(2));
    await workbench.webviews.waitForText('is the primary');
    await workbench.screenshot('promoted');
    assert.equal(await primaryOf(cluster.node(2)), cluster.node(2).id);
    const intents = records()
      .slice(start)
      .filter(({ stage }) => stage === 'dispatch_intent');
    assert.equal(intents.length, 2);
    assert.deepEqual([...(await attempts())].sort(), [
      'replication.demotion.requested',
      'replication.promotion.requested',
    ]);
    const heads = listAt((await cluster.node(2).get('/v1/promotion')).body, 'data.events').map(event =>
      at(event, 'audit_head.hash'),
    );
    assert.ok(heads.includes(intents[1]?.hash), 'the kernel holds the position of this very intent');
    assert.equal((await cluster.node(2).write('after')).status, 200);
    assertOneChain();
  });

  it(
    'also P6-A1: with the primary killed a promotion is denied as ambiguous, and a force with its acknowledgement is ' +
      'executed',
    async () => {
      const { workbench } = use;
      await becomeOperator();
      await cluster.kill(cluster.node(1));
      await ask('Request Promotion', cluster.node(2), 'primary is gone');
      await confirmStandard('Request Promotion', cluster.node(2));
      await workbench.webviews.waitForText('AERO_PROMOTION_DENIED');
      const denied = await waitForStage('kernel_rejected');
      assert.equal(reasonOf((denied['kernel_response'] as { body: string }).body), 'AuthorityAmbiguous');
      await workbench.screenshot('ambiguous');

      await ask('Force Promotion', cluster.node(2), 'node-1 was powered off by me');
      await readAndGoOn();
      await firstDialog('FORCE promotion of node-2?');
      await workbench.screenshot('force-first');
      await workbench.dialogs.click('Continue…');
      const acknowledgement = await firstDialog('Overridden invariant P6-A1');
      assert.ok(!acknowledgement.buttons.includes('Continue…'));
      await workbench.screenshot('force-acknowledge');
      await workbench.dialogs.click('I Acknowledge P6-A1');
      await workbench.quickInput.waitFor('Type the name of the node');
      await workbench.quickInput.answer('node-2');
      await firstDialog('Responsibility for this forced promotion passes to');
      await workbench.screenshot('force-last');
      await workbench.dialogs.click('Force Promotion of node-2');
      await workbench.webviews.waitForText('is the primary');
      await workbench.screenshot('forced');
      await waitFor(
        'node-3 to follow the new primary',
        () => primaryOf(cluster.node(3)),
        primary => primary === cluster.node(2).id,
      );
      const given = records()
        .slice(start)
        .findLast(({ stage }) => stage === 'confirmation_given');
      assert.deepEqual((given?.['confirmation'] as { acknowledged: unknown }).acknowledged, ['P6-A1']);
      assert.equal((await cluster.node(2).write('after')).status, 200);
    },
  );

  it('also P6-A1a: a force that would override nothing is refused by the kernel', async () => {
    const { workbench } = use;
    await becomeOperator();
    await ask('Force Promotion', cluster.node(2), 'no reason to');
    await readAndGoOn();
    const dialog = await firstDialog('FORCE promotion of node-2?');
    assert.match(dialog.detail, /names no invariant/);
    await workbench.dialogs.click('Continue…');
    await workbench.quickInput.waitFor('Type the name of the node');
    await workbench.quickInput.answer('node-2');
    await firstDialog('Responsibility for this forced promotion passes to');
    await workbench.dialogs.click('Force Promotion of node-2');
    await workbench.webviews.waitForText('AERO_PROMOTION_DENIED');
    const denied = await waitForStage('kernel_rejected');
    assert.match((denied['kernel_response'] as { body: string }).body, /PrimaryStillActive|InvalidRequest/);
    assert.equal(await primaryOf(cluster.node(1)), cluster.node(1).id);
  });

  it(
    'also P7-F2, freeze/resumes, freeze/no-restored-authority: a window reloaded in the middle of a confirmation ' +
      'executes nothing and resumes nothing',
    async () => {
      const { workbench } = use;
      await becomeOperator();
      await ask('Request Demotion', cluster.node(1), 'reloaded');
      await readAndGoOn();
      await firstDialog('Request Demotion: node-1?');
      await workbench.reload();
      await workbench.openView('AeroDB');
      await workbench.statusBar.waitFor('AeroDB: Observer');
      assert.equal(await workbench.dialogs.view(), undefined);
      // A window that can still say goodbye records that the confirmation is void; one that cannot leaves it at the
      // last stage.
      assert.deepEqual(
        stages('request_demotion').filter(stage => stage !== 'confirmation_voided'),
        ['command_requested', 'explanation_presented', 'confirmation_requested'],
      );
      assert.deepEqual(await attempts(), []);
      assert.equal(await primaryOf(cluster.node(1)), cluster.node(1).id);
      await workbench.screenshot('after-reload');
    },
  );

  it(
    'also P7-F2, freeze/resumes: an extension host killed in the middle of a confirmation executes nothing, resumes ' +
      'nothing and invents no record',
    async () => {
      const { workbench } = use;
      await becomeOperator();
      await ask('Request Demotion', cluster.node(1), 'killed');
      await readAndGoOn();
      await firstDialog('Request Demotion: node-1?');
      await use.editor.killExtensionHosts();
      await workbench.reload();
      await workbench.openView('AeroDB');
      await workbench.statusBar.waitFor('AeroDB: Observer');
      assert.deepEqual(stages('request_demotion'), [
        'command_requested',
        'explanation_presented',
        'confirmation_requested',
      ]);
      assert.deepEqual(await attempts(), []);
      assert.equal(await primaryOf(cluster.node(1)), cluster.node(1).id);
      assertOneChain();
    },
  );

  it(
    'also P7-A1, freeze/no-background: a reload contacts nobody by itself, though the cluster was expanded and a ' +
      'panel was open',
    async () => {
      await expandCluster();
      await use.workbench.tree('Clusters').click(['local (test bench)', 'Replication']);
      await use.workbench.webviews.waitForText('Replication Status');
      await waitFor(
        'both readings',
        () => Promise.resolve(stages('inspect_replication_status')),
        seen => seen.includes('command_answered'),
      );
      const before = records().length;
      await use.workbench.reloadByCommand();
      await use.workbench.webviews.waitForText('asked for again');
      await use.workbench.screenshot('panel-gone');
      await use.workbench.openView('AeroDB');
      assert.match(
        (await use.workbench.tree('Clusters').waitForRow(['local (test bench)'])).description,
        /not asked yet/,
      );
      assert.equal(records().length, before);
    },
  );

  it('an unreachable cluster is a row that says so, beside one that is no kernel and one that answers', async () => {
    const { workbench } = use;
    const html = createServer((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome to the proxy</h1>'),
    );
    const port = await listening(html);
    const endpoints = cluster.nodes.map(({ url }) => url);
    use.editor.writeSettings({
      'aerodb.clusters': [
        { name: 'dead', kind: 'aerodb', endpoints: [endpoints[0]] },
        { name: 'proxy', kind: 'aerodb', endpoints: [`http://127.0.0.1:${port}`] },
        { name: 'plain', kind: 'aerodb', endpoints: ['http://db.example:9191'] },
        { name: 'alive', kind: 'aerodb', endpoints: endpoints.slice(1) },
      ],
    });
    try {
      await cluster.kill(cluster.node(1));
      await workbench.openView('AeroDB');
      const tree = workbench.tree('Clusters');
      await tree.waitForRows('the four clusters', rows => rows.length === 4);
      for (const name of ['alive', 'plain', 'proxy', 'dead']) await tree.expand([name]);
      const rows = await tree.waitForRows(
        'what came of each',
        seen => seen.filter(({ level }) => level === 2).length === 9,
      );
      const below = (name: string): string => rows[rows.findIndex(({ label }) => label === name) + 1]?.ariaLabel ?? '';
      assert.match(below('dead'), /PHASE7_CONNECTION_FAILED/);
      assert.match(below('proxy'), /PHASE7_INVALID_KERNEL_RESPONSE/);
      assert.match(below('proxy'), /text\/html/);
      assert.match(below('plain'), /PHASE7_INSECURE_TRANSPORT/);
      assert.match(rows.find(({ label }) => label === 'node-1')?.ariaLabel ?? '', /no answer/);
      await workbench.screenshot('unreachable');
    } finally {
      html.close();
    }
  });

  it(
    'also freeze/secrets: adds a cluster by hand, its token kept in the secret store and nowhere else, and removes ' +
      'it again',
    async () => {
      const { workbench } = use;
      const token = 'canary-4f1b7a-token';
      const guarded = await TestCluster.start({
        env: { AERODB_OBSERVER_TOKEN: token, AERODB_OPERATOR_TOKEN: 'canary-other' },
      });
      try {
        await workbench.runCommand('AeroDB: Add Cluster…');
        await workbench.quickInput.waitFor('The name by which you know the cluster');
        await workbench.quickInput.answer('guarded');
        await workbench.quickInput.waitFor('What runs there');
        await workbench.quickInput.choose('AeroDB');
        await workbench.quickInput.waitFor('The addresses of its nodes');
        await workbench.quickInput.type('http://db.example:9191');
        await workbench.quickInput.waitFor('is unencrypted HTTP to another machine');
        await workbench.quickInput.answer(guarded.nodes.map(({ url }) => url).join(', '));
        await workbench.quickInput.waitFor('Your own label');
        await workbench.quickInput.answer('production');
        await workbench.quickInput.waitFor("Kept in the editor's secret store");
        await workbench.quickInput.answer(token);
        await workbench.quickInput.choose('Add what I typed');
        await workbench.notifications.waitFor('cluster "guarded" was added');
        await workbench.openView('AeroDB');
        const tree = workbench.tree('Clusters');
        await tree.expand(['guarded (production)']);
        await tree.waitForRow(['guarded (production)', 'node-1']);
        await workbench.runCommand('AeroDB: Set or Clear Access Token…');
        await workbench.quickInput.choose('guarded (production)');
        await workbench.quickInput.waitFor("Kept in the editor's secret store");
        await workbench.quickInput.answer('');
        await workbench.notifications.waitFor('was removed from the secret store');
        await tree.clickInlineAction(['guarded (production)'], 'Refresh');
        const row = await tree.waitForRow([
          'guarded (production)',
          ({ description }) => description === 'AERO_UNAUTHENTICATED',
        ]);
        await workbench.screenshot('unauthenticated');
        assert.doesNotMatch(row.ariaLabel, /canary/);
        assert.deepEqual(filesWith(use.editor.home, token), [], 'the token is in no file in the clear');
        await tree.chooseFromContextMenu(['guarded (production)'], 'Remove Cluster…');
        await workbench.dialogs.waitForText('Remove "guarded"');
        await workbench.dialogs.click('Remove from Settings');
        await tree.waitForRows('only the first cluster', rows =>
          rows.every(({ label }) => label !== 'guarded (production)'),
        );
      } finally {
        await guarded.stop();
      }
    },
  );

  it('an unknown node and a malformed id are refused with the field that is at fault', async () => {
    const { workbench } = use;
    use.editor.writeSettings({
      'aerodb.clusters': [{ name: 'dead', kind: 'aerodb', endpoints: ['http://127.0.0.1:1'] }],
    });
    await workbench.openView('AeroDB');
    await workbench.tree('Clusters').waitForRow(['dead']);
    await workbench.runCommand('AeroDB: Inspect WAL');
    await workbench.quickInput.choose('dead');
    await workbench.quickInput.waitFor('The nodes could not be read');
    await workbench.quickInput.answer('node-1; DROP TABLE');
    await workbench.webviews.waitForText(/\[withheld\] \(what was given does not look like a name\) is not a node id/);
    await workbench.webviews.waitForText('PHASE7_INVALID_NODE_ID');
    await workbench.screenshot('invalid-node');
  });
});
