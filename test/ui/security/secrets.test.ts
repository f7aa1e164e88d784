/** A planted token in the real workbench: typed once by a person, and then found nowhere, whatever happens. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../scripts/lib/paths.mjs';
import { leaksBelow, leaksIn } from '../../support/canary.ts';
import { answeringBytes, closeAll, httpServer, jsonBytes, type HttpRunning } from '../../support/servers.ts';
import { rejection } from '../../support/wire.ts';
import { TestCluster } from '../../support/test-cluster.ts';
import { askFor, becomeOperator } from '../driver/steps.ts';
import { useEditor } from '../driver/use-editor.ts';
import { waitFor } from '../driver/wait.ts';
import type { Workbench } from '../driver/workbench.ts';
import { everythingShown, keptByBrowser, listenTo, type Traffic } from './traffic.ts';

const CANARY = 'canary/Zx81+secret=="\\q7';
const AUTHORIZATION = `Bearer ${CANARY}`;

describe('secrets in the editor', function () {
  this.timeout(400_000);
  const use = useEditor({ extensions: [join(root, 'test', 'extension-host', 'stranger')] }, { ownWindows: true });
  let guarded: TestCluster;
  let echo: HttpRunning;
  let elsewhere: HttpRunning;
  let redirecting: HttpRunning;
  const received: (string | undefined)[] = [];

  before('start a cluster that knows the token, a server that repeats it and one that redirects', async () => {
    guarded = await TestCluster.start({ env: { AERODB_OPERATOR_TOKEN: CANARY } });
    const headers = (text: string): string =>
      JSON.stringify({ sent: text, base64: Buffer.from(text).toString('base64'), url: encodeURIComponent(text) });
    echo = await answeringBytes(request => {
      received.push(request.headers.authorization);
      return jsonBytes(
        403,
        rejection(`AERO_${CANARY}`, 'not_executed', { headers: headers(request.headers.authorization ?? '') }),
      );
    });
    elsewhere = await httpServer((_request, response) => response.end());
    redirecting = await httpServer((request, response) => {
      received.push(request.headers.authorization);
      response
        .writeHead(308, { location: `${elsewhere.url}/?t=${encodeURIComponent(CANARY)}`, 'content-type': 'text/html' })
        .end(`<b>${request.headers.authorization ?? ''}</b>`);
    });
  });
  after(async () => {
    await guarded.stop();
    await closeAll();
  });

  it(
    'also P7-O3, freeze/secrets: no file, log, panel, message, notification or clipboard holds it; after a kill of ' +
      'the extension host and an unhandled rejection neither',
    async () => {
      use.editor.writeSettings({
        'aerodb.clusters': [
          { name: 'guarded', kind: 'aerodb', endpoints: guarded.nodes.map(({ url }) => url) },
          { name: 'echo', kind: 'aerodb', endpoints: [echo.url] },
          { name: 'redirecting', kind: 'aerodb', endpoints: [redirecting.url] },
        ],
      });
      writeFileSync(join(use.editor.workspace, 'attack.json'), JSON.stringify([{ reject: 'planted rejection' }]));
      let traffic: Traffic = { heard: [] };
      const workbench = await use.editor.openWindow(async page => {
        traffic = await listenTo(page);
      });
      const { page } = workbench;
      const shown: string[] = [];
      page.on('console', message => shown.push(message.text()));
      const look = async (): Promise<void> => void shown.push(await everythingShown(page));

      for (const name of ['guarded', 'echo', 'redirecting']) {
        await workbench.runCommand('AeroDB: Set or Clear Access Token…');
        await workbench.quickInput.waitFor('Cluster');
        await workbench.quickInput.choose(name);
        await workbench.quickInput.waitFor("Kept in the editor's secret store");
        assert.equal(await page.locator('.quick-input-widget input').first().getAttribute('type'), 'password');
        await workbench.quickInput.answer(CANARY);
        await workbench.notifications.waitFor(`the access token of "${name}" is in the editor's secret store`);
      }
      await look();
      await workbench.openView('AeroDB');
      const tree = workbench.tree('Clusters');
      for (const name of ['guarded', 'echo', 'redirecting']) await tree.expand([name]);
      await tree.waitForRow(['guarded', 'node-1']);
      await tree.waitForRow(['redirecting', ({ description }) => description === 'PHASE7_INVALID_KERNEL_RESPONSE']);
      await look();
      await tree.click(['guarded', 'node-2']);
      await workbench.webviews.waitForText(/Inspect Node[\s\S]*recorded as/u);
      for (const name of ['echo', 'redirecting']) {
        await workbench.runCommand('AeroDB: Inspect Promotion State');
        await workbench.quickInput.waitFor('Cluster');
        await workbench.quickInput.choose(name);
        await workbench.quickInput.waitFor('Request id');
        await workbench.quickInput.accept();
        const failed = await workbench.webviews.waitForText(
          new RegExp(`Inspect Promotion State: ${name}[\\s\\S]*(?:not read|no answer)`, 'iu'),
        );
        await look();
        await failed.getByText('Copy as JSON').click();
        shown.push(
          await waitFor(
            'the copy',
            () => page.evaluate(() => navigator.clipboard.readText()),
            text => text.includes(`"${name}"`),
          ),
        );
      }
      await becomeOperator(workbench, { name: 'guarded', label: 'guarded' });
      const panel = await askFor(
        workbench,
        { name: 'guarded', label: 'guarded' },
        'Request Promotion',
        'node-2',
        'drill',
      );
      await look();
      await panel.getByText('Continue to Confirmation…').click();
      await workbench.dialogs.waitForText('Request Promotion: node-2?');
      await look();
      await workbench.dialogs.click('Continue…');
      await workbench.quickInput.waitFor('Type the name of the node');
      await workbench.quickInput.answer('node-2');
      await workbench.webviews.waitForText('AERO_PROMOTION_DENIED');
      await look();
      await workbench.runCommand('AeroDB: Open Audit Log');
      await workbench.webviews.waitForElement('aerodb-audit');
      await workbench.webviews.waitForText('Intact.');
      await look();

      assert.ok(received.length >= 4 && received.every(value => value === AUTHORIZATION), 'the token was really sent');
      assert.deepEqual(elsewhere.received, [], 'and not after a redirect');
      await workbench.runCommand('Stranger: Attack');
      const logs = join(use.editor.home, 'u', 'logs');
      await waitFor(
        'the planted rejection in a log',
        () => Promise.resolve(leaksBelow(logs, 'planted rejection').leaks.length),
        found => found > 0,
      );
      await use.editor.killExtensionHosts();
      await crashed(workbench);
      await look();

      for (const [index, text] of shown.entries())
        assert.deepEqual(leaksIn(text, CANARY), [], `what was shown, ${index}`);
      assert.ok(traffic.heard.length > 20, `${traffic.heard.length} messages between the frames`);
      assert.ok(
        traffic.heard.some(message => message.includes('AERO_PROMOTION_DENIED')),
        'the messages to the panels were heard',
      );
      for (const message of traffic.heard) assert.deepEqual(leaksIn(message, CANARY), [], message.slice(0, 500));
      assert.deepEqual(leaksIn(use.editor.serverOutput(), CANARY), []);
      const files = leaksBelow(use.editor.home, CANARY);
      assert.ok(files.searched > 30, `${files.searched} files`);
      assert.deepEqual(files.leaks, []);
      assert.match(readFileSync(use.editor.auditFile, 'utf8'), /withheld/, 'what was withheld is said to be');
      // The secret store is the editor's own. Of code-server's it is known where it is, and that the token does not lie
      // there in the clear.
      const kept = await keptByBrowser(page);
      for (const [store, content] of Object.entries(kept))
        assert.deepEqual(leaksIn(content, CANARY), [], `the browser's ${store}`);
      assert.ok(Object.values(kept).join('').length > 1000, 'the browser does keep something');
      const isStored = (kept['localStorage'] ?? '').includes('secrets.provider');
      const where = isStored ? "an encrypted entry in the browser's storage" : 'in memory only';
      process.stdout.write(`      secret store: ${where}\n`);
    },
  );
});

/** The workbench says that the host has gone. */
async function crashed(workbench: Workbench): Promise<void> {
  await waitFor(
    'the end of the extension host',
    () => everythingShown(workbench.page),
    text => /[Ee]xtension host/u.test(text),
  );
}
