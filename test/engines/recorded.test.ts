/** What stands in a record is shown as it was when it was recorded, or is not described: never as something else. */
import assert from 'node:assert/strict';
import type { RecordedKernel } from '../../src/control-plane/engine.ts';
import type { ExplainedReading } from '../../src/control-plane/explanation/words.ts';
import { toWire } from '../../src/control-plane/model/views.ts';
import { AERODB } from '../../src/engines/aerodb/engine.ts';
import { PATRONI } from '../../src/engines/patroni/engine.ts';
import { cluster as patroni } from './patroni.ts';
import { closeAll, kernelServer } from './servers.ts';
import { clusterOf, kernelOf, N1, N2, valueOf } from './wire.ts';

/** The part of a record from which its engine describes it: through JSON, as the log holds it. */
function recordOf({ view: { epoch, members } }: ExplainedReading): RecordedKernel {
  return JSON.parse(JSON.stringify(toWire({ epoch, members }))) as RecordedKernel;
}

describe('what an engine shows beside a recorded explanation', () => {
  afterEach(closeAll);

  it('is what it showed before the confirmation', async () => {
    const node = await kernelOf(clusterOf([(await kernelServer(N2, {}, undefined)).url]));
    const promotion = valueOf(await node.explainPromotion(N2, 'validated'));
    assert.deepEqual(await AERODB.describeRecorded(N2, recordOf(promotion)), toWire(promotion.words.document));
    const switchover = valueOf(await (await (await patroni()).kernel()).explainPromotion('pg2', 'validated'));
    assert.deepEqual(await PATRONI.describeRecorded('pg2', recordOf(switchover)), toWire(switchover.words.document));
  });

  it('is nothing where the record does not have the form of one', async () => {
    const switchover = valueOf(await (await (await patroni()).kernel()).explainPromotion('pg2', 'validated'));
    const { epoch, members } = recordOf(switchover);
    const bent = (bend: (member: { patroni: object }) => unknown) =>
      PATRONI.describeRecorded('pg2', { epoch, members: (members as { patroni: object }[]).map(bend) });
    for (const form of [{}, null, { patroni: undefined }, { patroni: { role: 7 } }])
      assert.equal(await bent(() => form), null, JSON.stringify(form));
    for (const field of ['role', 'timeline', 'written', 'received', 'replayed', 'receiveLag', 'replayLag', 'marks']) {
      assert.equal(await bent(({ patroni }) => ({ patroni: { ...patroni, [field]: 7 } })), null, field);
    }
    assert.equal(await bent(({ patroni }) => ({ patroni: { ...patroni, received: '0x10' } })), null);
    assert.ok(
      (await PATRONI.describeRecorded('pg2', null)) !== null,
      'a collection of diagnostics rests on no members',
    );
    assert.ok((await AERODB.describeRecorded(N1, null)) !== null);
  });
});
