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
import { encodeRecord } from '../../src/audit/chain.ts';
import { columns, WIDTH } from '../../src/cli/text/layout.ts';
import type { AuditPosition } from '../../src/control-plane/model/audit-position.ts';
import type { AuditEntry, LogRead } from '../../src/control-plane/model/record.ts';
import { entry, withoutRequest } from '../audit/entries.ts';
import { PAGE_BYTES, SmallDisk } from '../support/small-disk.ts';
import { pattern } from '../support/pattern.ts';
import { document } from './json-shape.ts';
import { cleanEnv, cli, records, scratch, stages, type Ended } from '../support/terminal.ts';

describe('the audit log in a terminal', function () {
  this.timeout(60_000);
  const REQUEST = /Request +([0-9a-f-]{36})/;
  let home: string;
  let audit: string;
  let request: string;

  const ask = (args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Ended> =>
    cli([...args, '--audit-dir', audit], cleanEnv(home, more));
  const auditor = (verb: string, ...args: readonly string[]): Promise<Ended> =>
    ask(['audit', verb, '--auditor', ...args]);
  const log = (): string => join(audit, 'audit.jsonl');
  /** The record of a reading names the request that was looked for, and is none of its records. */
  const isOfRequest = (line: string): boolean => line.includes(request) && !line.includes('"stage":"log_read"');

  before(async () => {
    home = scratch();
    audit = join(home, 'audit');
    const failed = await ask(['inspect', 'cluster', '--url', 'http://127.0.0.1:1']);
    assert.equal(failed.code, 5, failed.stderr);
    request = REQUEST.exec(failed.stderr)?.[1] ?? assert.fail('no request id');
    for (const url of ['http://127.0.0.1:1', 'http://127.0.0.1:2']) await ask(['inspect', 'replication', '--url', url]);
  });

  it(
    'also P7-A1: an Observer may not review: exit 3; becoming Auditor or Operator is recorded, and Operator is of ' +
      'one cluster',
    async () => {
      for (const verb of ['show', 'verify', 'export']) {
        const { code, stdout, stderr } = await ask(['audit', verb]);
        assert.deepEqual([code, stdout], [3, '']);
        assert.match(stderr, /PHASE7_INSUFFICIENT_AUTHORITY/);
      }
      assert.equal((await auditor('verify')).code, 0);
      assert.deepEqual(stages(audit).slice(-3), ['session_started', 'authority_changed', 'log_read']);
      assert.equal((await ask(['audit', 'verify', '--operator'])).code, 2);
      assert.equal((await ask(['audit', 'verify', '--operator', '--url', 'http://127.0.0.1:1'])).code, 0);
      assert.equal(records(audit).at(-2)?.['detail'], 'Observer became Operator of http://127.0.0.1:1');
    },
  );

  it('shows records in 80 columns, whole for one request, and only those that were asked for', async () => {
    const all = await auditor('show', '--full');
    assert.equal(all.code, 0, all.stderr);
    for (const line of all.stdout.split('\n')) assert.ok(columns(line) <= WIDTH, line);
    assert.match(all.stdout, /command_requested {2}before any outcome\n {4}who +\S+@\S+, Observer\n/);
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

  it('also P7-E2: an intent without an outcome is shown as unknown, each of several with one request id', async () => {
    const file = join(home, 'dangling.jsonl');
    writeFileSync(
      file,
      [
        'dispatch_intent',
        'dispatch_intent',
        'outcome_unknown',
        'command_rejected',
        'dispatch_intent',
        'dispatch_intent',
      ]
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
    for (const form of ['--full', '--records']) {
      const { stdout } = await auditor('show', '--file', file, form);
      assert.equal(stdout.split('OUTCOME UNKNOWN').length - 1, 3, form);
      assert.doesNotMatch(stdout, /pending/u);
    }
    const { stdout } = await auditor('show', '--file', file);
    assert.equal(stdout.split('OUTCOME UNKNOWN').length - 1, 2, stdout);
  });

  it('also P7-O1: one line for a request, all of it in ten lines; changes and reads are told apart, and how many', async () => {
    const id = '6f1c1f3e-0000-4000-8000-000000000007';
    const node = '9c1d0c3e-0000-4000-8000-000000000002';
    const of = (n: number, more: Partial<AuditEntry>): AuditEntry =>
      entry(n, { request_id: id, command: 'force_promotion', cluster: 'orders', target: node, ...more });
    const confirmation = { type: 'enhanced', acknowledged: ['P6-A1a'], explanation_digest: 'ab' } as const;
    const explanation = {
      target: { nodeId: node, name: 'node-2' },
      cluster: { name: 'orders', kind: 'aerodb', environment: 'production' },
      kernel: { decision: 'deny', reason: 'AuthorityAmbiguous' },
      invariants: [{ id: 'P6-A1a', overridden: true }],
    };
    const changed = { stage: 'authority_changed', detail: 'Observer became Auditor' } as const;
    const session = withoutRequest(entry(9, changed));
    let head: AuditPosition | null = null;
    const lines = [
      of(1, { stage: 'command_requested', args: { reason: 'node-1 burns' } }),
      of(2, { stage: 'explanation_presented', explanation: explanation as never }),
      entry(3, { stage: 'command_requested', command: 'inspect_node', request_id: 'read' }),
      of(4, { stage: 'confirmation_given', confirmation }),
      of(5, { stage: 'dispatch_intent', confirmation }),
      entry(6, { stage: 'command_answered', command: 'inspect_node', request_id: 'read', outcome: 'executed' }),
      of(7, {
        stage: 'kernel_rejected',
        outcome: 'not_executed',
        kernel_response: { accepted: false, code: 'AERO_DENIED', invariant: null, message: 'No quorum.', body: '{}' },
      }),
      session,
    ].map(each => {
      const record = encodeRecord(each, head);
      head = record.position;
      return record.line;
    });
    const file = join(home, 'forced.jsonl');
    writeFileSync(file, Buffer.concat(lines));
    const shown = async (...args: readonly string[]): Promise<Ended> => auditor('show', '--file', file, ...args);
    const rows = await shown();
    const texts = rows.stdout.trimEnd().split('\n');
    for (const line of texts) assert.ok(columns(line) <= 100, line);
    assert.match(
      texts[1] ?? '',
      /^\S+ \S+Z {2}alice@ws-1 {2}Force Promotion {2,}orders\/node-2 {2,}kernel rejected {2}node-1 burns$/u,
    );
    assert.match(texts[2] ?? '', /Inspect Node +prod\/node-2 +answered/u);
    assert.match(texts[3] ?? '', /authority changed: prod: Observer became Auditor$/u);
    assert.match(
      rows.stderr,
      /^3 rows, one for each request and for each line that belongs to no request; 8 lines of /mu,
    );
    const changes = await shown('--changes');
    assert.deepEqual([changes.stdout.includes('Force'), changes.stdout.includes('Inspect')], [true, false]);
    assert.match(changes.stderr, /^1 of 3 rows, /mu);
    assert.equal(records(audit).at(-1)?.['stage'], 'log_read');
    assert.deepEqual((records(audit).at(-1)?.['log_read'] as LogRead).filter, { asks: 'changes' });
    assert.match((await shown('--reads', '--records')).stderr, /^2 of 8 lines /mu);
    assert.match((await shown('--outcome', 'pending')).stderr, /^0 of 3 rows, /mu);
    assert.equal((await shown('--changes', '--reads')).code, 2);
    assert.equal((await shown('--records', '--full')).code, 2);
    const one = (await shown('--request-id', id)).stdout.split('\n');
    const summary = one.slice(0, one.indexOf(''));
    assert.ok(summary.length <= 10, summary.join('\n'));
    for (const told of [
      'KERNEL REJECTED: Force Promotion on node-2 (9c1d0c3e-0000-4000-8000-000000000002), cluster orders...',
      '  Who         alice@ws-1, Operator',
      '  Beforehand  the kernel would deny it (AuthorityAmbiguous)',
      '  Confirmed   enhanced confirmation, acknowledged P6-A1a',
      '  Forced      yes, by alice@ws-1; overrides P6-A1a',
      '  Reason      node-1 burns',
      '  Outcome     kernel rejected, AERO_DENIED: No quorum.',
    ])
      assert.ok(summary.includes(told), `${told}\n${summary.join('\n')}`);
    assert.match(summary.at(-1) ?? '', /^ {2}Log {9}intact: 8 records/u);
    assert.ok(one.length > 40, 'and its stages with everything recorded below');
    for (const more of [
      ['--since', '2030-01-01T00:00:00Z'],
      ['--operator-account', 'bob'],
      ['--outcome', 'pending'],
    ]) {
      const filtered = (await shown('--request-id', id, ...more)).stdout.split('\n');
      assert.deepEqual(filtered.slice(0, summary.length), summary, 'how it ended does not depend on what is shown');
    }
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
    assert.match(stderr, /change of authority is NOT RECORDED/);
    assert.match(stderr, /This reading is NOT RECORDED: \S+audit\.jsonl is damaged/);
    for (const verb of ['show', 'export']) {
      const read = await cli(['audit', verb, '--auditor', '--audit-dir', broken], cleanEnv(home));
      assert.equal(read.code, 0, read.stderr);
      assert.match(read.stderr, /This reading is NOT RECORDED/);
    }
  });

  it('an option that means nothing to the verb is refused: no part looks like what was asked for', async () => {
    for (const [verb, option] of [
      ['reconstruct', ['--outcome', 'unknown']],
      ['reconstruct', ['--operator-account', 'anna']],
      ['show', ['--with', join(home, 'other.jsonl')]],
      ['verify', ['--request-id', '6f1c1f3e-0000-4000-8000-000000000001']],
      ['export', ['--html', join(home, 'page.html')]],
    ] as const) {
      const before = stages(audit).length;
      const { code, stdout, stderr } = await auditor(verb, ...option);
      assert.equal(code, 2, stderr);
      assert.equal(stdout, '');
      assert.match(
        stderr.replaceAll(/\s+/g, ' '),
        new RegExp(`${option[0]} is not an option of "audit ${verb}". Nothing was read.`),
      );
      assert.equal(stages(audit).length, before, 'no authority was taken and no reading recorded');
    }
  });

  it('freeze/log-reads, also P7-O3: a reading is recorded before it is done, with the files and what was looked for; what is refused unread is none', async () => {
    const reads = (): readonly unknown[] =>
      records(audit).flatMap(({ stage, log_read: read, authority }) =>
        stage === 'log_read' ? [[read, authority]] : [],
      );
    const copy = join(home, 'recorded.jsonl');
    copyFileSync(log(), copy);
    const made: readonly (readonly [readonly string[], unknown])[] = [
      [['verify'], { action: 'verify', files: [log()], filter: {} }],
      [['verify', '--file', copy], { action: 'verify', files: [copy], filter: {} }],
      [
        ['show', '--cluster', 'http://127.0.0.1:1', '--outcome', 'unknown', '--since', '2020-01-01'],
        {
          action: 'show',
          files: [log()],
          filter: { cluster: 'http://127.0.0.1:1', outcome: 'unknown', since: '2020-01-01' },
        },
      ],
      [
        ['export', '--request-id', request, '--command', 'inspect_cluster_state', '--operator-account', 'ann'],
        {
          action: 'export',
          files: [log()],
          filter: { command: 'inspect_cluster_state', operator: 'ann', request_id: request },
        },
      ],
      [['export', '--output', join(home, 'recorded-export.jsonl')], { action: 'export', files: [log()], filter: {} }],
    ];
    for (const [args, read] of made) {
      const before = reads().length;
      const { code, stderr } = await ask(['audit', ...args, '--auditor']);
      assert.equal(code, 0, stderr);
      assert.deepEqual(reads().slice(before), [[read, 'Auditor']], args.join(' '));
    }
    const exported = readFileSync(join(home, 'recorded-export.jsonl'), 'utf8');
    assert.equal(exported, readFileSync(log(), 'utf8'), 'the record stands there before the reading: it is read too');
    assert.match(
      (await auditor('show', '--full')).stdout.replaceAll(/\s+/gu, ' '),
      / Auditor read export \S+audit\.jsonl, only command inspect_cluster_state, operator ann, request_id/u,
    );
    const before = reads().length;
    const refused: readonly (readonly [readonly string[], number])[] = [
      [['audit', 'verify'], 3],
      [['audit', 'verify', '--auditor', '--head', 'last'], 2],
      [['audit', 'show', '--auditor', '--since', 'yesterday'], 2],
      [['audit', 'export', '--auditor', '--output', copy], 2],
    ];
    for (const [args, code] of refused) assert.equal((await ask(args)).code, code);
    assert.equal(reads().length, before);
  });

  it('what was looked for and does not read like what belongs there is withheld in the record of the reading', async () => {
    const secret = 'Zq9.xW7kR2vT5pL8';
    assert.equal((await auditor('show', '--command', secret, '--operator-account', secret)).code, 0);
    assert.doesNotMatch(readFileSync(log(), 'utf8'), /Zq9/);
    const { log_read: read, redacted } = records(audit).at(-1) ?? {};
    assert.deepEqual(read, {
      action: 'show',
      files: [log()],
      filter: { command: '[withheld]', operator: '[withheld]' },
    });
    assert.deepEqual(redacted, ['filter.command', 'filter.operator']);
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
        .filter(isOfRequest)
        .map(line => `${line}\n`)
        .join(''),
    );
    assert.deepEqual(readFileSync(target), readFileSync(frozen));
    const gone = await auditor('export', '--file', join(home, 'none.jsonl'));
    assert.deepEqual([gone.code, /PHASE7_AUDIT_UNAVAILABLE/.test(gone.stderr)], [3, true]);
  });

  it('also P7-O3: a second copy: recorded in both or not at all, and verification says how they stand to each other', async () => {
    const own = join(home, 'two');
    const [first, second] = [join(own, 'log'), join(own, 'disk')];
    mkdirSync(second, { recursive: true });
    const [file, copy] = [join(first, 'audit.jsonl'), join(second, 'audit.jsonl')];
    const both = ['--audit-dir', first, '--audit-copy-dir', second];
    const verified = async (...args: readonly string[]): Promise<readonly unknown[]> => {
      const { code, stdout, stderr } = await cli(['audit', 'verify', '--auditor', '--json', ...args], cleanEnv(home));
      const parsed = document.parse(JSON.parse(stdout));
      assert.ok(parsed.kind === 'audit_verdict' && parsed.exitCode === code, stderr);
      return [code, parsed.verdict.kind, parsed.copy?.kind, parsed.copy?.line, parsed.copy?.behind];
    };
    assert.deepEqual(await verified(...both), [0, 'intact', 'same', null, '0']);
    assert.deepEqual(readFileSync(copy), readFileSync(file));
    // A line without the copy records in the log alone; the next one with it completes the copy.
    const alone = ['--audit-dir', first];
    assert.deepEqual(await verified(...alone, '--copy', copy), [0, 'intact', 'behind', null, '3']);
    assert.deepEqual(await verified(...both), [0, 'intact', 'same', null, '0']);
    const text = await cli(['audit', 'verify', '--auditor', ...both], cleanEnv(home));
    assert.match(text.stdout, /Second copy: the same\n[^]* {2}Records behind +0\n/);

    const whole = readFileSync(copy);
    const [here, there] = [join(own, 'here.jsonl'), join(own, 'there.jsonl')];
    const files = async (a: Uint8Array, b: Uint8Array): Promise<readonly unknown[]> => {
      writeFileSync(here, a);
      writeFileSync(there, b);
      return verified(...alone, '--file', here, '--copy', there);
    };
    const edited = Buffer.from(whole.toString().replace('Observer became Auditor', 'Observer became auditor'));
    assert.deepEqual(await files(whole, edited), [8, 'intact', 'differs', '2', null]);
    assert.deepEqual(await files(edited, whole), [8, 'record_edited', 'differs', '2', null]);
    assert.deepEqual(await files(whole.subarray(0, whole.indexOf('\n') + 1), whole), [
      8,
      'intact',
      'longer',
      '2',
      null,
    ]);
    rmSync(there);
    assert.deepEqual(await verified(...alone, '--file', here, '--copy', there), [
      8,
      'intact',
      'unreadable',
      null,
      null,
    ]);

    writeFileSync(copy, edited);
    const refused = await cli(['inspect', 'cluster', '--url', 'http://127.0.0.1:1', ...both], cleanEnv(home));
    assert.equal(refused.code, 3, refused.stderr);
    assert.match(
      refused.stderr.replaceAll(/\s+/gu, ' '),
      /PHASE7_AUDIT_UNAVAILABLE.*The second copy \S+ differs from/u,
    );
    // Reading goes on, and says what it could not record, and what it found.
    const read = await cli(['audit', 'verify', '--auditor', ...both], cleanEnv(home));
    assert.equal(read.code, 8);
    assert.match(read.stderr, /This reading is NOT RECORDED: The second copy/);
    assert.match(read.stdout, /Second copy: DIFFERS/);
  });

  it('the configured second copy goes with the configured log, and with no other', async () => {
    const own = join(home, 'configured');
    const [first, second, other] = [join(own, 'log'), join(own, 'disk'), join(own, 'other')];
    mkdirSync(second, { recursive: true });
    const config = join(own, 'clusters.json');
    writeFileSync(config, JSON.stringify({ auditDirectory: first, auditCopyDirectory: second }), { mode: 0o600 });
    const verify = (...args: readonly string[]): Promise<Ended> =>
      cli(['audit', 'verify', '--auditor', '--config', config, ...args], cleanEnv(home));
    assert.match((await verify()).stdout, /Second copy: the same/);
    assert.deepEqual(readFileSync(join(second, 'audit.jsonl')), readFileSync(join(first, 'audit.jsonl')));
    const elsewhere = await verify('--audit-dir', other);
    assert.deepEqual([elsewhere.code, elsewhere.stdout.includes('Second copy')], [0, false]);
    const frozen = await verify('--file', join(other, 'audit.jsonl'));
    assert.deepEqual([frozen.code, frozen.stdout.includes('Second copy')], [0, false]);
    rmSync(second, { recursive: true });
    const gone = await verify();
    assert.equal(gone.code, 8);
    assert.match(
      gone.stderr.replaceAll(/\s+/gu, ' '),
      /NOT RECORDED: The directory of the second copy \S+ does not exist/u,
    );
    writeFileSync(config, JSON.stringify({ auditCopyDirectory: 7 }), { mode: 0o600 });
    const wrong = await cli(
      ['inspect', 'cluster', '--cluster', 'a', '--config', config, '--audit-dir', other],
      cleanEnv(home),
    );
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr.replaceAll(/\s+/gu, ' '), /"auditCopyDirectory" must be text/u);
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
        .filter(isOfRequest)
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
          assert.match(stderr.replaceAll(/\s+/gu, ' '), /could not be written \(ENOSPC\)\. Nothing of it was kept\./u);
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
