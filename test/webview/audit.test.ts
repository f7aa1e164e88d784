/** The audit log's panel in a real browser: the shipped page and bundle, with the editor's side played by the test. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser } from 'playwright-core';
import { parsePanelRequest } from '../../src/panel-protocol/messages.ts';
import type { AuditLogFacts, AuditMessage, AuditRow, AuditStage, RequestRow } from '../../src/panel-protocol/audit.ts';
import type { ShowPanel } from '../../src/panel-protocol/panels.ts';
import { Bundle, launch, openPanel, THEMES, type PanelUnderTest, type ThemeName } from './page.ts';
import { PANELS } from './samples.ts';

const facts: AuditLogFacts = {
  path: '/home/alice/.local/state/aerodb/audit.jsonl',
  lines: 1_000_000,
  reading: 1,
  change: 'opened',
  readAt: '2026-11-21T10:00:00.000Z',
  notRecorded: null,
  knownHead: { seq: '1000000', hash: 'ab'.repeat(32) },
  command:
    'aerodb-control audit verify --auditor --file /home/alice/.local/state/aerodb/audit.jsonl --head ' +
    `1000000:${'ab'.repeat(32)}`,
  copy: null,
  danglingIntents: 1,
  verdict: {
    kind: 'intact',
    message: '1000000 records in 1000000 lines form one unbroken chain.',
    line: null,
    seq: null,
    records: '1000000',
    bytes: '600000000',
    head: { seq: '1000000', hash: 'ab'.repeat(32) },
  },
};

function show(more: Partial<AuditLogFacts> = {}): ShowPanel {
  return {
    type: 'show',
    refreshable: true,
    panel: { kind: 'audit', title: 'AeroDB Audit Log', log: { ...facts, ...more } },
  };
}

function row(index: number, more: Partial<AuditRow> = {}): AuditRow {
  return {
    line: index + 1,
    damaged: null,
    seq: String(index + 1),
    time: '2026-11-21T10:00:00.000Z',
    stage: index % 2 === 0 ? 'command_requested' : 'dispatch_intent',
    command: 'request_promotion',
    cluster: 'orders',
    target: 'node-2',
    outcome: 'pending',
    operator: 'alice@workstation-1',
    authority: 'Operator',
    requestId: '0b8f9a52-2d3c-4a3f-9d4e-6b7a1c2d3e4f',
    dangling: index === 999_997,
    underWay: false,
    ...more,
  };
}

function stage(index: number, more: Partial<AuditStage> = {}): AuditStage {
  const shown = row(index);
  return {
    row: shown,
    text: JSON.stringify(shown),
    left: 0,
    record: { v: 1, detail: 'said in words', args: { reason: 'drill' }, redacted: [] },
    explanation: null,
    kernelState: null,
    ...more,
  };
}

const ENDS: readonly RequestRow['end'][] = [
  { kind: 'ended', stage: 'command_executed', outcome: 'executed' },
  { kind: 'ended', stage: 'command_answered', outcome: 'executed' },
  { kind: 'ended', stage: 'kernel_rejected', outcome: 'not_executed' },
  { kind: 'ended', stage: 'confirmation_declined', outcome: 'not_executed' },
  { kind: 'unknown' },
  { kind: 'unfinished', stage: 'confirmation_requested' },
  null,
];

function requestRow(index: number): RequestRow {
  const end = ENDS[index % ENDS.length] ?? null;
  const isRead = index % ENDS.length === 1;
  return {
    line: index * 6 + 1,
    lines: end === null ? 1 : 6,
    damaged: null,
    time: '2026-11-21T10:00:00.000Z',
    operator: 'alice@workstation-1',
    command: end === null ? null : isRead ? 'inspect_node' : 'force_promotion',
    cluster: 'orders',
    target: '9c1d0c3e-0000-4000-8000-000000000002',
    nodeName: isRead || end === null ? null : 'node-2',
    reason: isRead ? null : 'node-1 burns',
    requestId: end === null ? null : `r-${index}`,
    end,
    stage: end === null ? 'authority_changed' : 'command_requested',
    detail: end === null ? 'Observer became Auditor' : null,
    underWay: index === 5,
  };
}

interface Asked {
  readonly type: string;
  readonly selection?: number;
  readonly by?: string;
  readonly from?: number;
  readonly sought?: unknown;
  readonly line?: number;
}

/** Answers like the editor: pages of `rows`, and one request. */
class FakeEditor {
  readonly panel: PanelUnderTest;
  readonly count: number;
  readonly row: (index: number) => AuditRow | RequestRow;
  #answered = 0;

  constructor(panel: PanelUnderTest, count: number, rowOf: (index: number) => AuditRow | RequestRow = row) {
    this.panel = panel;
    this.count = count;
    this.row = rowOf;
  }

  async tell(message: AuditMessage): Promise<void> {
    await this.panel.page.evaluate(async data => {
      window.dispatchEvent(new MessageEvent('message', { data }));
      for (let frame = 0; frame < 3; frame += 1)
        await new Promise(done => {
          requestAnimationFrame(done);
        });
    }, message);
  }

  /**
   * Answers all that was asked until nothing more is, and what is waited for was; returns what was asked. Whoever names
   * the stages of a request waits for the request to be unfolded.
   */
  async settle(
    stages?: readonly AuditStage[],
    awaited = stages === undefined ? undefined : 'audit-unfold',
  ): Promise<readonly Asked[]> {
    const seen: Asked[] = [];
    for (;;) {
      const asked = (await this.panel.asked()) as readonly Asked[];
      const fresh = asked.slice(this.#answered);
      if (fresh.length === 0 && (awaited === undefined || seen.some(({ type }) => type === awaited))) return seen;
      if (fresh.length === 0) await this.panel.page.waitForTimeout(20);
      this.#answered = asked.length;
      for (const request of fresh) {
        assert.ok(parsePanelRequest(request) !== undefined, `refused by the protocol: ${JSON.stringify(request)}`);
        seen.push(request);
        const { selection = 0, from = 0 } = request;
        if (request.type === 'audit-select')
          await this.tell({ type: 'audit', part: 'selection', selection, count: this.count, total: this.count });
        if (request.type === 'audit-page')
          await this.tell({
            type: 'audit',
            part: 'page',
            selection,
            from,
            rows: Array.from({ length: Math.min(100, this.count - from) }, (_none, index) =>
              this.row(from + index),
            ) as readonly AuditRow[],
          });
        if (request.type === 'audit-unfold')
          await this.tell({
            type: 'audit',
            part: 'request',
            line: request.line ?? 0,
            requestId: 'r',
            end: { kind: 'unknown' },
            underWay: false,
            stages: stages ?? [stage(0), stage(1)],
            further: 0,
          });
      }
    }
  }
}

describe('the audit log panel', () => {
  let browser: Browser;
  let bundle: Bundle;
  let panel: PanelUnderTest | undefined;

  before(async function () {
    this.timeout(180_000);
    [browser, bundle] = await Promise.all([launch(), Bundle.make()]);
  });
  afterEach(async () => {
    const shown = panel;
    assert.ok(shown);
    assert.deepEqual(shown.troubles.splice(0), [], 'errors or violations of the content security policy');
    await shown.page.context().close();
  });
  after(async () => {
    await browser.close();
    await bundle[Symbol.asyncDispose]();
  });

  async function open(
    count = 1_000_000,
    theme: ThemeName = 'dark',
    size = { width: 1280, height: 900 },
    rowOf?: (index: number) => AuditRow | RequestRow,
  ): Promise<FakeEditor> {
    panel = await openPanel(browser, bundle, theme, size);
    const editor = new FakeEditor(panel, count, rowOf);
    await panel.show(show({ lines: count }));
    await editor.settle(undefined, count === 0 ? undefined : 'audit-page');
    return editor;
  }

  const drawnRows = (editor: FakeEditor): Promise<readonly string[]> =>
    editor.panel.page.locator('.audit-body [role=row]').allInnerTexts();
  const active = (editor: FakeEditor): Promise<string> => editor.panel.page.locator('[aria-selected=true]').innerText();

  it('says the verdict first, and the command that finds the same', async () => {
    const { page } = (await open()).panel;
    assert.match(await page.locator('.audit-verdict').innerText(), /^Intact\. 1000000 records/);
    assert.ok((await page.locator('.audit-command').innerText()).includes(facts.command));
  });

  it('says of a reading that could not be recorded that it is not, and why, and shows the log all the same', async () => {
    const editor = await open();
    assert.equal(await editor.panel.page.locator('.audit-not-recorded').count(), 0);
    await editor.panel.show(show({ lines: 1_000_000, notRecorded: 'audit.jsonl could not be opened: EACCES.' }));
    await editor.settle();
    assert.match(
      await editor.panel.page.locator('.audit-not-recorded[role=alert]').innerText(),
      /This reading is not recorded\.\s+audit\.jsonl could not be opened: EACCES\./,
    );
    assert.ok((await drawnRows(editor)).length > 10);
  });

  for (const [kind, message] of [
    ['same', 'The second copy holds the same bytes as the log.'],
    ['behind', 'The second copy is the beginning of the log, 3 records behind.'],
    ['differs', 'The second copy differs from the log at line 7: one of them was edited.'],
  ] as const) {
    it(`says how the second copy stands to the log: ${kind}`, async () => {
      const editor = await open();
      assert.equal(await editor.panel.page.locator('.audit-copy').count(), 0, 'where there is none nothing is said');
      await editor.panel.show(
        show({ lines: 1_000_000, copy: { path: '/mnt/disk/audit.jsonl', kind, message, line: null, behind: null } }),
      );
      await editor.settle();
      const words = await editor.panel.page.locator('.audit-copy').innerText();
      assert.ok(words.includes(message) && words.includes('/mnt/disk/audit.jsonl'), words);
    });
  }

  for (const kind of [
    'torn_tail',
    'record_edited',
    'records_missing',
    'forked',
    'truncated',
    'replaced',
    'unreadable',
  ] as const) {
    it(`tells a log that is ${kind} from an intact one, with line and number`, async () => {
      panel = await openPanel(browser, bundle, 'dark');
      await panel.show(
        show({
          verdict: {
            kind,
            message: 'What was found.',
            line: '17',
            seq: '15',
            records: '14',
            bytes: '9000',
            head: null,
          },
        }),
      );
      const words = await panel.page.locator('.audit-verdict').innerText();
      assert.ok(!words.includes('Intact'));
      assert.match(words, /What was found\.\s+Line 17, #15/);
    });
  }

  it('holds a million records with a hundred rows in the document, and reaches every one of them', async () => {
    const editor = await open();
    const { page } = editor.panel;
    assert.equal(await page.locator('[role=grid]').getAttribute('aria-rowcount'), '1000001');
    assert.match(await active(editor), /^#1000000/, 'it opens where the latest is');
    assert.ok((await drawnRows(editor)).length < 100);
    await page.locator('[role=grid]').focus();
    await page.keyboard.press('Home');
    await editor.settle();
    assert.match(await active(editor), /^#1\s/);
    await page.keyboard.press('PageDown');
    await page.keyboard.press('ArrowDown');
    await editor.settle();
    const here = await active(editor);
    assert.ok(Number(/^#(\d+)/.exec(here)?.[1]) > 5, here);
    await page.locator('[role=grid]').evaluate(grid => {
      grid.scrollTop = 500_000 * 24;
    });
    await page.waitForTimeout(100);
    await editor.settle();
    assert.ok((await drawnRows(editor)).some(text => text.startsWith('#500001')));
    const bounds = await page.locator('.audit-body [role=row]', { hasText: '#500001' }).boundingBox();
    const grid = await page.locator('[role=grid]').boundingBox();
    assert.ok(
      bounds !== null && grid !== null && bounds.y >= grid.y && bounds.y < grid.y + 60,
      'the row stands where the scroll bar says',
    );
  });

  for (const count of [1_000, 10_000_000])
    it(`keeps one's place in sight when there is less room for the rows, of ${count} as well`, async () => {
      const editor = await open(count);
      const { page } = editor.panel;
      const last = page.locator('[aria-selected=true]');
      for (const height of [900, 620, 480, 900]) {
        await page.setViewportSize({ width: 1280, height });
        await page.waitForFunction(now => innerHeight === now, height);
        await editor.settle();
        await page.waitForFunction(() => {
          const row = document.querySelector('[aria-selected=true]')?.getBoundingClientRect();
          const grid = document.querySelector('[role=grid]')?.getBoundingClientRect();
          return row !== undefined && grid !== undefined && row.top >= grid.top && row.bottom <= grid.bottom;
        });
        assert.ok((await last.innerText()).startsWith(`#${count}`), String(height));
      }
    });

  it('reaches every one of ten million by its keys, beyond the tallest page of a browser', async () => {
    const editor = await open(10_000_000);
    const { page } = editor.panel;
    assert.match(await active(editor), /^#10000000/);
    await page.locator('[role=grid]').focus();
    for (const [key, first] of [
      ['ArrowUp', '#9999999'],
      ['Home', '#1'],
      ['ArrowDown', '#2'],
      ['End', '#10000000'],
    ] as const) {
      await page.keyboard.press(key);
      await page.waitForTimeout(50);
      await editor.settle();
      assert.ok((await active(editor)).startsWith(first), `${key}: ${await active(editor)}`);
      assert.ok(await page.locator('[aria-selected=true]').isVisible());
    }
    // In the middle, row by row through more than one sight of them.
    const grid = page.locator('[role=grid]');
    await grid.evaluate(element => {
      element.scrollTop = element.scrollHeight / 2;
    });
    await page.waitForTimeout(100);
    await editor.settle();
    const middle = (await drawnRows(editor)).at(20) ?? '';
    const number = Number(/^#(\d+)/.exec(middle)?.[1]);
    assert.ok(Math.abs(number - 5_000_000) < 1000, middle);
    await page.locator('.audit-body [role=row]', { hasText: `#${number}` }).click();
    for (let down = 1; down <= 60; down += 1) {
      await page.keyboard.press('ArrowDown');
      await page.waitForTimeout(20);
      await editor.settle();
      const row = await page.locator('[aria-selected=true]').boundingBox();
      const sight = await grid.boundingBox();
      assert.ok((await active(editor)).startsWith(`#${number + down}`), await active(editor));
      assert.ok(
        row !== null && sight !== null && row.y >= sight.y && row.y + row.height <= sight.y + sight.height,
        `row ${number + down} is in sight`,
      );
    }
  });

  it('filters by every field, and says what it does not understand', async () => {
    const editor = await open(300);
    const { page } = editor.panel;
    await page.getByLabel('Free text').fill('Needle');
    await page.getByLabel('Free text').press('Enter');
    await page.getByLabel('Command').selectOption('force_promotion');
    await page.getByLabel('Stage').selectOption('dispatch_intent');
    await page.getByLabel('Outcome').selectOption('unknown');
    for (const [label, value] of [
      ['Cluster', 'orders'],
      ['Operator', 'alice'],
      ['Request id', 'r-1'],
      ['From (UTC)', '2026-11-21 09:30'],
      ['To (UTC)', '2026-11'],
    ] as const) {
      await page.getByLabel(label).fill(value);
      await page.getByLabel(label).press('Enter');
    }
    const asked = await editor.settle();
    assert.deepEqual(asked.findLast(({ type }) => type === 'audit-select')?.sought, {
      text: 'Needle',
      command: 'force_promotion',
      stage: 'dispatch_intent',
      outcome: 'unknown',
      cluster: 'orders',
      operator: 'alice',
      requestId: 'r-1',
      from: '2026-11-21T09:30:00.000Z',
      to: '2026-11-31T23:59:59.999Z',
    });
    await page.getByLabel('From (UTC)').fill('yesterday');
    await page.getByLabel('From (UTC)').press('Enter');
    assert.equal(
      (await editor.settle()).filter(({ type }) => type === 'audit-select').length,
      0,
      'nothing is searched for',
    );
    assert.match(await page.locator('[role=alert]').innerText(), /Write a time as/);
    await page.getByText('Clear Filters').click();
    assert.deepEqual((await editor.settle()).findLast(({ type }) => type === 'audit-select')?.sought, {});
  });

  it('also P7-O1: one row for a request in words, node by name; every record is one switch away', async () => {
    const editor = await open(700, 'dark', { width: 1400, height: 900 }, requestRow);
    const { page } = editor.panel;
    const rows = (await drawnRows(editor)).map(text => text.replaceAll(/\s+/gu, ' ')).join('\n');
    const folder = process.env['AERODB_SCREENSHOTS'];
    if (folder !== undefined) await page.screenshot({ path: `${folder}/audit-requests.png` });
    for (const told of [
      'Force Promotion orders node-2 executed node-1 burns',
      'Inspect Node orders 9c1d0c3e-0000-4000-8000-000000000002 answered',
      'Force Promotion orders node-2 rejected by the kernel node-1 burns',
      'Force Promotion orders node-2 declined node-1 burns',
      'Force Promotion orders node-2 unknown, no outcome recorded node-1 burns',
      'Force Promotion orders node-2 no end recorded node-1 burns',
      'authority changed orders',
    ])
      assert.ok(rows.includes(told), `${told}\n${rows}`);
    assert.doesNotMatch(rows, /pending/u);
    await page.locator('[role=grid]').focus();
    await page.keyboard.press('Home');
    await editor.settle();
    assert.match((await drawnRows(editor))[5] ?? '', /under way/u, 'what this window carries out');
    assert.match(await page.locator('.audit-status').innerText(), /700 rows, one for each request/u);
    await page.getByText('Every Record').click();
    const asked = await editor.settle();
    assert.equal(asked.find(({ type }) => type === 'audit-select')?.by, 'records');
    assert.match(await page.locator('[role=columnheader]').first().innerText(), /Record/u);
  });

  it('narrow windows fold the filters behind a button that says how many are in place', async () => {
    const editor = await open(700, 'dark', { width: 800, height: 900 }, requestRow);
    const { page } = editor.panel;
    const kind = page.getByLabel('Kind');
    assert.equal(await kind.isVisible(), false);
    const fold = page.locator('.audit-fold');
    await fold.click();
    await kind.selectOption('changes');
    assert.deepEqual((await editor.settle(undefined, 'audit-select'))[0]?.sought, { asks: 'changes' });
    assert.match(await fold.innerText(), /Filters \(1\)/u);
    assert.match(await page.locator('.audit-status').innerText(), /700 of 700 rows match/u);
    await fold.click();
    assert.equal(await kind.isVisible(), false);
    assert.equal(await fold.getAttribute('aria-expanded'), 'false');
    const folder = process.env['AERODB_SCREENSHOTS'];
    if (folder !== undefined) await page.screenshot({ path: `${folder}/audit-folded.png` });
    await page.setViewportSize({ width: 1000, height: 900 });
    assert.equal(await kind.isVisible(), true);
    assert.equal(await fold.isVisible(), false);
  });

  it('unfolds a request by keyboard, and gives the focus back', async () => {
    const editor = await open(300);
    const { page } = editor.panel;
    await page.locator('[role=grid]').focus();
    await page.keyboard.press('Enter');
    await editor.settle();
    assert.equal(await page.evaluate(() => document.activeElement?.className), 'audit-request');
    assert.match(await page.locator('.audit-request').innerText(), /no outcome is recorded/);
    await page.keyboard.press('Escape');
    await page.waitForTimeout(50);
    assert.equal(await page.locator('.audit-request').count(), 0);
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('role')), 'grid');
  });

  it('also P7-E2: an intent that nothing follows is unknown in its row, and all of them can be asked for', async () => {
    const editor = await open();
    const { page } = editor.panel;
    assert.match(await page.locator('.audit-row.dangling').innerText(), /unknown/);
    assert.match(await page.locator('.audit-status').innerText(), /1 intent has no recorded outcome: unknown/);
    await page.getByText('Show 1 Intent of Unknown Outcome').click();
    assert.equal((await editor.settle()).find(({ type }) => type === 'audit-select')?.sought, 'dangling_intents');
  });

  it('keeps the place over a reload, and starts again with another file', async () => {
    const editor = await open();
    const { page } = editor.panel;
    await page.locator('[role=grid]').evaluate(grid => {
      grid.scrollTop = 24_000;
    });
    await page.waitForTimeout(100);
    await editor.settle();
    await page.locator('.audit-body [role=row]', { hasText: '#1005' }).click();
    await editor.settle();
    await editor.panel.show(show({ reading: 2, change: 'grown', lines: 1_000_000 }));
    await editor.settle();
    assert.match(await active(editor), /^#1005/);
    assert.equal(await page.locator('[role=grid]').evaluate(grid => grid.scrollTop), 24_000);
    assert.equal(await page.locator('.audit-request').count(), 1);
    await editor.panel.show(show({ reading: 3, change: 'replaced' }));
    await editor.settle();
    assert.match(await page.locator('.audit-verdict').innerText(), /REPLACED OR SHORTENED/);
    assert.equal(await page.locator('.audit-request').count(), 0);
  });

  it('nothing remains of it when the session may no longer see it', async () => {
    const editor = await open();
    await editor.panel.show({
      type: 'show',
      refreshable: true,
      panel: {
        kind: 'refused',
        title: 'AeroDB Audit Log',
        code: 'PHASE7_INSUFFICIENT_AUTHORITY',
        message: 'This session is Observer.',
      },
    });
    assert.equal(await editor.panel.page.locator('[role=row]').count(), 0);
    assert.ok(!(await editor.panel.page.locator('body').innerText()).includes(facts.path));
  });

  it("a record is a stranger's text: markup, controls and directions stay text", async () => {
    const text =
      '<img src=x onerror="document.body.textContent=1"><script>alert(1)</script>\u202Egnp\u0000\u001b[31m{{7*7}}';
    const shape = row(0);
    const hostileRow = Object.fromEntries(
      Object.entries(shape).map(([name, value]) => [name, typeof value === 'string' ? text : value]),
    ) as unknown as AuditRow;
    const editor = await open(50, 'dark', { width: 1280, height: 900 }, index =>
      index === 3 ? { ...row(index), damaged: text } : { ...hostileRow, line: index + 1 },
    );
    const { page } = editor.panel;
    await page.locator('.audit-body [role=row]').first().click();
    await editor.settle([
      stage(0, {
        row: { ...hostileRow, line: 1 },
        text,
        record: {
          detail: text,
          [text]: { [text]: [text, null, 1] },
          _$litType$: 1,
          strings: [],
          args: { _$litType$: 1, strings: ['<b>'], values: [] },
        },
      }),
      stage(1, { record: null, text }),
    ]);
    assert.equal(await page.locator('img, aerodb-audit script').count(), 0);
    assert.ok((await page.locator('.audit-request').innerText()).includes('<script>alert(1)</script>'));
    assert.ok((await page.locator('.audit-body').innerText()).includes('U+202E'));
    assert.equal(
      await page
        .locator('.audit-body [role=row]')
        .first()
        .evaluate(element => element.clientHeight),
      24,
      'a row keeps its height',
    );
  });

  for (const theme of THEMES) {
    it(`axe finds nothing to complain of: ${theme}`, async function () {
      this.timeout(60_000);
      const editor = await open(1000, theme, { width: 1500, height: 900 });
      const explained =
        PANELS['explanation-promotion']?.panel ??
        Object.values(PANELS).find(({ panel: shown }) => shown.kind === 'explanation')?.panel;
      assert.ok(explained?.kind === 'explanation');
      await editor.panel.page.locator('.audit-body [role=row]').nth(12).click();
      await editor.settle([
        stage(0, {
          explanation: { explanation: explained.explanation, document: explained.document, digest: 'ab' },
          kernelState: {
            node: 'n',
            endpoint: 'http://x',
            commit_id: '1',
            control_version: '2',
            time: 't',
            clock: 'c',
            epoch: '3',
            primary: null,
            members: [{ node: 'n', role: 'primary', state: 's', durable_offset: null }],
          },
        }),
        stage(1, { row: row(1, { dangling: true }) }),
      ]);
      for (const summary of await editor.panel.page.locator('summary').all()) await summary.click();
      await editor.panel.page.evaluate(
        readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'),
      );
      const found = await editor.panel.page.evaluate(async () => {
        const { axe } = globalThis as unknown as {
          axe: {
            run: (
              context: object,
            ) => Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
          };
        };
        const { violations } = await axe.run(document);
        return violations.map(
          ({ id, nodes }) =>
            `${id}: ${nodes
              .slice(0, 3)
              .map(({ html, failureSummary }) => `${html.slice(0, 150)} ${failureSummary}`)
              .join('; ')}`,
        );
      });
      const folder = process.env['AERODB_SCREENSHOTS'];
      if (folder !== undefined) await editor.panel.page.screenshot({ path: `${folder}/audit-${theme}.png` });
      assert.deepEqual(found, []);
    });
  }

  it('stays usable at 200 % zoom in a narrow column', async () => {
    const editor = await open(1000, 'dark', { width: 500, height: 420 });
    const { page } = editor.panel;
    await page.locator('.audit-body [role=row]').nth(2).click();
    await editor.settle();
    assert.ok(
      await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth),
      'the page itself scrolls one way only',
    );
    const height = await page.locator('[role=grid]').evaluate(grid => grid.clientHeight);
    assert.ok(height >= 120, `${height} px of rows`);
    const folder = process.env['AERODB_SCREENSHOTS'];
    if (folder !== undefined) await page.screenshot({ path: `${folder}/audit-narrow.png`, fullPage: true });
  });
});
