/**
 * An engine that exists only in the tests, in the real workbench. The extension is packaged with a registry that lists
 * only this engine; no other source differs.
 */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { packageExtension } from '../../scripts/package.mjs';
import { root } from '../../scripts/lib/paths.mjs';
import { closeAll } from '../support/servers.ts';
import { abacus, type RunningAbacus } from '../engines/small/abacus.ts';
import { recordsIn } from '../support/records-in.ts';
import { askFor, becomeOperator, confirmStandard, inspectCluster } from './driver/steps.ts';
import { useEditor } from './driver/use-editor.ts';

const DESK = { name: 'desk', label: 'desk (a test)' };

describe('an engine that no source knows, in the editor', function () {
  this.timeout(300_000);
  // In the folder where packages are made: a package is moved to its place by a rename, within one file system.
  const vsix = join(root, 'out', `small-engine-${process.pid}.vsix`);
  let server: RunningAbacus;

  before('package the extension with the small engine', async function () {
    this.timeout(400_000);
    server = await abacus();
    const registry = join(root, 'test/engines/small/registry.ts');
    await packageExtension({ registry, file: vsix });
  });
  after(async () => {
    await closeAll();
    rmSync(vsix, { force: true });
  });
  const use = useEditor(() => ({
    vsix,
    settings: {
      'aerodb.clusters': [
        { name: DESK.name, kind: 'abacus', endpoints: [server.url], environment: 'a test', wood: 'oak' },
      ],
    },
  }));

  it('has rows, a panel with picture and table, an explanation, a confirmation, and records', async () => {
    const { workbench } = use;
    await workbench.openView('AeroDB');
    const tree = workbench.tree('Clusters');
    await tree.expand([DESK.label]);
    const rows = await tree.waitForRows(
      'three frames',
      seen => seen.filter(({ label }) => label.startsWith('frame-')).length === 3,
    );
    assert.match(rows.find(({ label }) => label === 'frame-1')?.ariaLabel ?? '', /counting frame/u);
    const said = rows.map(({ ariaLabel }) => ariaLabel).join('\n');
    assert.match(said, /turn 7/u);
    assert.doesNotMatch(said, /lag/u, 'an engine that tells no lag has none to be unknown');
    await tree.expand([DESK.label, 'frame-1']);
    await tree.waitForRows('what it cannot be asked for', seen =>
      seen.some(({ label, ariaLabel }) => label === 'Inspect WAL' && ariaLabel.includes('An abacus has no such thing')),
    );
    const panel = await inspectCluster(workbench, DESK);
    await panel.locator('.provenance summary').click();
    for (const words of ['Turn', 'Counting frame', 'Beads', 'this engine has none'])
      await panel.getByText(words).filter({ visible: true }).first().waitFor();
    assert.equal(await panel.locator('.picture svg').count(), 1);
    await workbench.screenshot('small-engine-cluster');

    await becomeOperator(workbench, DESK);
    const explanation = await askFor(workbench, DESK, 'Request Promotion', 'frame-2', 'a test');
    await explanation.getByText('The durability of an abacus is moved by hand.').waitFor();
    assert.equal(server.asked().length, 0);
    await workbench.screenshot('small-engine-explanation');
    await confirmStandard(workbench, explanation, 'Ask the abacus to let frame "frame-2" count.');
    await workbench.webviews.waitForText('The abacus answered: frame-2 counts now');
    assert.deepEqual([server.asked().length, server.state().counting], [1, 'frame-2']);
    const stages = recordsIn(use.editor.auditFile).map(({ stage }) => stage);
    assert.deepEqual(stages.slice(-3), ['confirmation_given', 'dispatch_intent', 'command_executed']);
  });

  it('is offered by Add Cluster, with its own texts', async () => {
    const { workbench } = use;
    use.editor.writeSettings({ 'aerodb.clusters': [] });
    await workbench.runCommand('AeroDB: Add Cluster…');
    await workbench.quickInput.waitFor('The name by which you know the cluster');
    await workbench.quickInput.answer('another');
    await workbench.quickInput.waitFor('What runs there');
    await workbench.quickInput.choose('Abacus');
    await workbench.quickInput.waitFor('Where the abacus stands.');
    await workbench.quickInput.answer(server.url);
    await workbench.quickInput.waitFor('Your own label');
    await workbench.quickInput.answer('');
    await workbench.quickInput.waitFor('An abacus needs none.');
    await workbench.quickInput.answer('');
    await workbench.quickInput.choose('Add what I typed');
    await workbench.notifications.waitFor('cluster "another" was added');
  });
});
