/**
 * A ledger that an older version wrote, with values that the contract does not have: they are shown around, and hide
 * nothing.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeLines, encodeLine } from '../../src/local-cluster/lines.ts';
import { clusterOf, kernelOf, valueOf } from '../support/wire.ts';
import {
  type Json,
  type TestCluster,
  type TestNode,
  at,
  demote,
  listAt,
  withCluster,
} from '../support/test-cluster.ts';

/** Writes the events of the node's ledger again, as `change` has them; the chain of checksums is right. */
function rewriteEvents(
  cluster: TestCluster,
  node: TestNode,
  change: (event: Record<string, unknown>, nth: number) => void,
): void {
  const path = join(cluster.directory(node), 'ledger.log');
  let chain = 0;
  let nth = 0;
  const bytes = decodeLines(readFileSync(path), 0).lines.map(({ json }) => {
    const entry = JSON.parse(json) as { readonly entry: string; readonly event: Record<string, unknown> };
    if (entry.entry === 'event') change(entry.event, nth++);
    const encoded = encodeLine(JSON.stringify(entry), chain);
    ({ chain } = encoded);
    return encoded.bytes;
  });
  writeFileSync(path, Buffer.concat(bytes));
}

describe('records that an older version kept', function () {
  this.timeout(120_000);

  it('also P6-O1, P7-O1: what is outside the contract is left out and said, and every event beside it is shown', () =>
    withCluster({ nodes: 1 }, async cluster => {
      const node = cluster.node(1);
      assert.equal((await demote(node)).status, 409);
      assert.equal((await demote(node)).status, 409);
      const before = listAt((await node.get('/v1/promotion')).body, 'data.events');
      assert.equal(before.length, 6);
      await cluster.kill(node);
      rewriteEvents(cluster, node, (event, nth) => {
        if (nth === 0) event['audit_head'] = { seq: '007', hash: '0'.repeat(64) };
        if (nth === 1) event['audit_head'] = { seq: '12345678901234567890', hash: '0'.repeat(64) };
        if (nth === 2) event['reason'] = 'half \ud83d of a pair';
        if (nth === 3) event['operator'] = { id: 'ann\udc00@desk', authority: 'Operator' };
      });
      await cluster.restart(node);

      const { body } = await node.get('/v1/promotion');
      const shown = listAt(body, 'data.events');
      const expected = (event: Json, changes: Readonly<Record<string, Json>>): Json => ({
        ...(event as Readonly<Record<string, Json>>),
        ...changes,
      });
      assert.deepEqual(
        shown,
        before.map((event, nth) =>
          expected(
            event,
            [
              { audit_head: null },
              { audit_head: null },
              { reason: 'half \ufffd of a pair' },
              { operator: { id: 'ann\ufffd@desk', authority: 'Operator' } },
            ][nth] ?? {},
          ),
        ),
      );
      assert.deepEqual(at(body, 'notes'), [
        'Event 1 was recorded with an audit_head that this API does not have: it is shown as unknown.',
        'Event 2 was recorded with an audit_head that this API does not have: it is shown as unknown.',
        'Event 3 was recorded with text that is not Unicode in reason: U+FFFD stands in its place.',
        'Event 4 was recorded with text that is not Unicode in operator: U+FFFD stands in its place.',
      ]);
      const reading = valueOf(await (await kernelOf(clusterOf([node.url]))).readPromotion());
      assert.deepEqual(
        reading.view.events.map(({ auditHead }) => auditHead?.seq ?? null),
        [null, null, 0n, 0n, 0n, 0n],
      );
      assert.equal(reading.notes.length, 4);
    }));
});
