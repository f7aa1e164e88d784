/**
 * The pictures of docs/screenshots: real clusters, in named states, in the real workbench: `npm run screenshots [--
 * STORY…]`. For looking at before they are committed, never compared by a program. The walkthrough's pictures in media/
 * are parts of the same windows.
 */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { root } from '../../scripts/lib/paths.mjs';
import { at, demote, promotable, until, withCluster, type TestCluster } from '../support/test-cluster.ts';
import { startGroup } from '../mysql/group.ts';
import { giveLogins } from '../mysql-ui/steps.ts';
import { others, settled, startCluster } from '../patroni/support.ts';
import { recordsIn } from '../support/records-in.ts';
import { Editor, THEMES, type Theme } from './driver/editor.ts';
import { askFor, becomeOperator, confirmStandard, inspectCluster, type Named } from './driver/steps.ts';
import type { Workbench } from './driver/workbench.ts';

const orders: Named = { name: 'orders', label: 'orders (staging)' };
const CLASSES: Readonly<Record<Theme, string>> = {
  dark: 'vs-dark',
  light: 'vs',
  'hc-dark': 'hc-black',
  'hc-light': 'hc-light',
};
const PICTURES = join(root, 'docs', 'screenshots');
const WALKTHROUGH = join(root, 'media', 'walkthrough');
const CLIPS = {
  tree: { x: 0, y: 30, width: 640, height: 400 },
  whole: { x: 48, y: 30, width: 1000, height: 640 },
} as const;

/** One window of the editor on one cluster, and its camera. */
class Studio {
  readonly editor: Editor;
  readonly workbench: Workbench;

  constructor(editor: Editor, workbench: Workbench) {
    this.editor = editor;
    this.workbench = workbench;
  }

  /** Takes the window in the named themes, and leaves it dark. */
  async take(name: string, themes: readonly Theme[] = ['dark']): Promise<void> {
    for (const theme of themes) {
      await this.#show(theme);
      await this.workbench.page.screenshot({ path: join(PICTURES, `${name}.${theme}.png`) });
      process.stderr.write(`${name}.${theme}\n`);
    }
    await this.#show('dark');
  }

  /** Takes a part of the window for the walkthrough. */
  async forWalkthrough(
    name: string,
    clip: keyof typeof CLIPS,
    themes: readonly Theme[] = ['light', 'dark'],
  ): Promise<void> {
    for (const theme of themes) {
      await this.#show(theme);
      const png = await this.workbench.page.screenshot({ clip: CLIPS[clip] });
      writeFileSync(
        join(WALKTHROUGH, `${name}.${theme}.webp`),
        Buffer.from(await webp(this.workbench.page, png.toString('base64')), 'base64'),
      );
    }
  }

  /** Closes what earlier pictures opened. */
  async tidy(): Promise<void> {
    await this.workbench.runCommand('View: Close All Editors');
    await this.workbench.runCommand('Notifications: Clear All Notifications');
  }

  /** Expands the cluster, so that the tree shows the state that the panel shows. */
  async tree(): Promise<void> {
    await this.workbench.openView('AeroDB');
    const tree = this.workbench.tree('Clusters');
    await tree.expand([orders.label]);
    await tree.clickInlineAction([orders.label], 'Refresh');
    await tree.waitForRows('nodes', rows =>
      rows.some(({ label }) => /^(?:(?:node-|pg)1|127\.0\.0\.1:\d+)$/u.test(label)),
    );
  }

  async open(row: readonly string[], text: string | RegExp): Promise<void> {
    const tree = this.workbench.tree('Clusters');
    if (row.length === 2) await tree.expand([orders.label, row[0] ?? '']);
    await tree.click([orders.label, ...row]);
    await this.workbench.webviews.waitForText(text);
    await this.workbench.page.waitForTimeout(300);
  }

  async #show(theme: Theme): Promise<void> {
    const { page } = this.workbench;
    this.editor.chooseTheme(THEMES[theme]);
    await page.locator(`.monaco-workbench.${CLASSES[theme]}`).waitFor();
    await page.mouse.move(640, 795);
    await page.waitForTimeout(700);
  }
}

/** As wide as the walkthrough shows a picture beside its steps, in pixels. */
const WALKTHROUGH_WIDTH = 760;

/** The same picture in a tenth of the bytes: a package is fetched over slow lines. */
async function webp(page: Page, png: string): Promise<string> {
  return page.evaluate(
    async ([text, widest]) => {
      const picture = await createImageBitmap(
        new Blob([Uint8Array.from(atob(text), character => character.charCodeAt(0))]),
      );
      const scale = Math.min(1, widest / picture.width);
      const canvas = new OffscreenCanvas(Math.round(picture.width * scale), Math.round(picture.height * scale));
      const context = canvas.getContext('2d');
      if (context === null) throw new Error('This browser draws nothing.');
      context.imageSmoothingQuality = 'high';
      context.drawImage(picture, 0, 0, canvas.width, canvas.height);
      const bytes = new Uint8Array(
        await (await canvas.convertToBlob({ type: 'image/webp', quality: 0.5 })).arrayBuffer(),
      );
      return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''));
    },
    [png, WALKTHROUGH_WIDTH] as const,
  );
}

function settings(kind: 'aerodb' | 'patroni' | 'mysql', endpoints: readonly string[]): Record<string, unknown> {
  return {
    'workbench.layoutControl.enabled': false,
    'aerodb.clusters': [{ name: orders.name, kind, endpoints, environment: 'staging' }],
    'aerodb.operatorName': 'Maria Keller',
  };
}

/** A cluster with a history: commits, checkpoints, segments and snapshots. */
async function history(cluster: TestCluster, writes: number): Promise<void> {
  const primary = cluster.node(1);
  for (let done = 0; done < writes; done += 50) {
    await Promise.all(
      Array.from({ length: Math.min(50, writes - done) }, (_none, index) =>
        primary.write(`order-${done + index}`, 'paid '.repeat(40)),
      ),
    );
  }
}

/** The id of the last request for a command, as the audit log has it. */
function lastRequest(auditFile: string, command: string): string {
  return recordsIn(auditFile).findLast(record => record.command === command)?.request_id ?? '';
}

/** Reads the promotion state of node-2 with the fate of a request. */
async function inspectPromotion(workbench: Workbench, requestId: string, text: RegExp): Promise<void> {
  await workbench.runCommand('AeroDB: Inspect Promotion State');
  await workbench.quickInput.choose(orders.label);
  await workbench.quickInput.waitFor('Request id');
  await workbench.quickInput.answer(requestId);
  await workbench.quickInput.waitFor('Node (as read from');
  await workbench.quickInput.choose('node-2');
  await workbench.webviews.waitForText(text);
}

/** Brings a part of the panel to the top of the window. */
async function scrollTo(workbench: Workbench, heading: string): Promise<void> {
  const panel = await workbench.webviews.waitForText(heading);
  await panel
    .getByRole('heading', { name: heading, exact: true })
    .evaluate(element => element.scrollIntoView({ block: 'start' }));
}

interface Story {
  readonly flags?: readonly string[];
  readonly nodes?: number;
  readonly tell: (studio: Studio, cluster: TestCluster) => Promise<void>;
}

const ALL_THEMES: readonly Theme[] = ['light', 'hc-dark', 'hc-light', 'dark'];

const STORIES: Readonly<Record<string, Story>> = {
  steady: {
    flags: ['--checkpoint-every', '150', '--segment-bytes', '8192'],
    tell: async (studio, cluster) => {
      const { workbench } = studio;
      await history(cluster, 400);
      await workbench.openView('AeroDB');
      await workbench.tree('Clusters').waitForRow([orders.label]);
      await studio.tree();
      await studio.forWalkthrough('add', 'tree');
      await inspectCluster(workbench, orders);
      await studio.take('cluster-steady', ALL_THEMES);
      await studio.forWalkthrough('inspect', 'whole');
      await studio.open(['node-2'], /Inspect Node[\s\S]*recorded as/u);
      await studio.take('node');
      await studio.open(['node-2', 'WAL'], /Inspect WAL[\s\S]*recorded as/u);
      await studio.take('wal');
      await studio.open(['node-2', 'Snapshots'], /Inspect Snapshots[\s\S]*recorded as/u);
      await studio.take('snapshots');
      await studio.tidy();
      await becomeOperator(workbench, orders);
      await askFor(workbench, orders, 'Run Diagnostics', 'node-2');
      await confirmStandard(
        workbench,
        await workbench.webviews.waitForText('Nothing has been sent.'),
        'Run Diagnostics: ',
      );
      await workbench.webviews.waitForText(/recorded as/u);
      await studio.take('diagnostics');
    },
  },
  denied: {
    tell: async (studio, cluster) => {
      const { workbench } = studio;
      await history(cluster, 100);
      await studio.tree();
      await becomeOperator(workbench, orders);
      const panel = await askFor(workbench, orders, 'Request Promotion', 'node-2', 'drill: node-1 is to be patched');
      await studio.take('explanation-promotion', ALL_THEMES);
      await studio.forWalkthrough('explain', 'whole');
      await panel.getByText('Continue to Confirmation…').click();
      await workbench.dialogs.waitFor('Request Promotion: node-2?');
      await studio.take('confirm-dialog');
      await studio.forWalkthrough('confirm', 'whole', ['dark']);
      await workbench.dialogs.click('Continue…');
      await workbench.quickInput.waitFor('Type the name of the node');
      await workbench.quickInput.answer('node-2');
      await workbench.webviews.waitForText('AERO_PROMOTION_DENIED');
      await studio.take('result-rejected');
      await studio.tidy();
      await inspectPromotion(
        workbench,
        lastRequest(studio.editor.auditFile, 'request_promotion'),
        /PrimaryStillActive[\s\S]*recorded as/u,
      );
      await scrollTo(workbench, 'State machine');
      await studio.take('promotion-denied');
      await studio.tidy();
      await workbench.runCommand('AeroDB: Open Audit Log');
      await workbench.editors.waitForActive('AeroDB Audit Log');
      const log = await workbench.webviews.waitForText('Intact.');
      await log.locator('.audit-body [role=row]', { hasText: 'rejected by the kernel' }).last().click();
      await log.locator('.audit-request').getByText('kernel rejected').first().waitFor();
      await studio.take('audit');
      await studio.forWalkthrough('audit', 'whole', ['dark']);
    },
  },
  reconstructed: {
    tell: async (studio, cluster) => {
      const { workbench } = studio;
      await history(cluster, 100);
      await becomeOperator(workbench, orders);
      const panel = await askFor(workbench, orders, 'Request Promotion', 'node-2', 'drill: node-1 is to be patched');
      await confirmStandard(workbench, panel, 'Request Promotion: node-2?');
      await workbench.webviews.waitForText('AERO_PROMOTION_DENIED');
      await studio.tidy();
      await workbench.runCommand('AeroDB: Reconstruct What Happened…');
      await workbench.quickInput.waitFor('What is to be reconstructed?');
      await workbench.quickInput.choose('Everything in the log');
      const shown = await workbench.webviews.waitForText('Reconstruction: ');
      await shown.getByText('Read History of a Node…').click();
      await workbench.quickInput.waitFor('Node, as the records and answers name it');
      await workbench.quickInput.choose('node-2');
      await shown.locator('.course-row.is-event').first().click();
      await shown.getByRole('button', { name: /request_promotion/u }).scrollIntoViewIfNeeded();
      await scrollTo(workbench, 'Requests');
      await workbench.runCommand('Notifications: Clear All Notifications');
      await studio.take('reconstruction');
    },
  },
  late: {
    flags: ['--faults'],
    tell: async (studio, cluster) => {
      const { workbench } = studio;
      await history(cluster, 100);
      assert.equal((await demote(cluster.node(1))).status, 200);
      await promotable(cluster.node(2));
      await studio.tree();
      await becomeOperator(workbench, orders);
      const panel = await askFor(workbench, orders, 'Request Promotion', 'node-2', 'planned hand-over, second half');
      // Both other members answer when they are asked how they stand, and end when they are asked to adopt the new
      // epoch.
      for (const number of [1, 3]) await cluster.node(number).faults({ crash_at: 'epoch-write' });
      await confirmStandard(workbench, panel, 'Request Promotion: node-2?');
      await workbench.webviews.waitForText('AERO_PROMOTION_DENIED');
      await studio.take('result-denied-late');
      await studio.tidy();
      await inspectPromotion(
        workbench,
        lastRequest(studio.editor.auditFile, 'request_promotion'),
        /AuthorityTransitioning[\s\S]*recorded as/u,
      );
      await scrollTo(workbench, 'State machine');
      await studio.take('promotion-denied-late');
    },
  },
  lagging: {
    flags: ['--faults'],
    tell: async (studio, cluster) => {
      const { workbench } = studio;
      await history(cluster, 100);
      await cluster.node(3).faults({ cut: 'outgoing' });
      await history(cluster, 200);
      await studio.tree();
      await inspectCluster(workbench, orders);
      await studio.take('cluster-lagging');
      await studio.open(['Replication'], /Replication Status[\s\S]*recorded as/u);
      await studio.take('replication-lagging');
    },
  },
  dead: {
    tell: async (studio, cluster) => {
      const { workbench } = studio;
      await history(cluster, 100);
      await becomeOperator(workbench, orders);
      await cluster.kill(cluster.node(1));
      await until(
        'the replicas miss the primary',
        async () => at((await cluster.node(2).get('/v1/replication')).body, 'data.replicas') !== undefined,
      );
      await studio.tree();
      await inspectCluster(workbench, orders);
      await studio.take('cluster-primary-dead');
      await studio.tidy();
      const panel = await askFor(
        workbench,
        orders,
        'Force Promotion',
        'node-2',
        'node-1 lost power; confirmed by the data centre by phone',
      );
      await studio.take('explanation-force');
      await panel.getByText('Continue to Confirmation…').click();
      await workbench.dialogs.waitFor('FORCE promotion of node-2?');
      await workbench.dialogs.click('Continue…');
      await workbench.dialogs.waitFor('Overridden invariant P6-A1');
      await studio.take('force-acknowledge');
      await workbench.dialogs.click('I Acknowledge P6-A1');
      await workbench.quickInput.waitFor('Type the name of the node');
      await workbench.quickInput.answer('node-2');
      await workbench.dialogs.waitFor('Responsibility for this forced promotion passes to');
      await workbench.dialogs.click('Force Promotion of node-2');
      await workbench.webviews.waitForText('is the primary');
      await studio.take('result-forced');
    },
  },
  halted: {
    flags: ['--faults'],
    tell: async (studio, cluster) => {
      const { workbench } = studio;
      await history(cluster, 100);
      await cluster.node(3).faults({ halt: 'WalGapDetected' });
      await until(
        'node-3 has halted',
        async () => at(await cluster.node(3).member(), 'halt_reason') === 'WalGapDetected',
      );
      await history(cluster, 60);
      await studio.tree();
      await inspectCluster(workbench, orders);
      await studio.take('cluster-halted');
    },
  },
  fifty: {
    flags: ['--observed', '47'],
    tell: async (studio, cluster) => {
      await history(cluster, 200);
      await studio.tree();
      await inspectCluster(studio.workbench, orders);
      await studio.take('cluster-50');
    },
  },
  thousand: {
    flags: ['--observed', '997'],
    tell: async (studio, cluster) => {
      await history(cluster, 200);
      await studio.tree();
      await inspectCluster(studio.workbench, orders);
      await studio.take('cluster-1000');
    },
  },
};

/** A switchover of PostgreSQL under Patroni, from a look at the cluster to what Patroni answered. */
async function patroni(editor: Editor): Promise<void> {
  const cluster = await startCluster();
  try {
    const [candidate] = others(cluster, await settled(cluster));
    editor.writeSettings(
      settings(
        'patroni',
        cluster.members.map(({ url }) => url),
      ),
    );
    const studio = new Studio(editor, await editor.openWindow());
    const { workbench } = studio;
    await studio.tree();
    await inspectCluster(workbench, orders);
    await studio.take('patroni-cluster');
    await studio.tidy();
    await becomeOperator(workbench, orders);
    const panel = await askFor(
      workbench,
      orders,
      'Request Promotion',
      candidate,
      "the leader's machine is to be patched",
    );
    await studio.take('patroni-explanation');
    await confirmStandard(workbench, panel, `Request Promotion: ${candidate}?`);
    await workbench.webviews.waitForText('Successfully switched over to');
    await studio.take('patroni-result');
    await editor.closeWindows();
  } finally {
    await cluster.stop();
  }
}

/** A switch of the primary of a MySQL group, from a look at it to what MySQL answered. */
async function mysql(editor: Editor): Promise<void> {
  const cluster = await startGroup();
  try {
    const leads = await cluster.primary();
    const target = cluster.members.find(({ index }) => index !== leads);
    if (target === undefined) throw new Error('The group has no secondary.');
    for (let row = 0; row < 40; row += 1)
      await cluster.sql(leads ?? 0, `INSERT INTO trial.t (v) VALUES ('order ${row}')`);
    editor.writeSettings(
      settings(
        'mysql',
        cluster.members.map(({ address }) => address),
      ),
    );
    const studio = new Studio(editor, await editor.openWindow());
    const { workbench } = studio;
    await giveLogins(workbench, orders.label);
    await studio.tree();
    await inspectCluster(workbench, orders);
    await studio.take('mysql-cluster');
    await workbench.tree('Clusters').click([orders.label, 'Replication']);
    await workbench.webviews.waitForText('GTID progress');
    await studio.take('mysql-replication');
    await studio.tidy();
    await becomeOperator(workbench, orders);
    const panel = await askFor(
      workbench,
      orders,
      'Request Promotion',
      target.name,
      "the primary's machine is to be patched",
    );
    await studio.take('mysql-explanation');
    await confirmStandard(workbench, panel, `Request Promotion: ${target.name}?`);
    await workbench.webviews.waitForText('Primary server switched to');
    await studio.take('mysql-result');
    await editor.closeWindows();
  } finally {
    await cluster.stop();
  }
}

/** Stories of engines that are not the local cluster. */
const OTHERS: Readonly<Record<string, (editor: Editor) => Promise<void>>> = { patroni, mysql };
const known = [...Object.keys(STORIES), ...Object.keys(OTHERS)];
const wanted = process.argv.length > 2 ? process.argv.slice(2) : known;
for (const folder of [PICTURES, WALKTHROUGH]) mkdirSync(folder, { recursive: true });
for (const name of wanted) {
  // Each story begins with an empty audit log: the nodes of another one bear the same names.
  const editor = await Editor.start();
  try {
    const other = OTHERS[name];
    if (other !== undefined) {
      await other(editor);
      continue;
    }
    const story = STORIES[name];
    if (story === undefined) throw new Error(`There is no story ${name}: there are ${known.join(', ')}.`);
    await withCluster({ ...(story.flags === undefined ? {} : { flags: story.flags }) }, async cluster => {
      editor.writeSettings(
        settings(
          'aerodb',
          cluster.nodes.map(({ url }) => url),
        ),
      );
      const workbench = await editor.openWindow();
      await story.tell(new Studio(editor, workbench), cluster);
      if (workbench.pageErrors.length > 0) process.stderr.write(`${name}: ${workbench.pageErrors.join('\n')}\n`);
    });
  } finally {
    await editor.stop();
  }
}
