/** The first five minutes: what `npm start` shows first, a cluster to try, the wizard, and the documents. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { descendants, identity, startGroup, until, type Group } from '../../scripts/lib/processes.mjs';
import { freePorts } from '../../scripts/lib/ports.mjs';
import { root } from '../../scripts/lib/paths.mjs';
import { removeFolder, temporaryFolder } from '../support/folders.ts';
import { TestCluster } from '../support/test-cluster.ts';
import { recordsIn } from '../support/records-in.ts';
import { useEditor } from './driver/use-editor.ts';
import { waitFor } from './driver/wait.ts';
import { Workbench } from './driver/workbench.ts';

const TRIAL = 'local cluster (try it)';

describe('the first five minutes', function () {
  this.timeout(700_000);
  const use = useEditor({
    viewport: { width: 1400, height: 900 },
    // Drawn as text, so that it can be read here.
    settings: { 'terminal.integrated.gpuAcceleration': 'off' },
  });
  let cluster: TestCluster;

  before('start a cluster', async function () {
    this.timeout(240_000);
    cluster = await TestCluster.start();
  });
  after('stop the cluster', () => cluster.stop());

  function recorded(): readonly Readonly<Record<string, unknown>>[] {
    return existsSync(use.editor.auditFile) ? recordsIn(use.editor.auditFile) : [];
  }

  /** The processes of local clusters that run because of this editor. */
  function clusterProcesses(): readonly number[] {
    return descendants(process.pid)
      .filter(({ commandLine }) => commandLine.includes('dist/local-cluster.js'))
      .map(({ pid }) => pid);
  }

  function terminalText(): Promise<string> {
    return use.workbench.page.locator('.terminal-wrapper.active .xterm-rows').innerText();
  }

  async function tryIt(): Promise<void> {
    await use.workbench.runCommand('AeroDB: Try It on a Local Cluster…');
    const { detail, focused } = await use.workbench.dialogs.waitFor('Start a local cluster to try AeroDB on?');
    assert.equal(focused, 'Do Nothing');
    assert.match(detail, /It starts without data, in .*local-cluster/u);
    await use.workbench.dialogs.click('Start and Add');
    // Four processes start beside everything else that this machine does.
    await waitFor(
      'the local cluster to be ready',
      () => use.workbench.notifications.all(),
      all => all.some(({ message }) => message.includes(`"${TRIAL}" runs in its terminal`)),
      90_000,
    );
  }

  it('Try It runs a cluster in a terminal in sight, adds it, contacts nobody, and leaves nothing when it is closed', async () => {
    const { workbench, editor } = use;
    await workbench.openView('AeroDB');
    await tryIt();
    await workbench.screenshot('try-it');
    assert.deepEqual(recorded(), [], 'P7-S1: nothing was asked of the cluster');
    const rows = await workbench.tree('Clusters').waitForRow([TRIAL]);
    assert.ok(rows);
    assert.equal(clusterProcesses().length, 4);
    assert.match(await terminalText(), /Type help for what can be done/u);

    await workbench.notifications.click(`"${TRIAL}" runs in its terminal`, 'Inspect');
    await workbench.webviews.waitForText(/Inspect Cluster State[\s\S]*node-1[\s\S]*recorded as/u);
    await workbench.screenshot('try-it-inspected');

    await workbench.runCommand('Terminal: Kill All Terminals');
    await waitFor(
      'the nodes to end',
      () => Promise.resolve(clusterProcesses()),
      pids => pids.length === 0,
    );
    assert.deepEqual(
      configured(editor.home).map(({ name }) => name),
      [TRIAL],
      'its entry stays',
    );
    const tree = workbench.tree('Clusters');
    await tree.expand([TRIAL]);
    await tree.waitForRows('that it does not answer', seen =>
      seen.some(row => /no connection|not answer/iu.test(`${row.label} ${row.description}`)),
    );

    await workbench.notifications.dismiss(`"${TRIAL}" runs in its terminal`).catch(() => undefined);
    await tryIt();
    assert.equal(configured(editor.home).length, 1, 'one entry, with other addresses');
    assert.equal(folders(editor.home).length, 1, 'what the first one left is gone');
  });

  it('Add Cluster explains mistakes, goes back, adds nothing on Escape, and lists members only when asked to', async () => {
    const { workbench, editor } = use;
    editor.writeSettings({ 'aerodb.clusters': [] });
    const [first, second, third] = cluster.nodes.map(({ url }) => url);
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    const { quickInput } = workbench;
    const begin = async (): Promise<void> => {
      await workbench.runCommand('AeroDB: Add Cluster…');
      await quickInput.waitFor('The name by which you know the cluster');
      await quickInput.answer('orders');
      await quickInput.waitFor('What runs there');
      await quickInput.choose('AeroDB');
      const { title } = await quickInput.waitFor('The addresses of its nodes');
      assert.match(title, /3\/6/u);
    };
    const before = recorded().length;
    await begin();
    await quickInput.type('localhost:9191');
    await quickInput.waitFor('localhost:9191 has no scheme: write http://localhost:9191');
    await quickInput.type('http://db1.example:9191');
    await quickInput.waitFor('write https://db1.example:9191');
    await quickInput.type('https://bob:hunter2@db1.example:9191');
    await quickInput.waitFor('An address must not contain a user name or a password');
    await workbench.screenshot('wizard-mistake');
    await quickInput.type(first);
    await quickInput.waitFor('This is the only address: if it does not answer');
    await quickInput.accept();
    await quickInput.waitFor('Your own label');
    await quickInput.cancel();
    await workbench.notifications.waitFor('no cluster was added');
    assert.equal(recorded().length, before, 'P7-S1: nobody was contacted');
    await begin();
    await quickInput.answer(first);
    await quickInput.waitFor('Your own label');
    await quickInput.answer('');
    await quickInput.waitFor("Kept in the editor's secret store");
    await quickInput.answer('typed-for-the-first');
    await quickInput.waitFor('Other members of the cluster');
    await quickInput.back();
    assert.equal((await quickInput.waitFor("Kept in the editor's secret store")).value, 'typed-for-the-first');
    await quickInput.back();
    await quickInput.waitFor('Your own label');
    await quickInput.back();
    assert.equal((await quickInput.waitFor('(3/6)')).value, first);
    await quickInput.answer(second);
    await quickInput.waitFor('Your own label');
    await quickInput.answer('');
    assert.equal(
      (await quickInput.waitFor("Kept in the editor's secret store")).value,
      '',
      'it is for those addresses',
    );
    for (const question of ['(4/6)', '(3/6)']) {
      await quickInput.back();
      await quickInput.waitFor(question);
    }
    await quickInput.answer(first);
    await quickInput.waitFor('Your own label');
    await quickInput.answer('');
    await quickInput.waitFor("Kept in the editor's secret store");
    await quickInput.answer('');
    await quickInput.waitFor('Other members of the cluster');
    assert.equal(recorded().length, before, 'P7-S1: nobody was contacted');
    await quickInput.choose(`Ask ${first} for its members`);
    const { items } = await quickInput.waitFor('Tick what to add (node-1, ');
    await workbench.screenshot('wizard-members');
    assert.deepEqual(
      items.map(({ label, description }) => [label, description]),
      [
        ['node-2', second],
        ['node-3', third],
      ],
    );
    const asked = recorded().slice(before);
    assert.deepEqual([...new Set(asked.flatMap(({ command }) => command ?? []))], ['inspect_cluster_state']);
    assert.equal(await workbench.page.locator('.quick-input-widget .quick-input-list input:checked').count(), 0);
    await quickInput.choose('node-3');
    await quickInput.accept();
    await workbench.notifications.waitFor('cluster "orders" was added');
    assert.deepEqual(configured(editor.home)[0]?.endpoints, [first, third]);
    assert.equal(recorded().length, before + asked.length, 'nobody was contacted since');
    await workbench.notifications.click('cluster "orders" was added', 'Inspect');
    await workbench.webviews.waitForText(/Inspect Cluster State[\s\S]*node-1[\s\S]*recorded as/u);
  });

  it('Open Documentation shows a document that ships, with its tables, and contacts nobody', async () => {
    const { workbench } = use;
    const before = recorded().length;
    await workbench.runCommand('AeroDB: Open Documentation');
    await workbench.quickInput.waitFor('Document (it ships with the extension');
    await workbench.quickInput.choose('The audit log and its verdicts');
    await workbench.editors.waitForActive(/Preview audit-log\.md/u);
    await workbench.webviews.waitForText(/audit log/iu);
    await workbench.screenshot('documentation');
    assert.equal(recorded().length, before);
  });

  it('a window that is closed ends the cluster that it ran', async () => {
    await tryIt();
    assert.equal(clusterProcesses().length, 4);
    await use.editor.closeWindows();
    await waitFor(
      'the nodes to end',
      () => Promise.resolve(clusterProcesses()),
      pids => pids.length === 0,
    );
  });
});

const settings = z.object({
  'aerodb.clusters': z.array(z.object({ name: z.string(), endpoints: z.array(z.string()) })),
});

function configured(home: string): z.infer<typeof settings>['aerodb.clusters'] {
  return settings.parse(JSON.parse(readFileSync(join(home, 'u', 'Machine', 'settings.json'), 'utf8')))[
    'aerodb.clusters'
  ];
}

function folders(home: string): readonly string[] {
  const storage = join(home, 'u', 'User', 'globalStorage', 'aerodb.aerodb-control-plane', 'local-cluster');
  return readdirSync(storage);
}

describe('npm start, in a browser', function () {
  this.timeout(500_000);
  const use = useEditor({ vsix: 'none' }, { ownWindows: true });
  let home = '';
  let group: Group | undefined;

  beforeEach(() => {
    home = temporaryFolder('aero-first-');
  });
  afterEach(async () => {
    await group?.stop(20_000);
    removeFolder(home);
  });

  it('shows the cluster tree and the first steps first, and has contacted nobody by that', async () => {
    const port = await freePorts(24_690, 1);
    const clusterPort = await freePorts(24_591, 3);
    const args = ['--silent', 'start', '--', '--port', String(port), '--cluster-port', String(clusterPort)];
    const env = { ...process.env, DISPLAY: '', WAYLAND_DISPLAY: '', XDG_DATA_HOME: home, XDG_STATE_HOME: home };
    const started = startGroup('npm', args, { cwd: root, env });
    group = started;
    await until(() => started.output().includes('Ctrl-C ends'), { timeout: 100_000 });
    const link = /http:\/\/127\.0\.0\.1:\d+\/\?key=\S+/u.exec(started.output())?.[0] ?? assert.fail(started.output());
    const page = await use.editor.newPage();
    const workbench = await Workbench.open(page, link);
    const tree = workbench.tree('Clusters');
    // What opens them begins when all else of the window has.
    await waitFor(
      'the tree with its cluster',
      () => tree.rows(),
      rows => rows.some(({ label }) => label === 'local'),
      90_000,
    );
    await waitFor(
      'the first steps',
      () => workbench.page.locator('.gettingStartedContainer').innerText(),
      text => text.includes('First steps with AeroDB'),
    );
    await workbench.screenshot('npm-start');
    assert.equal((await tree.rows()).length, 1);
    assert.equal(existsSync(join(home, 'aerodb', 'audit.jsonl')), false, 'P7-S1: nothing was asked');
    assert.ok(identity(started.pid));
  });
});
