/**
 * A cluster that is reached at other addresses than its members announce, as through SSH tunnels: each endpoint says to
 * whom it leads.
 */
import assert from 'node:assert/strict';
import { connect as dial, createServer, type Server, type Socket } from 'node:net';
import type { PatroniCluster } from '../../scripts/lib/patroni-cluster.mjs';
import { builtProgram } from '../support/terminal.ts';
import { listening } from '../support/listening.ts';
import { pattern } from '../support/pattern.ts';
import { settled } from './support.ts';
import { LOGIN, received, Session, sharedClusters } from './terminal.ts';

/** An address of this machine that no member announces, and that is in no certificate. */
const ELSEWHERE = '127.0.0.2';

describe('members reached through tunnels', function () {
  this.timeout(90_000);
  let cluster: PatroniCluster;
  let session: Session | undefined;
  const open: (Server | Socket)[] = [];
  const tunnels = new Map<string, string>();

  before('start the cluster and dig the tunnels', async function () {
    this.timeout(180_000);
    await builtProgram();
    [, cluster] = await sharedClusters();
    for (const { name, restPort } of cluster.members) {
      const server = createServer(near => {
        const far = dial(restPort, '127.0.0.1');
        open.push(near, far);
        for (const [one, other] of [
          [near, far],
          [far, near],
        ] as const)
          one.on('error', () => other.destroy()).pipe(other);
      });
      tunnels.set(name, `https://${ELSEWHERE}:${await listening(server, ELSEWHERE)}`);
      open.push(server);
    }
  });
  after('close them', () => {
    for (const each of open) 'close' in each && !('destroy' in each) ? each.close() : (each as Socket).destroy();
  });
  afterEach(() => session?.end());

  const at = (name: string): string => tunnels.get(name) ?? assert.fail(name);
  const named = (serverName = 'localhost'): { url: string; member: string; serverName: string }[] =>
    cluster.members.map(({ name }) => ({ url: at(name), member: name, serverName }));
  const token = `${LOGIN.username}:${LOGIN.password}`;

  it("also P7-F1: the certificate has to carry the endpoint's own server name", async () => {
    session = new Session(cluster, { endpoints: named('elsewhere.example') });
    const { code, stderr } = await session.run('inspect cluster');
    assert.deepEqual(
      [code, /elsewhere\.example\. is not in the cert's altnames/u.test(stderr.replaceAll(/\s+/gu, ' '))],
      [5, true],
      stderr,
    );
  });

  it('endpoints that name nobody list the members with what to add, and no member is asked', async () => {
    session = new Session(cluster, {
      endpoints: cluster.members.map(({ name }) => ({ url: at(name), serverName: 'localhost' })),
    });
    const { code, stdout } = await session.run('inspect cluster');
    assert.equal(code, 0);
    assert.match(
      stdout.replaceAll(/\s+/gu, ' '),
      pattern(
        /Known only from the configuration store.*pg1: its address, /u,
        /.* is not among the configured endpoints.*"member": "its name"/u,
      ),
    );
    const node = await session.json('inspect node', '--node', 'pg1');
    assert.equal((node as unknown as { readonly view: { readonly source: string } }).view.source, 'reported');
  });

  it("also P7-E1: each node answers for itself there, and a switchover is carried out through the candidate's own tunnel", async () => {
    session = new Session(cluster, { endpoints: named(), token });
    const leader = await settled(cluster);
    const candidate = cluster.members.find(({ name }) => name !== leader)?.name ?? assert.fail();
    for (const name of [leader, candidate]) {
      const node = (await session.json('inspect node', '--node', name)) as unknown as {
        readonly endpoint: string;
        readonly view: { readonly source: string };
      };
      assert.deepEqual([node.endpoint, node.view.source], [at(name), 'self']);
    }
    const before = received(cluster).length;
    const { code, output } = await session.ask('promote', candidate);
    assert.equal(code, 0, output);
    assert.equal(received(cluster).length, before + 1);
    assert.equal(await settled(cluster), candidate);
  });

  it(
    'an endpoint that is said to lead to another member is found out where Patroni tells names, and nothing is ' +
      'sent to it',
    async () => {
      const [one, two] = cluster.members.map(({ name }) => name);
      assert.ok(one !== undefined && two !== undefined);
      session = new Session(cluster, {
        endpoints: [
          { url: at(one), member: two, serverName: 'localhost' },
          { url: at(two), member: one, serverName: 'localhost' },
        ],
        token,
      });
      const leader = await settled(cluster);
      const candidate = leader === one ? two : one;
      const before = received(cluster).length;
      const node = (await session.json('inspect node', '--node', candidate)) as unknown as {
        readonly view: { readonly source: string };
      };
      if (!cluster.isAtLeast(4, 0)) {
        assert.equal(node.view.source, 'self', 'Patroni 3.0 does not tell its name: the configuration is believed');
        return;
      }
      assert.equal(node.view.source, 'reported');
      const terminal = await session.open('promote', candidate);
      assert.equal(await terminal.end(), 5, terminal.output);
      assert.match(
        terminal.output.replaceAll(/\s+/gu, ' '),
        new RegExp(`member ${leader} answered where the candidate ${candidate} was asked`, 'u'),
      );
      assert.equal(received(cluster).length, before);
    },
  );
});
