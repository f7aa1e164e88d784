/** What a line asks for: the closed set of verbs, and everything that is not one. */
import assert from 'node:assert/strict';
import { commandLine, TERMINAL_WORDS } from '../../src/control-plane/commands/command-line.ts';
import { COMMAND_NAMES, commandSpec } from '../../src/control-plane/commands/commands.ts';
import { parseClusterConfig } from '../../src/control-plane/clusters/configuration.ts';
import { AERODB } from '../../src/engines/aerodb/engine.ts';
import { PATRONI } from '../../src/engines/patroni/engine.ts';
import { ENGINES } from '../../src/engines/registry.ts';
import { EXIT, errorExitCode, resultExitCode } from '../../src/cli/exit-codes.ts';
import { parseCommandLine, type Invocation } from '../../src/cli/parse.ts';
import { kernelRejection, refusal, transportFailure, type ControlError } from '../../src/control-plane/model/errors.ts';

const NODE = '6f0c1f3e-0000-4000-8000-000000000001';

function parse(...argv: readonly string[]): Invocation {
  return parseCommandLine(argv);
}

function refused(...argv: readonly string[]): ControlError {
  const asked = parse(...argv);
  return asked.kind === 'misunderstood' ? asked.error : assert.fail(`understood as ${asked.kind}`);
}

describe('the command line', () => {
  it('also P7-S3: exactly the ten commands have words, each its own', () => {
    const words = COMMAND_NAMES.map(name => TERMINAL_WORDS[name].join(' '));
    assert.equal(new Set(words).size, 10);
    for (const name of COMMAND_NAMES) {
      const asked = parse(...TERMINAL_WORDS[name], '--cluster', 'local', '--node', NODE);
      assert.deepEqual(asked.kind === 'command' ? [asked.command, asked.input] : asked, [
        name,
        { cluster: 'local', node: NODE },
      ]);
    }
    for (const line of [
      ['failover'],
      ['inspect', 'everything'],
      ['promote-all'],
      ['audit', 'delete'],
      ['audit'],
      ['restart', '--cluster', 'local'],
    ])
      assert.equal(refused(...line).domain, 'OPERATOR_INPUT');
  });

  it(
    'also P7-A2: an option that would answer a question is an argument of nothing, and is passed on to be refused ' +
      'and recorded',
    () => {
      for (const option of ['--yes', '--force', '-y', '--confirm=node-2', '--assume-yes', '--no-input']) {
        const asked = parse('promote', '--cluster', 'local', '--node', NODE, option);
        assert.ok(asked.kind === 'command' && Object.keys(asked.input).length === 3, option);
      }
    },
  );

  it('values of unknown options are withheld: nobody knows what they hold', () => {
    const asked = parse('inspect', 'cluster', '--cluster', 'local', '--token=s3cret', '--password', 's3cret');
    assert.ok(asked.kind === 'command');
    assert.deepEqual(asked.input, { cluster: 'local', '--token': '', '--password': '', 'extra words': '1' });
  });

  it('also P7-A1: Operator and Auditor at once is no authority', () => {
    assert.equal(refused('inspect', 'cluster', '--cluster', 'local', '--operator', '--auditor').field, 'operator');
  });

  it('an option without its value, given twice, or a switch with a value is not guessed at', () => {
    assert.match(refused('promote', '--cluster', 'a', '--node').message, /needs a value/);
    assert.match(
      refused('promote', '--node', '--operator', '--cluster', 'a').message,
      /another option stands in its place/,
    );
    assert.match(refused('inspect', 'node', '--cluster', 'a', '--cluster', 'b').message, /more than once/);
    assert.match(refused('inspect', 'cluster', '--json=yes', '--cluster', 'a').message, /takes no value/);
    const dashed = parse('promote', '--cluster', 'a', '--node', NODE, '--reason=-5 degrees in the rack');
    assert.ok(dashed.kind === 'command' && dashed.input['reason'] === '-5 degrees in the rack');
  });

  it('an address with credentials is refused and not repeated', () => {
    for (const url of ['https://anna:s3cret@db:1', 'https://db:1/?token=s3cret', 'ftp://s3cret', 's3cret']) {
      const error = refused('inspect', 'cluster', '--url', url);
      assert.equal(error.field, 'url');
      assert.doesNotMatch(JSON.stringify(error), /s3cret/);
    }
    assert.equal(refused('inspect', 'cluster', '--url', 'https://db:1', '--cluster', 'a').field, 'url');
    assert.equal(refused('inspect', 'cluster', '--cluster', 'a', '--kind', 'patroni').field, 'url');
  });

  it('help is asked for in every usual way, and never runs anything', () => {
    assert.deepEqual(parse(), { kind: 'help', topic: null });
    assert.deepEqual(parse('--help'), { kind: 'help', topic: null });
    assert.deepEqual(parse('-h'), { kind: 'help', topic: null });
    assert.deepEqual(parse('inspect', '--help'), { kind: 'help', topic: null });
    assert.deepEqual(parse('help', 'promote'), { kind: 'help', topic: 'request_promotion' });
    assert.deepEqual(parse('force-promote', '--cluster', 'a', '--help'), { kind: 'help', topic: 'force_promotion' });
    assert.deepEqual(parse('audit', '--help'), { kind: 'help', topic: 'audit' });
    assert.equal(parse('help', 'failover').kind, 'misunderstood');
  });
});

describe('the equivalent command line', () => {
  const cluster = parseClusterConfig(
    {
      name: 'orders',
      kind: 'aerodb',
      endpoints: ['http://127.0.0.1:1', 'http://127.0.0.1:2'],
    },
    ENGINES,
  );
  assert.ok(cluster.ok);
  const config = cluster.value;

  it('asks for the same, for every command', () => {
    for (const command of COMMAND_NAMES) {
      const { reason, target, authority } = commandSpec(command);
      const args = {
        cluster: 'orders',
        ...(target === 'none' ? {} : { node: NODE }),
        ...(target === 'optional-node' ? { lookup: NODE } : {}),
        ...(reason === 'none' ? {} : { reason: "it's late; $(reboot)" }),
      };
      const asked = parse(...shellWords(commandLine(command, args, config, AERODB)).slice(1));
      assert.ok(asked.kind === 'command');
      assert.deepEqual(
        [asked.command, asked.input, asked.given.operator !== undefined],
        [command, args, authority === 'operator'],
      );
    }
  });

  it('carries the position before which the older part lies', () => {
    assert.equal(
      commandLine(
        'inspect_wal',
        { cluster: 'orders', node: 'n', before: "a'b c" },
        { ...config, name: 'orders' },
        AERODB,
      ),
      "aerodb-control diag wal --cluster orders --node n --before 'a'\\''b c'",
    );
  });

  it('names a cluster that is in no file by its addresses', () => {
    const addressed = { ...config, name: 'http://127.0.0.1:1' };
    assert.equal(
      commandLine('inspect_cluster_state', { cluster: addressed.name }, addressed, AERODB),
      'aerodb-control inspect cluster --kind aerodb --url http://127.0.0.1:1 --url http://127.0.0.1:2',
    );
    assert.match(
      commandLine('inspect_cluster_state', { cluster: addressed.name }, { ...addressed, kind: 'patroni' }, PATRONI),
      /--kind patroni/,
    );
  });
});

describe('exit codes', () => {
  const kernel = { status: 409, body: '{}', details: null };
  const recorded = { position: { seq: 1n, hash: 'a' }, time: '2026-11-21T10:00:00.000Z' } as const;
  const lost = { position: null, cause: 'disk full' } as const;

  it('also P7-E2: an unknown outcome is unknown, whatever the domain', () => {
    assert.equal(errorExitCode(refusal('PHASE7_MISSING_ARGUMENT', '')), EXIT.operatorInput);
    assert.equal(errorExitCode(refusal('PHASE7_NO_TERMINAL', '')), EXIT.validation);
    assert.equal(
      errorExitCode(kernelRejection('AERO_PROMOTION_DENIED', '', ['P6-A1'], 'not_executed', kernel)),
      EXIT.kernelRejection,
    );
    assert.equal(errorExitCode(transportFailure('PHASE7_TIMEOUT', '', 'not_executed')), EXIT.transport);
    assert.equal(errorExitCode(transportFailure('PHASE7_TIMEOUT', '', 'unknown')), EXIT.outcomeUnknown);
    assert.equal(
      errorExitCode(kernelRejection('AERO_STORAGE_FAILED', '', ['P6-F1'], 'unknown', kernel)),
      EXIT.outcomeUnknown,
    );
    assert.equal(errorExitCode(transportFailure('PHASE7_TRANSPORT_FAILURE', '', 'executed')), EXIT.notShown);
  });

  it('also P7-O3: executed and not recorded has a code of its own, also where the kernel executed and complained', () => {
    const failed = { kind: 'failed', requestId: '', command: '', cluster: null, target: null } as const;
    const executed = kernelRejection('AERO_STORAGE_FAILED', '', ['P6-F1'], 'executed', kernel);
    assert.equal(resultExitCode({ ...failed, error: executed, recorded: lost }), EXIT.notRecorded);
    assert.equal(resultExitCode({ ...failed, error: executed, recorded }), EXIT.kernelRejection);
    assert.equal(
      resultExitCode({ ...failed, error: refusal('PHASE7_AUDIT_UNAVAILABLE', ''), recorded: lost }),
      EXIT.validation,
    );
  });
});

/** Words as a POSIX shell splits them, for lines that hold plain and single-quoted text. */
function shellWords(line: string): readonly string[] {
  return (line.match(/(?:[^\s'\\]|'[^']*'|\\')+/g) ?? []).map(word => word.replaceAll(/'([^']*)'|\\(')/g, '$1$2'));
}
