/** What a workspace, a panel and a kernel could try in the real workbench to have more than a person gave them. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { root } from '../../../scripts/lib/paths.mjs';
import { closeAll, httpServer, jsonBytes, answeringBytes, type HttpRunning } from '../../support/servers.ts';
import { rejection } from '../../support/wire.ts';
import { at, listAt, TestCluster, textAt } from '../../support/test-cluster.ts';
import { recordsIn } from '../../support/records-in.ts';
import { seedFrom } from '../../support/seed.ts';
import { askFor, becomeOperator, inspectCluster, type Named } from '../driver/steps.ts';
import { useEditor } from '../driver/use-editor.ts';
import { Workbench } from '../driver/workbench.ts';
import { listenTo, say } from './traffic.ts';

const SEED = seedFrom('FUZZ_SEED');
const local: Named = { name: 'local', label: 'local' };

/** The kernel's own events of control attempts, as each node tells them. */
async function attempts(cluster: TestCluster): Promise<readonly string[]> {
  const all = await Promise.all(
    cluster.nodes.map(async node => listAt((await node.get('/v1/promotion')).body, 'data.events')),
  );
  return all
    .flat()
    .map(event => textAt(event, 'type'))
    .filter(type => type.endsWith('.requested'));
}

describe('a hostile panel and a hostile kernel in the editor', function () {
  this.timeout(400_000);
  const use = useEditor({ extensions: [join(root, 'test', 'extension-host', 'stranger')] });
  let cluster: TestCluster;
  before(async () => {
    cluster = await TestCluster.start();
  });
  after(async () => {
    await cluster.stop();
    await closeAll();
  });

  it('also P7-A2: whatever a panel says to the editor, nothing is confirmed, nothing is sent, and the editor goes on', async () => {
    process.stdout.write(`      messages of a panel: seed ${SEED}; FUZZ_SEED=${SEED} repeats them\n`);
    use.editor.writeSettings({
      'aerodb.clusters': [{ name: 'local', kind: 'aerodb', endpoints: cluster.nodes.map(({ url }) => url) }],
    });
    await use.editor.closeWindows();
    const workbench = await use.editor.openWindow(async page => {
      await listenTo(page);
    });
    const type = fc.constantFrom(
      'ready',
      'refresh',
      'copy',
      'audit-select',
      'audit-page',
      'audit-unfold',
      'audit-raw',
      'audit-export',
      'show',
      'audit',
      'confirm',
      'command',
      'vscode',
      'request_promotion',
      '__proto__',
      'constructor',
    );
    const value = fc.oneof(
      fc.constantFrom<unknown>(
        true,
        'force_promotion',
        'command:aerodb.forcePromotion',
        -1,
        1e308,
        { node: 'node-2' },
        '../../etc/passwd',
        { level: 'Operator' },
      ),
      fc.jsonValue({ maxDepth: 4 }),
    );
    const message = fc.oneof(
      fc.record(
        {
          type,
          command: value,
          token: value,
          confirmed: value,
          selection: value,
          sought: value,
          from: value,
          count: value,
          line: value,
          format: value,
          file: value,
        },
        { requiredKeys: ['type'] },
      ),
      fc.jsonValue(),
      fc.constantFrom<unknown>(
        null,
        undefined,
        [],
        '',
        { type: 'show', panel: { kind: 'executed' } },
        { type: 'continue', confirmed: true },
        { type: 'decline', then: 'continue' },
        { type: ['continue'] },
        { type: 'Continue' },
      ),
    );
    const messages = fc.sample(message, { numRuns: 600, seed: SEED });

    const inspected = await inspectCluster(workbench, local);
    await say(inspected, messages.slice(0, 200));
    await becomeOperator(workbench, local);
    const explanation = await askFor(workbench, local, 'Request Promotion', 'node-2', 'drill');
    await say(explanation, messages.slice(200, 400));
    await say(
      explanation,
      Array.from({ length: 50 }, () => ({ type: 'continue' })),
    );
    const dialog = await workbench.dialogs.waitFor('Request Promotion: node-2?');
    assert.equal(dialog.focused, 'Do Nothing', 'to go on opens the dialogs, once, and confirms nothing');
    await say(explanation, [{ type: 'continue' }, ...messages.slice(400)]);
    assert.equal((await workbench.dialogs.view())?.message, dialog.message);
    await workbench.dialogs.press('Escape');
    await workbench.webviews.waitForText('You did nothing. Nothing was sent.');
    const stages = recordsIn(use.editor.auditFile)
      .filter(({ command }) => command === 'request_promotion')
      .map(({ stage }) => stage);
    assert.deepEqual(stages, [
      'command_requested',
      'explanation_presented',
      'confirmation_requested',
      'confirmation_declined',
    ]);
    assert.deepEqual(await attempts(cluster), []);
    assert.deepEqual(workbench.pageErrors, []);
    await inspectCluster(workbench, local);
    const known = new Set(['inspect_cluster_state', 'request_promotion', undefined]);
    assert.deepEqual(
      recordsIn(use.editor.auditFile).filter(({ command }) => !known.has(command)),
      [],
      'no other command was asked for',
    );
  });

  it(
    'also P7-A2: another extension that calls our commands while this window is Operator opens an explanation and ' +
      'nothing more',
    async () => {
      const { workbench } = use;
      use.editor.writeSettings({
        'aerodb.clusters': [{ name: 'local', kind: 'aerodb', endpoints: cluster.nodes.map(({ url }) => url) }],
      });
      const before = recordsIn(use.editor.auditFile).length;
      const target = {
        cluster: 'local',
        node: cluster.node(1).id,
        label: 'forged',
        title: 'forged',
        member: { name: 'forged' },
      };
      writeFileSync(
        join(use.editor.workspace, 'attack.json'),
        JSON.stringify([
          {
            command: 'aerodb.requestDemotion',
            args: [
              {
                ...target,
                reason: 'because',
                confirmed: true,
                typedName: 'node-1',
                acknowledged: ['P6-A1'],
                token: target.node,
                authority: 'Operator',
              },
              true,
              { confirmed: true },
            ],
          },
        ]),
      );
      await workbench.openView('AeroDB');
      await workbench.tree('Clusters').waitForRow(['local']);
      await becomeOperator(workbench, local);
      await workbench.runCommand('Stranger: Attack');
      // A person is asked for the reason: the one that came along is not taken.
      const box = await workbench.quickInput.waitFor('Reason');
      assert.equal(box.value, '');
      await workbench.quickInput.answer('');
      await workbench.webviews.waitForText(/Request Demotion[\s\S]*node-1[\s\S]*Nothing has been sent\./u);
      const titles = async (): Promise<string> =>
        (await workbench.page.locator('.tabs-container .tab').allInnerTexts()).join('\n');
      assert.match(await titles(), /Request Demotion: local, node-1/u);
      const stages = (): readonly string[] =>
        recordsIn(use.editor.auditFile)
          .slice(before)
          .filter(({ command }) => command === 'request_demotion')
          .map(({ stage }) => stage);
      assert.deepEqual(stages(), ['command_requested', 'explanation_presented', 'confirmation_requested']);
      assert.equal(await workbench.dialogs.view(), undefined);
      await workbench.runCommand('AeroDB: Give Up Authority');
      await workbench.statusBar.waitFor('AeroDB: Observer');
      const shown = await workbench.webviews.waitForText('The authority changed while the confirmation was open.');
      const message = await shown.locator('main').innerText();
      assert.doesNotMatch(message + (await titles()), /forged/u, 'what a caller calls a node is shown nowhere');
      assert.deepEqual(stages(), [
        'command_requested',
        'explanation_presented',
        'confirmation_requested',
        'confirmation_voided',
      ]);
      assert.deepEqual(await attempts(cluster), []);
    },
  );

  it(
    'also P7-A2: the name of a cluster is text in the status bar, in a dialog and in notifications: no icon, no ' +
      'link, nothing unseen',
    async () => {
      const { workbench } = use;
      const name = 'prod $(check) [all](command)';
      const shown = 'prod $\u2060(check) [all]\u2060(command)';
      const text = shown.replaceAll('\u2060', '');
      use.editor.writeSettings({
        'aerodb.clusters': [{ name, kind: 'aerodb', endpoints: cluster.nodes.map(({ url }) => url) }],
      });
      await workbench.openView('AeroDB');
      await workbench.tree('Clusters').waitForRow([text]);
      await workbench.runCommand('AeroDB: Assume Operator Authority…');
      await workbench.quickInput.waitFor('Cluster');
      await workbench.quickInput.choose(shown);
      await workbench.dialogs.waitForText(`${text}: assume Operator authority?`);
      await workbench.dialogs.click(`Become Operator of ${text}`);
      const item = workbench.page.locator('.statusbar-item', { hasText: 'AeroDB: Operator of prod' });
      await item.waitFor();
      assert.equal(
        (await item.innerText()).replaceAll('\u2060', '').replaceAll('\u00a0', ' ').trim(),
        `AeroDB: Operator of ${text}`,
      );
      assert.equal(await item.locator('.codicon-check').count(), 0);
      await workbench.runCommand('AeroDB: Give Up Authority');
      const { message } = await workbench.notifications.waitFor('became Observer');
      assert.ok(message.replaceAll('\u2060', '').includes(`Operator of ${text} became Observer`), message);
      assert.equal(await workbench.page.locator('.notification-list-item-message a').count(), 0);
      // What holds something unseen is no name at all: its entry is called by its number.
      use.editor.writeSettings({
        'aerodb.clusters': [
          { name: 'prod\u202egnp\u3164', kind: 'aerodb', endpoints: cluster.nodes.map(({ url }) => url) },
        ],
      });
      await workbench.tree('Clusters').waitForRow(['entry 1']);
    },
  );

  it("also P7-A2: a kernel's words in an input box are text: no link that runs a command", async () => {
    const { workbench } = use;
    const words = 'see [details](command:workbench.action.closeAllEditors) and [this](https://evil.example/) $(key)';
    const server = await answeringBytes(() =>
      jsonBytes(403, { error: { ...(rejection('AERO_FORBIDDEN')['error'] as object), message: words } }),
    );
    use.editor.writeSettings({ 'aerodb.clusters': [{ name: 'local', kind: 'aerodb', endpoints: [server.url] }] });
    await workbench.openView('AeroDB');
    await workbench.tree('Clusters').waitForRow(['local']);
    await workbench.runCommand('AeroDB: Inspect WAL');
    await workbench.quickInput.waitFor('Cluster');
    await workbench.quickInput.choose('local');
    const box = await workbench.quickInput.waitFor('The nodes could not be read');
    assert.ok(box.message.replaceAll('\u2060', '').includes(words), box.message);
    assert.deepEqual(
      await workbench.page
        .locator('.quick-input-widget .quick-input-message a')
        .evaluateAll(links => links.map(link => link.outerHTML)),
      [],
    );
    await workbench.quickInput.cancel();
  });
});

describe('a hostile workspace', function () {
  this.timeout(500_000);
  for (const untrusted of [true, false]) {
    describe(untrusted ? 'in Restricted Mode' : 'that was trusted', () => {
      const use = useEditor({ untrusted }, { ownWindows: true });
      let cluster: TestCluster;
      let evil: HttpRunning;
      before(async () => {
        cluster = await TestCluster.start();
        evil = await httpServer((_request, response) => response.end('{}'));
      });
      after(async () => {
        await cluster.stop();
        await closeAll();
      });

      it(
        'also P7-A1, freeze/workspace: its settings, tasks, launch configurations and recommendations change ' +
          'neither clusters, nor authority, nor the log, nor any question',
        async () => {
          use.editor.writeSettings({
            'aerodb.clusters': [{ name: 'local', kind: 'aerodb', endpoints: cluster.nodes.map(({ url }) => url) }],
          });
          const folder = use.editor.workspace;
          const stolen = join(folder, 'stolen');
          const settings = {
            'aerodb.clusters': [
              { name: 'local', kind: 'aerodb', endpoints: [evil.url] },
              { name: 'evil', kind: 'aerodb', endpoints: [evil.url] },
            ],
            'aerodb.audit.directory': stolen,
            'aerodb.operatorName': 'mallory',
            'aerodb.timeout.readSeconds': 600,
            'aerodb.timeout.controlSeconds': 1,
            'aerodb.authority': 'Operator',
            'aerodb.confirmations': 'none',
            'http.proxy': evil.url,
            'http.proxyStrictSSL': false,
            'http.proxySupport': 'override',
            'security.workspace.trust.enabled': false,
            'extensions.supportUntrustedWorkspaces': { 'aerodb.aerodb-control-plane': { supported: true } },
          };
          const asks = {
            command: 'aerodb.forcePromotion',
            args: { cluster: 'local', node: cluster.node(2).id, reason: 'because', confirmed: true },
          };
          const task = { label: 'own', type: 'shell', command: '${input:go}', runOptions: { runOn: 'folderOpen' } };
          mkdirSync(join(folder, '.vscode'), { recursive: true });
          const write = (name: string, content: unknown): void =>
            writeFileSync(join(folder, name), JSON.stringify(content));
          write('.vscode/settings.json', settings);
          write('.vscode/tasks.json', {
            version: '2.0.0',
            tasks: [task],
            inputs: [{ id: 'go', type: 'command', ...asks }],
          });
          write('.vscode/launch.json', {
            version: '0.2.0',
            configurations: [
              { name: 'own', type: 'node', request: 'launch', program: '${command:aerodb.forcePromotion}' },
            ],
          });
          write('.vscode/extensions.json', {
            recommendations: ['evil.extension'],
            unwantedRecommendations: ['aerodb.aerodb-control-plane'],
          });
          write('own.code-workspace', {
            folders: [{ path: '.' }],
            settings,
            tasks: { version: '2.0.0', tasks: [task], inputs: [{ id: 'go', type: 'command', ...asks }] },
          });
          const page = await use.editor.newPage();
          const asFolder = use.editor.url();
          const asFile = asFolder.replace(
            /folder=[^&]*/u,
            `workspace=${encodeURIComponent(join(folder, 'own.code-workspace'))}`,
          );
          assert.notEqual(asFile, asFolder);
          for (const url of untrusted ? [asFolder, asFile] : [asFile]) {
            const before = recordsIn(use.editor.auditFile).length;
            const workbench = await Workbench.open(page, url);
            await workbench.openView('AeroDB');
            const tree = workbench.tree('Clusters');
            const rows = await tree.waitForRows('its clusters', seen => seen.length > 0);
            assert.deepEqual(
              rows.map(({ label, description }) => `${label}: ${description}`),
              ['local: not asked yet'],
            );
            await workbench.statusBar.waitFor('AeroDB: Observer');
            if (untrusted) await workbench.statusBar.waitFor(/Restricted Mode/u);
            const panel = await inspectCluster(workbench, local);
            assert.match(await panel.locator('body').innerText(), new RegExp(cluster.node(1).id, 'u'));
            await becomeOperator(workbench, local);
            await askFor(workbench, local, 'Request Promotion', 'node-2', 'drill');
            await (await workbench.webviews.waitForText('Nothing has been sent.'))
              .getByText('Continue to Confirmation…')
              .click();
            const dialog = await workbench.dialogs.waitFor('Request Promotion: node-2?');
            assert.deepEqual([dialog.focused, dialog.buttons.includes('Continue…')], ['Do Nothing', true]);
            await workbench.dialogs.press('Escape');
            await workbench.webviews.waitForText('You did nothing. Nothing was sent.');
            const mine = recordsIn(use.editor.auditFile).slice(before);
            assert.ok(mine.length > 5);
            assert.deepEqual(
              mine.filter(({ command }) => command === 'force_promotion'),
              [],
              'no task and no launch configuration asked for anything',
            );
            assert.doesNotMatch(JSON.stringify(mine), /mallory/);
          }
          assert.equal(evil.received.length, 0, 'nobody asked the address that the workspace named');
          assert.ok(!readdirSync(folder).includes('stolen'));
          assert.deepEqual(await attempts(cluster), []);
          assert.equal(at((await cluster.node(1).get('/v1/cluster')).body, 'data.primary_id'), cluster.node(1).id);
        },
      );
    });
  }
});
