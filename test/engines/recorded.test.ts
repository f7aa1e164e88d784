/** What stands in a record is shown as it was when it was recorded, or is not described: never as something else. */
import assert from 'node:assert/strict';
import type { RecordedKernel } from '../../src/control-plane/engine.ts';
import type { ExplainedReading } from '../../src/control-plane/explanation/words.ts';
import { toWire } from '../../src/control-plane/model/views.ts';
import { AERODB } from '../../src/engines/aerodb/engine.ts';
import { MYSQL } from '../../src/engines/mysql/engine.ts';
import { PATRONI } from '../../src/engines/patroni/engine.ts';
import { group, M2 } from './mysql-group.ts';
import { cluster as patroni } from './patroni.ts';
import { closeAll, kernelServer } from '../support/servers.ts';
import { clusterOf, kernelOf, N1, N2, valueOf } from '../support/wire.ts';

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
    for (const mode of ['validated', 'forced'] as const) {
      const asked = valueOf(await (await (await group()).kernel()).explainPromotion(M2, mode));
      assert.deepEqual(await MYSQL.describeRecorded(M2, recordOf(asked)), toWire(asked.words.document), mode);
    }
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

  it('is nothing where the record does not have the form of what MySQL said', async () => {
    const asked = valueOf(await (await (await group()).kernel()).explainPromotion(M2, 'validated'));
    const { epoch, members } = recordOf(asked);
    const bent = (bend: (member: { mysql: object }) => unknown) =>
      MYSQL.describeRecorded(M2, { epoch, members: (members as { mysql: object }[]).map(bend) });
    for (const form of [{}, null, { mysql: undefined }, { mysql: { role: 7 } }])
      assert.equal(await bent(() => form), null, JSON.stringify(form));
    for (const field of ['role', 'version', 'certifying', 'applying', 'applied'])
      for (const value of [7, undefined, {}])
        assert.equal(await bent(({ mysql }) => ({ mysql: { ...mysql, [field]: value } })), null, field);
    for (const field of ['certifying', 'applying', 'applied'])
      for (const value of ['0x10', '-1', '', '1\n', '1'.repeat(31)])
        assert.equal(await bent(({ mysql }) => ({ mysql: { ...mysql, [field]: value } })), null, `${field}: ${value}`);
    assert.equal(await MYSQL.describeRecorded(M2, { epoch, members: [...(members as unknown[]), {}] }), null);
    assert.ok((await MYSQL.describeRecorded(M2, null)) !== null, 'a collection of diagnostics rests on no members');
  });
});
