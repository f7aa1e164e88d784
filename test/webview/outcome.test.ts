/** What became of a request, in a real browser: words first, codes last, one act, and what can be read next. */
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { kernelRejection, refusal, transportFailure } from '../../src/control-plane/model/errors.ts';
import { parsePanelRequest } from '../../src/panel-protocol/messages.ts';
import type { Panel, ShowPanel } from '../../src/panel-protocol/panels.ts';
import { Bundle, launch, openPanel, type PanelUnderTest } from './page.ts';
import { failed, PANELS, rejection } from './samples.ts';

const FORCE = { by: 'maria@ops-1', time: '2026-11-21T10:00:00.000Z', reason: 'rack lost', acknowledged: ['P6-A1'] };

function withPanel(shown: ShowPanel, more: Partial<Extract<Panel, { kind: 'failed' | 'executed' }>>): ShowPanel {
  return { ...shown, panel: { ...shown.panel, ...more } as Panel };
}

describe('the end of a request in its panel', function () {
  this.timeout(240_000);
  let browser: Browser;
  let bundle: Bundle;
  let panel: PanelUnderTest;

  before(async () => {
    [browser, bundle] = await Promise.all([launch(), Bundle.make()]);
    panel = await openPanel(browser, bundle, 'dark');
  });
  after(async () => {
    await browser.close();
    await bundle[Symbol.asyncDispose]();
  });
  beforeEach(() => panel.restart());
  afterEach(() => assert.deepEqual(panel.troubles.splice(0), []));

  const shown = async (message: ShowPanel): Promise<string> => {
    await panel.show(message);
    return (await panel.page.locator('main').innerText()).replaceAll(/\s+/gu, ' ');
  };

  it('also P7-A2: doing nothing is no error, and says where it is recorded', async () => {
    const text = await shown(failed(refusal('PHASE7_CONFIRMATION_DECLINED', 'Declined (the first dialog).')));
    assert.match(text, /You did nothing\. Nothing was sent\. Recorded as #\d+\./u);
    assert.doesNotMatch(text, /NOT EXECUTED|refused/u);
    assert.equal(await panel.page.locator('.outcome').count(), 0, 'no shape of a failure');
    const voided = await shown(failed(refusal('PHASE7_CONFIRMATION_VOIDED', 'The window closed.')));
    assert.match(voided, /The window closed\. Recorded as #\d+\./u);
  });

  it('also P7-E2: a read that failed was not read; it is never said not to have been executed', async () => {
    const reads = (error: unknown): ShowPanel => withPanel(failed(error as typeof rejection), { reads: true });
    const none = await shown(reads(transportFailure('PHASE7_TIMEOUT', 'No answer within 10 s.', 'not_executed')));
    assert.match(none, /No answer\. No kernel answered, and nothing was read\./u);
    const refused = await shown(reads(rejection));
    assert.match(refused, /Not read\. The kernel refused to answer\./u);
    for (const text of [none, refused]) assert.doesNotMatch(text, /NOT EXECUTED/u);
  });

  it('also P7-O2: words come first, code and rule last', async () => {
    const text = await shown(failed(rejection));
    const places = ['NOT EXECUTED.', 'another node answers', "kernel's own checks", 'Code and rule', 'Invariants'].map(
      words => text.toLowerCase().indexOf(words.toLowerCase()),
    );
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    );
    assert.ok(!places.includes(-1), text);
  });

  it('also P7-O2: of the checks of a denial, those that do not pass stand first, unfolded; those that pass fold with their count', async () => {
    const checks = [
      { id: 'known', invariant: 'P6-A1', result: 'pass', observed: 'the target is known', message: 'It passes.' },
      { id: 'alone', invariant: 'P6-A1', result: 'fail', observed: 'node-3 is primary', message: 'It fails.' },
      { id: 'heard', invariant: 'P6-A1', result: 'unknown', observed: 'node-1 is silent', message: 'Unknown.' },
    ];
    const denial = kernelRejection('AERO_PROMOTION_DENIED', 'Denied.', ['P6-A1'], 'not_executed', {
      status: 409,
      details: { checks },
      body: '{}',
    });
    const text = await shown(failed(denial));
    const at = ['node-3 is primary', 'node-1 is silent', 'Checks that pass (1 of 3)'].map(words => text.indexOf(words));
    assert.ok(!at.includes(-1), text);
    assert.deepEqual(
      at,
      [...at].sort((a, b) => a - b),
    );
    assert.equal(await panel.page.getByText('the target is known').isVisible(), false, 'it is folded');
    await panel.page.getByText('Checks that pass (1 of 3)').click();
    await panel.page.getByText('the target is known').waitFor();
  });

  it('also P7-A1: the one act is asked for by a click, and links by their place; no message names what it leads to', async () => {
    await panel.show({ ...failed(rejection), offer: 'Assume Operator Authority…', links: ['Record #96', 'node-1'] });
    await panel.page.getByRole('button', { name: 'Assume Operator Authority…' }).press('Enter');
    await panel.page.getByRole('button', { name: 'node-1', exact: true }).press('Enter');
    const asked = await panel.asked();
    assert.deepEqual(asked, [{ type: 'ready' }, { type: 'offer' }, { type: 'read-on', link: 1 }]);
    for (const request of asked) {
      assert.deepEqual(parsePanelRequest(request), request);
      for (const more of [{ command: 'request_promotion' }, { node: 'x' }, { cluster: 'y' }])
        assert.equal(parsePanelRequest({ ...(request as object), ...more }), undefined);
    }
    assert.equal(parsePanelRequest({ type: 'read-on', link: -1 }), undefined);
  });

  it('a word has its meaning where it is unfolded, and none where the contract says nothing', async () => {
    await panel.show({
      ...failed(rejection),
      meanings: [{ word: 'NotPrimary', text: 'Only the primary is demoted.' }],
    });
    const meaning = panel.page.getByText('Only the primary is demoted.');
    assert.equal(await meaning.isVisible(), false);
    await panel.page.getByText('What the words mean').click();
    await meaning.waitFor();
    await panel.show(failed(rejection));
    assert.equal(await panel.page.getByText('What the words mean').count(), 0);
  });

  it('also P7-O3: a force says on top by whom, when, why, and what was acknowledged, executed or not', async () => {
    for (const [message, sentence] of [
      [withPanel(PANELS['executed'] ?? assert.fail(), { force: FORCE }), 'This was forced by maria@ops-1 at 2026'],
      [withPanel(failed(rejection), { force: FORCE }), 'This forced promotion was requested by maria@ops-1 at 2026'],
    ] as const) {
      const text = await shown(message);
      for (const words of [sentence, 'rack lost', 'P6-A1']) assert.ok(text.includes(words), text);
      assert.ok(text.indexOf(sentence) < text.search(/The kernel executed|NOT EXECUTED/u), text);
      assert.equal(await panel.page.locator('main.forced .force .stripes').count(), 1);
    }
  });
});
