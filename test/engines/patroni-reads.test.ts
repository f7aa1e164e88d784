/** The reads of a Patroni cluster: what each answer becomes, what stays unknown, and who is asked. */
import assert from 'node:assert/strict';
import { pattern } from '../support/pattern.ts';
import {
  cluster,
  explainedOf,
  HISTORY,
  json,
  LEADER,
  leader,
  member,
  ownOf,
  page,
  REPLICA,
  text,
  TIME,
  type Answer,
  type Cluster,
} from './patroni.ts';
import { behaviourOf } from '../../src/engines/patroni/versions.ts';
import { closeAll } from '../support/servers.ts';
import { connect } from '../../src/engines/connect.ts';
import { errorOf, PATIENT, REQUEST, valueOf, type Wire } from '../support/wire.ts';

describe('reading a Patroni cluster', () => {
  let demo: Cluster;
  beforeEach(async () => {
    demo = await cluster();
  });
  afterEach(closeAll);

  const on =
    (path: string, answer: () => Answer) =>
    ({ path: asked }: { readonly path: string }): Answer | undefined =>
      asked === path ? answer() : undefined;

  it("/cluster is the cluster state: leader, roles in Patroni's words, timelines, lag, and when it was read", async () => {
    demo.pg1.answer = on('/cluster', () =>
      json(
        demo.view({
          pg2: { role: 'sync_standby', state: 'streaming', tags: { nofailover: true } },
          pg3: { lag: 'unknown', state: 'stopping', timeline: undefined, pending_restart: true },
          more: {
            scope: 'demo',
            pause: true,
            scheduled_switchover: { at: '2030-01-01T00:00:00+00:00', from: 'pg1', to: 'pg2' },
          },
        }),
      ),
    );
    const { view, observed, endpoint, skipped, notes } = valueOf(await (await demo.kernel()).readCluster());
    assert.deepEqual(observed, {
      snapshot: 'dcs',
      commitId: null,
      controlVersion: null,
      nodeId: 'pg1',
      time: TIME,
      clock: 'patroni-http-date',
    });
    assert.deepEqual(
      [endpoint, skipped, view.name, view.clusterId, view.epoch, view.primaryId],
      [demo.pg1.url, [], 'demo', null, 5n, 'pg1'],
    );
    assert.deepEqual(
      view.members.map(one => [
        one.nodeId,
        one.role,
        one.replicationState,
        one.health,
        one.lagBytes,
        one.durableOffset,
        ownOf(one)?.role,
        ownOf(one)?.timeline,
        ownOf(one)?.marks,
      ]),
      [
        ['pg1', 'primary', 'running', 'running', null, null, 'leader', 5n, null],
        ['pg2', 'replica', 'streaming', 'running', 0n, null, 'sync_standby', 5n, 'nofailover: true'],
        ['pg3', 'replica', 'stopping', 'unknown', null, null, 'replica', null, 'restart pending'],
      ],
    );
    assert.ok(
      notes.some(note => note.includes('paused')) &&
        notes.some(note => note.includes('at 2030-01-01T00:00:00+00:00, from pg1 to pg2')),
      notes.join('\n'),
    );
    assert.equal(demo.all().length, 1);
  });

  it(
    'also P7-A3: the members stand in the order of the answer, and a dead one that is still listed is shown with the ' +
      'basis of that',
    async () => {
      demo.pg1.answer = on('/cluster', () =>
        json({ members: [member('z', demo.pg2.url), leader('m', demo.pg1.url), member('a', demo.pg3.url)] }),
      );
      const { view } = valueOf(await (await demo.kernel()).readCluster());
      assert.deepEqual(
        view.members.map(({ nodeId }) => nodeId),
        ['z', 'm', 'a'],
      );
      assert.ok(
        view.members.every(({ healthBasis }) =>
          healthBasis.includes('the entry of a dead member stays there until its time to live ends'),
        ),
      );
    },
  );

  it('without a leader none is named; the leader of a standby cluster leads, and is no primary', async () => {
    const kernel = await demo.kernel();
    demo.pg1.answer = on('/cluster', () => json({ members: [member('pg2', demo.pg2.url)] }));
    const none = valueOf(await kernel.readCluster());
    assert.deepEqual([none.view.primaryId, none.view.epoch, none.observed.nodeId], [null, null, null]);
    assert.ok(none.notes.includes('Patroni reports no leader.'));
    demo.pg1.answer = on('/cluster', () => json(demo.view({ pg1: { role: 'standby_leader' }, more: { pause: true } })));
    const standby = valueOf(await kernel.readCluster());
    assert.deepEqual(
      [standby.view.primaryId, standby.view.members[0]?.role, ownOf(standby.view.members[0])?.role],
      ['pg1', 'replica', 'standby_leader'],
    );
    assert.ok(standby.notes.some(note => note.includes('standby_leader')));
  });

  it('a node is asked itself: received and replayed apart, written where it writes', async () => {
    const kernel = await demo.kernel();
    const replica = valueOf(await kernel.readNode('pg2'));
    assert.deepEqual(
      [replica.view.source, replica.endpoint, replica.observed.nodeId, replica.observed.snapshot],
      ['self', demo.pg2.url, 'pg2', 'live'],
    );
    assert.deepEqual(ownOf(replica.view.member), {
      role: 'replica',
      timeline: 5n,
      written: null,
      received: 215490816n,
      replayed: 187560672n,
      marks: null,
    });
    assert.deepEqual(ownOf(valueOf(await kernel.readNode('pg1')).view.member), {
      role: 'master',
      timeline: 5n,
      written: 83886408n,
      received: null,
      replayed: null,
      marks: null,
    });
    demo.pg1.answer = on('/patroni', () =>
      json({ state: 'unknown', role: 'master', dcs_last_seen: 1, patroni: { version: '3.0.2', scope: 'demo' } }),
    );
    const stopped = valueOf(await kernel.readNode('pg1')).view;
    assert.deepEqual([stopped.epoch, stopped.member.health, ownOf(stopped.member)?.written], [null, 'unknown', null]);
  });

  it('also P7-S3: an address that Patroni reports and nobody configured is shown and never contacted', async () => {
    const { view, observed, notes } = valueOf(await (await demo.kernel()).readNode('pg3'));
    assert.deepEqual(
      [view.source, view.member.apiUrl, observed.snapshot],
      ['reported', `${demo.pg3.url}/patroni`, 'dcs'],
    );
    assert.ok(notes.some(note => note.includes('is not among the configured endpoints')));
    const kernel = await demo.kernel();
    for (const refused of [
      await kernel.readWal('pg3'),
      await kernel.explainPromotion('pg3', 'forced'),
      await kernel.declareDiagnosticsCost('pg3'),
    ])
      assert.equal(errorOf(refused).code, 'PHASE7_CONNECTION_FAILED');
    assert.equal(demo.pg3.received.length, 0);
  });

  it(
    'an endpoint that names its member leads to it, whatever address that announces; others are listed with what ' +
      'to add',
    async () => {
      const tunnelled = await cluster();
      const config = {
        ...tunnelled.config,
        endpoints: [
          tunnelled.pg1.url,
          { url: tunnelled.pg2.url, member: 'pg3' },
          { url: 'http://127.0.0.1:1', member: 'pg9' },
        ],
      };
      const kernel = valueOf(await connect(config, { timeouts: PATIENT }));
      const { notes } = valueOf(await kernel.readCluster());
      assert.ok(
        notes.some(
          note =>
            pattern(
              /^Known only from the configuration store.*pg2: its /u,
              /address, .* is not among the configured endpoints/u,
            ).test(note) && !note.includes('pg3:'),
        ),
        notes.join('\n'),
      );
      assert.ok(
        notes.includes(
          'The endpoint http://127.0.0.1:1 is configured for "pg9", which is not a member of this cluster.',
        ),
      );
      assert.deepEqual(
        [valueOf(await kernel.readNode('pg3')).endpoint, valueOf(await kernel.readNode('pg2')).view.source],
        [tunnelled.pg2.url, 'reported'],
      );
      assert.equal(tunnelled.pg3.received.length, 0);
      const { endpoint } = valueOf(await kernel.explainPromotion('pg3', 'validated'));
      assert.equal(endpoint, tunnelled.pg2.url, 'and the request goes there');
    },
  );

  it(
    'what answers and tells another name or another scope is not the asked member, and nothing of it is shown as ' +
      'its',
    async () => {
      const kernel = await demo.kernel();
      for (const patroni of [
        { version: '4.1.5', scope: 'demo', name: 'pg7' },
        { version: '4.1.5', scope: 'other', name: 'pg2' },
      ]) {
        demo.pg1.answer = demo.pg2.answer = ({ path }) =>
          path === '/cluster'
            ? json(demo.view({ more: { scope: 'demo' } }))
            : path === '/patroni'
              ? json({ ...REPLICA, patroni })
              : undefined;
        const { view, notes } = valueOf(await kernel.readNode('pg2'));
        assert.deepEqual([view.source, ownOf(view.member)?.received, view.sections], ['reported', null, undefined]);
        assert.match(notes.join('\n'), /member pg7 answered|a member of cluster "other" answered/u);
        assert.equal(errorOf(await kernel.explainPromotion('pg2', 'validated')).code, 'PHASE7_INVALID_KERNEL_RESPONSE');
        assert.equal(errorOf(await kernel.readWal('pg2')).code, 'PHASE7_CONNECTION_FAILED');
      }
      demo.pg1.answer = ({ path }) =>
        path === '/cluster'
          ? json(demo.view({ more: { scope: 'demo' } }))
          : path === '/patroni'
            ? json({ ...LEADER, patroni: { version: '4.1.5', scope: 'demo', name: 'pg7' } })
            : undefined;
      demo.pg2.answer = ({ path }) => (path === '/cluster' ? json(demo.view({ more: { scope: 'demo' } })) : undefined);
      const { facts } = explainedOf(await kernel.explainPromotion('pg2', 'validated'));
      const [leading] = facts.positions;
      assert.ok(
        leading !== undefined &&
          'unknown' in leading &&
          leading.unknown.includes('member pg7 answered where member pg1 was asked'),
        'the position of another is not that of the leader',
      );
      const { observed, notes } = valueOf(await kernel.collectDiagnostics('pg1', demo.pg1.url));
      assert.equal(observed.nodeId, 'pg7');
      assert.match(notes.join('\n'), /leads to member pg7, as that member itself reports, and not to pg1/u);
      assert.ok(demo.all().every(({ method }) => method === 'GET'));
    },
  );

  it('a name that is no member is refused with the names that are', async () => {
    const error = errorOf(await (await demo.kernel()).readNode('pg9'));
    assert.deepEqual([error.code, error.field], ['PHASE7_INVALID_NODE_ID', 'node']);
    assert.match(error.message, /members: pg1, pg2, pg3/);
  });

  it(
    'an endpoint that ends without an answer is skipped and quoted; where none lists the members, only a node that ' +
      'gives its name is found (trap 5)',
    async () => {
      const kernel = await demo.kernel();
      demo.pg1.answer = on('/cluster', () => 'nothing');
      const { endpoint, skipped } = valueOf(await kernel.readCluster());
      assert.equal(endpoint, demo.pg2.url);
      assert.deepEqual(
        skipped.map(one => one.endpoint),
        [demo.pg1.url],
      );
      demo.pg2.answer = on('/cluster', () => 'nothing');
      assert.equal(errorOf(await kernel.readCluster()).code, 'PHASE7_TRANSPORT_FAILURE');
      assert.equal(errorOf(await kernel.readNode('pg2')).code, 'PHASE7_TRANSPORT_FAILURE');
      demo.pg2.answer = ({ path }) =>
        path === '/cluster'
          ? 'nothing'
          : json({ ...REPLICA, patroni: { version: '4.0.5', scope: 'demo', name: 'pg2' } });
      const named = valueOf(await kernel.readNode('pg2'));
      assert.deepEqual([named.endpoint, named.view.source], [demo.pg2.url, 'self']);
    },
  );

  it(
    'lag that is "unknown" stays unknown, and what this version does not say is named; a later one says received ' +
      'and replayed',
    async () => {
      const kernel = await demo.kernel();
      demo.pg1.answer = on('/cluster', () => json(demo.view({ pg2: { lag: 27949520 }, pg3: { lag: 'unknown' } })));
      const old = valueOf(await kernel.readReplication());
      assert.deepEqual(
        old.view.replicas.map(({ nodeId, lagBytes, receivedOffset, appliedOffset }) => [
          nodeId,
          lagBytes,
          receivedOffset,
          appliedOffset,
        ]),
        [
          ['pg2', 27949520n, null, null],
          ['pg3', null, null, null],
        ],
      );
      assert.ok(
        old.notes.some(note => note.includes('does not include what a replica has received but not replayed')) &&
          old.notes.some(note => note.includes('inspect_node')),
      );
      demo.pg1.answer = on('/cluster', () =>
        json(
          demo.view({
            pg2: { receive_lsn: '0/CD81B40', replay_lsn: '0/B2DF5E0' },
            pg3: { receive_lsn: 'unknown', replay_lsn: 'unknown' },
          }),
        ),
      );
      assert.deepEqual(
        valueOf(await kernel.readReplication()).view.replicas.map(({ receivedOffset, appliedOffset }) => [
          receivedOffset,
          appliedOffset,
        ]),
        [
          [215489344n, 187561440n],
          [null, null],
        ],
      );
    },
  );

  it('timelines: where, why, when and who led next; what an old line does not say is unknown', async () => {
    const { view } = valueOf(await (await demo.kernel()).readPromotion());
    assert.deepEqual([view.state, view.epoch, view.lastAttempt, view.request], ['leader known', 5n, null, null]);
    assert.deepEqual(
      view.events.map(({ seq, epoch, time, nodeId, reason, fields }) => [seq, epoch, time, nodeId, reason, fields]),
      [
        [
          3n,
          3n,
          '2026-11-21T07:51:46.160410+00:00',
          'pg3',
          'no recovery target specified',
          { ended_at: '0/4028110', next_leader: 'pg3' },
        ],
        [4n, 4n, null, null, 'no recovery target specified', { ended_at: '0/5AEF178' }],
      ],
    );
    assert.deepEqual(
      demo.pg1.received.map(({ path }) => path),
      ['/cluster', '/history', '/cluster', '/history'],
    );
  });

  for (const [what, bend] of [
    [
      'the leader',
      (view: Cluster['view']) => view({ pg1: { role: 'replica', lag: 0 }, pg2: { role: 'leader', lag: undefined } }),
    ],
    ['a timeline', (view: Cluster['view']) => view({ pg1: { timeline: 6 } })],
    ['the pause', (view: Cluster['view']) => view({ more: { pause: true } })],
  ] as const) {
    it(`also P7-D1: ${what} that moves between two readings refuses the view and the explanation`, async () => {
      const kernel = await demo.kernel();
      for (const read of [() => kernel.readPromotion(), () => kernel.explainPromotion('pg2', 'validated')]) {
        let nth = 0;
        demo.pg1.answer = demo.pg2.answer = on('/cluster', () => json(nth++ === 0 ? demo.view() : bend(demo.view)));
        assert.equal(errorOf(await read()).code, 'PHASE7_INCONSISTENT_SNAPSHOT');
      }
    });
  }

  it('freeze/consistent, also P7-D1: a history that grows between two readings refuses the view', async () => {
    let nth = 0;
    demo.pg1.answer = on('/history', () => json(nth++ === 0 ? HISTORY : [...HISTORY, [5, 1, 'r']]));
    assert.equal(errorOf(await (await demo.kernel()).readPromotion()).code, 'PHASE7_INCONSISTENT_SNAPSHOT');
  });

  it('without a database login: positions, and segments that are not visible rather than none', async () => {
    const { view, notes } = valueOf(await (await demo.kernel()).readWal('pg2'));
    assert.equal(view.segments, null);
    assert.deepEqual(view.sections, [
      {
        name: 'Positions',
        entries: [
          { key: 'timeline', value: '5' },
          { key: 'received', value: '0/CD82100' },
          { key: 'replayed', value: '0/B2DF2E0' },
        ],
      },
    ]);
    assert.match(notes.join(), /not visible.*no database login is configured/);
  });

  it('also P7-E1: what Patroni cannot do is declared, and refused without any traffic', async () => {
    const kernel = await demo.kernel();
    assert.deepEqual(Object.keys(kernel.unsupported).sort(), ['demote', 'explainDemotion', 'readSnapshots']);
    assert.equal(kernel.hasControlVersion, false);
    for (const refused of [
      await kernel.readSnapshots('pg1'),
      await kernel.explainDemotion('pg1'),
      await kernel.readPromotion({ node: 'pg1', requestId: REQUEST }),
    ]) {
      const error = errorOf(refused);
      assert.deepEqual([error.code, error.outcome], ['PHASE7_OPERATION_UNSUPPORTED', 'not_executed']);
      assert.match(error.message, /Nothing was sent\.$/);
    }
    assert.equal(demo.all().length, 0);
  });

  it(
    'also P7-S3: a database that is not at a configured address is not contacted, and needs a password to be ' +
      'offered at all',
    async () => {
      const withLogin = await cluster({ database: { user: 'monitor', addresses: ['127.0.0.1:1'] } });
      assert.match(
        (await withLogin.kernel()).unsupported.readSnapshots ?? '',
        /no password of the configured database login/,
      );
      const kernel = await withLogin.kernel({ database: 'canary-password' });
      assert.equal(kernel.unsupported.readSnapshots, undefined);
      for (const read of [await kernel.readSnapshots('pg1'), await kernel.readWal('pg1')]) {
        const error = errorOf(read);
        assert.deepEqual([error.code, error.field], ['PHASE7_SCOPE_VIOLATION', 'database.addresses']);
      }
    },
  );

  it('diagnostics: one request per address and two of the node, counted beforehand; secrets are withheld and named', async () => {
    const kernel = await demo.kernel();
    const cost = valueOf(await kernel.declareDiagnosticsCost('pg2'));
    assert.deepEqual(
      [cost.view, cost.endpoint, cost.observed.nodeId],
      [{ requests: 4n, name: null }, demo.pg2.url, 'pg2'],
    );
    const before = demo.all().length;
    const collected = valueOf(await kernel.collectDiagnostics('pg2', cost.endpoint));
    assert.equal(demo.all().length - before, 4);
    assert.deepEqual(
      collected.view.sections.map(({ name }) => name),
      [
        `${demo.pg1.url}, GET /patroni`,
        `${demo.pg2.url}, GET /patroni`,
        `${demo.pg2.url}, GET /config`,
        `${demo.pg2.url}, GET /metrics`,
      ],
    );
    assert.deepEqual(collected.redacted, [
      'postgresql.parameters.archive_command',
      'postgresql.parameters.primary_conninfo',
      'postgresql.recovery_conf.restore_password',
    ]);
    assert.doesNotMatch(JSON.stringify(collected.view), /canary/);
    assert.ok(
      collected.view.sections[2]?.entries.some(
        ({ key, value }) => key === 'maximum_lag_on_failover' && value === '1048576',
      ),
    );
    assert.ok(
      collected.view.sections[3]?.entries.some(
        ({ key, value }) => key === 'patroni_version{scope="demo"}' && value === '030002',
      ),
    );
  });

  it(
    'also freeze/secrets: diagnostics show what is known to be harmless, and withhold everything else by name, ' +
      'whatever it is called and however it is written',
    async () => {
      const kernel = await demo.kernel();
      const commands = [
        'push --password canary-6 %p',
        'curl -H "Authorization: Bearer canary-7" https://x/%f',
        'PGPASSWORD=canary-9 clean',
        'get https://ann:canary-10@x/',
        'get --access-key canary-11',
        'sshpass -p canary-12 scp %p x:',
        'push -pcanary-13 %p',
        'curl -u ann:canary-14 https://x',
        'curl -H "X-Vault: canary-15" https://x',
        'curl --header cookie:canary-16 x',
        'openssl enc -k canary-17',
        'wal-g --pgpass canary-18',
        'echo Y2FuYXJ5LTE5 | base64 -d',
        "push %p 'https://x/?sig=canary-20'",
        'AWS_SECRET=canary-21 push',
        'push canary-22',
      ];
      const secrets = {
        tokens: ['canary-1', { nested: 'canary-2' }],
        restapi: { authentication: { username: 'canary-23', password: 'canary-3' } },
        api_key: 'canary-4',
        dsn: 'canary-24',
        pin: 4711,
        key: 'canary-25',
        salt: 'canary-26',
        sas: 'canary-27',
        webhook: 'https://hooks.example/canary-28',
        ttl: 'canary/29==',
        'canary/30+x==': 'x',
        tags: { nofailover: 'canary/31==', owner: 'canary-32' },
        standby_cluster: { host: 'ann:canary-33@db', restore_command: 'canary-34' },
        slots: { a: { type: 'canary/35==', token: 'canary-36' } },
        patroni: { comment: 'canary-37' },
        postgresql: {
          parameters: {
            ssl_passphrase_command: 'echo canary-5',
            primary_conninfo: 'host=x password=canary-8',
            ...Object.fromEntries(
              commands.map((command, index) => [
                ['archive_command', 'restore_command', 'archive_cleanup_command', 'recovery_end_command'][index] ??
                  `x.command_${index}`,
                command,
              ]),
            ),
            work_mem: 'canary/38==',
            cluster_name: 'canary/Zx39+==',
            'pgaudit.token': 'canary-40',
            search_path: '"canary-41"',
          },
          authentication: { superuser: { password: 'canary-42' } },
          pgpass: '/canary-43',
          pg_hba: ['host all canary-44'],
        },
      };
      const settings = {
        max_connections: 50,
        password_encryption: 'scram-sha-256',
        shared_preload_libraries: 'pg_stat_statements, auto_explain',
        work_mem: '64MB',
        wal_level: 'replica',
        hot_standby: 'on',
        checkpoint_completion_target: 0.9,
        ssl_min_protocol_version: 'TLSv1.2',
        log_line_prefix: '%m [%p]',
        unix_socket_directories: '/var/run/postgresql',
        listen_addresses: '*',
        default_transaction_isolation: 'read committed',
        'pg_stat_statements.track_planning': true,
        data_directory: '/var/lib/postgresql/17/main',
        timezone: 'Europe/Berlin',
      };
      const harmless = {
        ttl: 30,
        loop_wait: 10,
        synchronous_mode: 'quorum',
        'postgresql.use_slots': true,
        'standby_cluster.host': 'db-1.example',
        'slots.reports.type': 'logical',
        'slots.reports.database': 'orders',
        'tags.nofailover': true,
        max_tokens: '',
      };
      const nested = {
        ttl: 30,
        loop_wait: 10,
        synchronous_mode: 'quorum',
        postgresql: { use_slots: true, parameters: settings },
        standby_cluster: { host: 'db-1.example' },
        slots: { reports: { type: 'logical', database: 'orders' } },
        tags: { nofailover: true },
        max_tokens: '',
      };
      const answer = demo.pg2.answer;
      const collected = async (config: unknown, metrics = ''): ReturnType<typeof kernel.collectDiagnostics> => {
        demo.pg2.answer = request =>
          request.path === '/config'
            ? json(config)
            : request.path === '/metrics'
              ? { status: 200, type: 'text/plain', body: metrics }
              : answer(request);
        return kernel.collectDiagnostics('pg2', demo.pg2.url);
      };
      const withheld = valueOf(
        await collected(
          secrets,
          'patroni_version{scope="demo",owner="canary-45"} 040105\npatroni_secret{scope="demo"} ' +
            '4712\nbasic_auth{password="canary-46"} 1\npatroni_is_paused{scope="demo"} canary-47\n',
        ),
      );
      const text = JSON.stringify(withheld);
      assert.doesNotMatch(text, /canary|Y2FuYXJ5|4711|4712/);
      assert.match(
        text,
        pattern(
          /Withheld, because it is not on the list of what is known to be /,
          /harmless: tokens\.0, tokens\.1\.nested, restapi\.authentication\.username/,
        ),
      );
      assert.match(text, /patroni_version\{scope=\\"demo\\",owner=\\"\[withheld\]\\"\}","value":"040105"/);
      assert.equal(withheld.redacted?.length, new Set(withheld.redacted).size);
      for (const name of [
        'pin',
        'tags.owner',
        'postgresql.parameters.work_mem',
        '[withheld]',
        'patroni_secret',
        'basic_auth',
        'patroni_is_paused',
      ])
        assert.ok(withheld.redacted.includes(name), name);
      const { view, redacted } = valueOf(await collected(nested));
      const shown = new Map(view.sections[2]?.entries.map(({ key, value }) => [key, value]));
      for (const [name, value] of [
        ...Object.entries(harmless),
        ...Object.entries(settings).map(([key, value]) => [`postgresql.parameters.${key}`, value] as const),
      ])
        assert.equal(shown.get(name), String(value), name);
      assert.deepEqual(redacted, []);
    },
  );

  it(
    'diagnostics when nobody lists the members: each address still answers for itself, and one that does not says ' +
      'so',
    async () => {
      const kernel = await demo.kernel();
      demo.pg1.answer = ({ path }) => (path === '/patroni' ? json(LEADER) : 'nothing');
      demo.pg2.answer = () => 'nothing';
      const cost = valueOf(await kernel.declareDiagnosticsCost('pg2'));
      assert.match(cost.notes.join(), /Whether pg2 is a member, .* could not be read/);
      const { view } = valueOf(await kernel.collectDiagnostics('pg2', cost.endpoint));
      assert.deepEqual(
        view.sections.map(({ entries }) => entries[0]?.key),
        ['answered at', 'not answered', 'not answered', 'not answered'],
      );
      demo.pg1.answer = () => 'nothing';
      assert.equal(errorOf(await kernel.collectDiagnostics('pg2', cost.endpoint)).code, 'PHASE7_TRANSPORT_FAILURE');
      assert.equal(errorOf(await kernel.collectDiagnostics('pg2', demo.pg3.url)).code, 'PHASE7_SCOPE_VIOLATION');
    },
  );

  it(
    "also P7-E3: refusals are Patroni's own, in its own words; a page is carried verbatim and read without its " +
      'markup (traps 7, 8)',
    async () => {
      const kernel = await demo.kernel();
      for (const [answer, code, message] of [
        [text(401, 'no auth header received'), 'PATRONI_HTTP_401', /^no auth header received$/],
        [text(403, 'Access is denied'), 'PATRONI_HTTP_403', /^Access is denied$/],
      ] as const) {
        demo.pg1.answer = () => answer;
        const error = errorOf(await kernel.readCluster());
        assert.deepEqual([error.domain, error.code, error.outcome], ['KERNEL_REJECTION', code, 'not_executed']);
        assert.match(error.message, message);
        assert.equal(demo.pg2.received.length, 0, 'a refusal stands; nobody else is asked');
      }
      const broken = page(502, '<script>alert(1)</script>Bad Gateway');
      demo.pg1.answer = demo.pg2.answer = on('/history', () => broken);
      const error = errorOf(await kernel.readPromotion());
      assert.equal(error.kernel?.body, typeof broken === 'string' ? '' : broken.body);
      assert.doesNotMatch(error.message, /[<>]/);
    },
  );

  it('also P7-E2: what does not come from Patroni, or does not say when it is from, is no answer of Patroni', async () => {
    const rows: readonly (readonly [string, Answer])[] = [
      [
        "a proxy's page",
        {
          ...(page(502, 'Bad Gateway') as Exclude<Answer, string>),
          headers: ['Server: nginx', 'Date: Sat, 21 Nov 2026 07:50:45 GMT'],
        },
      ],
      ['a login page', { status: 200, body: '<html>log in</html>', type: 'text/html' }],
      [
        'no date',
        {
          status: 200,
          body: JSON.stringify(demo.view()),
          type: 'application/json',
          headers: ['Server: BaseHTTP/0.6 Python/3.11.2'],
        },
      ],
      ['cut JSON', { status: 200, body: JSON.stringify(demo.view()).slice(0, -1), type: 'application/json' }],
      ['a redirect', { status: 302, body: '', headers: ['Server: BaseHTTP/0.6', 'Location: http://127.0.0.1:1/'] }],
      ['two leaders', json({ members: [leader('pg1', demo.pg1.url), leader('pg2', demo.pg2.url)] })],
      ['a member twice', json({ members: [leader('pg1', demo.pg1.url), member('pg1', demo.pg2.url)] })],
      ['a member without a name', json(demo.view({ pg2: { name: null } }))],
      ['no members', json({})],
      ['a list', json([])],
    ];
    const kernel = await demo.kernel();
    for (const [what, answer] of rows) {
      demo.pg1.answer = demo.pg2.answer = () => answer;
      const error = errorOf(await kernel.readCluster());
      assert.deepEqual(
        [error.domain, error.code, error.outcome],
        ['TRANSPORT_ERROR', 'PHASE7_INVALID_KERNEL_RESPONSE', 'not_executed'],
        what,
      );
    }
  });

  it('also P7-S3: user and password go to the configured addresses as Basic, and come back in nothing', async () => {
    const login = 'admin:canary-password';
    const header = `Basic ${Buffer.from(login).toString('base64')}`;
    const kernel = await demo.kernel({ token: login });
    demo.pg1.answer = on('/cluster', () => json(demo.view({ more: { scope: `${login} ${header}` } })));
    const { view } = valueOf(await kernel.readCluster());
    demo.pg1.answer = () => text(401, `not authenticated: ${header} ${login}`);
    const error = errorOf(await kernel.readCluster());
    assert.doesNotMatch(JSON.stringify([view.name, error]), /canary|YWRtaW/);
    assert.ok(demo.all().every(({ headers }) => headers['authorization'] === header));
    assert.equal(demo.pg3.received.length, 0);
    const without = await demo.kernel();
    await without.readCluster();
    assert.equal(demo.pg1.received.at(-1)?.headers['authorization'], undefined);
  });

  it(
    'the facts before a switchover: positions of leader and candidate with their dates and addresses, the ' +
      'settings, and no dry run',
    async () => {
      const { view, facts, endpoint, observed } = explainedOf(
        await (await demo.kernel()).explainPromotion('pg2', 'validated'),
      );
      assert.deepEqual(
        [endpoint, observed.nodeId, view.decision, view.controlVersion, view.primaryId, view.epoch, view.checks],
        [demo.pg2.url, 'pg2', null, null, 'pg1', 5n, []],
      );
      assert.equal(
        view.answerMs,
        50_000,
        'Patroni waits 20 seconds; the limit is longer than that, whatever is configured',
      );
      assert.deepEqual(facts, {
        versions: [
          { node: 'pg1', version: '3.0.2' },
          { node: 'pg2', version: '3.0.2' },
        ],
        behaviour: behaviourOf('3.0.2'),
        replication: { mode: 'asynchronous' },
        standbyCluster: false,
        failsafeMode: false,
        candidate: { role: 'replica', nofailover: null },
        leaderSilent: null,
        patroniWaits: 20,
        paused: false,
        scheduledSwitchover: null,
        settings: {
          endpoint: demo.pg2.url,
          time: TIME,
          maximumLagOnFailover: '1048576',
          shown: [
            ['synchronous_mode', 'false'],
            ['synchronous_mode_strict', null],
            ['synchronous_node_count', null],
            ['maximum_lag_on_failover', '1048576'],
            ['check_timeline', null],
            ['failsafe_mode', null],
            ['ttl', '20'],
            ['loop_wait', '2'],
          ].map(([name, value]) => ({ name, value })),
        },
        positions: [
          {
            node: 'pg1',
            endpoint: demo.pg1.url,
            time: TIME,
            timeline: 5n,
            written: 83886408n,
            received: null,
            replayed: null,
          },
          {
            node: 'pg2',
            endpoint: demo.pg2.url,
            time: TIME,
            timeline: 5n,
            written: null,
            received: 215490816n,
            replayed: 187560672n,
          },
        ],
      });
      assert.ok(demo.all().every(({ method }) => method === 'GET'));
    },
  );

  it('a leader that does not answer has no known position, with the reason, and the explanation goes on', async () => {
    demo.pg1.answer = on('/patroni', () => 'nothing');
    const { view, facts } = explainedOf(await (await demo.kernel()).explainPromotion('pg2', 'forced'));
    const [position] = facts.positions;
    assert.ok(position !== undefined && 'unknown' in position && position.unknown.includes('the connection ended'));
    assert.deepEqual(view.overriddenInvariants, ['P6-A1', 'P6-S1']);
    assert.ok(view.checks.every(({ result }) => result === 'unchecked'));
  });

  it('a force acknowledges lost writes unless the candidate is synchronous', async () => {
    const kernel = await demo.kernel();
    const ids = async (settings: Wire, role: string): Promise<readonly string[]> => {
      demo.pg1.answer = demo.pg2.answer = ({ path }) =>
        path === '/cluster' ? json(demo.view({ pg2: { role } })) : path === '/config' ? json(settings) : undefined;
      return valueOf(await kernel.explainPromotion('pg2', 'forced')).view.overriddenInvariants;
    };
    assert.deepEqual(await ids({ synchronous_mode: true }, 'sync_standby'), ['P6-A1']);
    assert.deepEqual(await ids({ synchronous_mode: true }, 'replica'), ['P6-A1', 'P6-S1']);
    assert.deepEqual(await ids({ synchronous_mode: false }, 'sync_standby'), ['P6-A1', 'P6-S1']);
    assert.deepEqual(await ids({}, 'sync_standby'), ['P6-A1', 'P6-S1']);
  });

  it('without a leader there is no switchover to ask for; a failover is explained', async () => {
    demo.pg1.answer = demo.pg2.answer = on('/cluster', () => json({ members: [member('pg2', demo.pg2.url)] }));
    const kernel = await demo.kernel();
    assert.equal(errorOf(await kernel.explainPromotion('pg2', 'validated')).code, 'PHASE7_OPERATION_UNSUPPORTED');
    assert.equal(valueOf(await kernel.explainPromotion('pg2', 'forced')).view.primaryId, null);
  });
});
