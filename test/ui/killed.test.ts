/**
 * The extension host is killed, its window reloaded, the authority given up and the cluster removed, at the decisive
 * steps of a confirmed command: afterwards the kernel's own ledger and the log are compared. Every step of the path of
 * a request: test/cut/killed.test.ts.
 */
import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { requestEnd } from '../../src/audit/query.ts';
import { openAuditReader } from '../../src/audit/reader.ts';
import type { AuditLine } from '../../src/control-plane/model/audit-reader.ts';
import { holdLock } from '../cut/lock-holder.ts';
import type { Where } from '../support/positions.ts';
import { CutProxy, type Harm } from '../support/proxy.ts';
import { at, promote, TestCluster, until } from '../support/test-cluster.ts';
import { askFor, becomeOperator } from './driver/steps.ts';
import { useEditor } from './driver/use-editor.ts';
import { waitFor } from './driver/wait.ts';

const LOCAL = { name: 'local', label: 'local (test bench)' };
const ASKED = ['command_requested', 'explanation_presented', 'confirmation_requested'];
const SENT = [...ASKED, 'confirmation_given', 'dispatch_intent'];
const UNSENT: Where = { kind: 'byte', n: 0 };
const ALMOST_WHOLE: Where = { kind: 'end', before: 1 };

describe('an extension host that ends in the middle', function () {
  this.timeout(400_000);
  let cluster: TestCluster;
  let proxy: CutProxy;
  /** Where this test's records begin. */
  let start = 0;
  let attempted: unknown;

  before('start a cluster and a proxy', async () => {
    cluster = await TestCluster.start();
    proxy = await CutProxy.before(Number(new URL(cluster.node(1).url).port));
  });
  beforeEach('the cluster is configured', async () => {
    use.editor.writeSettings({
      'aerodb.clusters': [{ name: 'local', kind: 'aerodb', endpoints: [proxy.url], environment: 'test bench' }],
    });
    start = (await lines()).length;
    attempted = await lastAttempt();
  });
  // Windows open when they are configured: one that is open already takes a while to notice.
  const use = useEditor();
  after(async () => {
    await proxy.close();
    await cluster.stop();
  });

  async function lines(): Promise<readonly AuditLine[]> {
    const all: AuditLine[] = [];
    try {
      for await (const line of openAuditReader({ file: use.editor.auditFile }).lines()) all.push(line);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
    return all;
  }

  const own = async (): Promise<readonly AuditLine[]> =>
    (await lines()).slice(start).filter(({ record }) => record?.['command'] === 'request_demotion');
  const stages = async (): Promise<readonly unknown[]> => (await own()).map(({ record }) => record?.['stage']);
  const waitForStages = (wanted: readonly string[]): Promise<unknown> =>
    waitFor(wanted.join(', '), stages, seen => JSON.stringify(seen) === JSON.stringify(wanted));
  const lastAttempt = async (): Promise<unknown> =>
    at((await cluster.node(1).get('/v1/promotion?limit=1')).body, 'data.last_attempt.request_id');
  const role = async (): Promise<unknown> => at(await cluster.node(1).member(), 'role');

  /** Becomes Operator, asks for a demotion and goes on to where its name is to be typed. */
  async function confirmUpToTheName(): Promise<void> {
    const { workbench } = use;
    await becomeOperator(workbench, LOCAL);
    await confirmUpToTheDialog();
    await workbench.dialogs.click('Continue…');
    await workbench.quickInput.waitFor('Type the name of the node');
  }

  async function confirmUpToTheDialog(): Promise<void> {
    const panel = await askFor(use.workbench, LOCAL, 'Request Demotion', 'node-1', 'cut');
    await panel.getByText('Continue to Confirmation…').click();
    await use.workbench.dialogs.waitFor('Request Demotion: node-1?');
  }

  /** Types the name; returns when the control request, or its answer, is held at this place. */
  async function confirmAndHold(side: Harm['side'], where: Where): Promise<void> {
    await confirmUpToTheName();
    proxy.arm({ how: 'hold', side, where });
    await use.workbench.quickInput.answer('node-1');
    await proxy.reached;
    assert.deepEqual(await stages(), SENT, 'P7-O3: the intent is on disk before the first byte');
  }

  /** A new window on the same log: nothing is resumed, nothing is added, and the log and the ledger agree. */
  async function judge(wanted: readonly string[], executed: boolean): Promise<void> {
    const { workbench } = use;
    await workbench.openView('AeroDB');
    await workbench.statusBar.waitFor('AeroDB: Observer');
    assert.equal(await workbench.dialogs.view(), undefined);
    assert.deepEqual(await stages(), wanted);
    const end = requestEnd(await own());
    assert.equal(
      end.kind,
      wanted.length > SENT.length || wanted.at(-1) === 'confirmation_voided'
        ? 'ended'
        : wanted.includes('dispatch_intent')
          ? 'unknown'
          : 'unfinished',
    );
    if (executed) await until('the kernel has executed', async () => (await role()) === 'replica');
    else assert.deepEqual([await lastAttempt(), await role()], [attempted, 'primary']);
    const [first] = await own();
    if (executed)
      assert.equal(await lastAttempt(), first?.record?.['request_id'], 'executed once, and it is this request');
    assert.ok(proxy.controlRequests <= 1, 'P7-F3');
    const { kind, message } = await openAuditReader({ file: use.editor.auditFile }).verify(null);
    assert.equal(kind, 'intact', message);
    if (executed) assert.equal((await promote(cluster.node(1))).status, 200);
  }

  const kill = async (): Promise<void> => {
    await use.editor.killExtensionHosts();
    await use.workbench.reload();
  };

  it('also P7-F2, P7-O3: killed when the name was typed and before that is recorded: nothing is sent', async () => {
    await confirmUpToTheName();
    proxy.arm(undefined);
    const release = holdLock(dirname(use.editor.auditFile));
    try {
      await use.workbench.quickInput.answer('node-1');
      await use.workbench.webviews.waitForText('Asking the kernel…');
      await use.editor.killExtensionHosts();
    } finally {
      release();
    }
    await use.workbench.reload();
    assert.equal(proxy.passed.length, 0);
    await judge(ASKED, false);
  });

  it(
    'also P7-F2, P7-E2: killed when the intent is on disk and no byte of the request has passed: not executed, and ' +
      'unknown in the log',
    async () => {
      await confirmAndHold('request', UNSENT);
      await kill();
      await judge(SENT, false);
    },
  );

  it(
    'also P7-F2, P7-E2: killed when the kernel has executed and its answer is on the way: executed once, and ' +
      'unknown in the log',
    async () => {
      await confirmAndHold('response', ALMOST_WHOLE);
      await kill();
      await judge(SENT, true);
    },
  );

  it(
    'also P7-F2, P7-F3: a window reloaded while the answer is on the way: executed once, nothing is sent again, and ' +
      'at most the outcome is added',
    async () => {
      await confirmAndHold('response', ALMOST_WHOLE);
      const old = use.editor.extensionHosts();
      await use.workbench.reload();
      proxy.letGo();
      await use.workbench.openView('AeroDB');
      // One whose window could not say goodbye is given a minute by the server.
      await waitFor(
        'the old host to end',
        () => Promise.resolve(use.editor.extensionHosts()),
        hosts => hosts.every(pid => !old.includes(pid)),
        90_000,
      );
      const seen = await stages();
      // The old host has its moment to say goodbye: what it still learned it may record, and nothing else.
      const end = seen[SENT.length];
      assert.ok(end === undefined || end === 'command_executed' || end === 'outcome_unknown', String(end));
      assert.ok(seen.length <= SENT.length + 1);
      await judge(seen.map(String), true);
    },
  );

  it(
    'also P7-A1, P7-E2: authority given up and the cluster removed while the answer is on the way take nothing back: ' +
      'the outcome is recorded',
    async () => {
      await confirmAndHold('response', ALMOST_WHOLE);
      await use.workbench.runCommand('AeroDB: Give Up Authority');
      await use.workbench.statusBar.waitFor('AeroDB: Observer');
      use.editor.writeSettings({ 'aerodb.clusters': [] });
      await use.workbench.openView('AeroDB');
      await use.workbench.page.getByText('No cluster is configured on this machine.').waitFor();
      proxy.letGo();
      await waitForStages([...SENT, 'command_executed']);
      await judge([...SENT, 'command_executed'], true);
    },
  );

  it(
    'also P7-A2: authority given up while the explanation is read, and the cluster removed behind the dialog, void ' +
      'the confirmation',
    async () => {
      const { workbench } = use;
      await becomeOperator(workbench, LOCAL);
      await askFor(workbench, LOCAL, 'Request Demotion', 'node-1', 'cut');
      proxy.arm(undefined);
      await workbench.runCommand('AeroDB: Give Up Authority');
      await waitForStages([...ASKED, 'confirmation_voided']);
      start = (await lines()).length;
      await becomeOperator(workbench, LOCAL);
      await confirmUpToTheDialog();
      proxy.arm(undefined);
      use.editor.writeSettings({ 'aerodb.clusters': [] });
      await waitForStages([...ASKED, 'confirmation_voided']);
      await workbench.dialogs.click('Continue…');
      assert.equal(proxy.passed.length, 0, 'consent that comes too late sends nothing');
      await workbench.quickInput.cancel().catch(() => undefined);
      await workbench.runCommand('AeroDB: Give Up Authority');
      await judge([...ASKED, 'confirmation_voided'], false);
    },
  );
});
