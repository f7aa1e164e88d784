/**
 * What every engine's documents keep to, on its own kernel: they are JSON of the form that panels accept, and an
 * interface of narrow lines says every value that a wide one says.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import type { Document, Table } from '../../src/control-plane/model/document.ts';
import { memberTableOf, topologyOf } from '../../src/control-plane/model/members-shown.ts';
import type { Result } from '../../src/control-plane/model/errors.ts';
import type { Kernel } from '../../src/control-plane/ports.ts';
import { byName } from '../../src/text/natural.ts';
import { document as form } from '../../src/panel-protocol/document.ts';
import { group, M2 } from './mysql-group.ts';
import { cluster as patroni } from './patroni.ts';
import { closeAll, kernelServer } from '../support/servers.ts';
import { clusterOf, kernelOf, N1, valueOf } from '../support/wire.ts';

interface Suite {
  readonly kernel: Kernel;
  readonly node: string;
}

const ENGINES: Readonly<Record<string, () => Promise<Suite>>> = {
  AeroDB: async () => {
    const server = await kernelServer(N1);
    return { kernel: await kernelOf(clusterOf([server.url])), node: N1 };
  },
  Patroni: async () => {
    const demo = await patroni();
    return { kernel: await demo.kernel(), node: 'pg2' };
  },
  MySQL: async () => ({ kernel: await (await group()).kernel(), node: M2 }),
};

async function documentsOf({ kernel, node }: Suite): Promise<readonly Document[]> {
  const readings: readonly Result<{ readonly document: () => Document }>[] = [
    await kernel.readCluster(),
    await kernel.readNode(node),
    await kernel.readReplication(),
    await kernel.readPromotion(),
    await kernel.readWal(node),
    ...(kernel.unsupported.readSnapshots === undefined ? [await kernel.readSnapshots(node)] : []),
  ];
  return [
    ...readings.map(read => valueOf(read).document()),
    valueOf(await kernel.explainPromotion(node, 'forced')).words.document,
    valueOf(await kernel.declareDiagnosticsCost(node)).words.document,
  ];
}

function tablesOf({ sections }: Document): readonly Table[] {
  return sections.flatMap(({ blocks }) => blocks.flatMap(block => (block.is === 'table' ? [block.table] : [])));
}

describe('documents of engines', () => {
  for (const [name, make] of Object.entries(ENGINES)) {
    describe(name, () => {
      let suite: Suite;
      let documents: readonly Document[];
      before(async () => {
        suite = await make();
        documents = await documentsOf(suite);
      });
      after(closeAll);

      it('are JSON of the form that a panel accepts', () => {
        for (const shown of documents) {
          const parsed = form.safeParse(shown);
          assert.ok(parsed.success, parsed.success ? '' : JSON.stringify(parsed.error.issues));
          assert.deepEqual(JSON.parse(JSON.stringify(shown)), shown);
        }
      });

      it('have as many values in a row as columns, and name only columns that are there', () => {
        for (const { columns, rows, narrow } of documents.flatMap(tablesOf)) {
          const keys = columns.map(({ key }) => key);
          assert.equal(new Set(keys).size, keys.length);
          for (const row of rows) assert.equal(row.length, columns.length);
          for (const key of narrow.flat()) assert.ok(keys.includes(key), key);
        }
      });

      it('also P7-D1: what people look for first fits in 125 characters, names before ids', () => {
        for (const { columns } of documents.flatMap(tablesOf)) {
          const first = columns.filter(({ isDetail, isNarrow }) => isDetail !== true && isNarrow !== true);
          const sum = first.reduce((all, { width }) => all + width, 0);
          assert.ok(sum <= 125, `${String(sum)}: ${first.map(({ key }) => key).join(', ')}`);
          assert.ok(!first.some(({ key }) => key === 'api'));
        }
      });

      it('also P7-D1: each answer that is read has a headline', () => {
        for (const { headline } of documents.slice(0, -2)) assert.notEqual(headline?.length ?? 0, 0);
      });

      it('say in narrow lines every value that their tables hold', () => {
        for (const { columns, rows, narrow } of documents.flatMap(tablesOf)) {
          const shown = new Set(narrow.flat());
          for (const row of rows) {
            const said = row.filter((_value, at) => shown.has(columns[at]?.key ?? ''));
            for (const value of row.filter(one => typeof one === 'string')) assert.ok(said.includes(value), value);
          }
        }
      });

      it('draw the members by name, in natural order, with a row each', async () => {
        const { view, document } = valueOf(await suite.kernel.readCluster());
        const ids = byName(view.members).map(({ nodeId }) => nodeId);
        assert.deepEqual(
          topologyOf(document())?.nodes.map(({ nodeId }) => nodeId),
          ids,
        );
        assert.equal(memberTableOf(document())?.rows.length, ids.length);
        assert.equal(document(), document(), 'made once');
      });
    });
  }
});

describe('what draws documents', () => {
  it('knows no engine', () => {
    const files = [
      ...['cell', 'document', 'explanation', 'results'].map(name => `src/cli/text/${name}.ts`),
      ...globSync('src/webview/**/*.ts'),
      ...['cluster-tree', 'tree-nodes', 'tree-rows', 'results', 'panels'].map(name => `src/vscode/${name}.ts`),
    ];
    for (const file of files)
      assert.doesNotMatch(readFileSync(file, 'utf8'), /patroni|postgres|\blsn\b|'leader'|=== 'aerodb'/iu, file);
  });
});
