/**
 * The extension in German: the real workbench with German as its display language, from the tree to the last dialog.
 */
import assert from 'node:assert/strict';
import { TestCluster } from '../support/test-cluster.ts';
import { useEditor } from './driver/use-editor.ts';

describe('in German', function () {
  this.timeout(300_000);
  let cluster: TestCluster;

  before('start a cluster', async () => {
    cluster = await TestCluster.start();
  });
  after('stop the cluster', () => cluster.stop());
  const use = useEditor({ language: 'de' });

  it('the palette, the tree, questions, dialogs, the status bar and panels speak German', async () => {
    const { workbench, editor } = use;
    await workbench.openView('AeroDB');
    await workbench.page.getByText('Auf diesem Rechner ist kein Cluster eingerichtet.').waitFor();
    editor.writeSettings({
      'aerodb.clusters': [{ name: 'lokal', kind: 'aerodb', endpoints: cluster.nodes.map(({ url }) => url) }],
    });
    const row = await workbench.tree('Cluster').waitForRow(['lokal']);
    assert.match(row.description, /noch nicht gefragt/u);
    await workbench.runCommand('AeroDB: Befugnis als Operator annehmen…');
    await workbench.quickInput.choose('lokal');
    const dialog = await workbench.dialogs.waitFor('Befugnis als Operator annehmen?');
    assert.equal(dialog.focused, 'Nichts tun');
    await workbench.screenshot('german-dialog');
    await workbench.dialogs.click('Operator von lokal werden');
    await workbench.statusBar.waitFor('AeroDB: Operator von lokal');
    await workbench.runCommand('AeroDB: Clusterzustand ansehen');
    await workbench.quickInput.waitFor('Cluster');
    await workbench.quickInput.choose('lokal');
    const panel = await workbench.webviews.waitForText('Clusterzustand ansehen: lokal');
    await panel.getByText(cluster.node(1).id).filter({ visible: true }).first().waitFor();
    for (const label of ['Gelesen von', 'Mitglieder', 'Rückstand (Bytes)', '1 Primary läuft', 'aufgezeichnet als'])
      await panel.getByText(label).filter({ visible: true }).first().waitFor();
    await workbench.screenshot('german-panel');
    await workbench.runCommand('AeroDB: Promotion anfordern');
    await workbench.quickInput.choose('lokal');
    await workbench.quickInput.waitFor('Knoten (gelesen von');
    await workbench.quickInput.choose('node-2');
    await workbench.quickInput.waitFor('Warum?');
    await workbench.quickInput.answer('eine Übung');
    const explanation = await workbench.webviews.waitForText('Es wurde nichts gesendet.');
    for (const label of [
      'Folgen',
      'Lässt es sich rückgängig machen?',
      'Die eigenen Prüfungen des Kernels, vorab gefragt',
      'eine Übung',
    ])
      await explanation.getByText(label).first().waitFor();
    await workbench.screenshot('german-explanation');
    await explanation.getByText('Weiter zur Bestätigung…').click();
    const question = await workbench.dialogs.waitFor('Die Erläuterung bleibt hinter diesem Dialog offen.');
    assert.equal(
      question.message,
      'lokal \u00b7 1 von 2: Promotion anfordern: node-2?',
      'the command is called as in the palette',
    );
    await workbench.editors.waitForActive('Promotion anfordern: lokal, node-2');
    assert.equal(question.focused, 'Nichts tun', 'P7-A2: the safe answer has the focus in every language');
    await workbench.screenshot('german-confirmation');
    await workbench.dialogs.press('Enter');
    await workbench.webviews.waitForText('Sie haben nichts getan.');
  });
});
