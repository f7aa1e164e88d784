/**
 * The ten questions of someone on call, in a window of 1,400 x 900: each is answered on the screen, without scrolling
 * and without unfolding. Where each answer ends is printed.
 */
import { at, TestCluster, until } from '../local-cluster/harness.ts';
import { recordsIn } from '../support/records-in.ts';
import { inSight, type InSight } from './driver/sight.ts';
import { askFor, becomeOperator, inspectCluster, type Named } from './driver/steps.ts';
import { useEditor } from './driver/use-editor.ts';

const orders: Named = { name: 'orders', label: 'orders (production)' };
const REASON = 'node-1 lost power; confirmed by the data centre';

describe('the ten questions of someone on call, in the editor', function () {
  this.timeout(180_000);
  let cluster: TestCluster;
  // Before the window opens: a window that is open reads changed settings only after a moment.
  beforeEach('start and configure a cluster', async () => {
    cluster = await TestCluster.start();
    use.editor.writeSettings({
      'aerodb.clusters': [
        { name: 'orders', kind: 'aerodb', endpoints: cluster.nodes.map(({ url }) => url), environment: 'production' },
      ],
      'aerodb.operatorName': 'Maria Keller',
    });
  });
  afterEach('stop the cluster', () => cluster.stop());
  const use = useEditor({ viewport: { width: 1400, height: 900 } });

  it('are each answered without scrolling at 1,400 x 900', async () => {
    const { editor, workbench } = use;
    const answers: [string, InSight][] = [];
    const say = (question: string, answer: InSight): void => void answers.push([question, answer]);
    for (const key of ['a', 'b', 'c']) await cluster.node(1).write(key);
    await until('the replicas have everything', async () =>
      (await Promise.all([2, 3].map(n => cluster.node(n).member()))).every(member => at(member, 'lag_bytes') === '0'),
    );
    await becomeOperator(workbench, orders);
    await workbench.statusBar.waitFor(/Operator of orders/u);

    let panel = await inspectCluster(workbench, orders);
    say(
      'how far behind is each replica',
      await inSight(panel, 'lag', /node-2 replica .*\b0\b.*node-3 replica .*\b0\b/iu),
    );
    await cluster.kill(cluster.node(1));
    panel = await inspectCluster(workbench, orders);
    say('who is primary', await inSight(panel, 'primary', /node-1 is primary/u));
    say('which member does not answer', await inSight(panel, 'no answer', /1 does not answer/u));
    await workbench.screenshot('ten-cluster');
    say('who says so, and when', await inSight(panel, 'source', /Read from node-2.* at .*\d\d:\d\d:\d\d/u));

    panel = await askFor(workbench, orders, 'Request Promotion', 'node-2', REASON);
    say('would the kernel allow this', await inSight(panel, 'allowed', /Asked beforehand, the kernel would deny/u));
    say('what would change', await inSight(panel, 'change', /node-2.*replica.*primary/u));
    await workbench.screenshot('ten-explanation');
    await panel.getByText('Do Nothing').click();

    panel = await askFor(workbench, orders, 'Force Promotion', 'node-2', REASON);
    await panel.getByText('Continue to Confirmation…').click();
    await workbench.dialogs.waitForText('FORCE promotion of node-2?');
    await workbench.dialogs.click('Continue…');
    await workbench.dialogs.waitForText('P6-A1');
    await workbench.dialogs.click('I Acknowledge P6-A1');
    await workbench.quickInput.waitFor('Type the name of the node');
    await workbench.quickInput.answer('node-2');
    await workbench.dialogs.waitForText('Responsibility for this forced promotion passes to');
    await workbench.dialogs.click('Force Promotion of node-2');
    panel = await workbench.webviews.waitForText(/recorded as/u);
    await workbench.screenshot('ten-forced');
    say('was it forced, by whom, why', await inSight(panel, 'forced', new RegExp(`Maria Keller.*${REASON}`, 'u')));

    const forced =
      recordsIn(editor.auditFile).findLast(record => record.command === 'force_promotion')?.request_id ?? '';
    await workbench.runCommand('AeroDB: Open Audit Log');
    panel = await workbench.webviews.waitForText('Intact.');
    await workbench.screenshot('ten-audit');
    say('is the log intact', await inSight(panel, 'log', /Intact\./u));
    say('what became of request X', await inSight(panel, 'outcome', /Force Promotion orders.*executed/u));
    say('what may I do here', await statusInSight());
    const width = Math.max(...answers.map(([question]) => question.length));
    for (const [question, { text, bottom }] of answers)
      process.stdout.write(`      ${question.padEnd(width)}  ends at ${bottom} px: ${text}\n`);
    process.stdout.write(`      request X: ${forced}\n`);

    async function statusInSight(): Promise<InSight> {
      const { text } = await workbench.statusBar.waitFor(/Operator of orders/u);
      return { text, bottom: 900 };
    }
  });
});
