/**
 * Bundles, exports and signatures in the terminal, as a third party meets them: files, pipes, standard input,
 * ssh-keygen with our program and without it.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openAuditLog } from '../../src/audit/log.ts';
import { appendMany, writtenLog } from '../audit/support.ts';
import { document, type Document } from './json-shape.ts';
import {
  builtProgram,
  cleanEnv,
  cli,
  records,
  run,
  scratch,
  Terminal,
  closeTerminals,
  type Ended,
} from '../support/terminal.ts';

type Verdict = Extract<Document, { kind: 'audit_verdict' }>;

const HAS_SSH_KEYGEN = spawnSync('ssh-keygen', ['-?']).error === undefined;

describe('also P7-O3: evidence in the terminal', function () {
  this.timeout(60_000);
  let home: string;
  let audit: string;
  let log: string;
  let text: string;
  let lines: readonly string[];

  const auditor = (verb: string, args: readonly string[], input?: string): Promise<Ended> =>
    cli(['audit', verb, '--auditor', '--audit-dir', audit, ...args], cleanEnv(home), input);
  const parsed = ({ stdout, stderr }: Ended): Verdict => {
    const read = document.parse(JSON.parse(stdout === '' ? stderr : stdout));
    return read.kind === 'audit_verdict' ? read : assert.fail(stdout);
  };
  const verify = async (file: string, ...args: readonly string[]): Promise<Verdict> => {
    const ended = await auditor('verify', ['--file', file, '--json', ...args]);
    const verdict = parsed(ended);
    assert.equal(verdict.exitCode, ended.code);
    return verdict;
  };
  /** What a shell makes of a line in which `$CLI` verifies. */
  const shell = async (line: string): Promise<Ended> => {
    const program = [process.execPath, await builtProgram()].map(word => `'${word}'`).join(' ');
    const words = `${program} audit verify --auditor --audit-dir '${audit}' --json`;
    return run('bash', ['-c', line.replaceAll('CLI', words)], cleanEnv(home, { LOG: log }));
  };

  before(async () => {
    home = scratch();
    audit = join(home, 'audit');
    const written = await writtenLog(9);
    log = written.file;
    text = readFileSync(log, 'utf8');
    lines = text.split(/(?<=\n)/);
  });
  after(closeTerminals);

  const some = ['--request-id', '00000000-0000-4000-8000-000000000004'];

  it('a selection is verified as one; as a log its missing records are named, with the way to verify it', async () => {
    const file = join(home, 'selection.jsonl');
    const made = await auditor('export', ['--file', log, ...some]);
    writeFileSync(file, `${lines[0] ?? ''}${made.stdout}`);
    const asLog = await auditor('verify', ['--file', file]);
    assert.equal(asLog.code, 8);
    assert.match(asLog.stdout, /RECORDS MISSING[^]*verify it with\s+--selection/);
    const asSelection = await auditor('verify', ['--file', file, '--selection']);
    assert.equal(asSelection.code, 0, asSelection.stdout);
    assert.match(asSelection.stdout, /^Selection of an audit log: intact, as a part of a log\n/);
    assert.match(asSelection.stdout.replaceAll(/\s+/g, ' '), /2 records between the first and the last are not in it/);
    assert.equal((await auditor('verify', ['--selection'])).code, 2);
  });

  it('a bundle: verified with its evidence, and found when one byte is another; to a file or to a pipe', async () => {
    const evidence = join(home, 'promotion.json');
    const hashes = lines.map(line => (JSON.parse(line) as { hash: string }).hash);
    writeFileSync(
      evidence,
      JSON.stringify({
        observed: { nodeId: 'node-2' },
        view: {
          events: [
            { auditHead: { seq: '6', hash: hashes[5] } },
            { auditHead: { seq: '6', hash: 'f'.repeat(64) } },
            { auditHead: null },
          ],
        },
      }),
    );
    const file = join(home, 'evidence.bundle');
    const args = ['--file', log, '--bundle', '--evidence', evidence, ...some, '--chain', 'to_end'];
    const made = await auditor('export', [...args, '--output', file]);
    assert.equal(made.code, 0, made.stderr);
    const whole = readFileSync(file, 'utf8');
    const [manifest = {}, ...rest] = whole
      .split('\n')
      .slice(0, -1)
      .map(line => JSON.parse(line) as Record<string, Record<string, unknown>>);
    assert.deepEqual(
      rest.map(line => Object.keys(line)[0]),
      ['record', 'stub', 'stub', 'stub', 'stub', 'stub', 'evidence', 'end'],
    );
    assert.deepEqual(rest[0], { record: lines[3]?.trimEnd() });
    assert.deepEqual(manifest['heads'], [{ seq: '6', hash: hashes[5], held_by: 'node-2, promotion.json' }]);
    assert.deepEqual(manifest['heads_elsewhere'], [
      { seq: '6', hash: 'f'.repeat(64), held_by: 'node-2, promotion.json' },
    ]);
    assert.deepEqual(manifest['log'], { file: 'audit.jsonl', lines: '9', records: '9' });
    assert.deepEqual(manifest['evidence'], [
      {
        name: 'promotion.json',
        bytes: String(readFileSync(evidence).length),
        sha256: createHash('sha256').update(readFileSync(evidence)).digest('hex'),
      },
    ]);
    const verdict = await verify(file);
    assert.deepEqual([verdict.form, verdict.verdict.kind, verdict.exitCode], ['bundle', 'intact_selection', 0]);
    assert.deepEqual(verdict.manifest, manifest);
    const told = await auditor('verify', ['--file', file, '--head', `9:${hashes[8] ?? ''}`]);
    assert.match(told.stdout, /^Bundle: intact[^]*Last proven record +4\n/);
    assert.match(told.stdout, /Checked against +its own hashes and the known head 9\n[^]*Made \(claimed\) +by /);
    assert.equal((await verify(file, '--head', `9:${'0'.repeat(64)}`)).verdict.kind, 'replaced');
    assert.equal((await verify(file, '--head', `10:${'0'.repeat(64)}`)).verdict.kind, 'truncated');

    const edited = join(home, 'edited.bundle');
    writeFileSync(edited, whole.replace('node-2', 'node-3'));
    assert.deepEqual((await verify(edited)).exitCode, 8);

    const piped = (await auditor('export', args)).stdout;
    const timeless = (bundle: string): string =>
      bundle.replace(/"time":"[^"]+"/, '').replace(/"sha256":"[0-9a-f]+"\}\}\n$/, '');
    assert.equal(timeless(piped), timeless(whole));
    assert.equal((await auditor('export', [...args, '--output', file])).code, 2);
  });

  it('what belongs to a bundle is refused without one, and so is evidence that it cannot carry', async () => {
    const binary = join(home, 'binary');
    writeFileSync(binary, Buffer.from([0xff, 0x00]));
    // Each of its bytes is six in JSON, so no reader would take its line for one of a bundle.
    const unwieldy = join(home, 'unwieldy');
    writeFileSync(unwieldy, Buffer.alloc(11 * 1024 * 1024));
    for (const [args, said] of [
      [['--evidence', log], /--evidence belongs to a bundle/],
      [['--sign', log], /--sign belongs to a bundle/],
      [['--chain', 'to_end'], /--chain belongs to a bundle/],
      [['--bundle', '--chain', 'all'], /neighbours .* or to_end/],
      [['--bundle', '--sign', log], /Only a file can be signed/],
      [['--bundle', '--evidence', binary], /not text in UTF-8/],
      [['--bundle', '--evidence', unwieldy], /too long for a line of a bundle/],
      [['--bundle', '--evidence', `${binary}.none`], /does not exist \(ENOENT\)/],
      [['--file', '-'], /standard input can be read only once/],
    ] as const) {
      const { code, stdout, stderr } = await auditor('export', args);
      assert.deepEqual([code, stdout], [2, ''], stderr);
      assert.match(stderr.replaceAll(/\s+/g, ' '), said);
    }
  });

  it('a log with a torn tail and one that was edited: the bundle says what the log is', async () => {
    const torn = join(home, 'torn.jsonl');
    writeFileSync(torn, `${text}{"v":1`);
    const edited = join(home, 'edited.jsonl');
    writeFileSync(edited, text.replace('alice', 'mallo'));
    for (const [file, kind] of [
      [torn, 'torn_tail'],
      [edited, 'record_edited'],
    ] as const) {
      const made = await auditor('export', ['--file', file, '--bundle']);
      assert.equal(made.code, 0, made.stderr);
      const manifest = JSON.parse(made.stdout.split('\n')[0] ?? '') as { verdict: { kind: string } };
      assert.equal(manifest.verdict.kind, kind);
      const target = `${file}.bundle`;
      writeFileSync(target, made.stdout);
      assert.equal((await verify(target)).verdict.kind, kind);
    }
  });

  it('the whole log to a pipe: byte for byte, also where an interrupted write left half a letter', async () => {
    const { directory, file: torn } = await writtenLog(2);
    appendFileSync(torn, Buffer.from('{"detail":"\u00e4').subarray(0, -1));
    await appendMany(openAuditLog({ directory }), 3, 3);
    appendFileSync(torn, Buffer.from('{"detail":"\u00e4').subarray(0, -1));
    writeFileSync(join(home, 'piped.jsonl'), '');
    const program = [process.execPath, await builtProgram()].map(word => `'${word}'`).join(' ');
    const line = `${program} audit export --auditor --audit-dir '${audit}' --file '${torn}'`;
    for (const to of [`> '${home}/piped.jsonl'`, `| cat > '${home}/piped.jsonl'`]) {
      const ended = await run('bash', ['-c', `${line} ${to}`], cleanEnv(home));
      assert.equal(ended.code, 0, ended.stderr);
      assert.deepEqual(readFileSync(join(home, 'piped.jsonl')), readFileSync(torn));
    }
    assert.equal((await verify(join(home, 'piped.jsonl'))).verdict.kind, 'torn_tail');
  });

  it('evidence is named in the record of the reading: it may be a log itself', async () => {
    const own = join(audit, 'audit.jsonl');
    const made = await auditor('export', ['--file', log, '--bundle', '--evidence', own]);
    assert.equal(made.code, 0, made.stderr);
    assert.deepEqual(records(audit).at(-1)?.['log_read'], { action: 'export', files: [log, own], filter: {} });
  });

  it('evidence with very many members is read like any other', async () => {
    const many = join(home, 'many.json');
    writeFileSync(many, JSON.stringify(Array(300_000).fill(0)));
    const made = await auditor('export', ['--file', log, '--bundle', '--evidence', many]);
    assert.equal(made.code, 0, made.stderr);
  });

  it('a head of a record 0, which no log ever holds, is refused and not taken for one that holds', async () => {
    for (const seq of ['0', '00', '07'])
      assert.equal((await auditor('verify', ['--file', log, '--head', `${seq}:${'0'.repeat(64)}`])).code, 2);
  });

  it('pipes of every kind are read once; a terminal as standard input is refused, and nothing hangs', async () => {
    for (const line of [
      'cat "$LOG" | CLI --file -',
      'CLI --file - < "$LOG"',
      'CLI --file <(cat "$LOG")',
      'CLI --file /dev/stdin < "$LOG"',
      'gzip -c "$LOG" | zcat | CLI --file -',
      'mkfifo "$HOME/named"; cat "$LOG" > "$HOME/named" & CLI --file "$HOME/named"',
    ]) {
      const ended = await shell(line);
      assert.equal(ended.code, 0, `${line}: ${ended.stdout}${ended.stderr}`);
      assert.deepEqual([parsed(ended).verdict.kind, parsed(ended).verdict.records], ['intact', '9']);
    }
    const nothing = await shell('true | CLI --file -');
    assert.deepEqual([nothing.code, parsed(nothing).verdict.kind], [8, 'unreadable']);
    for (const file of ['-', '/dev/stdin', '/dev/tty']) {
      const terminal = await Terminal.open(
        ['audit', 'verify', '--auditor', '--audit-dir', audit, '--file', file],
        cleanEnv(home),
      );
      assert.notEqual(await terminal.end(), 0);
    }
  });

  it('CRLF and a byte-order mark: exit 0, and what was done to the file is said', async () => {
    const file = join(home, 'windows.jsonl');
    writeFileSync(file, `\ufeff${text.replaceAll('\n', '\r\n')}`);
    const { code, stdout } = await auditor('verify', ['--file', file]);
    assert.equal(code, 0, stdout);
    assert.match(stdout.replaceAll(/\s+/g, ' '), /byte-order mark.*carriage return at the end of each line/);
    assert.equal((await verify(file)).tolerated.length, 2);
  });

  describe('signed by ssh-keygen', () => {
    let key: string;
    let signers: string;
    let file: string;
    before(async function () {
      if (!HAS_SSH_KEYGEN) {
        process.stderr.write('      THERE IS NO ssh-keygen HERE: SIGNATURES ARE NOT TESTED\n');
        this.skip();
      }
      const folder = join(home, 'ssh');
      mkdirSync(folder, { mode: 0o700 });
      for (const name of ['anna', 'mallory'])
        assert.equal(spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]).status, 0);
      key = join(folder, 'anna');
      signers = join(folder, 'allowed_signers');
      writeFileSync(signers, `anna@example.org namespaces="aerodb-audit" ${readFileSync(`${key}.pub`, 'utf8')}`);
      file = join(home, 'signed.bundle');
      const made = await auditor('export', ['--file', log, '--bundle', '--output', file, '--sign', key]);
      assert.equal(made.code, 0, made.stderr);
      assert.match(made.stderr, /Signed: /);
    });

    const held = (signature: string, signer = 'anna@example.org', bundle = file): Promise<Ended> =>
      auditor('verify', [
        ...['--file', bundle, '--signature', signature, '--allowed-signers', signers, '--signer', signer],
      ]);
    const withoutUs = (bundle: string, signature: string, namespace = 'aerodb-audit'): number | null =>
      spawnSync(
        'ssh-keygen',
        ['-Y', 'verify', '-f', signers, '-I', 'anna@example.org', '-n', namespace, '-s', signature],
        { input: readFileSync(bundle) },
      ).status;

    it('holds with our program and without it, whoever of the two made it', async () => {
      const { code, stdout } = await held(`${file}.sig`);
      assert.equal(code, 0, stdout);
      assert.match(
        stdout.replaceAll(/\s+/g, ' '),
        /Signature holds: anna@example\.org signed this file\. Good "aerodb-audit"/,
      );
      assert.equal(withoutUs(file, `${file}.sig`), 0);
      assert.notEqual(withoutUs(file, `${file}.sig`, 'file'), 0);
      const own = join(home, 'own.jsonl');
      writeFileSync(own, text);
      assert.equal(spawnSync('ssh-keygen', ['-Y', 'sign', '-f', key, '-n', 'aerodb-audit', own]).status, 0);
      assert.equal((await held(`${own}.sig`, undefined, own)).code, 0);
    });

    it('exit 8: another signer, another key, another file, another purpose, no signature at all', async () => {
      const other = join(home, 'other.bundle');
      const all = ['--file', log, '--bundle', '--output', other, '--sign', join(home, 'ssh', 'mallory')];
      assert.equal((await auditor('export', all)).code, 0);
      const purpose = join(home, 'purpose.jsonl');
      writeFileSync(purpose, text);
      spawnSync('ssh-keygen', ['-Y', 'sign', '-f', key, '-n', 'file', purpose]);
      for (const ended of [
        await held(`${file}.sig`, 'mallory@example.org'),
        await held(`${other}.sig`, undefined, other),
        await held(`${file}.sig`, undefined, other),
        await held(`${purpose}.sig`, undefined, purpose),
        await held(join(home, 'none.sig')),
      ]) {
        assert.equal(ended.code, 8, ended.stdout);
        assert.match(ended.stdout, /Signature +DOES NOT HOLD/);
      }
      assert.equal((await auditor('verify', ['--file', file, '--signature', `${file}.sig`])).code, 2);
      const read = parsed(
        await auditor('verify', [
          ...['--json', '--file', other, '--signature', `${file}.sig`, '--allowed-signers', signers],
          ...['--signer', 'anna@example.org'],
        ]),
      );
      assert.deepEqual([read.verdict.kind, read.signature?.holds, read.exitCode], ['intact_selection', false, 8]);
    });

    it('exit 8: the file was changed after it was verified and before its signature was', async () => {
      const one = await writtenLog(200, { detail: 'x'.repeat(8000) });
      const bytes = readFileSync(one.file);
      await appendMany(openAuditLog({ directory: dirname(one.file) }), 201, 201, { detail: 'it was signed' });
      const signedBytes = readFileSync(one.file);
      writeFileSync(one.file, bytes);
      await appendMany(openAuditLog({ directory: dirname(one.file) }), 201, 201, { detail: 'it was forged' });
      const forged = readFileSync(one.file);
      assert.equal(forged.length, signedBytes.length);
      const target = join(home, 'changed.jsonl');
      writeFileSync(target, signedBytes);
      assert.equal(spawnSync('ssh-keygen', ['-Y', 'sign', '-f', key, '-n', 'aerodb-audit', target]).status, 0);
      // ssh-keygen waits for the signature at a pipe: by then the file was verified, and most of it not read again.
      const pipe = join(home, 'signature.pipe');
      assert.equal(spawnSync('mkfifo', [pipe]).status, 0);
      writeFileSync(target, forged);
      const ended = held(pipe, undefined, target);
      const waiting = await open(pipe, 'w');
      writeFileSync(target, signedBytes, { flag: 'r+' });
      await waiting.writeFile(readFileSync(`${target}.sig`));
      await waiting.close();
      const { code, stdout } = await ended;
      assert.equal(code, 8, stdout);
      assert.match(stdout.replaceAll(/\s+/g, ' '), /DOES NOT HOLD.*the file was changed while it was verified/);
      assert.equal((await held(`${target}.sig`, undefined, target)).code, 0);
    });

    it('a key that cannot sign: the bundle is whole, and said not to be signed', async () => {
      const target = join(home, 'unsigned.bundle');
      const { code, stderr } = await auditor('export', [
        ...['--file', log, '--bundle', '--output', target, '--sign', join(home, 'no-key')],
      ]);
      assert.equal(code, 2);
      assert.match(stderr.replaceAll(/\s+/g, ' '), /is complete but not signed: ssh-keygen ended with 255: /);
      assert.equal((await verify(target)).exitCode, 0);
      assert.equal(existsSync(`${target}.sig`), false);
      writeFileSync(`${target}2.sig`, '');
      const refused = await auditor('export', [
        ...['--file', log, '--bundle', '--output', `${target}2`, '--sign', key],
      ]);
      assert.deepEqual([refused.code, existsSync(`${target}2`)], [2, false]);
    });
  });
});
