/** A cluster whose REST API speaks TLS and asks for a login before it changes anything. */
import assert from 'node:assert/strict';
import type { PatroniCluster } from '../../scripts/lib/patroni-cluster.mjs';
import { builtProgram } from '../support/terminal.ts';
import { settled } from './support.ts';
import { LOGIN, received, Session, sharedClusters } from './terminal.ts';

describe('TLS and a login', function () {
  this.timeout(90_000);
  let cluster: PatroniCluster;
  let session: Session | undefined;
  let sent: number;

  before('start the cluster', async function () {
    this.timeout(120_000);
    await builtProgram();
    [, cluster] = await sharedClusters();
  });
  beforeEach(() => {
    sent = received(cluster).length;
  });
  afterEach(() => session?.end());

  const candidate = async (): Promise<string> => {
    const leader = await settled(cluster);
    return cluster.members.find(({ name }) => name !== leader)?.name ?? assert.fail();
  };

  it('also P7-F1: a certificate of nobody that is trusted ends it before a byte is sent', async () => {
    session = new Session(cluster, { tls: false });
    const { code, stderr } = await session.run('inspect cluster');
    assert.deepEqual([code, /PHASE7_CONNECTION_FAILED/u.test(stderr)], [5, true], stderr);
  });

  it("a wrong password is Patroni's refusal; reading needs none", async () => {
    session = new Session(cluster, { token: 'operator:wrong' });
    const node = await candidate();
    const { code, output } = await session.ask('promote', node);
    assert.equal(code, 4, output);
    assert.match(output, /not authenticated/u);
    assert.doesNotMatch(output, /operator:wrong/u);
    assert.equal(received(cluster).length, sent);
  });

  it('with authority and login the switchover is carried out, and the login is nowhere in the log', async () => {
    session = new Session(cluster, { token: `${LOGIN.username}:${LOGIN.password}` });
    const node = await candidate();
    const { code, output } = await session.ask('promote', node);
    assert.equal(code, 0, output);
    assert.equal(await settled(cluster), node);
    assert.equal(received(cluster).length, sent + 1);
    const log = JSON.stringify(session.records());
    for (const secret of [LOGIN.password, Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString('base64')])
      assert.ok(!log.includes(secret) && !output.includes(secret));
  });
});
