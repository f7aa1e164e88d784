/** Beside a refusal stands the one act of a person that would permit what was refused; nothing takes it for anybody. */
import assert from 'node:assert/strict';
import { kernelRejection, refusal, transportFailure } from '../../src/control-plane/model/errors.ts';
import type { Act } from '../../src/control-plane/request/permit.ts';
import { closeAll } from '../support/servers.ts';
import { N2 } from '../support/wire.ts';
import { failed, openOperator, openSession, removeFolders, type Session } from './session.ts';

describe('the act that would permit what was refused', () => {
  afterEach(closeAll);
  after(removeFolders);

  async function refusedPromotion(session: Session): Promise<Act | undefined> {
    const { error, cluster } = failed(
      await session.plane.execute('request_promotion', { cluster: 'orders', node: N2 }),
    );
    return session.plane.permittingAct(error, cluster);
  }

  it('also P7-A1: is assuming Operator authority for an Observer, and giving it up for an Auditor', async () => {
    const session = await openSession();
    assert.equal(await refusedPromotion(session), 'assume_operator');
    await session.plane.changeAuthority({ level: 'Auditor' });
    assert.equal(await refusedPromotion(session), 'give_up_authority');
    assert.equal(session.plane.authority.level, 'Auditor', 'nothing was taken');
    assert.deepEqual(session.controls(), []);
  });

  it('also P7-A1: of the log is becoming Auditor, and giving authority up first for an Operator', async () => {
    const review = refusal('PHASE7_INSUFFICIENT_AUTHORITY', 'Review.');
    assert.equal((await openSession()).plane.permittingAct(review, null), 'become_auditor');
    const { plane } = await openOperator();
    const auditor = await plane.changeAuthority({ level: 'Auditor' });
    assert.ok(!auditor.ok);
    assert.equal(plane.permittingAct(auditor.error, null), 'give_up_authority');
    assert.equal(plane.permittingAct(review, 'orders'), undefined, 'nothing stands in the way any more');
  });

  it('also P7-A1: of an observe-only cluster is nothing but editing it: Operator authority is not offered there', async () => {
    const session = await openSession({ cluster: { observeOnly: true } });
    assert.equal(await refusedPromotion(session), 'edit_cluster');
    const { plane } = session;
    const insufficient = refusal('PHASE7_INSUFFICIENT_AUTHORITY', 'No.');
    assert.equal(plane.permittingAct(insufficient, 'orders'), undefined);
  });

  it('is editing a cluster whose configuration is not valid or not safe, and setting the secret that is asked for', async () => {
    const { plane } = await openSession();
    const rejected = (code: string): Act | undefined =>
      plane.permittingAct(
        kernelRejection(code, '', [], 'not_executed', { status: 401, body: '', details: null }),
        'orders',
      );
    assert.equal(plane.permittingAct(refusal('PHASE7_INSECURE_TRANSPORT', ''), 'orders'), 'edit_cluster');
    assert.equal(plane.permittingAct(refusal('PHASE7_MALFORMED_REQUEST', ''), 'stranger'), 'edit_cluster');
    assert.equal(plane.permittingAct(refusal('PHASE7_MALFORMED_REQUEST', ''), 'orders'), undefined);
    assert.equal(rejected('AERO_UNAUTHENTICATED'), 'set_secret');
    assert.equal(rejected('PHASE7_INSUFFICIENT_AUTHORITY'), undefined, 'a kernel may use any word for its own');
  });

  it('is not there where none would do', async () => {
    const { plane } = await openSession();
    for (const error of [
      refusal('PHASE7_AUDIT_UNAVAILABLE', ''),
      refusal('PHASE7_CONFIRMATION_DECLINED', ''),
      refusal('PHASE7_OPERATION_UNSUPPORTED', ''),
      transportFailure('PHASE7_CONNECTION_FAILED', '', 'not_executed'),
    ])
      assert.equal(plane.permittingAct(error, 'orders'), undefined, error.code);
  });
});
