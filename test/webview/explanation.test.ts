/** The explanation of every engine: what is read first, what folds, and that nothing is left out. */
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { operatorText } from '../../src/control-plane/commands/operator.ts';
import { toWire } from '../../src/control-plane/model/views.ts';
import type { ShowPanel } from '../../src/panel-protocol/panels.ts';
import { explanation } from '../support/explanations.ts';
import { Bundle, launch, openPanel, type PanelUnderTest } from './page.ts';

/** An explanation of any engine, as its panel. */
function explained(name: string): ShowPanel {
  const prompt = explanation(name);
  return {
    type: 'show',
    refreshable: false,
    panel: {
      kind: 'explanation',
      explanation: toWire(prompt.explanation),
      document: prompt.document,
      digest: prompt.explanationDigest,
      requestId: prompt.requestId,
      operator: operatorText(prompt.operator),
      terminal: prompt.explanation.commandLine,
    },
  };
}

describe('explanations of every engine', () => {
  let browser: Browser;
  let bundle: Bundle;
  let panel: PanelUnderTest;

  before(async function () {
    this.timeout(180_000);
    [browser, bundle] = await Promise.all([launch(), Bundle.make()]);
    panel = await openPanel(browser, bundle, 'dark', { width: 1400, height: 900 });
  });

  beforeEach(() => panel.restart());

  afterEach(() => {
    assert.deepEqual(panel.troubles.splice(0), []);
  });

  after(async () => {
    await browser.close();
    await bundle[Symbol.asyncDispose]();
  });

  for (const [name, first] of [
    ['aerodb promotion, denied: the primary is silent', 'deny this: node-1 does not answer (AuthorityAmbiguous). It'],
    ['aerodb promotion, approved', 'would approve this. It decides again when the request arrives.'],
    ['aerodb force', 'would approve this. It decides again when the request arrives.'],
    ['patroni switchover', 'this engine has no dry run.'],
    ['patroni failover', 'Not checked by the engine: Single write authority (P6-A1), No'],
    ['mysql switch', 'this engine has no dry run.'],
    ['mysql forced group', 'Not checked by the engine: Single write authority (P6-A1), No'],
  ] as const) {
    it(`also P7-O2: ${name}: answer, changes, consequences, checks: unscrolled`, async () => {
      await panel.show(explained(name));
      const { page } = panel;
      assert.ok((await page.locator('.beforehand').innerText()).includes(first));
      const seen = await page.evaluate(() => {
        const floor = document.querySelector('.decision')?.getBoundingClientRect().top ?? 0;
        const parts = ['.beforehand', '.changes', '.consequences', '.checks', '.force'];
        return parts.map(part => (document.querySelector(part)?.getBoundingClientRect().bottom ?? 0) <= floor);
      });
      assert.deepEqual(seen, [true, true, true, true, true]);
      const cut = await page
        .locator('.changes')
        .evaluate(one => one.scrollWidth - (one.parentElement?.clientWidth ?? 0));
      assert.ok(cut <= 0, `before and after are ${cut} pixels too wide`);
      const order = await page
        .locator('.explanation :is(.beforehand, .at-a-glance h2, section > h2, .fold h2)')
        .evaluateAll(all => all.map(one => (one.matches('.beforehand') ? 'answer' : one.textContent)));
      assert.equal(order[0], 'answer');
      const at = (title: string): number => order.findIndex(one => one.startsWith(title));
      const titles = [
        'Before and after',
        'Consequences',
        'Can it be undone?',
        'Why the kernel',
        'Invariants (',
        'Members',
      ];
      const places = titles.map(at);
      assert.ok(
        places.every((place, index) => place > (places[index - 1] ?? -1)),
        order.join(', '),
      );
      const folds = page.locator('.explanation > .fold, .at-a-glance .fold');
      for (const fold of await folds.all()) {
        assert.equal(await fold.evaluate(one => one.hasAttribute('open')), false);
        assert.match(await fold.locator('summary').first().innerText(), /\(\d+(?: of \d+)?\)$/u);
        await fold.locator('summary').first().press('Enter');
        assert.equal(await fold.evaluate(one => one.hasAttribute('open')), true);
      }
      const { explanation: told } = explanation(name);
      const text = await page.locator('main').innerText();
      for (const part of [told.undo, told.protection, ...told.rejection, ...told.invariants.map(one => one.text)])
        assert.ok(text.includes(part), part);
      for (const check of told.kernel?.checks ?? [])
        for (const part of [check.id, check.observed, check.message]) assert.ok(text.includes(part), part);
    });
  }

  it('also P7-A2: the invariants that a force overrides never fold', async () => {
    for (const name of ['aerodb force', 'patroni failover', 'mysql forced group']) {
      await panel.show(explained(name));
      for (const id of explanation(name).acknowledge)
        assert.equal(
          await panel.page.locator('section .invariants dt', { hasText: id }).first().isVisible(),
          true,
          `${name}: ${id}`,
        );
    }
  });
});
