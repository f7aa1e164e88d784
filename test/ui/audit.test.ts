/**
 * The audit log in the real workbench: read by those who may, taken away with their authority, and no command without
 * it.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { root } from '../../scripts/lib/paths.mjs';
import { temporaryFolder } from '../support/folders.ts';
import { listening } from '../support/listening.ts';
import { TestCluster } from '../support/test-cluster.ts';
import { linesIn } from '../support/records-in.ts';
import { useEditor } from './driver/use-editor.ts';
import { persist, waitFor } from './driver/wait.ts';

const LABEL = 'local (test bench)';
const TAB = 'AeroDB Audit Log';
const TEN = [
  'Inspect Cluster State',
  'Inspect Node',
  'Inspect Replication Status',
  'Inspect Promotion State',
  'Run Diagnostics',
  'Inspect WAL',
  'Inspect Snapshots',
  'Request Promotion',
  'Request Demotion',
  'Force Promotion',
];

describe('the audit log in the editor', function () {
  this.timeout(500_000);
  let cluster: TestCluster;

  before('start a cluster', async () => {
    cluster = await TestCluster.start();
    for (const key of ['a', 'b', 'c']) assert.equal((await cluster.node(1).write(key)).status, 200);
  });
  after('stop the cluster', () => cluster.stop());

  const clusters = (): { readonly 'aerodb.clusters': readonly unknown[] } => ({
    'aerodb.clusters': [
      { name: 'local', kind: 'aerodb', endpoints: cluster.nodes.map(({ url }) => url), environment: 'test bench' },
    ],
  });

  describe('the tab', () => {
    const use = useEditor(() => ({ settings: clusters() }));

    async function becomeOperator(): Promise<void> {
      await use.workbench.runCommand('AeroDB: Assume Operator Authority…');
      await use.workbench.quickInput.waitFor('Cluster');
      await use.workbench.quickInput.choose(LABEL);
      await use.workbench.dialogs.waitForText('assume Operator authority?');
      await use.workbench.dialogs.click('Become Operator of local');
      await use.workbench.statusBar.waitFor('AeroDB: Operator of local');
    }

    async function becomeAuditor(): Promise<void> {
      await use.workbench.runCommand('AeroDB: Become Auditor');
      await use.workbench.statusBar.waitFor('AeroDB: Auditor');
      // The authority counts before its record is written: a test that touches the file waits for the record too.
      await use.workbench.notifications.waitFor('Recorded as #');
    }

    const answers = (): number =>
      linesIn(use.editor.auditFile).filter(line => line.includes('"stage":"command_answered"')).length;

    /** An inspection, to its record: a panel of an earlier one says the same. */
    async function inspect(title: string): Promise<void> {
      const before = answers();
      await use.workbench.runCommand(`AeroDB: ${title}`);
      await use.workbench.quickInput.choose(LABEL);
      await waitFor(
        'the record of the answer',
        () => Promise.resolve(answers()),
        now => now > before,
      );
      await use.workbench.webviews.waitForText(title);
    }

    /** A promotion that is explained, confirmed and rejected by the kernel: the longest story that changes nothing. */
    async function rejectedPromotion(): Promise<void> {
      const { workbench } = use;
      await workbench.runCommand('AeroDB: Request Promotion');
      await workbench.quickInput.waitFor('Cluster');
      await workbench.quickInput.choose(LABEL);
      await workbench.quickInput.waitFor('Node (as read from');
      await workbench.quickInput.choose('node-2');
      await workbench.quickInput.waitFor('Reason');
      await workbench.quickInput.answer('drill of the night shift');
      const panel = await workbench.webviews.waitForText('Nothing has been sent.');
      await panel.getByText('Continue to Confirmation…').click();
      await workbench.dialogs.waitForText('Request Promotion: node-2?');
      await workbench.dialogs.click('Continue…');
      await workbench.quickInput.waitFor('Type the name of the node');
      await workbench.quickInput.answer('node-2');
      await workbench.webviews.waitForText('AERO_PROMOTION_DENIED');
    }

    async function openLog(): Promise<Frame> {
      await use.workbench.runCommand('AeroDB: Open Audit Log');
      await use.workbench.editors.waitForActive(TAB);
      const panel = await use.workbench.webviews.waitForText('Intact.');
      await showEveryRecord(panel);
      return panel;
    }

    /** The tab opens with a row for each request, and keeps what was chosen while it is open. */
    async function showEveryRecord(panel: Frame): Promise<void> {
      const every = panel.getByText('Every Record', { exact: true });
      if ((await every.count()) > 0) await every.click();
      await panel.getByText('One Row for a Request', { exact: true }).waitFor();
    }

    async function rows(panel: Frame, wanted: (texts: readonly string[]) => boolean): Promise<readonly string[]> {
      return waitFor(
        'rows of the log',
        () =>
          panel
            .locator('.audit-body [role=row]')
            .evaluateAll(all => all.map(row => (row as HTMLElement).innerText.replaceAll('\n', ' '))),
        wanted,
      );
    }

    it('also P7-A1: an Observer is refused; an Operator sees it verified, filtered, unfolded and exported with its proof', async () => {
      const { workbench } = use;
      await workbench.runCommand('AeroDB: Open Audit Log');
      const { buttons } = await workbench.notifications.waitFor('Reviewing the audit log needs');
      assert.deepEqual(buttons, ['Become Auditor', 'Show Log']);
      await becomeOperator();
      await inspect('Inspect Replication Status');
      await rejectedPromotion();
      const panel = await openLog();
      const all = linesIn(use.editor.auditFile);
      await rows(panel, seen => seen.some(row => row.includes('kernel rejected')) && seen.length === all.length);
      assert.ok((await panel.locator('.audit-verdict').innerText()).includes(use.editor.auditFile));
      assert.match(
        await panel.locator('.audit-command').innerText(),
        /aerodb-control audit verify --auditor --file \S+ --head \d+:[0-9a-f]{64}/,
      );
      assert.match(await panel.locator('.audit-status').innerText(), /Every intent has a recorded outcome/);
      await workbench.screenshot('audit-log');
      await panel.getByText('One Row for a Request', { exact: true }).click();
      const requests = await rows(panel, seen => seen.some(row => row.includes('rejected by the kernel')));
      assert.ok(
        requests.some(row => /Request Promotion\s+local\s+node-2\s+rejected by the kernel\s+drill of/.test(row)),
        requests.join('\n'),
      );
      assert.ok(requests.length < all.length && requests.every(row => !row.includes('pending')));
      await workbench.screenshot('audit-log-requests');
      await showEveryRecord(panel);

      await panel.getByLabel('Command').selectOption('request_promotion');
      await rows(panel, seen => seen.length > 0 && seen.every(row => row.includes('request_promotion')));
      await panel.locator('[role=grid]').focus();
      await panel.locator('[role=grid]').press('End');
      await panel.locator('[role=grid]').press('Enter');
      const pane = panel.locator('.audit-request');
      await pane.getByText('drill of the night shift').first().waitFor();
      const stages = await pane.locator('h3').allInnerTexts();
      assert.deepEqual(
        stages.map(stage => stage.replace(/ #\d+$/, '')),
        [
          'command requested',
          'explanation presented',
          'confirmation requested',
          'confirmation given',
          'dispatch intent',
          'kernel rejected',
        ],
      );
      await workbench.screenshot('audit-log-request');
      await pane.getByText('Explanation as the operator saw it').first().click();
      await pane.getByText('Before and after, if the kernel executes it').first().waitFor();
      await pane.getByText('Kernel state as the operator saw it').first().click();
      await pane.getByText('Control version').first().waitFor();
      await workbench.screenshot('audit-log-explanation');

      const target = join(use.editor.workspace, 'evidence.jsonl');
      await panel.getByText('Export JSONL…').click();
      await workbench.quickInput.waitFor('How much of the chain');
      await workbench.quickInput.choose('With the neighbouring records');
      await workbench.quickInput.waitFor('Export the selected audit records');
      await workbench.screenshot('audit-log-save');
      // The dialog writes into its field while it walks to the folder, and the first Enter may only take it there.
      const save = async (): Promise<void> => {
        if (existsSync(target)) return;
        await workbench.quickInput.type(target, 2000).catch(() => undefined);
        await workbench.page.waitForTimeout(700);
        await workbench.page.keyboard.press('Enter');
      };
      await persist('saving', save, () => Promise.resolve(existsSync(target)));
      await workbench.notifications.waitFor('were written to');
      const exported = readFileSync(target, 'utf8')
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line) as Readonly<Record<string, unknown>>);
      assert.equal(exported[0]?.['selected'], 6);
      assert.equal(exported.filter(({ selected }) => selected === true).length, 6);
      const lines = linesIn(use.editor.auditFile);
      for (const { line, record } of exported.slice(1)) assert.equal(record, lines[Number(line) - 1], 'byte for byte');
      assert.equal(statSync(target).mode & 0o777, 0o600);

      await panel.getByText('Raw File').click();
      await waitFor(
        'the raw file',
        () => workbench.page.title(),
        title => title.startsWith('audit.jsonl'),
      );
      const before = readFileSync(use.editor.auditFile, 'utf8');
      await workbench.page.keyboard.type('x');
      await workbench.screenshot('audit-log-raw');
      assert.equal(readFileSync(use.editor.auditFile, 'utf8'), before, 'the raw file cannot be typed into');
      assert.match(await workbench.page.title(), /^audit\.jsonl/, 'and has no change that could be saved');
    });

    it('reloads on request and keeps the place, the filter and what is unfolded', async () => {
      const { workbench } = use;
      await becomeAuditor();
      for (let n = 0; n < 3; n += 1) await inspect('Inspect Replication Status');
      const panel = await openLog();
      await panel.getByLabel('Stage').selectOption('command_answered');
      const seen = await rows(panel, all => all.length >= 3 && all.every(row => row.includes('command answered')));
      await panel.locator('[role=grid]').focus();
      await panel.locator('[role=grid]').press('Home');
      const chosen = await panel.locator('[aria-selected=true]').innerText();
      await panel.locator('[role=grid]').press('Enter');
      await panel.locator('.audit-request').waitFor();
      await inspect('Inspect Replication Status');
      await workbench.editors.activate(TAB);
      assert.equal(
        (await rows(panel, all => all.length > 0)).length,
        seen.length,
        'P7-D1: nothing refreshes by itself',
      );
      await panel.getByText('Reload', { exact: true }).click();
      await rows(panel, all => all.length === seen.length + 1);
      assert.equal(await panel.getByLabel('Stage').inputValue(), 'command_answered');
      assert.equal(await panel.locator('[aria-selected=true]').innerText(), chosen);
      assert.equal(await panel.locator('.audit-request').count(), 1);
      await panel.getByText('Records were appended since.').waitFor();
    });

    it('also P7-A1: with the authority the log goes away, and no further page is answered', async () => {
      const { workbench } = use;
      await becomeAuditor();
      const panel = await openLog();
      await rows(panel, all => all.length > 0);
      await workbench.runCommand('AeroDB: Give Up Authority');
      await workbench.statusBar.waitFor('AeroDB: Observer');
      await workbench.webviews.waitForText('this session no longer has the authority to see it');
      assert.equal(await panel.locator('[role=row]').count(), 0);
      await workbench.screenshot('audit-log-refused');
      await panel.getByText('Refresh').click();
      await workbench.notifications.waitFor('Reviewing the audit log needs');
    });

    it('says after a reload of the window that it must be asked for again', async () => {
      const { workbench } = use;
      await becomeAuditor();
      await openLog();
      await workbench.reloadByCommand();
      const panel = await workbench.webviews.waitForText('asked for again');
      assert.equal(await panel.locator('[role=row]').count(), 0);
    });

    it('also P7-E2: an intent that nothing follows is unknown, and a log that was cut or edited says where', async () => {
      const { workbench } = use;
      await becomeAuditor();
      const file = use.editor.auditFile;
      const kept = `${file}.kept`;
      copyFileSync(file, kept);
      try {
        const lines = linesIn(file);
        const intent = lines.findIndex(line => line.includes('"stage":"dispatch_intent"'));
        truncateSync(file, Buffer.byteLength(`${lines.slice(0, intent + 1).join('\n')}\n`));
        await workbench.runCommand('AeroDB: Open Audit Log');
        const panel = await workbench.webviews.waitForText('Truncated.');
        await panel.getByText('1 intent has no recorded outcome: unknown.').waitFor();
        await showEveryRecord(panel);
        await panel.getByText('Show 1 Intent of Unknown Outcome').click();
        await rows(panel, all => all.length === 1 && /dispatch intent.*unknown/.test(all[0] ?? ''));
        await panel.locator('.audit-body [role=row]').first().click();
        await panel.locator('.audit-request').getByText('no outcome is recorded').first().waitFor();
        await workbench.screenshot('audit-log-unknown');
        writeFileSync(file, readFileSync(kept, 'utf8').replace('drill of the night shift', 'drill of the day shift'));
        await panel.getByText('Reload', { exact: true }).click();
        await workbench.webviews.waitForText('Record edited.');
        await workbench.screenshot('audit-log-edited');
      } finally {
        // In place: the extension's own handle stays on this file.
        writeFileSync(file, readFileSync(kept));
        rmSync(kept);
      }
    });
  });

  describe('where the log cannot be written', () => {
    const own = temporaryFolder('aerodb-ui-audit-', '/tmp');
    const folder = join(own, 'log');
    const use = useEditor(() => {
      writeFileSync(folder, 'a file where the directory of the log should be');
      return { settings: { ...clusters(), 'aerodb.audit.directory': folder } };
    });

    it(
      'also P7-O3: tree, palette and terminal refuse all ten in the same words before any traffic, and the next ' +
        'command works once it can be written',
      async () => {
        const { workbench } = use;
        let requests = 0;
        const listener = createServer((_request, response) => {
          requests += 1;
          response.end();
        });
        const url = `http://127.0.0.1:${await listening(listener)}`;
        const both = [...clusters()['aerodb.clusters'], { name: 'listening', kind: 'aerodb', endpoints: [url] }];
        use.editor.writeSettings({ 'aerodb.clusters': both, 'aerodb.audit.directory': folder });
        try {
          await workbench.openView('AeroDB');
          const tree = workbench.tree('Clusters');
          await tree.expand(['listening']);
          const sentence = /The audit log cannot be written: .*Nothing was sent\./;
          const inTree = await waitFor(
            'the refusal in the tree',
            async () => (await tree.rows()).map(({ label, ariaLabel }) => `${label} ${ariaLabel}`).join(' '),
            text => sentence.test(text),
          );
          const words = sentence.exec(inTree.replaceAll(/\s+/g, ' '))?.[0].split('Nothing was sent.')[0] ?? '';
          assert.ok(words.includes(folder), inTree);
          assert.match(words, /EEXIST|ENOTDIR/);
          await workbench.screenshot('audit-unavailable-tree');

          for (const title of TEN) {
            await workbench.runCommand(`AeroDB: ${title}`);
            await workbench.quickInput.waitFor('Cluster');
            await workbench.quickInput.choose('listening');
            if (title === 'Inspect Promotion State') {
              await workbench.quickInput.waitFor(/request/iu);
              await workbench.quickInput.answer('');
            }
            if (['Inspect Node', 'Inspect WAL', 'Inspect Snapshots'].includes(title)) {
              await workbench.quickInput.waitFor('Node');
              await workbench.quickInput.answer('node-1');
            }
            const { message, severity } = await workbench.notifications.waitFor(
              new RegExp(`${title}.*The audit log cannot be written`, 'u'),
            );
            assert.equal(severity, 'error');
            assert.ok(message.includes(words), `${message} / ${words}`);
            assert.match(
              message,
              title.startsWith('Inspect') || title === 'Run Diagnostics' ? /not read/ : /not executed/,
            );
            if (title.startsWith('Inspect'))
              await workbench.webviews.waitForText(new RegExp(`${title}[^]*Not read`, 'u'));
            // Three toasts have a place; one that has just gone by itself needs no dismissal.
            await workbench.notifications
              .dismiss(new RegExp(`${title}.*The audit log cannot be written`, 'u'))
              .catch(() => undefined);
          }
          await workbench.screenshot('audit-unavailable');

          const terminal = spawnSync(
            process.execPath,
            [join(root, 'src/cli/main.ts'), 'inspect', 'cluster', '--url', url, '--audit-dir', folder],
            { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } },
          );
          assert.equal(terminal.status, 3, terminal.stderr);
          assert.ok(terminal.stderr.replaceAll(/\s+/g, ' ').includes(words.trim()), terminal.stderr);
          assert.match(terminal.stderr, /PHASE7_AUDIT_UNAVAILABLE/);
          assert.equal(requests, 0, 'P7-F1: nobody was asked anything');

          rmSync(folder);
          mkdirSync(folder);
          await workbench.runCommand('AeroDB: Inspect Cluster State');
          await workbench.quickInput.waitFor('Cluster');
          await workbench.quickInput.choose(LABEL);
          const panel = await workbench.webviews.waitForText('recorded as');
          await panel.locator('.headline', { hasText: 'node-1 is primary' }).waitFor();
          const written = readFileSync(join(folder, 'audit.jsonl'), 'utf8');
          assert.match(written, /"stage":"command_answered"/);
          assert.doesNotMatch(written, /"listening"/, 'what was refused without a record gets none afterwards');
        } finally {
          listener.close();
        }
      },
    );
  });
});
