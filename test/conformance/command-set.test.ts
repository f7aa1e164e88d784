/** The command table against what happens: authority, confirmation, target, and what the log may not do. */
import assert from 'node:assert/strict';
import { copyFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { COMMAND_NAMES, commandSpec, type CommandName } from '../../src/control-plane/commands/commands.ts';
import { TERMINAL_WORDS } from '../../src/control-plane/commands/command-line.ts';
import { cleanEnv, cli, scratch } from '../support/terminal.ts';
import { failed, openOperator, openSession, removeFolders, type Session } from '../control-plane/session.ts';
import { closeAll } from '../support/servers.ts';
import { N2 } from '../support/wire.ts';

const LEVELS = ['Observer', 'Operator', 'Auditor'] as const;

/** The table of the specification, written out: what the code derives from its own table is held against this. */
const SPECIFIED: Readonly<
  Record<
    CommandName,
    readonly [
      authority: 'any' | 'operator',
      confirmation: 'none' | 'standard' | 'enhanced',
      node: 'none' | 'optional' | 'needed',
      reason: 'none' | 'optional' | 'required',
    ]
  >
> = {
  inspect_cluster_state: ['any', 'none', 'none', 'none'],
  inspect_node: ['any', 'none', 'needed', 'none'],
  inspect_replication_status: ['any', 'none', 'none', 'none'],
  inspect_promotion_state: ['any', 'none', 'optional', 'none'],
  run_diagnostics: ['operator', 'standard', 'needed', 'none'],
  inspect_wal: ['any', 'none', 'needed', 'none'],
  inspect_snapshots: ['any', 'none', 'needed', 'none'],
  request_promotion: ['operator', 'standard', 'needed', 'optional'],
  request_demotion: ['operator', 'standard', 'needed', 'optional'],
  force_promotion: ['operator', 'enhanced', 'needed', 'required'],
};

function argumentsOf(command: CommandName): Record<string, string> {
  const [, , node, reason] = SPECIFIED[command];
  return {
    cluster: 'orders',
    ...(node === 'needed' ? { node: N2 } : {}),
    ...(reason === 'required' ? { reason: 'because' } : {}),
  };
}

async function sessionAt(level: (typeof LEVELS)[number]): Promise<Session> {
  const session = await openSession({ person: () => ({ kind: 'declined', at: 'the test' }) });
  const changed = await session.plane.changeAuthority(level === 'Operator' ? { level, cluster: 'orders' } : { level });
  assert.ok(changed.ok || level === 'Observer');
  assert.equal(session.plane.authority.level, level);
  return session;
}

describe('the closed command set', function () {
  this.timeout(20_000);
  afterEach(async () => {
    await closeAll();
    removeFolders();
  });

  it('set/authority, also P7-A1: each level may what the table says, command by command', async () => {
    for (const [level, command] of LEVELS.flatMap(each => COMMAND_NAMES.map(name => [each, name] as const))) {
      const session = await sessionAt(level);
      const result = await session.plane.execute(command, argumentsOf(command));
      const [authority, confirmation] = SPECIFIED[command];
      const which = `${command} as ${level}`;
      if (authority === 'any') assert.equal(result.kind, 'answered', which);
      else if (level === 'Operator')
        assert.equal(failed(result).error.code, 'PHASE7_CONFIRMATION_DECLINED', `${which} was asked about`);
      else {
        assert.equal(failed(result).error.code, 'PHASE7_INSUFFICIENT_AUTHORITY', which);
        assert.equal(session.server.received.length, 0, which);
      }
      const isAsked = authority === 'operator' && level === 'Operator' && confirmation !== 'none';
      assert.equal(session.asked.length, isAsked ? 1 : 0, which);
    }
  });

  it(
    'set/confirmation, also P7-A2: nobody is asked about a reading; each other command asks once, in the manner of ' +
      'the table',
    async () => {
      for (const command of COMMAND_NAMES) {
        const session = await openOperator({ person: () => ({ kind: 'declined', at: 'the test' }) });
        await session.plane.execute(command, argumentsOf(command));
        const [, confirmation] = SPECIFIED[command];
        assert.equal(commandSpec(command).confirmation, confirmation, command);
        assert.equal(session.asked.length, confirmation === 'none' ? 0 : 1, command);
        const requested = session.records().find(({ stage }) => stage === 'confirmation_requested') as
          | { readonly confirmation?: { readonly type?: string } }
          | undefined;
        assert.equal(requested?.confirmation?.type ?? 'none', confirmation, command);
      }
    },
  );

  it('set/target, also P7-A2: the node and the reason that the table says, and no argument beside them', async () => {
    const session = await openOperator({ person: () => ({ kind: 'declined', at: 'the test' }) });
    const codeOf = async (command: CommandName, input: Record<string, string>): Promise<string> =>
      failed(await session.plane.execute(command, input)).error.code;
    for (const command of COMMAND_NAMES) {
      const [, , node, reason] = SPECIFIED[command];
      const good = argumentsOf(command);
      if (node === 'needed')
        assert.equal(await codeOf(command, { ...good, node: '' }), 'PHASE7_MISSING_ARGUMENT', command);
      if (node === 'none')
        assert.equal(await codeOf(command, { ...good, node: N2 }), 'PHASE7_MALFORMED_REQUEST', command);
      if (reason === 'none')
        assert.equal(await codeOf(command, { ...good, reason: 'x' }), 'PHASE7_MALFORMED_REQUEST', command);
      if (reason === 'optional')
        for (const input of [good, { ...good, reason: 'why' }])
          assert.equal(await codeOf(command, input), 'PHASE7_CONFIRMATION_DECLINED', command);
      if (reason === 'required')
        assert.equal(await codeOf(command, { ...good, reason: '' }), 'PHASE7_MISSING_ARGUMENT', command);
      for (const field of ['nodes', 'then', 'retry', 'confirmed', 'authority'])
        assert.equal(
          await codeOf(command, { ...good, [field]: 'x' }),
          'PHASE7_MALFORMED_REQUEST',
          `${command} ${field}`,
        );
    }
    assert.deepEqual(session.controls(), []);
  });

  it(
    'freeze/log-without-influence, also P7-A1: the same requests on an empty log and behind a long one end in the ' +
      'same way',
    async () => {
      const ends = async (session: Session): Promise<readonly string[]> => {
        const results = [];
        for (const command of COMMAND_NAMES) {
          const result = await session.plane.execute(command, argumentsOf(command));
          results.push(
            `${command}: ${result.kind === 'failed' ? `${result.error.code} ${result.error.message}` : result.kind}`,
          );
        }
        return results;
      };
      const first = await openOperator({ person: () => ({ kind: 'declined', at: 'the test' }) });
      const onEmpty = await ends(first);
      // The second session finds the first one's intents, refusals and authority in its log before it writes a record
      // of its own.
      const second = await openSession({ person: () => ({ kind: 'declined', at: 'the test' }) });
      copyFileSync(join(first.folder, 'audit.jsonl'), join(second.folder, 'audit.jsonl'));
      assert.equal(second.plane.authority.level, 'Observer');
      assert.ok((await second.plane.changeAuthority({ level: 'Operator', cluster: 'orders' })).ok);
      assert.deepEqual(await ends(second), onEmpty);
      assert.ok(second.records().length > 2 * COMMAND_NAMES.length, 'both sessions stand in the second log');
    },
  );

  it(
    'freeze/no-hidden-state: after all ten commands the terminal program has left the audit log and what belongs ' +
      'to it, and nothing else',
    async () => {
      const home = scratch();
      const { server } = await openSession();
      for (const command of COMMAND_NAMES) {
        const [authority, , node, reason] = SPECIFIED[command];
        const words = [
          ...TERMINAL_WORDS[command],
          '--url',
          server.url,
          ...(authority === 'operator' ? ['--operator'] : []),
          ...(node === 'needed' ? ['--node', N2] : []),
          ...(reason === 'required' ? ['--reason', 'x'] : []),
        ];
        const { code } = await cli(words, cleanEnv(home));
        assert.equal(code, authority === 'any' ? 0 : 3, command);
      }
      const files = readdirSync(home, { recursive: true, encoding: 'utf8' })
        .filter(name => statSync(join(home, name)).isFile())
        .toSorted();
      assert.deepEqual(
        files,
        ['audit.jsonl', 'audit.lock', 'audit.lock.holder'].map(name => `.local/state/aerodb/${name}`),
      );
    },
  );
});
