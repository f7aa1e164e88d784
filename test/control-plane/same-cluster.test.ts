/** One cluster under two names, and consent that holds for the secrets too. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PatroniCluster } from '../../src/engines/patroni/login.ts';
import type { ClusterConfig } from '../../src/control-plane/clusters/cluster.ts';
import { normalAddress } from '../../src/control-plane/clusters/same-cluster.ts';
import { connect } from '../../src/engines/connect.ts';
import { temporaryFolder } from '../support/folders.ts';
import { issue } from '../support/certificates.ts';
import { bent, closeAll, kernelServer, truthful } from '../support/servers.ts';
import { N1, N2, N3, PATIENT } from '../support/wire.ts';
import { pattern } from '../support/pattern.ts';
import { consents, failed, openOperator, openSession, removeFolders, truthfulServer, type Session } from './session.ts';

const PROMOTION = { cluster: 'orders', node: N2, reason: 'drill' };

function watch(session: Session, watched: Partial<ClusterConfig>): void {
  session.clusters.set('watched', {
    name: 'watched',
    kind: 'aerodb',
    endpoints: ['https://elsewhere.example:9191'],
    observeOnly: true,
    ...watched,
  });
}

async function operatorRefused(session: Session): Promise<string> {
  const changed = await session.plane.changeAuthority({ level: 'Operator', cluster: 'orders' });
  assert.equal(session.plane.authority.level, changed.ok ? 'Operator' : 'Observer');
  return changed.ok ? '' : `${changed.error.code} ${changed.error.message}`;
}

describe('one cluster under two names', () => {
  afterEach(async () => {
    await closeAll();
    removeFolders();
  });

  it('also P7-A1: every spelling of an address is one address', () => {
    const spellings = [
      [
        'https://node-1.example:9191',
        'https://NODE-1.example:9191/',
        'https://node-1.example.:9191',
        'http://node-1.example:9191',
        'https://node-1.example:09191/path',
      ],
      [
        'https://db.example',
        'https://db.example:443',
        'https://db.example.',
        'https://DB.EXAMPLE:0443',
        'http://db.example:443',
      ],
      [
        'http://localhost:1',
        'http://127.0.0.1:1',
        'http://[::1]:1',
        'http://localhost.:1',
        'http://127.1:1',
        'http://0x7f000001:1',
        'http://2130706433:1',
        'http://[::ffff:127.0.0.1]:1',
        'http://0.0.0.0:1',
        'http://LOCALHOST:1',
        'http://[0:0:0:0:0:0:0:1]:1',
      ],
      ['http://h', 'http://h:80', 'https://h:80'],
      ['mysql://LOCALHOST.:80', 'mysql://127.1:80', 'mysql://0x7f000001:80', 'http://localhost', 'mysql://[::1]:80'],
      ['mysql://m\u00fcnchen.example:1', 'mysql://M\u00dcNCHEN.example:1', 'https://xn--mnchen-3ya.example:1'],
      ['https://münchen.example:1', 'https://xn--mnchen-3ya.example:1'],
    ];
    for (const same of spellings) assert.deepEqual(new Set(same.map(normalAddress)).size, 1, same.join(' '));
    const different = [
      'https://a:1',
      'https://b:1',
      'https://a:2',
      'https://a',
      'http://a',
      'https://127.0.0.2:1',
      'https://localhost:1',
      'https://a.b:1',
      'nonsense',
    ];
    assert.equal(new Set(different.map(normalAddress)).size, different.length);
  });

  it('freeze/observe-only, also P7-A1: an address of an observe-only cluster, however it is spelt, has no Operator under another name', async () => {
    const session = await openSession();
    const { port } = new URL(session.server.url);
    for (const endpoint of [
      session.server.url,
      `http://localhost:${port}`,
      `https://localhost.:${port}/`,
      { url: `http://[::1]:${port}`, serverName: 'x' },
    ]) {
      watch(session, { endpoints: [endpoint] });
      assert.match(
        await operatorRefused(session),
        /^PHASE7_OBSERVE_ONLY .*"orders" is the same as "watched".*Nothing was sent\./,
      );
      assert.equal((await session.plane.preflight('request_promotion', 'orders')).refusal?.code, 'PHASE7_OBSERVE_ONLY');
    }
    watch(session, { endpoints: [`http://127.0.0.1:${port === '1' ? 2 : 1}`] });
    assert.equal(await operatorRefused(session), '');
  });

  it('also P7-A1, freeze/observe-only: an observe-only entry that is not valid otherwise still counts as one', async () => {
    const session = await openSession();
    for (const spoilt of [
      { kind: 'oracle' },
      { name: 7 },
      { tls: 'yes' },
      { endpoints: [session.server.url, 7, null, {}] },
    ]) {
      watch(session, { endpoints: [session.server.url], ...spoilt } as unknown as Partial<ClusterConfig>);
      assert.match(await operatorRefused(session), /^PHASE7_OBSERVE_ONLY/, JSON.stringify(spoilt));
    }
  });

  it('also P7-A1: what the kernel tells of its members counts: their addresses, asked or explained', async () => {
    const member = 'https://node-1.example:9191';
    const server = (): ReturnType<typeof kernelServer> => kernelServer(N2, { [N1]: member });
    const looked = await openSession({ server: await server() });
    watch(looked, { endpoints: ['https://NODE-1.example.:9191'] });
    assert.equal(await operatorRefused(looked), '', 'nothing is known yet, and nobody was asked');
    await looked.plane.changeAuthority({ level: 'Observer' });
    assert.equal((await looked.plane.execute('inspect_cluster_state', { cluster: 'orders' })).kind, 'answered');
    assert.match(await operatorRefused(looked), /its address https:\/\/NODE-1\.example\.:9191 is one of this cluster/);

    const other = await openSession({ server: await server() });
    watch(other, { endpoints: [(await server()).url] });
    other.clusters.set('orders', { name: 'orders', kind: 'aerodb', endpoints: [member] });
    await other.plane.execute('inspect_cluster_state', { cluster: 'watched' });
    assert.match(
      await operatorRefused(other),
      /its address node-1\.example:9191 is one of this cluster/,
      'the other way round',
    );

    const explained = await openOperator({ server: await server() });
    watch(explained, { endpoints: [member] });
    const { error } = failed(await explained.plane.execute('request_promotion', PROMOTION));
    assert.equal(error.code, 'PHASE7_OBSERVE_ONLY');
    assert.deepEqual([explained.asked.length, explained.controls().length], [0, 0]);
  });

  it('also P7-A1: what two clusters both announce makes them no single one, nor what they announce of their own machine', async () => {
    const session = await openSession({
      server: await kernelServer(N2, { [N1]: 'https://10.0.0.1:9191', [N3]: 'http://localhost:9191' }),
    });
    const other = await kernelServer(N2, { [N1]: 'https://10.0.0.1:9191', [N3]: 'http://localhost:9191' }, request =>
      request.path === '/v1/cluster'
        ? bent(truthful(N2, request, { [N1]: 'https://10.0.0.1:9191' }), ({ data }) => {
            data['cluster_id'] = 'another';
          })
        : undefined,
    );
    watch(session, { endpoints: [other.url] });
    session.clusters.set('tunnel', {
      name: 'tunnel',
      kind: 'aerodb',
      endpoints: ['http://localhost:9191'],
      observeOnly: true,
    });
    await session.plane.execute('inspect_cluster_state', { cluster: 'watched' });
    await session.plane.execute('inspect_cluster_state', { cluster: 'orders' });
    assert.equal(await operatorRefused(session), '');
  });

  it('also P7-A1: the identity that the kernel tells counts: configured, or told in this session under the other name', async () => {
    const reading = await (await openSession()).plane.execute('inspect_cluster_state', { cluster: 'orders' });
    assert.ok(reading.kind === 'answered' && reading.answer.command === 'inspect_cluster_state');
    const identity = reading.answer.reading.view.clusterId ?? assert.fail('the node tells its cluster id');

    const configured = await openSession();
    watch(configured, { identity });
    assert.equal(await operatorRefused(configured), '', 'nothing is known yet, and nobody was asked');
    await configured.plane.changeAuthority({ level: 'Observer' });
    await configured.plane.execute('inspect_cluster_state', { cluster: 'orders' });
    assert.match(
      await operatorRefused(configured),
      /its identity \S+ is the one that the kernel of this cluster reports/,
    );

    const front = await truthfulServer();
    const both = await openOperator();
    watch(both, { endpoints: [front.url] });
    await both.plane.execute('inspect_cluster_state', { cluster: 'watched' });
    await both.plane.execute('inspect_cluster_state', { cluster: 'orders' });
    assert.equal(failed(await both.plane.execute('force_promotion', PROMOTION)).error.code, 'PHASE7_OBSERVE_ONLY');
    assert.deepEqual(both.controls(), []);
  });

  it('also P7-A1, P7-A2, freeze/observe-only: an entry that makes the cluster observe-only while the person reads sends nothing', async () => {
    const holder: { session?: Session } = {};
    holder.session = await openOperator({
      person: (prompt, voided) => {
        if (holder.session !== undefined) watch(holder.session, { endpoints: [holder.session.server.url] });
        return consents(prompt, voided);
      },
    });
    assert.equal(
      failed(await holder.session.plane.execute('request_promotion', PROMOTION)).error.code,
      'PHASE7_OBSERVE_ONLY',
    );
    assert.deepEqual(holder.session.controls(), []);
  });
});

describe('consent and secrets', () => {
  const folder = temporaryFolder('aerodb-access-');
  afterEach(async () => {
    await closeAll();
    removeFolders();
  });

  const file = (name: string): string => join(folder, name);

  for (const command of ['request_promotion', 'request_demotion', 'force_promotion', 'run_diagnostics'] as const) {
    it(
      `also P7-A2, freeze/voided: ${command}: a token that changes, appears or goes while the person decides voids ` +
        'the confirmation',
      async () => {
        for (const [before, afterwards] of [
          ['one', 'two'],
          [undefined, 'two'],
          ['one', undefined],
          ['one', 'one'],
        ] as const) {
          let token: string | undefined = before;
          const session = await openOperator({
            connect: cluster => connect(cluster, { secrets: { token }, timeouts: PATIENT }),
            person: (prompt, voided) => {
              token = afterwards;
              return consents(prompt, voided);
            },
          });
          const result = await session.plane.execute(
            command,
            command === 'run_diagnostics' ? { cluster: 'orders', node: N2 } : PROMOTION,
          );
          if (before === afterwards) {
            assert.ok(result.kind !== 'failed' || result.error.code !== 'PHASE7_CONFIRMATION_VOIDED');
            assert.equal(session.controls().length, command === 'run_diagnostics' ? 0 : 1);
            continue;
          }
          const { error, requestId } = failed(result);
          assert.deepEqual([error.code, error.outcome], ['PHASE7_CONFIRMATION_VOIDED', 'not_executed']);
          assert.match(
            error.message,
            pattern(
              /A token, a password, a key, a certificate or a CA of cluster /,
              /"orders" changed while the confirmation was open\. Nothing was sent\./,
            ),
          );
          assert.equal(
            session.records().findLast(record => record.request_id === requestId)?.stage,
            'confirmation_voided',
          );
          assert.deepEqual(session.controls(), []);
          assert.doesNotMatch(JSON.stringify(session.records()), /"(?:one|two)"/);
        }
      },
    );
  }

  it('also P7-A2: a change between intent and request is seen too, and recorded as not executed', async () => {
    let token = 'one';
    const session = await openOperator({
      connect: cluster => connect(cluster, { secrets: { token }, timeouts: PATIENT }),
      audit: log => ({
        append: async entry => {
          if (entry.stage === 'dispatch_intent') token = 'two';
          return log.append(entry);
        },
      }),
    });
    const { error, requestId } = failed(await session.plane.execute('request_promotion', PROMOTION));
    assert.equal(error.code, 'PHASE7_CONFIRMATION_VOIDED');
    assert.equal(session.records().findLast(record => record.request_id === requestId)?.stage, 'dispatch_failed');
    assert.deepEqual(session.controls(), []);
  });

  it(
    'also P7-A2: key, certificate, CA and database password are part of what is reached with; the same files are the ' +
      'same',
    async () => {
      const access = async (cluster: Partial<PatroniCluster>, databasePassword?: string): Promise<string> => {
        const kernel = await connect(
          { name: 'c', kind: 'patroni', endpoints: ['https://127.0.0.1:1'], ...cluster },
          {
            secrets: { token: 'a:b', ...(databasePassword === undefined ? {} : { database: databasePassword }) },
            timeouts: PATIENT,
          },
        );
        return kernel.ok ? kernel.value.access : assert.fail(kernel.error.message);
      };
      const [one, two] = [issue({ name: 'one', ca: true }), issue({ name: 'two', ca: true })];
      writeFileSync(file('ca'), one.cert);
      const first = await access({ tls: { ca: file('ca') } });
      assert.equal(await access({ tls: { ca: file('ca') } }), first);
      writeFileSync(file('ca'), two.cert);
      assert.notEqual(await access({ tls: { ca: file('ca') } }), first);
      const own = { cert: file('cert'), key: file('key') };
      const write = ({ cert, key }: typeof one): void =>
        [
          ['cert', cert],
          ['key', key],
        ].forEach(([name = '', text = '']) => writeFileSync(file(name), text));
      write(one);
      const mine = await access({ tls: own });
      write(two);
      assert.notEqual(await access({ tls: own }), mine);
      write(one);
      assert.equal(await access({ tls: own }), mine);
      assert.notEqual(await access({}, 'x'), await access({}, 'y'));
      assert.equal(await access({}, 'x'), await access({}, 'x'));
    },
  );

  it('also P7-A2: a secret that the editor says has changed voids what is open at once', async () => {
    const session = await openOperator({
      person: (_prompt, voided) =>
        new Promise(resolve => {
          voided.addEventListener('abort', () => resolve({ kind: 'voided', why: String(voided.reason) }), {
            once: true,
          });
          holder.session?.plane.secretChanged();
        }),
    });
    const holder: { session?: Session } = { session };
    const { error } = failed(await session.plane.execute('request_promotion', PROMOTION));
    assert.equal(error.code, 'PHASE7_CONFIRMATION_VOIDED');
    assert.match(error.message, /A secret changed while the confirmation was open\./);
  });

  it('also P7-A2: a file that cannot be read any more voids the confirmation, and says which', async () => {
    writeFileSync(file('ca'), issue({ name: 'one', ca: true }).cert);
    const server = await truthfulServer();
    const session = await openOperator({
      server,
      cluster: { tls: { ca: file('ca') } },
      person: (prompt, voided) => {
        rmSync(file('ca'));
        return consents(prompt, voided);
      },
    });
    const { error } = failed(await session.plane.execute('request_promotion', PROMOTION));
    assert.equal(error.code, 'PHASE7_CONFIRMATION_VOIDED');
    assert.match(error.message, /could not be prepared again.*\/ca \(ca\) cannot be read: ENOENT/);
    assert.deepEqual(session.controls(), []);
  });
});
