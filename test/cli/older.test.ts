/** Histories that are longer than one answer, in the terminal: every part is a command of its own, and they join up. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { demote, TestCluster, textAt, type TestNode } from '../support/test-cluster.ts';
import { document, type Document } from './json-shape.ts';
import { builtProgram, cleanEnv, cli, records, run, scratch, type Ended } from '../support/terminal.ts';

const ATTEMPTS = 90;
const EVENTS = 3 * ATTEMPTS;

interface Part {
  readonly events: readonly { readonly seq: string }[];
  readonly nextBefore: string | null;
  readonly nextAfter: string | null;
  readonly total: string | null;
}

/** The line that an answer prints for what is older, as one line. */
function olderLine(stdout: string): string | undefined {
  const [, line] = /^ {2}To show older ones:\n((?: {4,}.*\n)+)/m.exec(stdout) ?? [];
  return line?.replaceAll(/ \\\n\s+/g, ' ').trim();
}

describe('a history that is longer than one answer, in the terminal', function () {
  this.timeout(120_000);
  let home: string;
  let cluster: TestCluster;
  let node: TestNode;
  let audit: string;
  let count = 0;

  before(async () => {
    home = scratch();
    cluster = await TestCluster.start({
      nodes: 1,
      flags: ['--segment-bytes', '1024', '--checkpoint-every', '1000000'],
    });
    node = cluster.node(1);
    for (let nth = 0; nth < ATTEMPTS; nth += 1) assert.equal((await demote(node)).status, 409);
    for (let nth = 0; nth < 150; nth += 1) assert.equal((await node.write(`key ${nth}`, 'v'.repeat(1000))).status, 200);
    mkdirSync(join(home, '.config/aerodb'), { recursive: true });
    writeFileSync(
      join(home, '.config/aerodb/clusters.json'),
      JSON.stringify({ clusters: [{ name: "anna's orders", kind: 'aerodb', endpoints: [node.url] }] }),
    );
  });
  after(() => (cluster as TestCluster | undefined)?.stop());
  beforeEach(() => {
    count += 1;
    audit = join(home, `audit-${count}`);
  });

  const ask = (...args: readonly string[]): Promise<Ended> => cli([...args, '--audit-dir', audit], cleanEnv(home));
  const json = async (...args: readonly string[]): Promise<Document> =>
    document.parse(JSON.parse((await ask(...args, '--json')).stdout));

  /** Follows the printed line, through a shell, until there is none. */
  async function walk(...first: readonly string[]): Promise<readonly Ended[]> {
    const parts = [await ask(...first)];
    for (let line = olderLine(parts[0]?.stdout ?? ''); line !== undefined; ) {
      const words = line.replace(/^aerodb-control /, `'${process.execPath}' '${await builtProgram()}' `);
      const part = await run('/bin/sh', ['-c', words], cleanEnv(home));
      parts.push(part);
      line = olderLine(part.stdout);
      assert.ok(parts.length < 10, 'it comes to an end');
    }
    for (const { code, stderr } of parts) assert.deepEqual([code, stderr], [0, '']);
    return parts;
  }

  const shownSeqs = (stdout: string): readonly number[] =>
    [...stdout.matchAll(/^ +(\d+) {2}(?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d UTC/gm)].map(([, seq]) => Number(seq));

  it('also P7-O1, freeze/audit-every-attempt: parts joined are the whole, newest first, and every part is a record', async () => {
    const parts = await walk('inspect', 'promotion', '--cluster', "anna's orders");
    assert.equal(parts.length, 3);
    assert.deepEqual(
      parts.flatMap(({ stdout }) => shownSeqs(stdout)),
      Array.from({ length: EVENTS }, (_none, index) => EVENTS - index),
      'no event twice and none missing',
    );
    const said = parts.map(({ stdout }) => /^ {4}(Showing[^\n]*)$/m.exec(stdout)?.[1]);
    assert.deepEqual(said, [
      'Showing the newest 100 of 270 events; 170 older.',
      'Showing events #71 to #170. There are older ones and newer ones. 270 in all.',
      'Showing events #1 to #70. There are newer ones and no older ones. 270 in all.',
    ]);
    const answered = records(audit).filter(({ stage }) => stage === 'command_answered');
    assert.equal(answered.length, 3);
    const requested = records(audit).filter(({ stage }) => stage === 'command_requested');
    assert.deepEqual(
      requested.map(({ command, args }) => [command, args]),
      [
        ['inspect_promotion_state', { cluster: "anna's orders" }],
        ['inspect_promotion_state', { cluster: "anna's orders", node: node.id, before: '171' }],
        ['inspect_promotion_state', { cluster: "anna's orders", node: node.id, before: '71' }],
      ],
    );
  });

  it('also P7-O1: with --json the same: nextBefore leads through the whole', async () => {
    const seqs: string[] = [];
    let before: readonly string[] = [];
    for (let nth = 0; nth < 3; nth += 1) {
      const answer = await json('inspect', 'promotion', '--cluster', "anna's orders", ...before);
      assert.ok(answer.kind === 'answered' && answer.command === 'inspect_promotion_state', JSON.stringify(answer));
      const { observed } = answer;
      const view = answer.view as Part;
      seqs.unshift(...view.events.map(({ seq }) => seq));
      assert.equal(view.total, String(EVENTS));
      assert.equal(view.nextAfter === null, nth === 0);
      assert.equal(view.nextBefore === null, nth === 2);
      before = ['--node', observed.nodeId ?? '', '--before', view.nextBefore ?? ''];
    }
    assert.deepEqual(
      seqs,
      Array.from({ length: EVENTS }, (_none, index) => String(index + 1)),
    );
  });

  it('also P7-O1: the segments of a log join up in the same way', async () => {
    const parts = await walk('diag', 'wal', '--cluster', "anna's orders", '--node', node.id);
    const firsts = parts.flatMap(({ stdout }) => [...stdout.matchAll(/^ {2}(\d{20}) /gm)].map(([, id]) => id));
    const all = (await node.get('/v1/wal?limit=1000')).body as {
      readonly data: { readonly segments: readonly never[] };
    };
    assert.ok(parts.length > 1, 'more than one part');
    assert.deepEqual(firsts, all.data.segments.map(segment => textAt(segment, 'id')).toReversed());
  });

  it('also P7-A2: a node alone is its history; a position without a node, or elsewhere, is refused and recorded', async () => {
    const own = await json('inspect', 'promotion', '--cluster', "anna's orders", '--node', node.id);
    assert.ok(own.kind === 'answered' && own.observed.nodeId === node.id);
    for (const [args, field] of [
      [['inspect', 'promotion', '--cluster', "anna's orders", '--before', '7'], 'node'],
      [['inspect', 'node', '--cluster', "anna's orders", '--node', node.id, '--before', '7'], 'before'],
      [['diag', 'wal', '--cluster', "anna's orders", '--node', node.id, '--before', 'Zx81+Qy92=='], 'before'],
    ] as const) {
      const refused = await json(...args);
      assert.ok(refused.kind === 'failed' && refused.exitCode === 2, JSON.stringify(refused));
      assert.deepEqual([refused.error.field, refused.error.outcome], [field, 'not_executed']);
      assert.ok(!JSON.stringify(records(audit)).includes('Zx81'));
    }
    assert.equal(records(audit).filter(({ stage }) => stage === 'command_rejected').length, 3);
  });
});
