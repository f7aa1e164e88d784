/**
 * Tables of members: what is read first stands in columns, the rest unfolds, and what is old is never shown as
 * present.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import type { Browser } from 'playwright-core';
import { parsePanelRequest } from '../../src/panel-protocol/messages.ts';
import type { ShowPanel } from '../../src/panel-protocol/panels.ts';
import { ROW, RowPlaces } from '../../src/webview/row-places.ts';
import { seedFrom } from '../support/seed.ts';
import { CLUSTERS, REPLICATIONS } from './engines.ts';
import { Bundle, launch, openPanel, THEMES, type PanelUnderTest } from './page.ts';
import { clusterPanel, lastReport, member, members, PANELS, replica, replicationPanel } from './samples.ts';

fc.configureGlobal({ seed: seedFrom('FUZZ_SEED') });

describe('tables of members', () => {
  let browser: Browser;
  let bundle: Bundle;
  let panel: PanelUnderTest;

  before(async function () {
    this.timeout(180_000);
    [browser, bundle] = await Promise.all([launch(), Bundle.make()]);
    panel = await openPanel(browser, bundle, 'dark', { width: 1000, height: 900 });
  });

  beforeEach(async () => {
    await panel.page.setViewportSize({ width: 1000, height: 900 });
    await panel.restart();
  });

  afterEach(() => {
    assert.deepEqual(panel.troubles.splice(0), [], 'errors or violations of the content security policy');
  });

  after(async () => {
    await browser.close();
    await bundle[Symbol.asyncDispose]();
  });

  const rowOf = (name: string): ReturnType<PanelUnderTest['page']['locator']> =>
    panel.page.locator('tbody tr', { has: panel.page.locator(`th:has-text("${name}")`) });
  const unfold = (name: string): ReturnType<PanelUnderTest['page']['getByRole']> =>
    panel.page.getByRole('button', { name: `Details of ${name}`, exact: true });
  const focused = (): Promise<string | null | undefined> =>
    panel.page.evaluate(() => document.activeElement?.getAttribute('aria-label'));

  for (const [engine, message] of Object.entries(CLUSTERS)) {
    it(`${engine}: what people need of a cluster fits in 1,000 pixels without scrolling sideways`, async () => {
      await panel.show(message);
      assert.deepEqual(await tooWide(panel), []);
    });
  }

  for (const [engine, message] of Object.entries(REPLICATIONS)) {
    it(`${engine}: replication fits in 1,000 pixels, and lists no replica twice`, async () => {
      await panel.show(message);
      assert.deepEqual(await tooWide(panel), []);
      const nodes = panel.page.locator('main :is(th, td)', { hasText: /^(?:node-|pg|db)\d/u });
      const names = (await nodes.allInnerTexts()).map(text => text.trim());
      assert.ok(names.length >= 2);
      assert.equal(new Set(names).size, names.length, names.join(', '));
      assert.ok((await panel.page.locator('svg.bar').count()) > 0, 'the bars stand in the table');
    });
  }

  it('1,000 members fit in 1,000 pixels too', async () => {
    await panel.show(clusterPanel(members(1000)));
    assert.deepEqual(await tooWide(panel), []);
  });

  for (const name of ['cluster', 'cluster-primary-dead']) {
    it(`${name}: the answer, the picture and the table are seen without scrolling at 1,400 by 900`, async () => {
      await panel.page.setViewportSize({ width: 1400, height: 900 });
      await panel.show(sample(name));
      const ends = await panel.page.evaluate(() =>
        ['.headline', '.picture', 'aerodb-rows'].map(
          one => document.querySelector(one)?.getBoundingClientRect().bottom ?? Infinity,
        ),
      );
      const [headline = 0, picture = 0, table = 0] = ends;
      assert.ok(headline < picture && picture < table && table <= 900, ends.join(', '));
    });
  }

  it('the answer in one line is the first, large line below the title', async () => {
    await panel.show(sample('cluster-primary-dead'));
    assert.equal(
      await panel.page.locator('.headline').innerText(),
      'node-2 is primary, epoch 5 · 3 members · node-1 does not answer',
    );
    const sizes = await panel.page.evaluate(() =>
      ['.headline', '.facts dd'].map(one =>
        Number.parseFloat(getComputedStyle(document.querySelector(one) ?? document.body).fontSize),
      ),
    );
    assert.ok((sizes[0] ?? 0) > (sizes[1] ?? 0) * 1.2);
  });

  it('a row unfolds by Enter and Space, says so, and shows its details as named values', async () => {
    await panel.show(sample('cluster'));
    const button = unfold('node-2');
    assert.equal(await panel.page.locator('main aerodb-rows').getByText('http://127.0.0.1:9192').count(), 0);
    assert.equal(await button.getAttribute('aria-expanded'), 'false');
    await button.press('Enter');
    assert.equal(await button.getAttribute('aria-expanded'), 'true');
    const named = panel.page.locator('tr.unfolded dl div');
    const facts = new Map(
      await named.evaluateAll(all =>
        all.map(one => [one.querySelector('dt')?.innerText ?? '', one.querySelector('dd')?.innerText ?? ''] as const),
      ),
    );
    assert.equal(facts.get('Replication state'), 'ReplicaActive');
    assert.equal(facts.get('Durable offset (bytes)')?.replaceAll(/\D/gu, ''), '9910345');
    assert.equal(facts.get('Node id'), '6f0c3b1e-0000-4000-8000-000000000002');
    assert.equal(facts.get('Address'), 'http://127.0.0.1:9192');
    await button.press('Space');
    assert.equal(await button.getAttribute('aria-expanded'), 'false');
    assert.equal(await named.count(), 0);
    await panel.page.getByRole('button', { name: 'Unfold All' }).press('Enter');
    assert.equal(await panel.page.locator('tr.unfolded').count(), 3);
    await panel.page.getByRole('button', { name: 'Fold All' }).press('Enter');
    assert.equal(await panel.page.locator('tr.unfolded').count(), 0);
  });

  it('a table says how many rows it has; one without details stays as it was', async () => {
    await panel.show(sample('cluster'));
    assert.match(await panel.page.locator('.table-bar').innerText(), /^3 rows/u);
    await panel.show(clusterPanel([member(1)]));
    assert.match(await panel.page.locator('.table-bar').innerText(), /^1 row\b/u);
    await panel.show(sample('promotion'));
    assert.equal(await panel.page.locator('button.unfold').count(), 0);
  });

  it('10,000 rows: unfolded by keyboard, walked through by arrows, and fluent when all are unfolded', async function () {
    this.timeout(180_000);
    await panel.show(replicationPanel(Array.from({ length: 10_000 }, (_none, index) => replica(index + 1))));
    assert.ok((await panel.page.locator('tbody tr').count()) < 120);
    await unfold('node-1').press('End');
    await unfold('node-10000').waitFor();
    assert.equal(await focused(), 'Details of node-10000');
    await panel.page.keyboard.press('Enter');
    assert.equal(await unfold('node-10000').getAttribute('aria-expanded'), 'true');
    await panel.page.keyboard.press('ArrowUp');
    await panel.page.waitForFunction(
      () => document.activeElement?.getAttribute('aria-label') === 'Details of node-9999',
    );
    await panel.page.getByRole('button', { name: 'Unfold All' }).press('Enter');
    await panel.page.locator('tr.unfolded').first().waitFor();
    assert.ok((await panel.page.locator('tbody tr').count()) < 240, 'only rows in sight are in the document');
    await panel.page.locator('.long').evaluate(table => table.scrollTo(0, 0));
    await unfold('node-1').waitFor();
    await unfold('node-1').press('End');
    await panel.page.waitForFunction(
      () => document.activeElement?.getAttribute('aria-label') === 'Details of node-10000',
    );
  });

  it('a member that does not answer is last reported, in table and picture alike, and not by colour alone', async () => {
    await panel.show(sample('cluster-primary-dead'));
    const row = rowOf('node-1');
    assert.match(await row.locator('th').innerText(), /does not answer/u);
    assert.match(await row.locator('td').nth(0).innerText(), /last reported: primary/u);
    // Its commit is what it told last: a screen reader hears it too.
    assert.match(await row.locator('td').nth(5).innerText(), /last reported:\s*104232/u);
    assert.equal(await row.locator('.shape-word.primary').count(), 0, 'no shape of a running primary');
    assert.equal(await rowOf('node-3').locator('.last-reported, .silent').count(), 0);
    const drawn = await panel.page
      .locator('.picture .node')
      .evaluateAll(all =>
        all.map(
          one => [one.classList.contains('unreachable'), getComputedStyle(one).strokeDasharray !== 'none'] as const,
        ),
      );
    assert.deepEqual(
      drawn.filter(([isSilent]) => isSilent),
      [[true, true]],
    );
    assert.equal(await panel.page.locator('.picture .hatch').count(), 1);
    assert.match(await panel.page.locator('.picture').innerText(), /node-1\s+last reported: primary/u);
  });

  for (const [engine, name] of [
    ['MySQL Group Replication', 'db3.example.net:3306'],
    ['PostgreSQL under Patroni', undefined],
  ] as const) {
    it(`${engine}: last reported is what the answer says is a last report`, async () => {
      await panel.show(CLUSTERS[engine] ?? sample('cluster'));
      const marked = await panel.page.locator('tbody tr:has(.last-reported) th').allInnerTexts();
      assert.deepEqual(
        marked.map(text => text.includes(name ?? '-')),
        name === undefined ? [] : [true],
      );
    });
  }

  it('counts in the legend lead to their members in the table, by keyboard, and mark them', async () => {
    await panel.show(sample('cluster-50'));
    const legend = panel.page.locator('.legend button');
    assert.deepEqual(await legend.allInnerTexts(), [
      '1 primary running',
      '44 replicas running',
      '3 halted',
      '2 do not answer',
    ]);
    await legend.nth(3).press('Enter');
    await panel.page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Details of node-12');
    assert.equal(await panel.page.locator('tr.marked').count(), 2);
    assert.match(await panel.page.locator('.table-bar [role=status]').innerText(), /2 of 50 marked/u);
    const { top, bottom } = await panel.page.evaluate(
      () => document.activeElement?.getBoundingClientRect() ?? new DOMRect(0, -1, 0, 0),
    );
    assert.ok(top >= 0 && bottom <= 900, 'it is in sight');
    await panel.page.getByRole('button', { name: 'Next Marked' }).press('Enter');
    await panel.page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Details of node-41');
    await panel.page.getByRole('button', { name: 'Clear Marks' }).press('Enter');
    assert.equal(await panel.page.locator('tr.marked').count(), 0);
  });

  it('they lead into a table of which only the rows in sight are drawn', async () => {
    await panel.show(clusterPanel(members(1000).map((one, at) => (at === 900 ? { ...one, ...lastReport } : one))));
    await panel.page.getByRole('button', { name: '34 do not answer', exact: true }).press('Enter');
    await panel.page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Details of node-12');
    for (let count = 0; count < 29; count += 1) await panel.page.getByRole('button', { name: 'Next Marked' }).click();
    await panel.page.waitForFunction(
      () => document.activeElement?.getAttribute('aria-label') === 'Details of node-901',
    );
  });

  it('also P7-D1: no member is listed twice in picture, legend and table', async () => {
    await panel.show(sample('cluster-50'));
    assert.equal(await panel.page.locator('.picture .node').count(), 50);
    const counts = await panel.page.locator('.legend button').allInnerTexts();
    assert.equal(
      counts.reduce((sum, text) => sum + Number.parseInt(text, 10), 0),
      50,
    );
    assert.equal(new Set(await panel.page.locator('tbody th').allInnerTexts()).size, 50);
    assert.equal(await panel.page.locator('tbody th').count(), 50);
  });

  it('Copy Name and Copy Id ask the editor for exactly that, and a text that is not seen has no button', async () => {
    await panel.show(sample('cluster'));
    await unfold('node-2').press('Enter');
    for (const name of ['Copy Name', 'Copy Id']) await panel.page.getByRole('button', { name }).press('Enter');
    const asked = (await panel.asked()).slice(1);
    assert.deepEqual(asked, [
      { type: 'copy-name', text: 'node-2' },
      { type: 'copy-name', text: '6f0c3b1e-0000-4000-8000-000000000002' },
    ]);
    for (const request of asked) assert.deepEqual(parsePanelRequest(request), request);
    for (const text of ['', 'x'.repeat(1001), 7, null])
      assert.equal(parsePanelRequest({ type: 'copy-name', text }), undefined);
    assert.equal(parsePanelRequest({ type: 'copy-name', text: 'x', file: '/etc/passwd' }), undefined);
    for (const name of ['x\nrm -rf /', 'a\u202Eb', 'y'.repeat(1001)]) {
      await panel.show(clusterPanel([member(1, { name })]));
      await panel.page.locator('button.unfold').press('Enter');
      assert.equal(await panel.page.getByRole('button', { name: 'Copy Id' }).count(), 1);
      assert.equal(await panel.page.getByRole('button', { name: 'Copy Name' }).count(), 0, name.slice(0, 20));
    }
  });

  it('unfolded and marked, at 900 and 420 pixels, the page does not scroll sideways', async () => {
    for (const width of [900, 420]) {
      await panel.page.setViewportSize({ width, height: 700 });
      for (const name of ['cluster-primary-dead', 'cluster-50', 'replication']) {
        await panel.show(sample(name));
        await panel.page.getByRole('button', { name: 'Unfold All' }).press('Enter');
        assert.equal(
          await panel.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
          0,
          `${name} at ${width}`,
        );
      }
    }
  });
});

describe('unfolded tables', () => {
  it('axe finds nothing to complain of in rows that are unfolded and marked, in four themes', async function () {
    this.timeout(180_000);
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    await using bundle = await Bundle.make();
    const browser = await launch();
    try {
      for (const theme of THEMES) {
        const panel = await openPanel(browser, bundle, theme);
        await panel.show(sample('cluster-primary-dead'));
        await panel.page.getByRole('button', { name: 'Unfold All' }).press('Enter');
        await panel.page.locator('.legend button').last().press('Enter');
        await panel.page.locator('tr.marked').first().waitFor();
        await panel.page.evaluate(axe);
        const violations = await panel.page.evaluate(async () => {
          const { axe: audit } = globalThis as unknown as {
            axe: { run: (options: object) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
          };
          return (await audit.run({ resultTypes: ['violations'] })).violations.map(
            ({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200) ?? ''}`,
          );
        });
        assert.deepEqual(violations, [], theme);
      }
    } finally {
      await browser.close();
    }
  });
});

describe('places of rows', () => {
  it('the row at a place is the one that begins there or before, however many are unfolded', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.array(fc.tuple(fc.nat(399), fc.integer({ min: 1, max: 900 }))),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (count, unfolded, share) => {
          const places = new RowPlaces(count, 4);
          const heights = new Map(unfolded.filter(([index]) => index < count));
          places.unfold(index => heights.has(index));
          places.measured(heights);
          let total = count * ROW;
          for (const height of heights.values()) total += height;
          assert.equal(places.top(count), total);
          assert.equal(places.measured(heights), false, 'what is known is no news');
          const place = share * (total - 1);
          const at = places.at(place);
          assert.ok(places.top(at) <= place && place < places.top(at + 1));
        },
      ),
    );
  });
});

function sample(name: string): ShowPanel {
  const found = PANELS[name];
  assert.ok(found, `no sample ${name}`);
  return found;
}

/** Tables that must be scrolled sideways, with how far. */
async function tooWide(panel: PanelUnderTest): Promise<readonly string[]> {
  return await panel.page
    .locator('.table')
    .evaluateAll(all =>
      all
        .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
        .map(one => `${one.getAttribute('aria-label') ?? ''}: ${one.scrollWidth - one.clientWidth}`),
    );
}
