/** What everybody can rely on in the real workbench: no mouse needed, nothing hostile runs, nothing ends in silence. */
import assert from 'node:assert/strict';
import type { Frame } from 'playwright-core';
import { at, promote, TestCluster, type Json } from '../support/test-cluster.ts';
import { recordsIn } from '../support/records-in.ts';
import { violations, violationsInEveryTheme } from './axe.ts';
import { HOSTILE, HostileKernel } from './hostile-kernel.ts';
import { askFor, becomeOperator, confirmStandard, inspectCluster, type Named } from './driver/steps.ts';
import { useEditor } from './driver/use-editor.ts';
import { persist, waitFor } from './driver/wait.ts';

const orders: Named = { name: 'orders', label: 'orders (staging)' };

describe('experience', function () {
  this.timeout(600_000);
  let cluster: TestCluster;
  const use = useEditor();

  function configure(endpoints: readonly string[], more: Readonly<Record<string, unknown>> = {}): void {
    use.editor.writeSettings({
      'aerodb.clusters': [{ name: orders.name, kind: 'aerodb', endpoints, environment: 'staging' }],
      ...more,
    });
  }

  /** Every request's stages in the log, whoever asked. */
  function records(): readonly { readonly stage: string; readonly command?: string }[] {
    return recordsIn(use.editor.auditFile);
  }

  before('start a cluster', async function () {
    this.timeout(180_000);
    cluster = await TestCluster.start();
    for (const key of ['a', 'b', 'c']) await cluster.node(1).write(key);
  });
  after('stop the cluster', () => cluster.stop());

  it('axe finds nothing to complain of in any panel, in any of the four themes', async () => {
    const { workbench, editor } = use;
    configure(cluster.nodes.map(({ url }) => url));
    const clean = async (what: string, panel: Promise<Frame>): Promise<Frame> => {
      const frame = await panel;
      assert.deepEqual(await violationsInEveryTheme(editor, frame), [], what);
      return frame;
    };
    try {
      await workbench.openView('AeroDB');
      const tree = workbench.tree('Clusters');
      await tree.waitForRow([orders.label]);
      await clean('cluster', inspectCluster(workbench, orders));
      await tree.expand([orders.label]);
      await tree.expand([orders.label, 'node-2']);
      for (const [row, text] of [
        [['node-2'], 'Inspect Node'],
        [['Replication'], 'Replication Status'],
        [['node-2', 'WAL'], 'Inspect WAL'],
        [['node-2', 'Snapshots'], 'Inspect Snapshots'],
      ] as const) {
        await tree.click([orders.label, ...row]);
        await clean(text, workbench.webviews.waitForText(new RegExp(`${text}[\\s\\S]*recorded as`, 'u')));
      }
      await becomeOperator(workbench, orders);
      const promotion = await clean('explanation', askFor(workbench, orders, 'Request Promotion', 'node-2', 'axe'));
      await confirmStandard(workbench, promotion, 'Request Promotion: node-2?');
      await clean('rejected', workbench.webviews.waitForText('AERO_PROMOTION_DENIED'));
      const force = await clean('force', askFor(workbench, orders, 'Force Promotion', 'node-2', 'axe'));
      await force.getByText('Do Nothing').click();
      await workbench.webviews.waitForText('You did nothing. Nothing was sent.');
      await confirmStandard(
        workbench,
        await clean('declared cost', askFor(workbench, orders, 'Run Diagnostics', 'node-2')),
        'Run Diagnostics: ',
      );
      await clean('diagnostics', workbench.webviews.waitForText(/entries in \d+ sections[\s\S]*recorded as/u));
      await confirmStandard(
        workbench,
        await askFor(workbench, orders, 'Request Demotion', 'node-1', 'axe'),
        'Request Demotion: node-1?',
      );
      await clean('executed', workbench.webviews.waitForText('gave up write authority'));
      assert.equal((await promote(cluster.node(2))).status, 200, 'the other tests find a primary');
      await tree.click([orders.label, 'Promotion']);
      await clean(
        'promotion',
        workbench.webviews.waitForText(/Promotion State[\s\S]*DemotionSucceeded[\s\S]*recorded as/u),
      );
      await workbench.runCommand('AeroDB: Open Audit Log');
      const log = await workbench.webviews.waitForText('Intact.');
      await log.locator('.audit-body [role=row]').last().waitFor();
      // The last row is the reading of the log itself, which is no request.
      await log.locator('[role=grid]').press('ArrowUp');
      await persist(
        'unfolding the request',
        () => log.locator('[role=grid]').press('Enter'),
        async () => (await log.locator('.audit-request').count()) > 0,
      );
      await clean('audit log with a request unfolded', Promise.resolve(log));
      await workbench.runCommand('AeroDB: Give Up Authority');
      await clean('refused', workbench.webviews.waitForText('this session no longer has the authority to see it'));
    } finally {
      editor.chooseTheme();
    }
  });

  it('an inspection needs no mouse, and no panel keeps the keyboard', async () => {
    const { workbench } = use;
    const { keyboard } = workbench.page;
    configure(cluster.nodes.map(({ url }) => url));
    await palette('AeroDB: Focus on Clusters View');
    await workbench.tree('Clusters').waitForRow([orders.label]);
    // The first time the view had no rows yet that could have taken the focus.
    await palette('AeroDB: Focus on Clusters View');
    await waitFor(
      'the focus on the cluster',
      async () => {
        await keyboard.press('ArrowDown');
        return focusedRow();
      },
      label => label.startsWith('Cluster orders'),
    );
    await keyboard.press('ArrowRight');
    await workbench.tree('Clusters').waitForRow([orders.label, 'node-1']);
    for (const expected of ['Overview', 'Replication']) {
      await keyboard.press('ArrowDown');
      await waitFor(`the focus on ${expected}`, focusedRow, label => label.startsWith(expected));
    }
    await keyboard.press('Enter');
    const panel = await workbench.webviews.waitForText(/Replication Status[\s\S]*recorded as/u);
    const first = await panel.locator('footer').innerText();
    await tabTo(panel, 'Refresh');
    await keyboard.press('Enter');
    await waitFor(
      'a fresh answer',
      () =>
        panel
          .locator('footer')
          .innerText()
          .catch(() => first),
      footer => footer !== first && footer.includes('recorded as'),
    );
    await tabTo(panel, 'Copy as JSON');
    await keyboard.press('Space');
    const copied = JSON.parse(
      await waitFor(
        'the copy',
        () => workbench.page.evaluate(() => navigator.clipboard.readText()),
        text => text.startsWith('{'),
      ),
    ) as Json;
    assert.equal(at(copied, 'kind'), 'answer');
    // A question that the panel asks for takes the keys from it, and gives them back.
    await tabTo(panel, 'Ask Another Node…');
    await keyboard.press('Enter');
    await workbench.quickInput.waitFor('Endpoint to ask');
    const { port } = new URL(cluster.node(2).url);
    await keyboard.type(port);
    await waitFor(
      'what was typed, in the question',
      () => workbench.quickInput.view(),
      ({ value, items }) => value === port && items.length === 1,
    );
    await keyboard.press('Enter');
    await workbench.webviews.waitForText(/Read from node-2, asked by choice/u);
    await workbench.openPalette();
    await keyboard.press('Escape');
  });

  it("a promotion needs no mouse, from becoming Operator to the kernel's answer", async () => {
    const { workbench } = use;
    const { keyboard } = workbench.page;
    configure(cluster.nodes.map(({ url }) => url));
    await palette('AeroDB: Focus on Clusters View');
    await workbench.tree('Clusters').waitForRow([orders.label]);
    await palette('AeroDB: Assume Operator Authority…');
    await workbench.quickInput.waitFor('Cluster');
    await keyboard.press('Enter');
    await workbench.dialogs.waitFor('assume Operator authority?');
    await press('Become Operator of orders');
    await workbench.statusBar.waitFor('AeroDB: Operator of orders');
    await palette('AeroDB: Request Promotion');
    await workbench.quickInput.waitFor('Cluster');
    await keyboard.press('Enter');
    await workbench.quickInput.waitFor('Node (as read from');
    await keyboard.type('node-3');
    await waitFor(
      'one node',
      () => workbench.quickInput.view(),
      ({ items }) => items.length === 1,
    );
    await keyboard.press('Enter');
    await workbench.quickInput.waitFor('Reason');
    await keyboard.type('by keyboard');
    await keyboard.press('Enter');
    const panel = await workbench.webviews.waitForText('Nothing has been sent.');
    await tabTo(panel, 'Do Nothing');
    await tabTo(panel, 'Continue to Confirmation…');
    await keyboard.press('Enter');
    await workbench.dialogs.waitFor('Request Promotion: node-3?');
    await press('Continue…');
    await workbench.quickInput.waitFor('Type the name of the node');
    await keyboard.type('node-3');
    await keyboard.press('Enter');
    await workbench.webviews.waitForText('AERO_PROMOTION_DENIED');
  });

  it('also freeze/only-text: hostile names are text in the tree, its tooltips, quick picks, dialogs, panels and notifications', async () => {
    const { workbench } = use;
    await using kernel = await HostileKernel.before(cluster.nodes);
    configure(kernel.urls);
    const harmless = async (where: string): Promise<void> => {
      for (const frame of workbench.page.frames()) {
        const harm = await frame
          .evaluate(() => ({
            owned: 'owned' in globalThis,
            images: document.querySelectorAll('img[src="x"]').length,
            links: [...document.querySelectorAll('a')].filter(link =>
              [...link.attributes].some(({ value }) => value.startsWith('command:workbench.action.closeAll')),
            ).length,
          }))
          .catch(() => undefined);
        assert.deepEqual(harm ?? { owned: false, images: 0, links: 0 }, { owned: false, images: 0, links: 0 }, where);
      }
      assert.deepEqual(workbench.pageErrors, [], where);
    };
    await workbench.openView('AeroDB');
    const tree = workbench.tree('Clusters');
    await tree.expand([orders.label]);
    const rows = await tree.waitForRows(
      'the hostile names',
      seen => seen.filter(({ level }) => level === 2).length === 6,
    );
    assert.ok(
      rows.some(({ label }) => label.startsWith('<img src="x"') && label.includes('$(key)')),
      JSON.stringify(rows),
    );
    assert.ok(rows.some(({ label }) => label === HOSTILE.long));
    assert.ok(
      rows.some(({ label }) => label.startsWith('two<U+000A>lines <U+202E>gnp.exe<U+202C>')),
      'what would end the line or turn the name around is seen',
    );
    const row = workbench.page.locator('.pane-body [role="treeitem"]', { hasText: '<img' }).first();
    await row.hover();
    await waitFor(
      'the tooltip',
      () => workbench.page.locator('.monaco-hover').allInnerTexts(),
      texts => texts.some(text => text.includes('<img src="x"')),
    );
    await harmless('tooltip');
    await workbench.screenshot('hostile-tree');
    await workbench.page.mouse.move(640, 795);
    const panel = await inspectCluster(workbench, orders);
    assert.ok((await panel.locator('body').innerText()).includes(HOSTILE.markup));
    assert.equal(
      await panel.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
      0,
      'the page does not scroll sideways',
    );
    assert.deepEqual(await violations(panel), []);
    await workbench.screenshot('hostile-cluster');
    await harmless('cluster panel');
    await workbench.page.mouse.move(640, 795);
    const long = [orders.label, HOSTILE.long];
    await tree.expand(long);
    for (const path of [
      [orders.label, 'Replication'],
      [orders.label, 'Promotion'],
      long,
      [...long, 'WAL'],
      [...long, 'Snapshots'],
    ]) {
      await workbench.page.mouse.move(640, 795);
      await tree.click(path);
      const subject = path === long ? 'Inspect Node' : (path.at(-1) ?? '');
      const shown = await workbench.webviews.waitForText(new RegExp(`${subject}[\\s\\S]*recorded as`, 'u'));
      assert.equal(
        await shown.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
        0,
        `${subject} does not scroll sideways`,
      );
      await harmless(subject);
    }
    await becomeOperator(workbench, orders);
    await workbench.runCommand('AeroDB: Request Promotion');
    await workbench.quickInput.choose(orders.label);
    const { items } = await workbench.quickInput.waitFor('Node (as read from');
    assert.ok(
      items.some(({ label }) => label.startsWith('<img')),
      JSON.stringify(items),
    );
    assert.ok(
      items.every(({ label }) => !label.startsWith('<img') || label.includes('(key)')),
      'no icon is made of a name',
    );
    await harmless('quick pick');
    await workbench.screenshot('hostile-pick');
    await workbench.quickInput.type('two');
    await waitFor(
      'one node',
      () => workbench.quickInput.view(),
      view => view.items.length === 1,
    );
    await workbench.quickInput.accept();
    await workbench.quickInput.waitFor('Reason');
    await workbench.quickInput.answer(HOSTILE.markup);
    const explanation = await workbench.webviews.waitForText(
      'The name of this node holds characters that cannot be typed',
    );
    await harmless('explanation');
    await workbench.screenshot('hostile-explanation');
    await explanation.getByText('Continue to Confirmation…').click();
    const { detail } = await workbench.dialogs.waitFor('Request Promotion: two');
    assert.match(detail, /you will be asked to type the id of the node/);
    await harmless('dialog');
    await workbench.screenshot('hostile-dialog');
    await workbench.dialogs.click('Continue…');
    await workbench.quickInput.waitFor('Type its id');
    await workbench.quickInput.answer('two lines');
    await workbench.quickInput.waitFor('Not the id of the node');
    await workbench.quickInput.answer(cluster.node(3).id);
    const rejection = await workbench.webviews.waitForText('AERO_PROMOTION_DENIED');
    assert.ok((await rejection.locator('body').innerText()).includes('<img src="x"'));
    await workbench.screenshot('hostile-rejected');
    await harmless('rejection');
  });

  it('no command ends in silence when nothing is configured, and Escape asks for nothing', async () => {
    const { workbench } = use;
    use.editor.writeSettings({});
    await workbench.openView('AeroDB');
    await workbench.page.getByText('No cluster is configured on this machine.').first().waitFor();
    for (const title of [
      'Inspect Cluster State',
      'Inspect WAL',
      'Request Promotion',
      'Force Promotion',
      'Run Diagnostics',
      'Assume Operator Authority…',
      'Remove Cluster…',
      'Set or Clear Access Token…',
      'Refresh',
    ]) {
      await workbench.runCommand(`AeroDB: ${title}`);
      await workbench.notifications.waitFor('no cluster is configured on this machine. Nothing was asked.');
      await workbench.runCommand('Notifications: Clear All Notifications');
      await waitFor(
        'no notification',
        () => workbench.notifications.all(),
        all => all.length === 0,
      );
    }
    const before = records().length;
    for (const title of ['Open Audit Log', 'Verify Audit Log']) {
      await workbench.runCommand(`AeroDB: ${title}`);
      await workbench.notifications.waitFor('Reviewing the audit log needs');
      await workbench.runCommand('Notifications: Clear All Notifications');
      await waitFor(
        'no notification',
        () => workbench.notifications.all(),
        all => all.length === 0,
      );
    }
    await workbench.runCommand('AeroDB: Show Cluster and Authority');
    await workbench.notifications.waitFor('this session is Observer');
    configure(cluster.nodes.map(({ url }) => url));
    await workbench.tree('Clusters').waitForRow([orders.label]);
    for (const title of [
      'Inspect Cluster State',
      'Inspect Promotion State',
      'Request Demotion',
      'Assume Operator Authority…',
      'Remove Cluster…',
      'Set or Clear Access Token…',
      'Refresh',
      'Add Cluster…',
    ]) {
      await workbench.runCommand(`AeroDB: ${title}`);
      await waitFor(
        'a question',
        () => workbench.quickInput.view(),
        ({ title: shown, open }) => open && shown.startsWith('AeroDB'),
      );
      await workbench.quickInput.cancel();
      await workbench.quickInput.waitUntilClosed();
    }
    assert.equal(records().length, before, 'nothing was asked, so there is nothing to record');
  });

  it('the walkthrough leads through the first steps, with pictures', async () => {
    const { workbench } = use;
    use.editor.writeSettings({});
    await workbench.openView('AeroDB');
    await workbench.page.getByText('Show the First Steps').click();
    const steps = workbench.page.locator('.gettingStartedContainer');
    for (const title of [
      'Add a cluster',
      'Look at it',
      'Understand before you act',
      'Do exactly that one thing',
      'Prove later what happened',
    ])
      await steps.getByText(title, { exact: true }).first().waitFor();
    await waitFor(
      'a picture that is drawn',
      () => steps.locator('img').evaluateAll(images => images.map(image => (image as HTMLImageElement).naturalWidth)),
      widths => widths.some(width => width > 300),
    );
    await workbench.screenshot('walkthrough');
  });

  async function palette(title: string): Promise<void> {
    await use.workbench.openPalette();
    await use.workbench.page.keyboard.type(title);
    await waitFor(
      `the command ${title}`,
      () => use.workbench.quickInput.view(),
      ({ items, value }) => value === `>${title}` && items[0]?.label === title,
    );
    await use.workbench.page.keyboard.press('Enter');
  }

  async function focusedRow(): Promise<string> {
    return (
      (await use.workbench.page
        .locator('.pane-body [role="treeitem"].focused')
        .first()
        .getAttribute('aria-label', { timeout: 1000 })
        .catch(() => '')) ?? ''
    );
  }

  /** Presses Tab until the button of a panel has the focus. */
  async function tabTo(panel: Frame, button: string): Promise<void> {
    for (let presses = 0; presses < 60; presses += 1) {
      if ((await panel.evaluate(() => document.activeElement?.textContent.trim() ?? '')) === button) return;
      await use.workbench.page.keyboard.press('Tab');
    }
    assert.fail(`${button} is not reached by Tab`);
  }

  /** Presses Tab until the button of the dialog has the focus, then Enter. */
  async function press(button: string): Promise<void> {
    for (let presses = 0; presses < 6; presses += 1) {
      if ((await use.workbench.dialogs.view())?.focused === button) return use.workbench.dialogs.press('Enter');
      await use.workbench.page.keyboard.press('Tab');
    }
    assert.fail(`${button} is not reached by Tab`);
  }
});
