/** The program around the commands: help, completions, version, the files that ship, older runtimes. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensureShells } from '../../scripts/lib/shells.mjs';
import { helpText } from '../../src/cli/help.ts';
import { OPTIONS } from '../../src/cli/options.ts';
import { columns, WIDTH } from '../../src/cli/text/layout.ts';
import { commandOptions, verb } from '../../src/cli/usage.ts';
import { VERSION } from '../../src/cli/version.ts';
import { EXIT_MEANINGS } from '../../src/cli/exit-codes.ts';
import { COMMAND_NAMES } from '../../src/control-plane/commands/commands.ts';
import { pattern } from '../support/pattern.ts';
import { builtProgram, cleanEnv, cli, ROOT, run, scratch } from '../support/terminal.ts';

describe('the terminal program', function () {
  this.timeout(30_000);
  let home: string;

  before(() => {
    home = scratch();
  });

  it('also set/surfaces: help fits 80 columns, names every verb, and explains every option of each', () => {
    const texts = [...COMMAND_NAMES, 'audit', 'completion', null] as const;
    for (const topic of texts)
      for (const line of helpText(topic)) assert.ok(columns(line) <= WIDTH && !line.endsWith(' '), line);
    const overview = helpText(null).join('\n');
    for (const name of COMMAND_NAMES) {
      assert.match(overview, new RegExp(`^ {2}${verb(name)} `, 'm'));
      for (const option of commandOptions(name))
        assert.match(helpText(name).join('\n'), new RegExp(`^ {2}--${option}\\b`, 'm'), `${name} ${option}`);
    }
    for (const [code, meaning] of Object.entries(EXIT_MEANINGS))
      assert.ok(overview.replaceAll(/\s+/g, ' ').includes(`${code} ${meaning}`));
  });

  it('docs/terminal.md names every verb, option and exit code', () => {
    const docs = readFileSync(join(ROOT, 'docs/terminal.md'), 'utf8');
    for (const name of COMMAND_NAMES) assert.ok(docs.includes(`\`${verb(name)}`) && docs.includes(name), name);
    for (const option of Object.keys(OPTIONS)) assert.ok(docs.includes(`--${option}`), option);
    for (const code of Object.keys(EXIT_MEANINGS)) assert.match(docs, new RegExp(`^\\| ${code} \\|`, 'm'));
    assert.doesNotMatch(docs, /--(?:yes|force|token)\b(?!-)/);
  });

  it('help and version touch neither log nor configuration', async () => {
    for (const args of [
      [],
      ['--help'],
      ['help', 'promote'],
      ['promote', '--help'],
      ['--version'],
      ['completion', 'bash'],
    ])
      assert.equal((await cli(args, cleanEnv(home))).code, 0);
    assert.equal((await cli(['--version'], cleanEnv(home))).stdout, `${VERSION}\n`);
    for (const args of [[], ['help'], ['--help'], ['-h'], ['help', '--help']])
      assert.equal((await cli(args, cleanEnv(home))).stdout, `${helpText(null).join('\n')}\n`, args.join(' '));
    assert.equal(
      (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { readonly version: string }).version,
      VERSION,
    );
    assert.equal(existsSync(join(home, '.local')) || existsSync(join(home, '.config')), false);
  });

  it('is a few files that need only Node: a copy of them, alone in a directory, the first under any name', async () => {
    const alone = join(home, 'alone');
    mkdirSync(alone);
    for (const name of ['aerodb-control-commands.cjs', 'mysql2.cjs', 'pg-client.cjs'])
      copyFileSync(join(dirname(await builtProgram()), name), join(alone, name));
    for (const name of ['aerodb-control.cjs', 'aerodb-control.js', 'aerodb-control']) {
      const file = join(alone, name);
      copyFileSync(await builtProgram(), file);
      const { code, stdout, stderr } = await run(
        process.execPath,
        [file, 'inspect', 'cluster', '--url', 'http://127.0.0.1:1', '--audit-dir', join(home, 'audit')],
        cleanEnv(home),
      );
      assert.deepEqual([code, stdout], [5, ''], stderr);
      assert.match(stderr, /^Inspect Cluster State on \S+, aerodb: not read/);
    }
  });

  it('says politely on a Node that is too old which one it needs', async function () {
    const old = '/usr/bin/node';
    const found = existsSync(old) ? await run(old, ['--version'], cleanEnv(home)) : undefined;
    // Whatever the system's own Node is: the check itself is run with a version that says it is old.
    const pretend = join(home, 'old.mjs');
    writeFileSync(pretend, 'Object.defineProperty(process.versions, "node", { value: "20.20.2" });');
    const runs = [
      run(process.execPath, ['--import', pretend, await builtProgram(), 'inspect', 'cluster'], cleanEnv(home)),
      ...(/^v(?:18|20|21)\./.test(found?.stdout ?? '')
        ? [run(old, [await builtProgram(), 'inspect', 'cluster'], cleanEnv(home))]
        : []),
    ];
    for (const { code, stdout, stderr } of await Promise.all(runs)) {
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(
        stderr,
        pattern(
          /^aerodb-control needs Node 22 or newer; this is Node /,
          /\d+\.\d+\.\d+\. Nothing was asked and nothing was sent\.\n$/,
        ),
      );
    }
  });

  describe('completions', () => {
    const complete = async (line: string): Promise<readonly string[]> => {
      const { stdout: script } = await cli(['completion', 'bash'], cleanEnv(home));
      const file = join(home, 'completion.bash');
      const words = line.split(' ');
      const lines = [
        script,
        `COMP_WORDS=(${words.map(word => `'${word}'`).join(' ')})`,
        `COMP_CWORD=${words.length - 1}`,
        '_aerodb_control',
        `printf '%s\\n' "\${COMPREPLY[@]}"`,
      ];
      writeFileSync(file, `${lines.join('\n')}\n`);
      const { code, stdout, stderr } = await run('/bin/bash', ['--norc', '-u', file], cleanEnv(home));
      assert.deepEqual([code, stderr], [0, '']);
      return stdout.split('\n').filter(word => word !== '');
    };

    it('bash completes verbs, options and closed sets of values, and nothing that would need a kernel', async () => {
      assert.deepEqual(await complete('aerodb-control '), [
        'inspect',
        'diag',
        'promote',
        'demote',
        'force-promote',
        'audit',
        'completion',
        'help',
      ]);
      assert.deepEqual(await complete('aerodb-control inspect '), ['cluster', 'node', 'replication', 'promotion']);
      assert.deepEqual(await complete('aerodb-control inspect re'), ['replication']);
      assert.deepEqual(await complete('aerodb-control help diag w'), ['wal']);
      assert.deepEqual(await complete('aerodb-control promote --kind '), ['aerodb', 'patroni', 'mysql']);
      assert.deepEqual(await complete('aerodb-control promote --node '), []);
      for (const name of COMMAND_NAMES)
        assert.deepEqual(
          await complete(`aerodb-control ${verb(name)} --`),
          commandOptions(name).map(option => `--${option}`),
        );
      assert.ok((await complete('aerodb-control audit verify --cluster x --')).includes('--head'));
    });

    it('zsh and fish are given the same verbs and options, in the judgement of their own parsers', async function () {
      this.timeout(300_000); // they are installed where they are missing
      for (const [shell, path] of await ensureShells(line => process.stdout.write(`${line}\n`))) {
        const { stdout } = await cli(['completion', shell], cleanEnv(home));
        for (const name of COMMAND_NAMES) for (const word of verb(name).split(' ')) assert.ok(stdout.includes(word));
        for (const option of new Set(COMMAND_NAMES.flatMap(commandOptions)))
          assert.ok(stdout.includes(shell === 'zsh' ? `--${option}[` : `-l ${option}`), `${shell} ${option}`);
        const file = join(home, `completion.${shell}`);
        writeFileSync(file, stdout);
        const { code, stderr } = await run(path, ['-n', file], cleanEnv(home));
        assert.deepEqual([code, stderr], [0, '']);
      }
    });
  });
});
