/**
 * A reconstruction in the real workbench: from the audit log of a real run, with the log of another operator and the
 * history of a node added one at a time, saved as HTML, and taken away with the authority to see it.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { root } from '../../scripts/lib/paths.mjs';
import { temporaryFolder } from '../support/folders.ts';
import { TestCluster } from '../support/test-cluster.ts';
import { recordsIn } from '../support/records-in.ts';
import { askFor, becomeOperator, confirmStandard, type Named } from './driver/steps.ts';
import { useEditor } from './driver/use-editor.ts';
import { persist, waitFor } from './driver/wait.ts';

const local: Named = { name: 'local', label: 'local (test bench)' };

describe('a reconstruction in the editor', function () {
  this.timeout(500_000);
  let cluster: TestCluster;
  const others = temporaryFolder('aerodb-others-', '/tmp');

  before('start a cluster, which another operator reads', async () => {
    cluster = await TestCluster.start();
    assert.equal((await cluster.node(1).write('a')).status, 200);
    const read = spawnSync(
      process.execPath,
      [join(root, 'src/cli/main.ts'), 'inspect', 'cluster', '--url', cluster.node(1).url, '--audit-dir', others],
      { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1', AERODB_OPERATOR_NAME: 'Bob' } },
    );
    assert.equal(read.status, 0, read.stderr);
  });
  after('stop the cluster', async () => {
    await cluster.stop();
  });

  const use = useEditor(() => ({
    viewport: { width: 1400, height: 900 },
    settings: {
      'aerodb.clusters': [
        { name: 'local', kind: 'aerodb', endpoints: cluster.nodes.map(({ url }) => url), environment: 'test bench' },
      ],
    },
  }));

  /** The dialog writes into its field while it walks to the folder, and the first Enter may only take it there. */
  async function nameFile(title: string, file: string, done: () => Promise<boolean>): Promise<void> {
    const { workbench } = use;
    await workbench.quickInput.waitFor(title);
    await persist(
      title,
      async () => {
        if (await done()) return;
        await workbench.quickInput.type(file, 2000).catch(() => undefined);
        await workbench.page.waitForTimeout(700);
        await workbench.page.keyboard.press('Enter');
      },
      done,
    );
  }

  const columns = (panel: Frame): Promise<readonly string[]> =>
    panel.locator('.course-heads [role=columnheader]').allInnerTexts();

  it('also P7-O3: opens from a request, takes a log and a history one at a time, is recorded, saved, and goes with the authority', async () => {
    const { workbench } = use;
    await workbench.runCommand('AeroDB: Reconstruct What Happened…');
    await workbench.notifications.waitFor('Reviewing the audit log needs');
    await becomeOperator(workbench, local);
    const explained = await askFor(workbench, local, 'Request Promotion', 'node-2', 'drill of the night shift');
    await confirmStandard(workbench, explained, 'Request Promotion: node-2?');
    await workbench.webviews.waitForText('AERO_PROMOTION_DENIED');

    await workbench.runCommand('AeroDB: Open Audit Log');
    const log = await workbench.webviews.waitForText('Intact.');
    await log.locator('.audit-body [role=row]', { hasText: 'rejected by the kernel' }).last().click();
    await log.locator('.audit-request').getByText('Reconstruct…').click();
    const ofRequest = await workbench.webviews.waitForText('Reconstruction: request ');
    await ofRequest.locator('.course-row.is-record', { hasText: 'dispatch intent' }).waitFor();
    assert.equal(await ofRequest.locator('.sheet').count(), 1);
    assert.match(await ofRequest.locator('.sheet-head').innerText(), /request_promotion of node-2/);

    await workbench.runCommand('AeroDB: Reconstruct What Happened…');
    await workbench.quickInput.waitFor('What is to be reconstructed?');
    await workbench.quickInput.choose('Everything in the log');
    const panel = await workbench.webviews.waitForText('Reconstruction: everything that was given');
    assert.equal((await columns(panel)).length, 4, 'number, relation, one lane, order');

    const otherLog = join(others, 'audit.jsonl');
    await panel.getByText('Add File…').click();
    await nameFile('Add a log, an export', otherLog, async () => (await columns(panel)).length === 5);
    assert.ok((await panel.locator('.given').innerText()).includes(otherLog));

    await panel.getByText('Read History of a Node…').click();
    await workbench.quickInput.waitFor('Node, as the records and answers name it');
    await workbench.quickInput.choose('node-2');
    await waitFor(
      'the history beside the logs',
      () => columns(panel),
      heads => heads.length === 6,
    );
    const answered = recordsIn(use.editor.auditFile).filter(
      ({ stage, command }) => stage === 'command_answered' && command === 'inspect_promotion_state',
    );
    assert.equal(answered.length, 1, 'exactly one recorded reading');
    await panel.locator('.course-row.is-event').first().waitFor();
    assert.match(await panel.locator('.course-body').innerText(), /after \d+ \(request /);
    assert.match(await panel.locator('.given').innerText(), /read from here/);

    await panel.locator('.sheet-head').first().click();
    await panel.locator('.sheet-body').getByText('drill of the night shift').first().waitFor();
    await workbench.screenshot('reconstruction-sheet');
    await panel.locator('.sheet-head').first().click();
    await panel.locator('.course-row.is-event').first().click();
    await panel.locator('#course-title').evaluate(element => element.scrollIntoView({ block: 'start' }));
    await panel.locator('.course-row.active').first().waitFor();
    await workbench.runCommand('Notifications: Clear All Notifications');
    await workbench.screenshot('reconstruction');

    const evidence = join(use.editor.workspace, 'answer.json');
    await panel.getByText('Save as Evidence…').click();
    await nameFile('Save the answer as evidence', evidence, () => Promise.resolve(existsSync(evidence)));
    await panel.locator('.audit-command', { hasText: evidence }).waitFor();
    const html = join(use.editor.workspace, 'report.html');
    await panel.getByText('Save as HTML…').click();
    await nameFile('Save the reconstruction as one HTML file', html, () => Promise.resolve(existsSync(html)));
    const report = readFileSync(html, 'utf8');
    assert.ok(report.includes('drill of the night shift') && !report.includes('<script'));

    const reads = recordsIn(use.editor.auditFile).flatMap(({ log_read: read }) =>
      read !== undefined && (read as { action: string }).action === 'reconstruct' ? [read as { files: string[] }] : [],
    );
    assert.deepEqual(
      reads.map(({ files }) => files.length),
      [1, 1, 2, 2],
      'each making, with the files that it read',
    );
    const command = await panel.locator('.audit-command .code').innerText();
    const terminal = spawnSync(
      process.execPath,
      [join(root, 'src/cli/main.ts'), ...command.split(' ').slice(1), '--json', '--audit-dir', others],
      { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } },
    );
    assert.equal(terminal.status, 0, terminal.stderr);
    assert.equal((JSON.parse(terminal.stdout) as { sources: unknown[] }).sources.length, 3, 'the same in a terminal');

    await workbench.runCommand('AeroDB: Give Up Authority');
    await workbench.webviews.waitForText('this session no longer has the authority to see it');
    assert.equal(await panel.locator('[role=row]').count(), 0);
  });

  it('says after a reload of the window that it must be asked for again', async () => {
    const { workbench } = use;
    await workbench.runCommand('AeroDB: Become Auditor');
    await workbench.statusBar.waitFor('AeroDB: Auditor');
    await workbench.runCommand('AeroDB: Reconstruct What Happened…');
    await workbench.quickInput.choose('Everything in the log');
    await workbench.webviews.waitForText('Reconstruction: everything that was given');
    await workbench.reloadByCommand();
    const panel = await workbench.webviews.waitForText('asked for again');
    assert.equal(await panel.locator('[role=row]').count(), 0);
  });
});
