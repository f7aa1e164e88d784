/** A node that a line names by its name: found by one recorded reading, and never guessed. */
import assert from 'node:assert/strict';
import { nodeByName, type NamedNode } from '../../src/cli/named-node.ts';
import type { CommandName } from '../../src/control-plane/commands/commands.ts';
import { refusal, success } from '../../src/control-plane/model/errors.ts';
import { openOperator, openSession, removeFolders, truthfulServer, type Session } from '../control-plane/session.ts';
import { bent, closeAll, truthful } from '../support/servers.ts';
import { clusterOf, N1, N2, N3 } from '../support/wire.ts';

describe('a node that is named by its name', function () {
  this.timeout(60_000);
  afterEach(closeAll);
  after(removeFolders);

  /** A session whose cluster has these members, by id. */
  async function having(names: Readonly<Record<string, string>>, operator = false): Promise<Session> {
    const server = await truthfulServer(request =>
      request.path === '/v1/cluster'
        ? bent(truthful(N2, request, { [N1]: 'http://a', [N2]: 'http://b', [N3]: 'http://c' }), ({ data }) => {
            for (const member of data['members'] as Record<string, unknown>[])
              member['name'] = names[String(member['node_id'])] ?? member['name'];
          })
        : undefined,
    );
    return operator ? openOperator({ server }) : openSession({ server });
  }

  function named(
    { plane, server }: Session,
    node: string,
    command: CommandName = 'inspect_node',
    more: Readonly<Record<string, string>> = {},
  ): Promise<NamedNode> {
    return nodeByName({ plane, clusters: { find: () => success(clusterOf([server.url])) } }, command, {
      cluster: 'orders',
      node,
      ...more,
    });
  }

  it('also P7-O1: a name that one member bears is found by one reading, recorded as a request of its own', async () => {
    const session = await having({ [N1]: 'db-1', [N2]: 'db-2', [N3]: 'db-3' });
    const { recorded, ...found } = (await named(session, 'db-3')) as Extract<NamedNode, { readonly kind: 'found' }>;
    assert.deepEqual(found, { kind: 'found', input: { cluster: 'orders', node: N3 }, told: `Node db-3 is ${N3}.` });
    assert.notEqual(recorded.position, null, 'where it is recorded goes along');
    assert.deepEqual(
      session.records().map(({ stage, command }) => [stage, command]),
      [
        ['session_started', undefined],
        ['command_requested', 'inspect_cluster_state'],
        ['command_answered', 'inspect_cluster_state'],
      ],
    );
  });

  it('also P7-A3: an id is taken as it is, and nobody is asked, even where a member has it for a name', async () => {
    const session = await having({ [N1]: N3 });
    assert.deepEqual(await named(session, N3), { kind: 'id', input: { cluster: 'orders', node: N3 } });
    assert.deepEqual([session.server.received, session.records()], [[], []]);
  });

  it('also P7-A3: of two members of one name neither is chosen: both ids are told', async () => {
    const session = await having({ [N1]: 'db', [N2]: 'db', [N3]: 'other' });
    const answer = await named(session, 'db');
    assert.ok(answer.kind === 'nobody');
    assert.deepEqual(answer.input, { cluster: 'orders', node: 'db' });
    assert.equal(answer.hint, `2 members are called "db": ${N1}, ${N2}. An id names one of them.`);
  });

  it('a name that nobody bears is told with the names that there are, and a failed reading as one', async () => {
    const answer = await named(await having({ [N1]: 'db-10', [N2]: 'db-9', [N3]: 'db-1' }), 'db-2');
    assert.equal(
      answer.kind === 'nobody' && answer.hint,
      'No member is called "db-2". The members are db-1, db-9, db-10.',
    );
    const down = await openSession({ cluster: { endpoints: ['http://127.0.0.1:1'] } });
    const unread = await named(down, 'db-2');
    assert.ok(unread.kind === 'unread');
    assert.equal(unread.failure.error.code, 'PHASE7_CONNECTION_FAILED');
    assert.equal(down.records().at(-1)?.stage, 'read_failed');
  });

  it('also P7-A1: for what would be refused anyway nobody is asked', async () => {
    const observer = await having({ [N2]: 'db-2' });
    assert.equal((await named(observer, 'db-2', 'request_promotion')).kind, 'id');
    assert.deepEqual(observer.server.received, []);
    for (const [command, more] of [
      ['inspect_node', { reason: 'x' }],
      ['inspect_node', { bogus: 'x' }],
      ['inspect_promotion_state', { from: 'http://127.0.0.1:1' }],
      ['inspect_promotion_state', { lookup: 'nope' }],
      ['inspect_wal', { before: 'what ever' }],
      ['force_promotion', {}],
    ] as const) {
      const session = await having({ [N2]: 'db-2' }, true);
      assert.equal((await named(session, 'db-2', command, more)).kind, 'id', command);
      assert.deepEqual(session.server.received, [], command);
    }
    const piped = await openOperator({ unavailable: refusal('PHASE7_NO_TERMINAL', 'No terminal.') });
    const before = piped.server.received.length;
    assert.equal((await named(piped, 'db-2', 'request_promotion')).kind, 'id');
    assert.equal(piped.server.received.length, before);
    assert.equal((await named(await having({ [N2]: 'db-2' }, true), 'db-2', 'request_promotion')).kind, 'found');
  });
});
