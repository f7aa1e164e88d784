/** What a panel of an inspection offers beside its answer: another endpoint, and an earlier reading to compare with. */
import assert from 'node:assert/strict';
import './editor.ts';
import type { Document } from '../../src/control-plane/model/document.ts';
import type { CommandContext } from '../../src/vscode/commands.ts';
import type { PanelContent, Panels } from '../../src/vscode/panels.ts';
import { pickedIn, type Quick } from './quick-pick.ts';

const URLS = ['http://127.0.0.1:9191', 'http://127.0.0.1:9192', 'http://127.0.0.1:9193'] as const;

function documentOf(primary: string, observer: string): Document {
  const facts = [{ name: { label: 'Primary' }, value: { is: 'text' as const, value: primary } }];
  return {
    terms: { epoch: null, primary: { label: 'Primary' }, countsCommits: false, countsControlVersions: false },
    observer: { nodeId: observer, name: observer },
    sections: [{ title: null, blocks: [{ is: 'facts', facts }] }],
  };
}

describe('the panel of an inspection', () => {
  const answers = { primary: 'node-1', asked: [] as unknown[], kept: 0 };
  let shown: Partial<PanelContent> = {};
  let compared: Partial<PanelContent> = {};
  let inspect: (argument: unknown) => Promise<void>;
  const quick: Quick = pickedIn();

  before(async () => {
    const { runCommand } = await import('../../src/vscode/commands.ts');
    const { Comparisons } = await import('../../src/vscode/comparisons.ts');
    const panels = { show: (_key: string, content: PanelContent) => (compared = content) } as unknown as Panels;
    const members = [1, 2, 3].map(number => ({
      nodeId: `id-${number}`,
      name: `node-${number}`,
      apiUrl: number === 3 ? null : `http://127.0.0.1:919${number}/`,
    }));
    const context = {
      plane: {
        preflight: () => Promise.resolve({ refusal: undefined, node: 'none', reason: 'none' }),
        execute: (_command: string, input: { readonly from?: string }) => {
          answers.asked.push(input);
          const endpoint = input.from ?? URLS[0];
          const { primary } = answers;
          const observed = {
            snapshot: 'live',
            commitId: null,
            controlVersion: null,
            nodeId: 'x',
            time: `2026-11-21T10:00:0${(answers.kept += 1) % 10}Z`,
            clock: 'c',
          };
          const document = (): Document => documentOf(primary, `told-${URLS.indexOf(endpoint as never) + 1}`);
          const reading = { view: { members }, observed, endpoint, skipped: [], notes: [], document };
          return Promise.resolve({
            kind: 'answered',
            requestId: 'r',
            cluster: 'orders',
            answer: { command: 'inspect_cluster_state', reading },
            recorded: { position: { seq: BigInt(answers.kept), hash: 'h' }, time: '2026-11-21T10:00:00Z' },
          });
        },
      },
      clusters: { find: () => ({ ok: true, value: { name: 'orders', kind: 'aerodb', endpoints: URLS } }) },
      results: {
        asking: () => undefined,
        clusterLabel: (name: string) => ({ name, kind: 'aerodb', environment: null }),
        inspected: (_key: string, _title: string, _result: unknown, ways: Partial<PanelContent>) => (shown = ways),
      },
      comparisons: new Comparisons(panels),
      nodeName: () => undefined,
    } as unknown as CommandContext;
    inspect = argument => runCommand(context, 'inspect_cluster_state', argument);
  });

  it('also P7-A3, P7-S3: another endpoint is picked in configured order, and asked once, alone; Refresh asks it again', async () => {
    await inspect({ cluster: 'orders' });
    assert.deepEqual(answers.asked, [{ cluster: 'orders' }]);
    shown.another?.();
    await quick.offered();
    assert.deepEqual(
      quick.items().map(({ label, description }) => [label, description]),
      [
        ['told-1', URLS[0]],
        ['node-2', URLS[1]],
        [URLS[2], undefined],
      ],
    );
    assert.ok(
      quick.items().every(({ picked }) => picked === undefined),
      'nothing is preselected',
    );
    await quick.pick(2);
    assert.deepEqual(answers.asked.slice(1), [{ cluster: 'orders', from: URLS[2] }]);
    shown.refresh?.();
    await quick.settled();
    assert.deepEqual(answers.asked.slice(2), [{ cluster: 'orders', from: URLS[2] }]);
    shown.another?.();
    await quick.offered();
    await quick.pick(undefined);
    assert.equal(answers.asked.length, 3, 'Escape asks nobody');
  });

  it('also P7-D1: a reading is compared with the one that was picked, the earlier one first, and asks nobody', async () => {
    answers.primary = 'node-2';
    await inspect({ cluster: 'orders' });
    const before = answers.asked.length;
    shown.compare?.();
    await quick.offered();
    assert.deepEqual(
      quick.items().map(({ label }) => label),
      ['2026-11-21T10:00:03Z', '2026-11-21T10:00:02Z', '2026-11-21T10:00:01Z'],
    );
    await quick.pick(2);
    const { panel } = compared;
    assert.ok(panel?.kind === 'comparison');
    assert.deepEqual(
      [panel.before.source.observed.time, panel.after.source.observed.time],
      ['2026-11-21T10:00:01Z', '2026-11-21T10:00:04Z'],
    );
    const [block] = panel.differences.sections[0]?.blocks ?? [];
    assert.ok(block?.is === 'table');
    assert.equal(block.table.rows.length, 1);
    assert.equal(answers.asked.length, before);
    for (let nth = 0; nth < 25; nth += 1) await inspect({ cluster: 'orders' });
    shown.compare?.();
    await quick.offered();
    assert.equal(quick.items().length, 20, 'no more than twenty are kept');
    await quick.pick(undefined);
  });
});
