/** Tests replication: how a replica catches up, and when it halts. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import {
  type Json,
  type TestCluster,
  type TestNode,
  ask,
  at,
  caughtUp,
  demote,
  denialReason,
  errorCode,
  eventTypes,
  haltedWith,
  keysOf,
  listAt,
  promotable,
  promote,
  textAt,
  until,
  withCluster,
} from '../support/test-cluster.ts';

const FORCE = { mode: 'forced', acknowledged: ['P6-A1'] } as const;

async function fill(node: TestNode, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1)
    assert.equal((await node.write(`row-${index}`, 'x'.repeat(40))).status, 200);
}

function walFiles(cluster: TestCluster, node: TestNode): readonly string[] {
  const directory = join(cluster.directory(node), 'wal');
  return readdirSync(directory)
    .sort()
    .map(file => join(directory, file));
}

/**
 * A log that is whole and valid, and another history than the one that it replaces: written without the program's own
 * code.
 */
function rewriteHistory(path: string): void {
  let chain = 0;
  const lines = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => {
      const json = line.slice(9).replaceAll('xxxx', 'yyyy');
      chain = crc32(json, chain);
      return `${chain.toString(16).padStart(8, '0')} ${json}\n`;
    });
  writeFileSync(path, lines.join(''));
}

describe('replication', () => {
  it(
    'P6-S1: a replica that missed acknowledged writes is denied as ReplicaBehindWal, and the one that has them is ' +
      'promoted',
    () =>
      withCluster({}, async cluster => {
        const [first, second, third] = [cluster.node(1), cluster.node(2), cluster.node(3)];
        await caughtUp(third);
        await cluster.kill(third);
        await fill(first, 5);
        await cluster.kill(first);
        await cluster.restart(third);
        const refused = await promote(third, FORCE);
        assert.deepEqual(
          [refused.status, denialReason(refused), at(refused.body, 'error.invariant')],
          [409, 'ReplicaBehindWal', 'P6-S1'],
        );
        assert.equal((await promote(second, FORCE)).status, 200);
        await until('the other has every write', async () => (await keysOf(third)).length === 5);
      }),
  );

  it(
    'P6-S2: a member whose log is another history denies a promotion as InvalidReplicationState, and halts with ' +
      'HistoryDivergence when it meets the primary',
    () =>
      withCluster({}, async cluster => {
        const [first, second, third] = [cluster.node(1), cluster.node(2), cluster.node(3)];
        await fill(first, 5);
        await Promise.all([caughtUp(second), caughtUp(third)]);
        await cluster.kill(first);
        await cluster.kill(third);
        for (const path of walFiles(cluster, third)) rewriteHistory(path);
        await cluster.restart(third);
        const refused = await promote(second, FORCE);
        assert.deepEqual(
          [refused.status, denialReason(refused), at(refused.body, 'error.invariant')],
          [409, 'InvalidReplicationState', 'P6-S2'],
        );
        await cluster.restart(first);
        await haltedWith(third, 'HistoryDivergence');
        assert.equal((await third.get('/local/writes')).status, 503, 'halted: no reads of data');
        assert.equal(denialReason(await promote(third)), 'ReplicaNotActive');
      }),
  );

  it(
    'also P6-S2: a stale primary with writes that nobody acknowledged is demoted into HistoryDivergence: its ' +
      'history is never repaired',
    () =>
      withCluster({}, async cluster => {
        const [first, second, third] = [cluster.node(1), cluster.node(2), cluster.node(3)];
        await fill(first, 2);
        await Promise.all([caughtUp(second), caughtUp(third)]);
        await cluster.kill(second);
        await cluster.kill(third);
        const lonely = await first.write('never acknowledged');
        assert.deepEqual([lonely.status, at(lonely.body, 'error.outcome')], [503, 'unknown']);
        await cluster.kill(first);
        await Promise.all([cluster.restart(second), cluster.restart(third)]);
        await until('both hear of each other', async () => at(await second.member(third.id), 'health') === 'running');
        assert.equal((await promote(second, FORCE)).status, 200);
        assert.equal((await second.write('under epoch 2')).status, 200);
        await cluster.restart(first);
        await haltedWith(first, 'AuthorityAmbiguity');
        assert.equal((await demote(first)).status, 200);
        await haltedWith(first, 'HistoryDivergence');
        assert.ok(!(await keysOf(second)).includes('never acknowledged'));
      }),
  );

  it(
    'also P6-F1: one wrong byte inside the log halts the node with WalCorruption; the others go on; emptied, it ' +
      'joins again',
    () =>
      withCluster({}, async cluster => {
        const [first, , third] = [cluster.node(1), cluster.node(2), cluster.node(3)];
        await fill(first, 5);
        await caughtUp(third);
        await cluster.kill(third);
        const [path] = walFiles(cluster, third);
        assert.ok(path);
        const bytes = readFileSync(path);
        const inside = bytes.indexOf('xxxx');
        bytes[inside] = (bytes[inside] ?? 0) ^ 1;
        writeFileSync(path, bytes);
        await cluster.restart(third);
        await haltedWith(third, 'WalCorruption');
        assert.equal(at((await third.get('/v1/wal')).body, 'data.checksum_status'), 'invalid');
        assert.equal(eventTypes(await third.get('/v1/promotion'), 'data.events').at(-1), 'replication.halted');
        assert.equal((await first.write('two are enough')).status, 200);

        await cluster.kill(third);
        rmSync(cluster.directory(third), { recursive: true });
        await cluster.restart(third);
        await until(
          'it is a replica again',
          async () => at(await third.member(), 'replication_state') === 'ReplicaActive',
        );
        assert.equal((await keysOf(third)).length, 6);
      }),
  );

  it(
    'also P6-S1: snapshots and checkpoints are taken as configured, the log behind them is retired, and recovery, ' +
      'joining and gaps go by them',
    () =>
      withCluster({ flags: ['--checkpoint-every', '20', '--segment-bytes', '1024'] }, async cluster => {
        const [first, second, third] = [cluster.node(1), cluster.node(2), cluster.node(3)];
        await cluster.kill(third);
        await fill(first, 100);
        const items = listAt((await first.get('/v1/snapshots')).body, 'data.items');
        assert.deepEqual(
          items.map(item => at(item, 'kind')),
          ['snapshot', 'snapshot', 'checkpoint'],
        );
        assert.equal(at(items[1], 'wal_first_offset'), at(items[0], 'wal_end_offset'));
        assert.equal(at(items[2], 'commit_id'), at(items[1], 'commit_id'));
        const wal = (await first.get('/v1/wal')).body;
        assert.equal(at(wal, 'data.truncation_offset'), at(items[2], 'wal_end_offset'));
        const checkpoint = {
          id: at(items[2], 'id'),
          commit_id: at(items[2], 'commit_id'),
          offset: at(items[2], 'wal_end_offset'),
        };
        assert.deepEqual(
          at(wal, 'data.checkpoints'),
          [checkpoint],
          'the log and the snapshots name the same checkpoint',
        );
        assert.ok(Number(at(wal, 'data.oldest_offset')) > 0, 'the oldest segments are gone');
        assert.equal(at(wal, 'data.checksum_status'), 'unchecked', 'nothing of what is retained was read back');
        assert.equal(at(wal, 'data.verified_to_offset'), at(wal, 'data.oldest_offset'));
        const page = (await first.get('/v1/wal?after=0&limit=1')).body;
        assert.equal(listAt(page, 'data.segments').length, 1);
        assert.equal(
          listAt((await first.get(`/v1/wal?after=${textAt(page, 'data.next_after')}&limit=1000`)).body, 'data.segments')
            .length,
          listAt(wal, 'data.segments').length - 1,
        );

        await cluster.kill(first);
        await cluster.restart(first);
        assert.equal(at(await first.member(), 'role'), 'primary');
        const recovered = (await first.get('/v1/wal')).body;
        assert.equal(at(recovered, 'data.checksum_status'), 'valid', 'recovery reads the whole log');
        assert.equal(at(recovered, 'data.verified_to_offset'), at(recovered, 'data.durable_offset'));
        assert.equal((await first.write('after recovery')).status, 200);
        assert.equal((await keysOf(first)).length, 101);

        await cluster.restart(third);
        await haltedWith(third, 'WalGapDetected');
        await cluster.kill(third);
        rmSync(cluster.directory(third), { recursive: true });
        await cluster.restart(third);
        await until('it joined', async () => at(await third.member(), 'replication_state') === 'ReplicaActive');
        assert.equal((await keysOf(third)).length, 101);
        assert.equal(at(listAt((await third.get('/v1/snapshots')).body, 'data.items')[0], 'source'), first.id);

        await demote(first);
        await promotable(third);
        assert.equal((await promote(third)).status, 200);
        await until(
          'the others follow',
          async () => at((await second.get('/v1/cluster')).body, 'data.primary_id') === third.id,
        );
        assert.equal((await third.write('under epoch 2')).status, 200);
      }),
  );

  it('also P6-F1: a damaged snapshot halts the node with SnapshotIntegrityFailure', () =>
    withCluster({ nodes: 1, flags: ['--checkpoint-every', '5'] }, async cluster => {
      const only = cluster.node(1);
      await fill(only, 12);
      await cluster.kill(only);
      const directory = join(cluster.directory(only), 'snapshots');
      const newest = join(directory, readdirSync(directory).sort().at(-1) ?? '');
      writeFileSync(newest, readFileSync(newest, 'utf8').replace('xxxx', 'xxyx'));
      await cluster.restart(only);
      await haltedWith(only, 'SnapshotIntegrityFailure');
      assert.equal(errorCode(await only.write('refused')), 'AERO_NOT_PRIMARY');
    }));

  it('also P6-F1: a node whose identity is of another cluster halts with ConfigurationError', () =>
    withCluster({}, async cluster => {
      const third = cluster.node(3);
      await cluster.kill(third);
      const path = join(cluster.directory(third), 'node.json');
      writeFileSync(path, readFileSync(path, 'utf8').replace(/"members":3/, '"members":5'));
      await cluster.restart(third);
      await haltedWith(third, 'ConfigurationError');
      assert.equal((await cluster.node(1).write('two are enough')).status, 200);
    }));

  it(
    'also P6-A1: a node that lost its disk joins as Uninitialized, bears no witness alone, and knows nothing until a ' +
      'majority of others answers',
    () =>
      withCluster({}, async cluster => {
        const [first, second, third] = [cluster.node(1), cluster.node(2), cluster.node(3)];
        await fill(first, 3);
        await caughtUp(second);
        await cluster.kill(first);
        await cluster.kill(third);
        rmSync(cluster.directory(third), { recursive: true });
        await cluster.restart(third);
        assert.equal(at(await third.member(), 'replication_state'), 'Uninitialized');
        assert.equal(denialReason(await promote(second, FORCE)), 'WalPositionUnprovable');
        assert.equal(denialReason(await promote(third)), 'ReplicaNotActive');
        await cluster.restart(first);
        await until('it joined', async () => at(await third.member(), 'replication_state') === 'ReplicaActive');
        assert.ok(existsSync(join(cluster.directory(third), 'node.json')));
      }),
  );

  it("also P6-S1: an uninitialized node's position acknowledges nothing; the same position of an active replica does", () =>
    withCluster({ flags: ['--faults'] }, async cluster => {
      const [first, second, third] = [cluster.node(1), cluster.node(2), cluster.node(3)];
      for (const node of [second, third]) await node.faults({ cut: 'outgoing' });
      const written = first.write('waits for a majority');
      const peer = {
        'x-aerodb-peer': textAt(
          JSON.parse(readFileSync(join(cluster.data, 'cluster.json'), 'utf8')) as Json,
          'peer_token',
        ),
      };
      const testimonyOf = async (node: TestNode): Promise<Json> =>
        at((await ask(`${node.url}/peer/state`, { headers: peer })).body, 'testimony') ?? null;
      const committed = async (): Promise<Json | undefined> =>
        at((await first.get('/v1/replication')).body, 'data.committed_offset');
      await until('the primary holds it', async () => at(await testimonyOf(first), 'durable.commitId') === '2');
      const before = await committed();
      const end = at(await testimonyOf(first), 'durable') ?? null;
      const mine = Object.fromEntries(Object.entries((await testimonyOf(third)) ?? {}));
      /** Node 3 asks for what comes after the end, which says that it holds everything before it. */
      const pull = (state: string): Promise<Response> =>
        fetch(`${first.url}/peer/pull`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...peer },
          body: JSON.stringify({
            testimony: { ...mine, state, position: end, durable: end },
            committed: before ?? null,
          }),
        });
      assert.equal((await pull('Uninitialized')).status, 200);
      assert.equal(await committed(), before, 'it was counted');
      await pull('ReplicaActive');
      assert.equal((await written).status, 200);
      assert.notEqual(await committed(), before);
    }));
});
