/** What an operator sees, in a real browser with the shipped page and bundle. */
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import type { WalCheckpoint } from '../../src/control-plane/model/views.ts';
import { panelHtml } from '../../src/vscode/panel-html.ts';
import { parsePanelRequest } from '../../src/panel-protocol/messages.ts';
import type { ShowPanel } from '../../src/panel-protocol/panels.ts';
import { Bundle, launch, openPanel, THEMES, type PanelUnderTest } from './page.ts';
import {
  bent,
  clusterPanel,
  diagnosticsPanel,
  event,
  failed,
  item,
  member,
  members,
  nodePanel,
  PANELS,
  promotionPanel,
  rejection,
  replica,
  replicationPanel,
  silent,
  snapshotsPanel,
  walPanel,
} from './samples.ts';

function sample(name: string): ShowPanel {
  const found = PANELS[name];
  assert.ok(found, `no sample ${name}`);
  return found;
}

/** Large panels are looked at once; all others in every theme. */
const LARGE = Object.keys(PANELS).filter(name => /-\d{2,}$/u.test(name));

/** The same elements as in a smaller one, a thousand times: axe has seen them. */
const WITHOUT_AXE = ['cluster-1000', 'snapshots-1000'];

/** Replaces every text that a kernel, a setting or a person can fill; numbers and closed words stay what they are. */
function hostile<T>(value: T, text: string): T {
  const closed = new Set([
    'type',
    'kind',
    'command',
    'role',
    'health',
    'decision',
    'result',
    'checksumStatus',
    'domain',
    'outcome',
    'scope',
  ]);
  return JSON.parse(JSON.stringify(value), (key, inner: unknown) =>
    typeof inner === 'string' && !closed.has(key) && !/^(?:\d+|self|reported)$/u.test(inner) ? text : inner,
  ) as T;
}

/** A sample with one member of its message replaced. */
function spoil(from: string | ShowPanel, path: readonly string[], value: unknown): ShowPanel {
  const message = structuredClone(typeof from === 'string' ? sample(from) : from);
  const last = path.at(-1) ?? '';
  const owner = path
    .slice(0, -1)
    .reduce<unknown>((within, key) => (within as Readonly<Record<string, unknown>>)[key], message);
  (owner as Record<string, unknown>)[last] = value;
  return message;
}

const TOPOLOGY = ['panel', 'document', 'sections', '1', 'blocks', '0', 'topology'];
const MEMBERS = ['panel', 'document', 'sections', '2', 'blocks', '0', 'table'];

/** How a panel says where a message is wrong. */
function at(path: readonly string[]): string {
  return `show: ${path.join('.')}`;
}

const HOSTILE = {
  markup: '<img src=x onerror="document.body.textContent=1"><script>alert(1)</script>&amp;{{7*7}}${1}',
  long: 'x'.repeat(300),
  'right to left': '\u202Egnp.exe\u202C \u200Fעברית\u200E عربى',
  lines: 'first\n\n\nsecond\ttab\u0000\u001b[31mred',
  emoji: '👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿🧨'.repeat(20),
} as const;

describe('panels', () => {
  let browser: Browser;
  let bundle: Bundle;
  const opened = new Map<string, PanelUnderTest>();

  async function open(
    ...args: Parameters<typeof openPanel> extends [Browser, Bundle, ...infer R] ? R : never
  ): Promise<PanelUnderTest> {
    const key = JSON.stringify(args);
    const panel = opened.get(key);
    if (panel === undefined) {
      const fresh = await openPanel(browser, bundle, ...args);
      opened.set(key, fresh);
      return fresh;
    }
    await panel.restart();
    return panel;
  }

  before(async function () {
    this.timeout(180_000);
    [browser, bundle] = await Promise.all([launch(), Bundle.make()]);
  });

  afterEach(() => {
    for (const { troubles } of opened.values())
      assert.deepEqual(troubles.splice(0), [], 'errors or violations of the content security policy');
  });

  after(async () => {
    await browser.close();
    await bundle[Symbol.asyncDispose]();
  });

  describe('the page', () => {
    it('allows nothing but its own script, style and font', () => {
      const [script, style] = [bundle.text('webview.js'), bundle.text('webview.css')];
      const page = panelHtml({
        script: '(script)',
        style: 'src: url(./codicon.ttf?1)',
        font: 'https://x/codicon.ttf',
        cspSource: 'https://x',
        nonce: 'N0NCE',
        language: 'en',
      });
      const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/u.exec(page)?.[1];
      assert.equal(
        policy,
        "default-src 'none'; script-src 'nonce-N0NCE'; style-src 'nonce-N0NCE'; font-src https://x; base-uri " +
          "'none'; form-action 'none'",
      );
      assert.deepEqual(
        [...page.matchAll(/<(?:script|style|link)[^>]*>[^<]*/gu)].map(([element]) => element),
        [
          '<style nonce="N0NCE">src: url(https://x/codicon.ttf?1)',
          '<script type="application/json" id="dictionary" nonce="N0NCE">{}',
          '<script type="module" nonce="N0NCE">(script)',
        ],
        'its own program, and the labels, which are inert',
      );
      assert.doesNotMatch(page, /\s(?:style|src|on\w+)=/u);
      assert.doesNotMatch(script, /<\/script|<!--/iu, 'the program cannot end its element');
      assert.doesNotMatch(style, /<\/style/iu, 'nor can the style');
    });

    it('cannot be broken out of by what is put into it', () => {
      const page = panelHtml({
        script: 's',
        style: 's',
        font: 'f',
        cspSource: 'c"><script>alert(1)</script>',
        nonce: 'n"><script>alert(3)</script>',
        language: 'en"><b>',
        dictionary: { 'a</script><script>alert(2)</script>': '<!--<script>' },
      });
      assert.doesNotMatch(page, /<script>|<b>|<!--/u);
      const labels = /<script type="application\/json"[^>]*>(.*?)<\/script>/u.exec(page)?.[1];
      assert.deepEqual(JSON.parse(labels ?? ''), { 'a</script><script>alert(2)</script>': '<!--<script>' });
    });

    it('ships in less than 250 kB of script', () => {
      assert.ok(statSync(join(bundle.folder, 'webview.js')).size < 250_000);
    });
  });

  describe('every kind', () => {
    const essential: Readonly<Record<string, readonly string[]>> = {
      asking: ['orders', 'production', 'Inspect Cluster State', 'Asking the kernel'],
      'asking-control': [
        'orders',
        'Request Demotion',
        'It is sent once and not repeated',
        'not known here whether it was executed',
        '0b8f9a52-2d3c-4a3f-9d4e-6b7a1c2d3e4f',
      ],
      gone: ['Inspect Cluster State', 'What was shown here is gone', 'Refresh asks for it again'],
      'gone-request': ['Request Demotion', 'A confirmed request was not repeated; the audit log says how far it came'],
      cluster: [
        'orders',
        'production',
        'node-1',
        'primary',
        'replica',
        'PrimaryActive',
        '8192',
        'http://127.0.0.1:9191',
        '104233',
        '17',
        '2026-11-21T10:00:00.000Z',
        'node-system-utc',
        'recorded as #1204',
        '0b8f9a52-2d3c-4a3f-9d4e-6b7a1c2d3e4f',
      ],
      'cluster-troubled': [
        'connect ECONNREFUSED 127.0.0.1:9191',
        '<html>502 Bad Gateway</html>',
        'This node has not heard from node-3',
        'halted',
        'WalGapDetected',
        'did not answer node-1',
      ],
      'cluster-no-primary': ['names no member as primary'],
      node: ['node-2', 'the node itself', 'ReplicaActive', '9910345'],
      replication: ['9911345', '8192', 'WalGapDetected', 'the largest values in this answer'],
      promotion: [
        'Steady',
        'PrimaryStillActive',
        'P6-A1',
        'Single write authority',
        'replication.promotion.validation_failed',
        '#7 to #10 are not in this answer',
        'disk of node-1 is failing',
        'PromotionDenied',
      ],
      'promotion-lookup': ['this says nothing about other nodes', 'The node reports no attempt'],
      'promotion-running': ['PromotionValidating', 'Pending node'],
      demotion: ['AuthorityReleasing', 'DemotionSucceeded', 'none', 'replication.demotion.transition_completed'],
      wal: [
        'oldest retained',
        '6291456',
        'truncation: unknown',
        'wal-000007',
        'checkpoint-00090500',
        '7740032',
        'Ruler (bytes)',
        'checkpoint c2',
        'crc32c:9f3a11c0',
        'unchecked',
      ],
      snapshots: ['snapshot-00000', 'checkpoint-00001', 'position unknown', 'one end unknown'],
      diagnostics: ['lifecycle', 'running', 'valid to 9911345', 'The node reports nothing in this section'],
      'explanation-promotion': [
        'Ask node "node-2"',
        'P6-S1',
        'would deny',
        'PrimaryStillActive',
        'answers as primary at epoch 5',
        'There is no undo',
        'control version 17',
        'ticket OPS-1182',
        'e1e1e1',
        'aerodb-control promote',
        'maria@ops-1',
        'It decides anew',
      ],
      'explanation-demotion': ['gives up write authority', 'would approve'],
      'explanation-force': [
        'FORCED.',
        'To be acknowledged one by one: Single write authority (P6-A1)',
        'overridden by this request',
        'does not answer',
        'lost power',
      ],
      'explanation-diagnostics': ['12', '9437184', 'There is nothing to undo'],
      executed: [
        'The kernel executed the request',
        'replica',
        'primary',
        'replication.promotion.transition_completed',
        'recorded as #1204',
        '21',
      ],
      rejected: [
        'NOT EXECUTED',
        'KERNEL_REJECTION',
        'AERO_PROMOTION_DENIED',
        'Promotion denied: another node answers as primary.',
        'At most one node holds write authority.',
        rejection.kernel?.body ?? '',
        '409',
      ],
      'outcome-unknown': [
        'OUTCOME UNKNOWN',
        'Kernel state is authoritative',
        'PHASE7_TIMEOUT',
        '0b8f9a52-2d3c-4a3f-9d4e-6b7a1c2d3e4f',
        'P7-E2',
      ],
      refused: ['NOT EXECUTED', 'OPERATOR_INPUT', 'PHASE7_MISSING_ARGUMENT', 'node'],
      'executed-not-recorded': ['NOT RECORDED:', 'ENOSPC'],
    };

    it('states its essential facts', async () => {
      const panel = await open('dark');
      for (const [name, facts] of Object.entries(essential)) {
        await panel.show(sample(name));
        for (const unfold of await panel.page.getByRole('button', { name: 'Unfold All' }).all()) await unfold.click();
        const shown = flat(await panel.page.locator('main').textContent());
        for (const fact of facts) assert.ok(shown.includes(flat(fact)), `${name} does not say: ${fact}`);
      }
    });

    it('says in words that there is nothing where an answer holds nothing', async () => {
      const panel = await open('dark');
      const empty: readonly (readonly [ShowPanel, string])[] = [
        [clusterPanel([], null), 'The node reports no members.'],
        [replicationPanel([]), 'The node reports no replicas.'],
        [promotionPanel({ lastAttempt: null, events: [] }), 'The node reports no events.'],
        [promotionPanel({ state: 'Electing' }), 'is a state that this version cannot draw'],
        [walPanel(0), 'The node reports no segments.'],
        [walPanel(0), 'The node reports no checkpoint.'],
        [snapshotsPanel([]), 'The node reports neither snapshots nor checkpoints.'],
        [diagnosticsPanel([]), 'The node reports no sections.'],
      ];
      for (const [message, words] of empty) {
        await panel.show(message);
        assert.ok(flat(await panel.page.locator('main').innerText()).includes(words), words);
      }
    });

    it('never shows what a program shows by mistake', async () => {
      const panel = await open('dark');
      for (const [name, message] of Object.entries(PANELS)) {
        await panel.show(message);
        assert.doesNotMatch(await panel.page.locator('main').innerText(), /\b(?:null|undefined|NaN)\b|\[object/u, name);
      }
    });

    it('also P7-D1: is drawn the same from the same message, whatever was there before', async () => {
      const panel = await open('dark');
      const markup = async (name: string): Promise<string> => {
        await panel.show(sample(name));
        return (await panel.page.locator('main').innerHTML())
          .replaceAll(/<!--.*?-->/gu, '')
          .replaceAll(/ id="[^"]*"/gu, '');
      };
      const first = await markup('cluster-troubled');
      await panel.show(sample('diagnostics'));
      await panel.show(sample('cluster'));
      assert.equal(await markup('cluster-troubled'), first);
    });
  });

  describe('where it was read', () => {
    it('also P7-O1: stands in one line, and the rest unfolds by the keyboard', async () => {
      const panel = await open('dark');
      await panel.show(sample('cluster-told-by-halted'));
      const origin = panel.page.locator('.provenance');
      const summary = origin.locator('summary');
      assert.match(
        (await summary.innerText()).replaceAll(/\s+/gu, ' '),
        /^Read from node-1, asked by choice, at 2026-11-21 10:00:00 UTC · epoch 5 · Details$/u,
      );
      const title = await summary.locator('time').getAttribute('title');
      assert.match(title ?? '', /^2026-11-21T10:00:00\.000Z \(Clock: /u);
      const clock = origin.locator('dt:text-is("Clock")');
      assert.equal(await clock.isVisible(), false);
      await summary.focus();
      await panel.page.keyboard.press('Enter');
      assert.equal(await clock.isVisible(), true);
      const names = await origin.locator('dt').allInnerTexts();
      for (const name of ['Read from', 'Node', 'Commit', 'Control version', 'Epoch', 'At', 'Clock', 'Snapshot'])
        assert.ok(names.includes(name), name);
      const sizes = await summary.evaluate(one =>
        [one, document.body].map(of => parseFloat(getComputedStyle(of).fontSize)),
      );
      assert.ok((sizes[0] ?? 0) >= (sizes[1] ?? Infinity), 'no smaller than the text');
    });

    it('also P7-O1: whom a halted node stands for is said above all that it told, and silence is never folded', async () => {
      const panel = await open('dark');
      await panel.show(sample('cluster-told-by-halted'));
      const said = panel.page.locator('.self-report');
      const text = 'This was told by node-1, which reports itself halted (AuthorityAmbiguity).';
      assert.equal((await said.innerText()).replaceAll(/\s+/gu, ' '), text);
      const below = await said.evaluate(one =>
        [...document.querySelectorAll('main figure, main table')].every(
          other => (one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0,
        ),
      );
      assert.ok(below);
      await panel.show(sample('cluster-troubled'));
      for (const reason of ['connect ECONNREFUSED 127.0.0.1:9191', 'This node has not heard from node-3'])
        assert.ok(await panel.page.locator('.provenance').getByText(reason).isVisible(), reason);
    });

    it('also P7-S2: another node, a comparison and a copy are asked for by a button, and only where there is one', async () => {
      const panel = await open('dark');
      await panel.show(sample('cluster'));
      const names = ['Ask Another Node…', 'Compare With…', 'Copy as Text'];
      const button = (name: string) => panel.page.locator('vscode-button', { hasText: name });
      for (const name of names) assert.equal(await button(name).count(), 0, name);
      await panel.show(sample('cluster-told-by-halted'));
      for (const name of names) await button(name).click();
      assert.deepEqual(
        (await panel.asked()).slice(-3).map(message => parsePanelRequest(message)?.type),
        ['another', 'compare', 'copy-text'],
      );
    });
  });

  describe('what is not known', () => {
    it('freeze/never-zero: an unknown value is the word "unknown", never 0 and never nothing', async () => {
      const panel = await open('dark');
      await panel.show(nodePanel(member(3, { ...silent, lastContact: null })));
      for (const name of ['Durable offset (bytes)', 'Durable commit', 'Lag (bytes)', 'Lag (commits)', 'Last contact']) {
        assert.equal(
          await panel.page
            .locator('dl div', { has: panel.page.locator(`dt:text-is("${name}")`) })
            .locator('dd')
            .innerText(),
          'unknown',
          name,
        );
      }
      await panel.show(clusterPanel([member(1, silent)], null));
      assert.equal(
        await panel.page
          .locator('tbody td, tbody th')
          .evaluateAll(all => all.filter(one => one.textContent.trim() === '').length),
        0,
      );
    });

    it('also freeze/never-zero: has no bar on the scale of lags, and 0 has one of no length', async () => {
      const panel = await open('dark');
      await panel.show(
        replicationPanel([
          replica(2),
          replica(3, { lagBytes: 0n, lagCommits: 0n }),
          replica(4, { lagBytes: null, lagCommits: null }),
        ]),
      );
      const bars = await panel.page
        .locator('svg.bar')
        .evaluateAll(all => all.map(bar => bar.querySelector('.bar-value')?.getAttribute('width') ?? 'none'));
      assert.deepEqual(bars, ['100%', '100%', '0%', '0%', 'none', 'none']);
    });

    it('also freeze/never-zero: has no place on the WAL axis', async () => {
      const panel = await open('dark');
      await panel.show(snapshotsPanel([item(0), item(1, { walFirstOffset: null, walEndOffset: null })]));
      assert.equal(await panel.page.locator('.picture .span').count(), 1);
      await panel.show(walPanel(3));
      assert.equal(await panel.page.locator('.picture .tick').count(), 3, 'oldest, durable, append');
      assert.equal(await panel.page.locator('.picture .guide.none').count(), 2, 'truncation, verified up to');
      const told = async (checkpoints: readonly WalCheckpoint[] | null): Promise<readonly [number, string]> => {
        await panel.show(walPanel(3, { checkpoints }));
        return [
          await panel.page.locator('.picture .checkpoint').count(),
          flat(await panel.page.locator('.picture').innerText()),
        ];
      };
      const at = (index: number): WalCheckpoint => ({
        id: `c${index}`,
        commitId: BigInt(index),
        offset: 6n * 1_048_576n + BigInt(index * 1000),
      });
      for (const [checkpoints, drawn, text] of [
        [null, 0, /checkpoints: unknown/u],
        [[], 0, /no checkpoint/u],
        [[at(1), { ...at(2), offset: null }], 1, /checkpoint c1 6 292 456 checkpoint c2: unknown/u],
        [Array.from({ length: 9 }, (_none, index) => at(index)), 10, /9 checkpoints/u],
      ] as const) {
        const [count, words] = await told(checkpoints);
        assert.equal(count, drawn, 'each checkpoint of known place, and one in the legend where they are many');
        assert.match(words, text);
      }
      await panel.show(walPanel(3, { truncationOffset: 0n, verifiedToOffset: 99_999_999n }));
      assert.equal(
        await panel.page.locator('.picture .tick').count(),
        3,
        'what lies outside of the log squeezes nothing',
      );
      assert.match(
        flat(await panel.page.locator('.picture').innerText()),
        /truncation 0, before what is retained verified up to 99 999 999, beyond what is written/u,
      );
    });
  });

  describe('also P7-A3, freeze/no-judgement: no judgement of ours', () => {
    it('a lag of a petabyte looks like a lag of a byte', async () => {
      const panel = await open('dark');
      const looks = async (lag: bigint): Promise<unknown> => {
        await panel.show(clusterPanel([member(1), member(2, { lagBytes: lag, lagCommits: lag })]));
        return await panel.page.locator('main *').evaluateAll(all =>
          all
            .map(one => {
              const { color, fontWeight, stroke } = getComputedStyle(one);
              return `${one.tagName} ${color} ${fontWeight} ${stroke} ${one.getAttribute('class') ?? ''}`;
            })
            .filter(line => !line.startsWith('SPAN')),
        );
      };
      assert.deepEqual(await looks(1n), await looks(1_000_000_000_000_000n));
    });

    it('members stand by name, whatever their role, state and lag', async () => {
      const panel = await open('dark');
      await panel.show(clusterPanel([member(3), member(1), member(2, silent)]));
      assert.deepEqual(
        (await panel.page.locator('tbody th').allInnerTexts()).map(text => text.split('\n')[0]),
        ['node-1', 'node-2', 'node-3'],
      );
    });
  });

  describe('hostile text', () => {
    for (const [what, text] of Object.entries(HOSTILE)) {
      it(`${what}: is shown as text and breaks no layout`, async function () {
        this.timeout(60_000);
        const panel = await open('dark', { width: 700, height: 800 });
        for (const [name, message] of Object.entries(PANELS)) {
          if (LARGE.includes(name) && name !== 'cluster-50' && name !== 'cluster-1000') continue;
          await panel.show(bent(message, value => hostile(value, text)));
          const found = await panel.page.evaluate(() => ({
            foreign: document.querySelectorAll('main :is(img, script, a, iframe, style, link)').length,
            overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
            title: document.querySelector('h1')?.textContent ?? '',
          }));
          assert.deepEqual([found.foreign, found.overflow], [0, 0], name);
          assert.notEqual(found.title, 'This answer could not be drawn', name);
          if (what === 'markup') assert.equal(found.title, text, name);
          if (what === 'right to left')
            assert.ok(found.title.includes('U+202E'), 'what changes the order of text is seen');
        }
      });
    }

    it(
      'a message that has not the form of a panel to its last member is not drawn, says where, and the next one is ' +
        'drawn',
      async () => {
        const panel = await open('dark');
        const wrong: readonly (readonly [ShowPanel, string])[] = [
          [spoil('wal', ['panel', 'document'], { sections: [] }), 'show: panel.document.terms'],
          [spoil('wal', ['panel', 'source', 'observed', 'commitId'], '5.0'), 'show: panel.source.observed.commitId'],
          [spoil('cluster', [...TOPOLOGY, 'nodes', '1', 'lag', '0'], '8192 B'), at([...TOPOLOGY, 'nodes.1.lag.0'])],
          [spoil('cluster', [...TOPOLOGY, 'nodes', '1', 'health'], 'excellent'), at([...TOPOLOGY, 'nodes.1.health'])],
          [spoil('cluster', [...MEMBERS, 'rows', '1', '4'], 8192), at([...MEMBERS, 'rows.1.4'])],
          // Long lists are checked in parts.
          [spoil(clusterPanel(members(1000)), [...MEMBERS, 'rows', '731', '4'], 8192), at([...MEMBERS, 'rows.731.4'])],
          [
            spoil(clusterPanel(members(1000)), [...TOPOLOGY, 'nodes', '999', 'health'], 'excellent'),
            at([...TOPOLOGY, 'nodes.999.health']),
          ],
          [spoil('cluster', [...MEMBERS, 'columns', '4', 'is'], 'html'), at([...MEMBERS, 'columns.4.is'])],
          [spoil('cluster', [...MEMBERS, 'judgement'], 'fine'), at(MEMBERS)],
          [spoil('cluster', ['panel', 'document', 'epoch'], 5), 'show: panel.document.epoch'],
          [
            spoil('explanation-force', ['panel', 'explanation', 'kernel', 'checks', '0', 'result'], 'fine'),
            'show: panel.explanation.kernel.checks.0.result',
          ],
          [spoil('rejected', ['panel', 'error', 'outcome'], 'probably'), 'show: panel.error.outcome'],
          [spoil('executed', ['panel', 'recorded'], { seq: '1' }), 'show: panel.recorded'],
          [spoil('node', ['panel', 'hint'], 'promote node-2'), 'show: panel'],
          [spoil('node', ['panel'], 'node'), 'show: panel'],
          [spoil('node', ['panel', 'kind'], 'verdict'), 'show: panel.kind'],
        ];
        for (const [message, where] of wrong) {
          await panel.show(sample('cluster'));
          await panel.show(message);
          assert.equal(
            flat(await panel.page.locator('main').innerText()),
            `This answer could not be drawn This panel cannot show what the editor sent: it is not valid (${where}).`,
          );
        }
        await panel.show(sample('node'));
        assert.equal(await panel.page.locator('h1').innerText(), 'Inspect Node');
      },
    );

    it('messages that are not of the protocol change nothing', async () => {
      const panel = await open('dark');
      await panel.show(sample('node'));
      for (const message of [
        null,
        'show',
        { type: 'shown' },
        { panel: sample('cluster').panel },
        { type: ['show'] },
        [],
      ])
        await panel.show(message as never);
      assert.equal(await panel.page.locator('h1').innerText(), 'Inspect Node');
    });
  });

  describe('asking', () => {
    it('posts the requests of the protocol, by keyboard too, and only when asked', async () => {
      const panel = await open('dark');
      await panel.show(sample('cluster'));
      assert.deepEqual(await panel.asked(), [{ type: 'ready' }]);
      await panel.page.keyboard.press('Tab');
      await panel.page.keyboard.press('Enter');
      await panel.page.keyboard.press('Tab');
      await panel.page.keyboard.press('Space');
      const asked = await panel.asked();
      assert.deepEqual(asked, [{ type: 'ready' }, { type: 'refresh' }, { type: 'copy' }]);
      for (const request of asked) assert.deepEqual(parsePanelRequest(request), request);
    });

    it('also P7-O1: a part says that it is one, and asks for its neighbours without naming them', async () => {
      const panel = await open('dark');
      const buttons = (): Promise<readonly string[]> =>
        panel.page.locator('section .actions vscode-button').allInnerTexts();
      for (const [name, said, offered] of [
        ['promotion', undefined, []],
        ['promotion-part', 'Showing the newest 6 of 412 events; 406 older.', ['Show Older…']],
        [
          'promotion-older',
          'Showing events #4 to #13. There are older ones and newer ones. 412 in all.',
          ['Show Newest', 'Show Older…'],
        ],
        ['wal-part', 'Showing the newest 12 of 512 segments; 500 older.', ['Show Older…']],
      ] as const) {
        await panel.show(sample(name));
        const text = flat(await panel.page.locator('main').innerText());
        if (said === undefined) assert.doesNotMatch(text, /Showing/u, name);
        else assert.ok(text.includes(said), `${name}: ${text}`);
        assert.deepEqual(await buttons(), offered, name);
      }
      // What the editor does not offer is not offered, whatever the answer says.
      await panel.show(promotionPanel({ nextBefore: 4n, total: 412n }));
      assert.deepEqual(await buttons(), []);

      await panel.show(sample('promotion-older'));
      assert.match(await panel.page.locator('main').innerText(), /Not drawn: the newest events/u);
      const seqs = (await panel.page.locator('.rail.event').allInnerTexts()).map(text => text.trim());
      assert.deepEqual(
        seqs,
        seqs.toSorted((a, b) => Number(b.slice(1)) - Number(a.slice(1))),
        'the newest first',
      );
      for (const name of ['Show Newest', 'Show Older…']) await panel.page.getByRole('button', { name }).press('Enter');
      assert.deepEqual(await panel.asked(), [{ type: 'ready' }, { type: 'newest' }, { type: 'older' }]);
      for (const request of [{ type: 'older' }, { type: 'newest' }]) {
        assert.deepEqual(parsePanelRequest(request), request);
        // No panel says which part: a position in a message makes it none.
        for (const more of [{ before: '7' }, { node: 'x' }, { command: 'request_promotion' }])
          assert.equal(parsePanelRequest({ ...request, ...more }), undefined);
      }
    });

    it('also P7-O1: the picture of a log of which only a part came does not pass for the whole', async () => {
      const panel = await open('dark');
      const drawn = async (name: string): Promise<readonly [string, number]> => {
        await panel.show(sample(name));
        const picture = panel.page.getByRole('img').first();
        return [(await picture.getAttribute('aria-label')) ?? '', await picture.locator('rect.bar-unknown').count()];
      };
      const [whole, hatched] = await drawn('wal');
      assert.match(whole, /; \d+ segments\.$/u);
      assert.equal(hatched, 0);
      const [newest, before] = await drawn('wal-part');
      assert.match(newest, /; 12 of 512 segments\.$/u);
      assert.equal(before, 2, 'what is older, and what that means');
      const [older, both] = await drawn('wal-older');
      assert.match(older, /; 12 segments, and others\.$/u);
      assert.equal(both, 3, 'what is older, what is newer, and what that means');
      assert.match(
        flat(await panel.page.locator('main').innerText()),
        /segments that are not in this answer \(12 segments, and others\)/u,
      );
    });

    it('also P7-A2: an explanation offers to do nothing before it offers to go on, and nothing has the focus by itself', async () => {
      const panel = await open('dark');
      await panel.show(sample('explanation-force'));
      assert.deepEqual(await panel.page.locator('.decision vscode-button').allInnerTexts(), [
        'Do Nothing',
        'Continue to Confirmation…',
      ]);
      await panel.page.keyboard.press('Enter');
      assert.deepEqual(await panel.asked(), [{ type: 'ready' }]);
      for (const name of ['Do Nothing', 'Continue to Confirmation…'])
        await panel.page.getByRole('button', { name }).press('Enter');
      assert.deepEqual(await panel.asked(), [{ type: 'ready' }, { type: 'decline' }, { type: 'continue' }]);
    });

    it('offers to refresh only where that is possible', async () => {
      const panel = await open('dark');
      await panel.show(sample('rejected'));
      assert.equal(await panel.page.getByRole('button', { name: 'Refresh' }).count(), 0);
      await panel.show(sample('asking-control'));
      assert.equal(await panel.page.getByRole('button', { name: 'Refresh' }).count(), 0);
      await panel.show(sample('asking'));
      await panel.page.getByRole('button', { name: 'Refresh' }).click({ force: true });
      assert.deepEqual(await panel.asked(), [{ type: 'ready' }], 'one request at a time');
    });

    it('keeps the focus in the panel while it asks and when it has the answer', async () => {
      const panel = await open('dark');
      await panel.show(sample('cluster'));
      await panel.page.keyboard.press('Tab');
      await panel.page.keyboard.press('Tab');
      await panel.show(sample('asking'));
      assert.notEqual(await panel.page.evaluate(() => document.activeElement?.tagName), 'BODY');
      await panel.show(sample('cluster'));
      assert.notEqual(await panel.page.evaluate(() => document.activeElement?.tagName), 'BODY');
    });

    it('moves nothing under reduced motion', async () => {
      const panel = await open('dark');
      await panel.show(sample('asking'));
      assert.equal(await panel.page.evaluate(() => document.getAnimations().length), 0);
    });

    it('says what changed to a screen reader', async () => {
      const panel = await open('dark');
      await panel.show(sample('asking'));
      assert.equal(
        await panel.page.locator('#app > [role=status]').textContent(),
        'Inspect Cluster State: asking the kernel',
      );
      await panel.show(sample('rejected'));
      assert.equal(await panel.page.locator('#app > [role=status]').textContent(), 'Request Promotion: NOT EXECUTED.');
    });

    it('keeps nothing across a reload but the title', async () => {
      const panel = await open('dark');
      await panel.show(sample('promotion'));
      assert.deepEqual(await panel.kept(), { title: 'Inspect Promotion State' });
      await panel.page.reload();
      assert.equal((await panel.page.locator('#app').innerText()).trim(), '');
    });
  });

  describe('pictures', () => {
    for (const [count, width] of [
      [3, 1000],
      [3, 420],
      [3, 300],
      [12, 1000],
      [50, 1000],
      [50, 420],
      [121, 700],
    ] as const) {
      it(`${count} members on ${width} pixels: nothing overlaps and nothing is cut off`, async () => {
        const panel = await open('dark', { width, height: 900 });
        await panel.show(clusterPanel(members(count)));
        const { overlaps, outside, drawn } = await panel.page.evaluate(() => {
          const picture = document.querySelector('.picture')?.getBoundingClientRect();
          const boxes = [
            ...document.querySelectorAll(
              document.querySelector('.picture .node') === null ? '.picture g.shape' : '.picture .node',
            ),
          ].map(one => one.getBoundingClientRect());
          const labels = [...document.querySelectorAll('.picture .edge-label')].map(one => one.getBoundingClientRect());
          const all = [...boxes, ...labels];
          const meet = (a: DOMRect, b: DOMRect): boolean =>
            a.left < b.right - 0.5 && b.left < a.right - 0.5 && a.top < b.bottom - 0.5 && b.top < a.bottom - 0.5;
          return {
            drawn: boxes.length,
            overlaps: all.flatMap((one, index) => all.slice(index + 1).filter(other => meet(one, other))).length,
            outside:
              picture === undefined
                ? -1
                : all.filter(
                    one =>
                      one.left < picture.left - 1 || one.right > picture.right + 1 || one.bottom > picture.bottom + 1,
                  ).length,
          };
        });
        assert.deepEqual({ overlaps, outside, drawn }, { overlaps: 0, outside: 0, drawn: count });
      });
    }

    it('halted and unreachable members differ in shape, not only in colour', async () => {
      const panel = await open('dark');
      await panel.show(sample('cluster-troubled'));
      const shapes = await panel.page
        .locator('.picture .node')
        .evaluateAll(all => all.map(one => `${one.tagName} ${getComputedStyle(one).strokeDasharray}`));
      assert.equal(new Set(shapes).size, 3);
      assert.equal(
        await panel.page.locator('.picture .edge.flowing').count(),
        0,
        'no arrow to a member that is not a running replica',
      );
    });

    it(
      'no arrow comes from a primary that does not answer, and no line goes to a second node that calls itself ' +
        'primary',
      async () => {
        const panel = await open('dark');
        await panel.show(
          clusterPanel([
            member(1, { health: 'unknown' }),
            member(2),
            member(3, { role: 'primary', replicationState: 'PrimaryActive' }),
          ]),
        );
        assert.deepEqual(
          [
            await panel.page.locator('.picture .edge.flowing').count(),
            await panel.page.locator('.picture .edge.broken').count(),
          ],
          [0, 1],
        );
        await panel.show(clusterPanel(members(3)));
        assert.equal(await panel.page.locator('.picture .edge.flowing').count(), 2);
      },
    );

    it('a gap in the sequence of events is seen, and an unbroken sequence has none', async () => {
      const panel = await open('dark');
      await panel.show(
        promotionPanel({
          events: [event(1, 'requested'), event(2, 'validation_started'), event(5, 'validation_failed')],
        }),
      );
      assert.match(await panel.page.locator('tbody').last().innerText(), /#3 to #4 are not in this answer/u);
      await panel.show(promotionPanel({ events: [event(1, 'requested'), event(2, 'validation_started')] }));
      assert.doesNotMatch(await panel.page.locator('tbody').last().innerText(), /not in this answer/u);
    });

    it('the way of the last attempt is drawn from its own events alone', async () => {
      const panel = await open('dark');
      await panel.show(sample('promotion'));
      assert.equal(
        await panel.page.locator('.picture .state.passed').count(),
        4,
        'steady, requested, validating, denied',
      );
      assert.equal(await panel.page.locator('.picture .state.present').count(), 1);
      await panel.show(promotionPanel({ events: [event(3, 'requested', { requestId: 'another' })] }));
      assert.equal(await panel.page.locator('.picture .state.passed').count(), 0);
    });

    for (const name of ['promotion', 'promotion-denied-late', 'demotion', 'wal', 'cluster']) {
      it(`${name} on 300 pixels: no picture has to be scrolled, and every name and unit in it is whole`, async () => {
        const panel = await open('dark', { width: 300, height: 900 });
        await panel.show(sample(name));
        const { scrolled, cut } = await panel.page.evaluate(() => ({
          scrolled: [...document.querySelectorAll('.picture')].map(one => one.scrollWidth - one.clientWidth),
          // Times alone may end in an ellipsis: the table of events has them whole.
          cut: [...document.querySelectorAll<HTMLElement>('.picture .label-in-picture')]
            .filter(
              one =>
                !/^#\d/u.test(one.innerText) &&
                (one.scrollWidth > one.clientWidth + 1 ||
                  one.getBoundingClientRect().bottom >
                    (one.closest('foreignObject')?.getBoundingClientRect().bottom ?? 0) + 1),
            )
            .map(one => one.innerText),
        }));
        assert.deepEqual(scrolled, [0]);
        assert.deepEqual(cut, []);
      });
    }

    it('before and after stand side by side on 300 pixels too', async () => {
      const panel = await open('dark', { width: 300, height: 900 });
      for (const name of ['explanation-promotion', 'explanation-force', 'explanation-demotion', 'executed']) {
        await panel.show(sample(name));
        const { scrolled, after } = await panel.page.evaluate(() => {
          const table = document.querySelector('.changes');
          return {
            scrolled: (table?.scrollWidth ?? 0) - (table?.parentElement?.clientWidth ?? 0),
            after: [...document.querySelectorAll('.state-box.after')].map(one => one.getBoundingClientRect().right),
          };
        });
        assert.ok(scrolled <= 0, `${name} is ${scrolled} pixels too wide`);
        assert.ok(after.length > 0 && after.every(right => right <= 300), name);
      }
    });

    it('a denial after the validation is drawn from the transition, not from the validation', async () => {
      const panel = await open('dark');
      const taken = (): Promise<readonly (string | null)[]> =>
        panel.page
          .locator('.picture .edge')
          .evaluateAll(all => all.flatMap((edge, index) => (edge.classList.contains('taken') ? [String(index)] : [])));
      await panel.show(sample('promotion'));
      const early = await taken();
      await panel.show(sample('promotion-denied-late'));
      assert.deepEqual(
        await panel.page
          .locator('.picture .state.passed')
          .evaluateAll(all => all.map(one => one.nextElementSibling?.textContent.trim().split(/\s/u)[0])),
        [
          'Steady',
          'PromotionRequested',
          'PromotionValidating',
          'PromotionApproved',
          'AuthorityTransitioning',
          'PromotionDenied',
        ],
      );
      assert.deepEqual(early, ['0', '1', '5', '7'], 'requested, validating, from there denied, back to steady');
      assert.deepEqual(
        await taken(),
        ['0', '1', '2', '3', '6', '7'],
        'requested, validating, approved, transitioning, from there denied, back to steady',
      );
      assert.match(await panel.page.locator('main').innerText(), /AuthorityAmbiguous/u);
    });

    it('the text of an invariant is a hover or a key away', async () => {
      const panel = await open('dark');
      await panel.show(sample('explanation-promotion'));
      const check = panel.page.locator('.checks li', { hasText: 'write_authority' });
      assert.equal(await check.locator('summary').getAttribute('title'), 'At most one node holds write authority.');
      assert.equal(await check.getByText('At most one node').isVisible(), false);
      await check.locator('summary').press('Enter');
      assert.equal(await check.getByText('At most one node').isVisible(), true);
    });

    it('an explanation says when the id of the node will be asked for instead of its name', async () => {
      const panel = await open('dark');
      const shown = sample('explanation-promotion');
      assert.ok(shown.panel.kind === 'explanation');
      await panel.show(shown);
      assert.match(await panel.page.locator('.decision').innerText(), /asks for the node's name/u);
      await panel.show({ ...shown, panel: { ...shown.panel, typed: 'id' } });
      assert.match(
        await panel.page.locator('.decision').innerText(),
        /cannot be typed, or another node bears it too: the confirmation asks for its id/u,
      );
    });

    it('force does not look like any other explanation', async () => {
      const panel = await open('dark');
      for (const name of ['explanation-promotion', 'explanation-demotion', 'explanation-diagnostics']) {
        await panel.show(sample(name));
        assert.equal(await panel.page.locator('.force').count(), 0, name);
      }
      await panel.show(sample('explanation-force'));
      assert.equal(await panel.page.locator('.force .stripes').count(), 1);
    });
  });

  describe('large answers', () => {
    it('10,000 rows: only those in sight are in the document, and the last can be reached', async () => {
      const panel = await open('dark');
      await panel.show(sample('wal-10000'));
      assert.ok((await panel.page.locator('tbody tr').count()) < 120);
      await panel.page.locator('.long').focus();
      await panel.page.keyboard.press('End');
      await panel.page.getByText('wal-000007', { exact: true }).last().waitFor();
      assert.equal(await panel.page.locator('.long table').getAttribute('aria-rowcount'), '10001');
      assert.equal(await panel.page.locator('tbody tr[aria-rowindex="10001"] th').innerText(), 'wal-000007');
    });

    it('10,000 shapes: only those in sight are in the document, each with its name and the number of its row', async () => {
      const panel = await open('dark');
      await panel.show(clusterPanel(members(10_000)));
      const shapes = panel.page.locator('.picture g[transform]');
      await shapes.first().waitFor();
      assert.ok((await shapes.count()) < 3000, `${await shapes.count()} shapes`);
      await panel.page.locator('.picture svg').last().scrollIntoViewIfNeeded();
      const last = panel.page.locator('.picture svg').last();
      await last.locator('g').first().waitFor();
      assert.match((await last.locator('title').last().textContent()) ?? '', /^node-10000: /u);
      assert.equal((Number(await last.locator('text').last().textContent()) - 1) % 10, 0);
      assert.ok((await shapes.count()) < 3000, `${await shapes.count()} shapes at the end`);
    });

    it('an answer with fewer rows than were scrolled by starts at its own beginning', async () => {
      const panel = await open('dark');
      await panel.show(sample('wal-10000'));
      await panel.page.locator('.long').evaluate(table => table.scrollTo(0, 200_000));
      await panel.page.waitForTimeout(100);
      await panel.show(walPanel(200));
      await panel.page.getByText('wal-000007', { exact: true }).waitFor();
    });
  });

  describe('diagnostics', () => {
    it('are searched in keys, values and names of sections, and folded', async () => {
      const panel = await open('dark');
      await panel.show(sample('diagnostics'));
      await panel.page.getByRole('textbox').fill('VALID');
      await panel.page.getByText('1 of 7 entries contain this').waitFor();
      assert.deepEqual(await panel.page.locator('tbody th').allInnerTexts(), ['checksum']);
      await panel.page.getByRole('textbox').fill('process');
      assert.deepEqual(await panel.page.locator('tbody th').allInnerTexts(), ['pid', 'uptime_seconds']);
      await panel.page.getByRole('textbox').fill('');
      await panel.page.locator('aerodb-diagnostics summary').first().press('Enter');
      assert.equal(await panel.page.getByText('lifecycle').isVisible(), false);
    });
  });

  describe('everybody can read them', () => {
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

    for (const theme of THEMES) {
      it(`axe finds nothing to complain of: ${theme}`, async function () {
        this.timeout(120_000);
        const panel = await open(theme);
        await panel.page.evaluate(axe);
        for (const [name, message] of Object.entries(PANELS)) {
          if (LARGE.includes(name) && (theme !== 'dark' || WITHOUT_AXE.includes(name))) continue;
          await panel.show(message);
          // Rows beyond the twentieth are like those before them.
          const violations = await panel.page.evaluate(async () => {
            const { axe: audit } = globalThis as unknown as {
              axe: {
                run: (
                  context: object,
                  options: object,
                ) => Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
              };
            };
            return (
              await audit.run({ exclude: [['tbody tr:nth-child(n+20)']] }, { resultTypes: ['violations'] })
            ).violations.map(
              ({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200) ?? ''} ${nodes[0]?.failureSummary ?? ''}`,
            );
          });
          assert.deepEqual(violations, [], name);
        }
      });
    }

    it('the page itself never scrolls sideways, at 200 % zoom of a small window either', async () => {
      const panel = await open('dark', { width: 420, height: 700 });
      for (const [name, message] of Object.entries(PANELS)) {
        await panel.show(message);
        assert.equal(
          await panel.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
          0,
          name,
        );
      }
    });

    it('the keyboard goes through a panel and out of it', async () => {
      const panel = await open('dark');
      await panel.show(sample('explanation-force'));
      const stops: string[] = [];
      for (let count = 0; count < 20; count += 1) {
        await panel.page.keyboard.press('Tab');
        const stop = await panel.page.evaluate(() =>
          document.activeElement === document.body
            ? 'BODY'
            : `${document.activeElement?.tagName ?? ''} ${document.activeElement?.getAttribute('aria-label') ?? ''}`,
        );
        if (stop === 'BODY') break;
        stops.push(stop);
      }
      assert.ok(stops.length >= 3 && stops.length < 20, stops.join(', '));
    });
  });

  it('the checks of a rejection are shown where they have the form of checks; else its body alone says what there is', async () => {
    const panel = await open('dark');
    await panel.show(sample('rejected'));
    assert.equal(
      flat(await panel.page.locator('.checks li').first().innerText()),
      'fail 6f0c3b1e-0000-4000-8000-000000000001 answers as primary at epoch 5 Another node holds write authority. ' +
        'write_authority P6-A1 Single write authority',
    );
    const strange = { status: 409, body: '{"error":{}}', details: { checks: [{ id: 'x', result: 'maybe' }] } };
    await panel.show(failed({ ...rejection, kernel: strange }));
    assert.equal(await panel.page.locator('table').count(), 0);
    assert.equal(await panel.page.locator('pre').innerText(), strange.body);
  });

  it('a kernel that names no invariant is reported as naming none', async () => {
    const panel = await open('dark');
    await panel.show(failed({ ...rejection, invariants: [] }));
    assert.match(await panel.page.locator('main').innerText(), /The kernel named none/u);
  });
});

/** Text as a reader takes it: spaces of any kind are one. */
function flat(text: string | null): string {
  return (text ?? '').replaceAll(/\s+/gu, ' ').replaceAll(/ ([.,:)])/gu, '$1');
}
