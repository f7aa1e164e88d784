/** The panel of a reconstruction in a real browser: the shipped page and bundle, with the editor's side by the test. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser } from 'playwright-core';
import { parsePanelRequest } from '../../src/panel-protocol/messages.ts';
import { showPanel, type ShowPanel } from '../../src/panel-protocol/panels.ts';
import {
  reconstructionMessage,
  type ReconstructionFacts,
  type ReconstructionMessage,
} from '../../src/panel-protocol/reconstruction.ts';
import { LogCollector, type CollectedLog } from '../../src/reconstruction/collect.ts';
import type { Entry, Reconstruction } from '../../src/reconstruction/model.ts';
import { reconstruct } from '../../src/reconstruction/reconstruct.ts';
import { BLOCKS } from '../../src/reconstruction/words.ts';
import { reconstructionRow, sheetHead, sheetMessage } from '../../src/vscode/reconstruction-rows.ts';
import { relationOf } from '../../src/webview/reconstruction/relation.ts';
import { generator } from '../support/seed.ts';
import { ALL, world } from '../reconstruction/world.ts';
import { Bundle, launch, openPanel, THEMES, type PanelUnderTest, type ThemeName } from './page.ts';

const LOG = '/home/alice/.local/state/aerodb/audit.jsonl';

function incident(seed: number): Reconstruction {
  const { logs, evidence } = world(generator(seed));
  return reconstruct({ asked: ALL, logs, evidence });
}

/** An incident of several sources with rules between some of its first rows and none between others. */
function withRules(): Reconstruction {
  for (let seed = 1; seed < 500; seed += 1) {
    const shown = incident(seed);
    const first = shown.entries.slice(1, 12);
    const rules = first.filter(({ block }, at) => block > (shown.entries[at]?.block ?? 0)).length;
    if (shown.sources.length > 2 && rules > 0 && rules < first.length) return shown;
  }
  return assert.fail('no incident has a rule');
}

/** Five logs of records that nothing links. */
function long(each: number): Reconstruction {
  const logs = Array.from({ length: 5 }, (_none, at): CollectedLog => {
    const collector = new LogCollector(ALL);
    let prev = '0'.repeat(64);
    for (let seq = 1; seq <= each; seq += 1) {
      const hash = createHash('sha256').update(`${at} ${seq}`).digest('hex');
      const record = {
        time: new Date(Date.UTC(2026, 10, 1) + seq * 1000 + at).toISOString(),
        clock: 'made-up',
        session: `s${at}`,
        stage: 'command_requested',
        operator: { account: `operator-${at}`, host: 'desk' },
        authority: 'Operator',
        cluster: 'orders',
        command: 'request_promotion',
        target: 'node-2',
        request_id: `r-${at}-${seq}`,
      };
      collector.take({ is: 'record', line: BigInt(seq), seq: BigInt(seq), prev, hash, record });
      prev = hash;
    }
    const verdict = { kind: 'intact', message: '', line: null, seq: null, records: 0n, bytes: 0n, head: null } as const;
    return collector.end(`log-${at}.jsonl`, 'log', verdict, []);
  });
  return reconstruct({ asked: ALL, logs, evidence: [] });
}

function factsOf(shown: Reconstruction, more: Partial<ReconstructionFacts> = {}): ReconstructionFacts {
  return {
    made: 1,
    madeAt: '2026-11-21T10:00:00.000Z',
    notRecorded: null,
    log: LOG,
    evidence: [],
    command: `aerodb-control audit reconstruct --auditor --file ${LOG}`,
    sources: shown.sources,
    entries: shown.entries.length,
    requests: shown.requests.map(sheetHead),
    missing: shown.missing,
    contradictions: shown.contradictions,
    ...more,
  };
}

function show(facts: ReconstructionFacts): ShowPanel {
  const message: ShowPanel = {
    type: 'show',
    refreshable: true,
    panel: { kind: 'reconstruction', title: 'Reconstruction: everything that was given', facts },
  };
  assert.ok(showPanel.safeParse(structuredClone(message)).success, 'of the exact form');
  return message;
}

interface Asked {
  readonly type: string;
  readonly made?: number;
  readonly from?: number;
  readonly count?: number;
  readonly sheet?: number;
}

/** Answers like the editor: rows and sheets of one reconstruction. */
class FakeEditor {
  readonly panel: PanelUnderTest;
  shown: Reconstruction;
  #answered = 0;

  constructor(panel: PanelUnderTest, shown: Reconstruction) {
    this.panel = panel;
    this.shown = shown;
  }

  async tell(message: ReconstructionMessage): Promise<void> {
    assert.ok(reconstructionMessage.safeParse(structuredClone(message)).success, 'of the exact form');
    await this.panel.page.evaluate(async data => {
      window.dispatchEvent(new MessageEvent('message', { data }));
      for (let frame = 0; frame < 3; frame += 1)
        await new Promise(done => {
          requestAnimationFrame(done);
        });
    }, message);
  }

  /** Answers all that was asked until nothing more is; returns what was asked. */
  async settle(): Promise<readonly Asked[]> {
    const seen: Asked[] = [];
    for (;;) {
      await this.panel.page.evaluate(async () => {
        for (let frame = 0; frame < 3; frame += 1)
          await new Promise(done => {
            requestAnimationFrame(done);
          });
      });
      const asked = (await this.panel.asked()) as readonly Asked[];
      const fresh = asked.slice(this.#answered);
      if (fresh.length === 0) return seen;
      this.#answered = asked.length;
      for (const request of fresh) {
        assert.ok(parsePanelRequest(request) !== undefined, `refused by the protocol: ${JSON.stringify(request)}`);
        seen.push(request);
        const { made = 0, from = 0, count = 0, sheet = 0 } = request;
        if (request.type === 'reconstruction-page')
          await this.tell({
            type: 'reconstruction',
            part: 'page',
            made,
            from,
            rows: this.shown.entries
              .slice(from, from + count)
              .map((entry, at) => reconstructionRow(entry, this.shown.entries[from + at - 1])),
          });
        const own = this.shown.requests[sheet];
        if (request.type === 'reconstruction-sheet' && own !== undefined)
          await this.tell(
            await sheetMessage({ made, at: sheet, sheet: own, members: [] }, () => Promise.resolve(null)),
          );
      }
    }
  }
}

describe('how an entry stands to another one', () => {
  it('is earlier or later exactly where the list proves it, for every pair of 60 incidents', () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const { entries } = incident(seed);
      const before = provenBefore(entries);
      for (const a of entries) {
        for (const b of entries) {
          if (a === b || (a.source !== b.source && (a.is === 'gap' || b.is === 'gap'))) continue;
          const proven =
            before.get(a.n)?.has(b.n) === true ? 'later' : before.get(b.n)?.has(a.n) === true ? 'earlier' : 'unknown';
          assert.equal(relationOf(a, b), proven, `seed ${seed}: ${a.n} to ${b.n}`);
        }
      }
    }
  });

  it('of a gap to another source is unknown, whatever stands around it', () => {
    const { entries } = incident(3);
    const gaps = entries.filter(({ is }) => is === 'gap');
    assert.ok(gaps.length > 0);
    for (const gap of gaps)
      for (const other of entries.filter(({ source }) => source !== gap.source))
        assert.deepEqual([relationOf(gap, other), relationOf(other, gap)], ['unknown', 'unknown']);
  });
});

/** By number, all entries that a source's own order and what each entry says that it is after prove to be earlier. */
function provenBefore(entries: readonly Entry[]): ReadonlyMap<number, ReadonlySet<number>> {
  const found = new Map<number, Set<number>>();
  const last = new Map<string, number>();
  for (const { n, source, after } of entries) {
    const own = new Set<number>();
    for (const earlier of [last.get(source), ...after.map(({ entry }) => entry)])
      if (earlier !== undefined) for (const each of [earlier, ...(found.get(earlier) ?? [])]) own.add(each);
    found.set(n, own);
    last.set(source, n);
  }
  return found;
}

describe('the panel of a reconstruction', () => {
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
    shown: Reconstruction,
    more: Partial<ReconstructionFacts> = {},
    theme: ThemeName = 'dark',
    size = { width: 1280, height: 900 },
  ): Promise<FakeEditor> {
    panel = await openPanel(browser, bundle, theme, size);
    const editor = new FakeEditor(panel, shown);
    await panel.show(show(factsOf(shown, more)));
    await editor.settle();
    return editor;
  }

  it('has a row for each entry, its text in the lane of its source, and says what the rules mean', async () => {
    const shown = withRules();
    const { page } = (await open(shown)).panel;
    const heads = await page.locator('.course-heads [role=columnheader]').allInnerTexts();
    assert.equal(heads.length, shown.sources.length + 3);
    assert.equal((await page.locator('.blocks').innerText()).trim(), BLOCKS);
    assert.equal(await page.locator('.course').getAttribute('aria-rowcount'), String(shown.entries.length + 1));
    const rows = await page.locator('.course-body [role=row]').all();
    for (const [at, row] of rows.entries()) {
      const entry = shown.entries[at];
      assert.ok(entry);
      const cells = await row.locator('[role=gridcell]').allInnerTexts();
      const lane = shown.sources.findIndex(({ id }) => id === entry.source);
      const filled = cells.slice(2, -1).flatMap((text, index) => (text.trim() === '' ? [] : [index]));
      assert.deepEqual(filled, [lane], `entry ${entry.n}`);
      const before = shown.entries[at - 1];
      const isRule = before !== undefined && before.block < entry.block;
      assert.equal((await row.getAttribute('class'))?.includes(' rule'), isRule);
      assert.equal((await row.getAttribute('class'))?.includes(' is-gap'), entry.is === 'gap');
      for (const { entry: earlier } of entry.after) assert.ok(cells.at(-1)?.includes(`after ${earlier} (`));
    }
  });

  it('marks by shape and word, from the keyboard, which entries are proven earlier, later, or neither', async () => {
    const shown = incident(7);
    const editor = await open(shown);
    const { page } = editor.panel;
    await page.locator('.course').focus();
    for (const key of ['Home', 'ArrowDown', 'PageDown', 'End', 'ArrowUp', 'PageUp']) {
      await page.keyboard.press(key);
      await editor.settle();
      const active = page.locator('[aria-selected=true]');
      const n = Number((await active.locator('.entry-number').innerText()).replaceAll(/\D/gu, ''));
      const chosen = shown.entries[n - 1];
      assert.ok(chosen, key);
      assert.ok((await page.locator('.entry-pane h3').innerText()).startsWith(`Entry ${n}:`), key);
      assert.match(await page.locator('.course-heads').innerText(), new RegExp(`To entry ${n}\\b`));
      const words = { chosen: 'chosen', earlier: 'earlier', later: 'later', unknown: 'order unknown' };
      for (const row of await page.locator('.course-body [role=row]').all()) {
        const number = Number(/\d+$/.exec((await row.locator('.entry-number').innerText()).trim())?.[0]);
        const entry = shown.entries[number - 1];
        assert.ok(entry);
        const mark = row.locator('.relation');
        assert.equal((await mark.innerText()).trim(), words[relationOf(entry, chosen)], `${number} to ${n}`);
        assert.equal(await mark.locator('svg').count(), 1);
      }
    }
    assert.ok(shown.entries.some(({ after }) => after.length > 0));
  });

  it('goes by a button to the entry after which another one is proven to be', async () => {
    const shown = incident(7);
    const editor = await open(shown);
    const { page } = editor.panel;
    const linked = shown.entries.find(({ after }) => after.length > 0);
    const [first] = linked?.after ?? [];
    assert.ok(linked && first);
    await page.locator('.course').focus();
    await page.keyboard.press('Home');
    for (let at = 1; at < linked.n; at += 1) await page.keyboard.press('ArrowDown');
    await editor.settle();
    assert.match(await page.locator('.entry-pane').innerText(), new RegExp(`Proven to be after entry ${first.entry}:`));
    await page.getByRole('button', { name: `Go to entry ${first.entry}` }).click();
    await editor.settle();
    assert.match(await page.locator('.entry-pane h3').innerText(), new RegExp(`^Entry ${first.entry}:`));
    assert.equal(await page.evaluate(() => document.activeElement?.className), 'course');
  });

  it('has contradictions and what is missing on top, then what it was made from, the requests and the course', async () => {
    const shown = incident(5);
    const editor = await open(shown, {
      contradictions: ['Two records #4 are given.'],
      missing: ['The history of node-9 was not read.'],
      notRecorded: 'EACCES',
    });
    const { page } = editor.panel;
    const heads = await page.locator('h2').allInnerTexts();
    assert.deepEqual(heads, [
      'Contradictions',
      'What is missing',
      'Made from',
      'Requests',
      'Course of events',
      'Sources',
    ]);
    assert.match(await page.locator('[role=alert]').innerText(), /This reading is not recorded\.\s+EACCES/);
  });

  it('says of a file that is not what was written that it is not, also on top', async () => {
    const shown = incident(5);
    const [first, ...others] = shown.sources;
    assert.ok(first);
    const edited = first.files.map(file => ({ ...file, verdict: 'record_edited' as const, message: 'Record #3.' }));
    const { page } = (await open(shown, { sources: [{ ...first, files: edited }, ...others] })).panel;
    assert.match(await page.locator('.unsound').innerText(), /Not every file is intact\./);
    assert.match(await page.locator('.sources').innerText(), /Record edited\.[\s\S]*Record #3\./);
  });

  it('says of an answer that nothing shows whether it is what was written, and claims neither', async () => {
    const shown = withRules();
    const { page } = (await open(shown)).panel;
    assert.ok(shown.sources.some(({ files }) => files.some(({ verdict }) => verdict === 'unverifiable')));
    assert.match(await page.locator('.sources').innerText(), /Not verifiable\./);
    assert.equal(await page.locator('.unsound').count(), 0);
  });

  it('unfolds a sheet by Enter, folds it by Enter, and keeps the focus', async () => {
    const shown = incident(5);
    const editor = await open(shown);
    const { page } = editor.panel;
    assert.equal(await page.locator('.sheet').count(), Math.min(50, shown.requests.length));
    const head = page.locator('.sheet-head').first();
    await head.focus();
    await page.keyboard.press('Enter');
    assert.deepEqual(
      (await editor.settle()).map(({ type, sheet }) => [type, sheet]),
      [['reconstruction-sheet', 0]],
    );
    assert.equal(await head.getAttribute('aria-expanded'), 'true');
    const body = await page.locator('.sheet-body').innerText();
    for (const label of ['Who', 'Outcome by the log', 'Disagreements', 'Not known']) assert.ok(body.includes(label));
    await page.keyboard.press('Enter');
    await editor.settle();
    assert.equal(await page.locator('.sheet-body').count(), 0);
    assert.ok(await head.evaluate(element => element === document.activeElement));
  });

  it('asks for a file, a reading, what is to be left out or saved, and names none of it', async () => {
    const shown = incident(5);
    const editor = await open(shown, {
      evidence: [
        { is: 'file', name: '/tmp/other.jsonl', file: '/tmp/other.jsonl' },
        { is: 'reading', name: 'answer of node-2', file: null },
      ],
    });
    const { page } = editor.panel;
    assert.match(await page.locator('.given').innerText(), /is in no file until you save it as evidence/);
    for (const name of ['Add File…', 'Read History of a Node…', 'Make Anew', 'Save as HTML…', 'Copy as JSON'])
      await page.getByRole('button', { name, exact: true }).click();
    await page.getByRole('button', { name: 'Save as Evidence…' }).click();
    await page.getByRole('button', { name: 'Leave out answer of node-2' }).click();
    assert.deepEqual(await editor.settle(), [
      { type: 'reconstruction-add-file' },
      { type: 'reconstruction-read-history' },
      { type: 'refresh' },
      { type: 'reconstruction-save-html', made: 1 },
      { type: 'copy' },
      { type: 'reconstruction-save-evidence', made: 1, evidence: 1 },
      { type: 'reconstruction-remove', made: 1, evidence: 1 },
    ]);
  });

  it('draws another making anew, and nothing of an earlier one that comes late', async () => {
    const [shown, next] = [incident(5), incident(7)];
    const editor = await open(shown);
    const { page } = editor.panel;
    await page.locator('.course').focus();
    await page.keyboard.press('ArrowDown');
    await editor.settle();
    editor.shown = next;
    await editor.panel.show(show(factsOf(next, { made: 2 })));
    const late = shown.entries.slice(0, 100).map((entry, at) => reconstructionRow(entry, shown.entries[at - 1]));
    await editor.tell({ type: 'reconstruction', part: 'page', made: 1, from: 0, rows: late });
    assert.ok(!(await page.locator('.course-body').innerText()).includes(late[0]?.entry.text ?? '?'));
    await editor.settle();
    assert.match(await page.locator('.entry-pane h3').innerText(), /^Entry 1:/);
  });

  it('holds 10,000 entries of five sources with a few rows in the document, and reaches every one of them', async function () {
    this.timeout(60_000);
    const shown = long(2000);
    const editor = await open(shown);
    const { page } = editor.panel;
    assert.equal(shown.entries.length, 10_000);
    assert.ok((await page.locator('.course-body [role=row]').count()) < 60);
    await page.locator('.course').focus();
    for (const [key, n] of [
      ['End', 10_000],
      ['ArrowUp', 9999],
      ['Home', 1],
      ['ArrowDown', 2],
    ] as const) {
      await page.keyboard.press(key);
      await editor.settle();
      assert.equal(await page.locator('[aria-selected=true] .entry-number').innerText(), String(n), key);
      assert.ok(await page.locator('[aria-selected=true]').isVisible());
    }
    assert.equal(await page.locator('.sheet').count(), 50);
  });

  it("an entry is a stranger's text: markup, controls and directions stay text", async () => {
    const text = '<img src=x onerror="document.body.textContent=1"><script>alert(1)</script>\u202Egnp\u0000{{7*7}}';
    const shown = incident(5);
    const hostile = { ...shown, entries: shown.entries.map(entry => ({ ...entry, text })) };
    const editor = await open(hostile, { missing: [text], log: text, command: text });
    const { page } = editor.panel;
    assert.equal(await page.locator('img, aerodb-reconstruction script').count(), 0);
    const body = await page.locator('.course-body').innerText();
    assert.ok(body.includes('<script>alert(1)</script>') && body.includes('U+202E'));
  });

  for (const theme of THEMES) {
    it(`axe finds nothing to complain of: ${theme}`, async function () {
      this.timeout(60_000);
      const shown = incident(7);
      const editor = await open(
        shown,
        {
          contradictions: ['Two records #4 are given.'],
          evidence: [
            { is: 'file', name: '/tmp/other.jsonl', file: '/tmp/other.jsonl' },
            { is: 'reading', name: 'answer of node-2', file: null },
          ],
        },
        theme,
        { width: 1400, height: 900 },
      );
      const { page } = editor.panel;
      await page.locator('.sheet-head').first().click();
      await page.locator('.course').focus();
      await page.keyboard.press('PageDown');
      await editor.settle();
      await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
      const found = await page.evaluate(async () => {
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
      if (folder !== undefined)
        await page.screenshot({ path: `${folder}/reconstruction-${theme}.png`, fullPage: true });
      assert.deepEqual(found, []);
    });
  }

  for (const [name, size] of [
    ['900 px', { width: 900, height: 700 }],
    ['200 % zoom in a narrow column', { width: 500, height: 420 }],
  ] as const) {
    it(`stays usable at ${name}`, async () => {
      const editor = await open(incident(7), {}, 'dark', size);
      const { page } = editor.panel;
      await page.locator('.sheet-head').first().click();
      await editor.settle();
      assert.ok(
        await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth),
        'the page itself scrolls one way only',
      );
      const height = await page.locator('.course').evaluate(grid => grid.clientHeight);
      assert.ok(height >= 250, `${height} px of rows`);
      const folder = process.env['AERODB_SCREENSHOTS'];
      if (folder !== undefined)
        await page.screenshot({ path: `${folder}/reconstruction-${size.width}.png`, fullPage: true });
    });
  }
});
