/** The audit log in the terminal: shown, verified and exported, by those who may, without changing what is read. */
import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { columns, WIDTH } from '../../src/cli/text/layout.ts';
import { PAGE_BYTES, SmallDisk } from '../small-disk.ts';
import { pattern } from '../pattern.ts';
import { document } from './json-shape.ts';
import { cleanEnv, cli, records, scratch, stages, type Ended } from './support.ts';

describe('the audit log in a terminal', function () {
  this.timeout(30_000);
  const REQUEST = /Request +([0-9a-f-]{36})/;
  let home: string;
  let audit: string;
  let request: string;

  const ask = (args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Ended> =>
    cli([...args, '--audit-dir', audit], cleanEnv(home, more));
  const auditor = (verb: string, ...args: readonly string[]): Promise<Ended> =>
    ask(['audit', verb, '--auditor', ...args]);
  const log = (): string => join(audit, 'audit.jsonl');

  before(async () => {
    home = scratch();
    audit = join(home, 'audit');
    const failed = await ask(['inspect', 'cluster', '--url', 'http://127.0.0.1:1']);
    assert.equal(failed.code, 5, failed.stderr);
    request = REQUEST.exec(failed.stderr)?.[1] ?? assert.fail('no request id');
    for (const url of ['http://127.0.0.1:1', 'http://127.0.0.1:2']) await ask(['inspect', 'replication', '--url', url]);
  });

  it(
    'P7-A1: an Observer may not review: exit 3; becoming Auditor or Operator is recorded, and Operator is of one ' +
      'cluster',
    async () => {
      for (const verb of ['show', 'verify', 'export']) {
        const { code, stdout, stderr } = await ask(['audit', verb]);
        assert.deepEqual([code, stdout], [3, '']);
        assert.match(stderr, /PHASE7_INSUFFICIENT_AUTHORITY/);
      }
      assert.equal((await auditor('verify')).code, 0);
      assert.deepEqual(stages(audit).slice(-2), ['session_started', 'authority_changed']);
      assert.equal((await ask(['audit', 'verify', '--operator'])).code, 2);
      assert.equal((await ask(['audit', 'verify', '--operator', '--url', 'http://127.0.0.1:1'])).code, 0);
      assert.equal(records(audit).at(-1)?.['detail'], 'Observer became Operator of http://127.0.0.1:1');
    },
  );

  it('shows records in 80 columns, whole for one request, and only those that were asked for', async () => {
    const all = await auditor('show');
    assert.equal(all.code, 0, all.stderr);
    for (const line of all.stdout.split('\n')) assert.ok(columns(line) <= WIDTH, line);
    assert.match(all.stdout, /command_requested {2}pending\n {4}who +\S+@\S+, Observer\n/);
    assert.match(all.stdout, /error +PHASE7_CONNECTION_FAILED: /);
    assert.match(all.stderr, /The chain was not checked\.$/m);
    const one = await auditor('show', '--request-id', request);
    assert.match(
      one.stdout,
      /command_requested[^]*args\n +cluster +http:\/\/127\.0\.0\.1:1[^]*read_failed[^]*prev +[0-9a-f]/,
    );
    const chosen = async (...args: readonly string[]): Promise<readonly unknown[]> =>
      (await auditor('show', '--json', ...args)).stdout
        .split('\n')
        .filter(line => line !== '')
        .map(line => {
          const parsed = document.parse(JSON.parse(line));
          return parsed.kind === 'audit_record' ? parsed.record?.['stage'] : assert.fail(line);
        });
    assert.deepEqual(await chosen('--request-id', request), ['command_requested', 'read_failed']);
    assert.deepEqual(await chosen('--command', 'inspect_replication_status', '--cluster', 'http://127.0.0.1:2'), [
      'command_requested',
      'read_failed',
    ]);
    assert.deepEqual(await chosen('--outcome', 'not_executed', '--command', 'inspect_cluster_state'), ['read_failed']);
    assert.deepEqual(await chosen('--operator-account', 'nobody-of-that-name'), []);
    const last = String(records(audit).at(-1)?.['time']);
    assert.deepEqual(await chosen('--until', '2020-01-01'), []);
    assert.ok((await chosen('--since', last, '--until', '2999-01-01T00:00:00+01:00')).length > 0);
    for (const bad of ['yesterday', '2026', '2026-13-01'])
      assert.equal((await auditor('show', '--since', bad)).code, 2);
  });

  it('P7-E2: an intent without an outcome is shown as unknown', async () => {
    const file = join(home, 'dangling.jsonl');
    writeFileSync(
      file,
      ['dispatch_intent', 'dispatch_intent', 'outcome_unknown', 'command_rejected']
        .map((stage, index) =>
          JSON.stringify({
            seq: String(index + 1),
            time: 't',
            stage,
            request_id: index % 3 === 0 ? 'a' : 'b',
            outcome: 'pending',
          }),
        )
        .join('\n'),
    );
    const { stdout } = await auditor('show', '--file', file);
    assert.equal(stdout.split('OUTCOME UNKNOWN').length - 1, 1);
  });

  it(
    'exit 0 and 8: intact, edited, missing, cut behind a known head, replaced, unreadable: told apart, on a copy ' +
      'too',
    async () => {
      const copy = join(home, 'copy.jsonl');
      const verify = async (text: string, ...args: readonly string[]): Promise<readonly [number | null, string]> => {
        writeFileSync(copy, text);
        const { code, stdout } = await auditor('verify', '--file', copy, '--json', ...args);
        const parsed = document.parse(JSON.parse(stdout));
        assert.equal(readFileSync(copy, 'utf8'), text, 'verifying changed the file');
        return parsed.kind === 'audit_verdict' && parsed.exitCode === code
          ? [code, parsed.verdict.kind]
          : assert.fail(stdout);
      };
      const text = readFileSync(log(), 'utf8');
      const lines = text.split('\n').slice(0, -1);
      const head = JSON.parse(lines.at(-1) ?? '') as { readonly seq: string; readonly hash: string };
      const known = ['--head', `${head.seq}:${head.hash}`];
      assert.deepEqual(await verify(text), [0, 'intact']);
      assert.deepEqual(await verify(text, ...known), [0, 'intact']);
      assert.deepEqual(await verify(text.replace('inspect_cluster_state', 'inspect_cluster_stale')), [
        8,
        'record_edited',
      ]);
      assert.deepEqual(
        await verify(
          lines
            .toSpliced(2, 1)
            .map(line => `${line}\n`)
            .join(''),
        ),
        [8, 'records_missing'],
      );
      assert.deepEqual(
        await verify(
          lines
            .slice(0, -1)
            .map(line => `${line}\n`)
            .join(''),
        ),
        [0, 'intact'],
      );
      assert.deepEqual(
        await verify(
          lines
            .slice(0, -1)
            .map(line => `${line}\n`)
            .join(''),
          ...known,
        ),
        [8, 'truncated'],
      );
      assert.deepEqual(await verify(text, '--head', `${head.seq}:${'0'.repeat(64)}`), [8, 'replaced']);
      assert.deepEqual(await verify(`${text}{"v":1`), [8, 'torn_tail']);
      const gone = await auditor('verify', '--file', join(home, 'none.jsonl'));
      assert.deepEqual([gone.code, /UNREADABLE/.test(gone.stdout)], [8, true]);
      assert.equal((await auditor('verify', '--head', 'last')).code, 2);
    },
  );

  it('reading and verifying never depend on appending: what could not be recorded is said', async () => {
    const broken = join(home, 'broken');
    mkdirSync(broken);
    const lines = readFileSync(log(), 'utf8').split('\n');
    writeFileSync(
      join(broken, 'audit.jsonl'),
      [
        ...lines.slice(0, 3),
        lines[3]?.replace(/"stage":"[a-z_]+"/, '"stage":"session_started"').replace('Observer', 'Operator'),
        ...lines.slice(4),
      ].join('\n'),
      { mode: 0o600 },
    );
    const { code, stdout, stderr } = await cli(['audit', 'verify', '--auditor', '--audit-dir', broken], cleanEnv(home));
    assert.equal(code, 8, stdout);
    assert.match(stdout, /RECORD EDITED/);
    assert.match(stderr, /NOT RECORDED/);
  });

  it('exports byte for byte, to a new file only; a selection holds the lines as they stand', async () => {
    const frozen = join(home, 'frozen.jsonl');
    copyFileSync(log(), frozen);
    appendFileSync(frozen, 'garbage \u009b31m\n{"torn');
    const target = join(home, 'export.jsonl');
    const { code, stderr } = await auditor('export', '--file', frozen, '--output', target);
    assert.equal(code, 0, stderr);
    assert.deepEqual(readFileSync(target), readFileSync(frozen));
    assert.equal(statSync(target).mode & 0o777, 0o600);
    const again = await auditor('export', '--file', frozen, '--output', target);
    assert.deepEqual([again.code, /never replaced/.test(again.stderr)], [2, true]);
    const part = await auditor('export', '--file', frozen, '--request-id', request);
    assert.deepEqual(
      part.stdout,
      readFileSync(frozen, 'utf8')
        .split('\n')
        .filter(line => line.includes(request))
        .map(line => `${line}\n`)
        .join(''),
    );
    assert.deepEqual(readFileSync(target), readFileSync(frozen));
    const gone = await auditor('export', '--file', join(home, 'none.jsonl'));
    assert.deepEqual([gone.code, /PHASE7_AUDIT_UNAVAILABLE/.test(gone.stderr)], [3, true]);
  });

  it('an export on a disk without room for all of it: refused, and no part of it stands there, nor beside its name', async () => {
    const folder = join(home, 'small');
    mkdirSync(folder);
    const disk = SmallDisk.mount(folder, '4m');
    if (disk === null) return;
    try {
      const long = join(home, 'long.jsonl');
      const text = readFileSync(log(), 'utf8').repeat(20);
      writeFileSync(long, text);
      const chosen = text
        .split('\n')
        .filter(line => line.includes(request))
        .map(line => `${line}\n`)
        .join('');
      const target = join(folder, 'export.jsonl');
      for (const [what, selected] of [
        [text, []],
        [chosen, ['--request-id', request]],
      ] as const) {
        const pages = Math.ceil(Buffer.byteLength(what) / PAGE_BYTES);
        assert.ok(pages > 2);
        for (const room of [0, 1, pages - 1, pages]) {
          disk.fill(room);
          const { code, stderr } = await auditor('export', '--file', long, '--output', target, ...selected);
          disk.free();
          if (room === pages) break;
          assert.equal(code, 2, stderr);
          assert.match(
            stderr.replaceAll(/\s+/gu, ' '),
            /could not be written \(ENOSPC\)\. No part of it stands there\./u,
          );
          assert.deepEqual(readdirSync(folder), []);
        }
        assert.equal(readFileSync(target, 'utf8'), what);
        rmSync(target);
      }
    } finally {
      disk.unmount();
    }
  });

  it('an export whose directory cannot be flushed stands there whole, and nothing else is said of it', async () => {
    const folder = join(home, 'unflushed');
    mkdirSync(folder);
    const target = join(folder, 'export.jsonl');
    const preload = join(home, 'unflushed.cjs');
    writeFileSync(
      preload,
      `const fs = require('node:fs'); const fsync = fs.fsync; fs.fsync = (fd, done) => ` +
        `(fs.readlinkSync('/proc/self/fd/' + fd) === ${JSON.stringify(folder)} ? done(Object.assign(new ` +
        `Error('EIO'), { code: 'EIO', syscall: 'fsync' })) : fsync(fd, done));`,
    );
    const { code, stderr } = await cli(
      ['audit', 'export', '--auditor', '--audit-dir', audit, '--output', target],
      cleanEnv(home, { NODE_OPTIONS: `--require=${preload}` }),
    );
    assert.equal(code, 2, stderr);
    assert.match(
      stderr.replaceAll(/\s+/gu, ' '),
      pattern(
        /is whole; whether its name outlasts a power cut is not /u,
        /known, because its directory could not be flushed \(EIO\)\./u,
      ),
    );
    assert.ok(readFileSync(log(), 'utf8').startsWith(readFileSync(target, 'utf8')));
  });
});
