/** Tests the writer of the audit log: what an append promises, and when it is refused. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { AuditPosition } from '../../src/control-plane/model/audit-position.ts';
import { AuditUnavailable, type AuditLog } from '../../src/control-plane/ports.ts';
import { encodeRecord } from '../../src/audit/chain.ts';
import { realFiles, FlushFailed, type AuditFiles } from '../../src/audit/files.ts';
import { openAuditLog } from '../../src/audit/log.ts';
import { pattern } from '../support/pattern.ts';
import { entry } from './entries.ts';
import { appendMany, logFile, records, temporaryDirectory, verify, writtenLog } from './support.ts';

/** Asserts that the next append is refused in words that match, and that the file did not change. */
async function refused(log: AuditLog, file: string, words: RegExp): Promise<void> {
  const bytes = (): Buffer | null =>
    statSync(file, { throwIfNoEntry: false })?.isFile() === true ? readFileSync(file) : null;
  const before = bytes();
  await assert.rejects(log.append(entry(99)), error => {
    assert.ok(error instanceof AuditUnavailable, String(error));
    assert.match(error.message, words);
    assert.match(error.message, /\.$/);
    return true;
  });
  assert.deepEqual(bytes(), before);
}

describe('the writer', () => {
  it('also P7-O3: an append resolves with the position of its record, which is then the last line of the file', async () => {
    const { directory, positions } = await writtenLog(3);
    assert.deepEqual(
      positions.map(({ seq }) => seq),
      [1n, 2n, 3n],
    );
    const written = records(directory);
    assert.deepEqual(
      written.map(({ seq, hash }) => [seq, hash]),
      positions.map(({ seq, hash }) => [seq.toString(), hash]),
    );
    assert.deepEqual(
      written.map(({ prev }) => prev),
      ['0'.repeat(64), positions[0]?.hash, positions[1]?.hash],
    );
    assert.equal((await verify(logFile(directory), positions.at(-1))).kind, 'intact');
  });

  it('also P7-O3, freeze/audit-first: durable before it counts: the record, its hash, then one flush, and only then the append resolves', async () => {
    const directory = temporaryDirectory();
    const steps: string[] = [];
    const files: AuditFiles = {
      ...realFiles,
      async syncDirectory(of) {
        await realFiles.syncDirectory(of);
        steps.push('directory flushed');
      },
      open(file, create) {
        const opened = realFiles.open(file, create);
        steps.push('opened');
        return {
          ...opened,
          append(bytes) {
            steps.push('write');
            return opened.append(bytes);
          },
          async sync() {
            await opened.sync();
            steps.push('flushed');
          },
        };
      },
    };
    const log = openAuditLog({ directory, files, onAppended: ({ seq }) => steps.push(`head ${seq}`) });
    await Promise.all([
      log.append(entry(1)).then(() => steps.push('resolved 1')),
      log.append(entry(2)).then(() => steps.push('resolved 2')),
    ]);
    assert.deepEqual(steps, [
      'opened',
      'directory flushed',
      'write',
      'write',
      'flushed',
      'head 1',
      'resolved 1',
      'write',
      'write',
      'flushed',
      'head 2',
      'resolved 2',
    ]);
  });

  it('appends of one process stand in call order, however many are asked for at once', async () => {
    const directory = temporaryDirectory();
    const log = openAuditLog({ directory });
    const asked = Array.from({ length: 50 }, (_, index) => log.append(entry(index + 1)));
    const positions = await Promise.all(asked);
    assert.deepEqual(
      positions.map(({ seq }) => seq),
      asked.map((_, index) => BigInt(index + 1)),
    );
    assert.deepEqual(
      records(directory).map(({ n }) => n),
      asked.map((_, index) => String(index + 1)),
    );
  });

  it('two logs of one process on the same file take turns like two processes', async () => {
    const directory = temporaryDirectory();
    const logs = [openAuditLog({ directory }), openAuditLog({ directory })];
    await Promise.all(logs.map(log => appendMany(log, 1, 40)));
    const verdict = await verify(logFile(directory));
    assert.deepEqual([verdict.kind, verdict.records], ['intact', 80n]);
  });

  it('the directory is 0700, the file 0600, whatever the umask', async () => {
    const before = process.umask(0);
    try {
      const directory = path.join(temporaryDirectory(), 'state', 'aerodb');
      await openAuditLog({ directory }).append(entry(1));
      const modes = [path.dirname(directory), directory, logFile(directory), path.join(directory, 'audit.lock')].map(
        file => (statSync(file).mode & 0o777).toString(8),
      );
      assert.deepEqual(modes, ['700', '700', '600', '600']);
    } finally {
      process.umask(before);
    }
  });

  it('the head is told after each durable append; a listener that throws does not undo the record', async () => {
    const directory = temporaryDirectory();
    const heads: AuditPosition[] = [];
    const log = openAuditLog({
      directory,
      onAppended: head => {
        heads.push(head);
        throw new Error('storage is full');
      },
    });
    assert.deepEqual([await log.append(entry(1)), await log.append(entry(2))], heads);
  });

  it('an entry that has no bytes is refused, and the next one is taken', async () => {
    const { directory, file } = await writtenLog(1);
    const log = openAuditLog({ directory });
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    await refused({ append: () => log.append({ ...entry(1), ...circular }) }, file, /could not be appended to/);
    assert.equal((await log.append(entry(2))).seq, 2n);
  });
});

describe('also P7-O3: a file that changes under the writer is refused, never continued', () => {
  it('deleted while open; and still refused when an empty one stands there, until the records are back', async () => {
    const { directory, file } = await writtenLog(3);
    const log = openAuditLog({ directory });
    await log.append(entry(4));
    const kept = readFileSync(file);
    unlinkSync(file);
    await refused(log, file, /audit\.jsonl was deleted while it was in use/);
    await refused(log, file, /no longer holds record 4, the last one that this session has seen/);
    assert.equal(statSync(file, { throwIfNoEntry: false }), undefined, 'no new chain was begun');
    writeFileSync(file, '');
    await refused(log, file, /no longer holds record 4/);
    writeFileSync(file, kept);
    assert.equal((await log.append(entry(5))).seq, 5n);
    assert.equal((await verify(file)).records, 5n);
  });

  it(
    'replaced by another file of the same bytes: refused once, because it was swapped; then continued, because it ' +
      'holds the same record',
    async () => {
      const { directory, file } = await writtenLog(3);
      const log = openAuditLog({ directory });
      await log.append(entry(4));
      copyFileSync(file, `${file}.copy`);
      renameSync(`${file}.copy`, file);
      await refused(log, file, /was replaced by another file while it was in use/);
      assert.equal((await log.append(entry(5))).seq, 5n);
    },
  );

  it('replaced by another chain', async () => {
    const { directory, file } = await writtenLog(3);
    const log = openAuditLog({ directory });
    await log.append(entry(4));
    const other = await writtenLog(9, { detail: 'elsewhere' });
    renameSync(other.file, file);
    await refused(log, file, /was replaced by another file/);
    await refused(log, file, /no longer holds record 4/);
  });

  it('truncated at a record boundary, and in the middle of a record', async () => {
    for (const cut of [1, 30]) {
      const { directory, file } = await writtenLog(3);
      const log = openAuditLog({ directory });
      await log.append(entry(4));
      const lines = readFileSync(file, 'utf8').split(/(?<=\n)/);
      truncateSync(file, cut === 1 ? Buffer.byteLength(lines.slice(0, 3).join('')) : statSync(file).size - cut);
      await refused(log, file, /no longer holds record 4/);
      await refused(log, file, /no longer holds record 4/);
    }
  });

  it('its last record edited in place, same length', async () => {
    const { directory, file } = await writtenLog(3);
    const log = openAuditLog({ directory });
    await log.append(entry(4));
    const text = readFileSync(file, 'utf8');
    const at = text.lastIndexOf('node-2');
    writeFileSync(file, `${text.slice(0, at)}node-3${text.slice(at + 6)}`);
    await refused(log, file, /no longer holds record 4/);
  });

  it('damage in the middle stops appending, and names line and record; whole again, the next append works', async () => {
    const { directory, file } = await writtenLog(5);
    const whole = readFileSync(file, 'utf8');
    writeFileSync(file, whole.replace('"seq":"3"', '"seq":"8"'));
    const log = openAuditLog({ directory });
    await refused(log, file, /is damaged and is not appended to\. Line 3 is not what was written: record 3 stood here/);
    writeFileSync(file, whole);
    assert.equal((await log.append(entry(6))).seq, 6n);
  });

  it(
    'of a log longer than is checked on opening, the last part is: damage there stops appending, an intact end is ' +
      'continued',
    async () => {
      const { directory, file, positions } = await writtenLog(40);
      const checkedBytes = 4000;
      assert.equal((await openAuditLog({ directory, checkedBytes }).append(entry(41))).seq, 41n);
      const text = readFileSync(file, 'utf8');
      writeFileSync(file, text.replace('"seq":"39"', '"seq":"38"'));
      await refused(
        openAuditLog({ directory, checkedBytes }),
        file,
        /is damaged \(read from byte \d+\) and is not appended to/,
      );
      writeFileSync(file, `${text}${'x'.repeat(5000)}\n`);
      await refused(openAuditLog({ directory, checkedBytes }), file, /No record stands there/);
      assert.equal(positions.length, 40);
    },
  );

  it('a text file that is no audit log is not appended to', async () => {
    const directory = temporaryDirectory();
    writeFileSync(logFile(directory), 'shopping list\nmilk\n');
    await refused(openAuditLog({ directory }), logFile(directory), /is not an audit log and is not appended to/);
  });

  it('a log in which something put carriage returns behind records is not appended to: it would be forked', async () => {
    for (const rewritten of [
      (text: string) => text.replaceAll('\n', '\r\n'),
      (text: string) => text.replace(/\n$/, '\r\n'),
      (text: string) => text.replace(/\n$/, '\r'),
      (text: string) => `\ufeff${text.replaceAll('\n', '\r\n')}`,
    ]) {
      const { directory, file } = await writtenLog(3);
      writeFileSync(file, rewritten(readFileSync(file, 'utf8')));
      await refused(openAuditLog({ directory }), file, /carriage return stands behind record [1-3]|not an audit log/);
      assert.equal((await verify(file)).kind, 'intact');
    }
  });

  it('a log of a later format version is not appended to', async () => {
    const directory = temporaryDirectory();
    const body = `{"prev":"${'0'.repeat(64)}","seq":"1","v":2}`;
    writeFileSync(
      logFile(directory),
      `${body.slice(0, -1)},"hash":"${createHash('sha256').update(body).digest('hex')}"}\n`,
    );
    await refused(openAuditLog({ directory }), logFile(directory), /format version 2/);
  });
});

describe('torn tails', () => {
  const tornOf = (directory: string): readonly unknown[] =>
    records(directory)
      .filter(({ stage }) => stage === 'torn_tail_found')
      .map(({ torn_tail }) => torn_tail);

  it('a last line that lacks only its newline is completed and counts', async () => {
    const { directory, file, positions } = await writtenLog(3);
    truncateSync(file, statSync(file).size - 1);
    const verdict = await verify(file, positions[2]);
    assert.deepEqual([verdict.kind, verdict.records], ['intact', 3n]);
    assert.match(verdict.message, /lacks only its newline/);
    assert.equal((await openAuditLog({ directory }).append(entry(4))).seq, 4n);
    assert.equal((await verify(file, positions[2])).records, 4n);
    assert.deepEqual(tornOf(directory), []);
  });

  it(
    'any other invalid last line stays where it stands, is ended, and is recorded with length and digest; the ' +
      'chain goes on',
    async () => {
      for (const fragment of [
        '{"args":{"cluster":"pr',
        '{"a":1}\n',
        'x',
        '\n',
        '\u0000\u0000\u0000',
        '{"x":"é',
        '{"half\n{"other half',
      ]) {
        const { directory, file } = await writtenLog(3);
        appendFileSync(file, fragment);
        assert.equal((await verify(file)).kind, 'torn_tail', JSON.stringify(fragment));
        const before = readFileSync(file);
        const position = await openAuditLog({ directory }).append(entry(4));
        assert.equal(position.seq, 5n);
        const after = readFileSync(file);
        assert.deepEqual(after.subarray(0, before.length), before, 'nothing was cut');
        const [torn] = after
          .subarray(before.length)
          .toString()
          .trim()
          .split('\n')
          .map(line => JSON.parse(line) as Record<string, unknown>);
        assert.deepEqual(
          [torn?.['stage'], torn?.['seq'], torn?.['torn_tail']],
          [
            'torn_tail_found',
            '4',
            {
              bytes: String(Buffer.byteLength(fragment)),
              sha256: createHash('sha256').update(fragment).digest('hex'),
            },
          ],
        );
        const verdict = await verify(file, position);
        assert.deepEqual([verdict.kind, verdict.records], ['intact', 5n], verdict.message);
        assert.match(verdict.message, /1 torn tail stands in it/);
      }
    },
  );

  it('only the log itself records a torn tail', async () => {
    const { directory, file } = await writtenLog(2);
    await refused(
      { append: () => openAuditLog({ directory }).append(entry(3, { stage: 'torn_tail_found' })) },
      file,
      /Only the log itself/,
    );
  });

  it('the very first record torn: the log begins after it', async () => {
    const directory = temporaryDirectory();
    writeFileSync(logFile(directory), '{"args":{"clus');
    assert.equal((await openAuditLog({ directory }).append(entry(1))).seq, 2n);
    assert.equal((await verify(logFile(directory))).kind, 'intact');
  });

  it('a torn_tail_found record vouches for exactly the bytes that it names', async () => {
    const { directory, file } = await writtenLog(2);
    appendFileSync(file, '{"torn');
    await openAuditLog({ directory }).append(entry(3));
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('{"torn\n', '{"t0rn\n'));
    assert.deepEqual((v => [v.kind, v.line])(await verify(file)), ['record_edited', 3n]);
    writeFileSync(file, text.replace('{"torn\n', ''));
    assert.deepEqual((v => [v.kind, v.line])(await verify(file)), ['record_edited', 3n]);
    await assert.rejects(openAuditLog({ directory }).append(entry(4)), /is damaged/);
  });
});

describe('also P7-F1: what cannot be flushed', () => {
  const eio = (): Error => Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO', syscall: 'fdatasync' });

  it('a failed flush latches the log, also for a log opened anew in this process, even when the disk recovers', async () => {
    const { directory, file } = await writtenLog(2);
    let broken = true;
    const files: AuditFiles = {
      ...realFiles,
      open(name, create) {
        const opened = realFiles.open(name, create);
        return {
          ...opened,
          sync: () => (broken ? Promise.reject(new FlushFailed('fdatasync', { cause: eio() })) : opened.sync()),
        };
      },
    };
    const log = openAuditLog({ directory, files });
    await assert.rejects(
      log.append(entry(3)),
      pattern(
        /audit\.jsonl could not be flushed to disk: the disk reported an input\/output /,
        /error \(EIO\)\. Nothing more is recorded until this window or process ends/,
      ),
    );
    broken = false;
    await refused(log, file, /could not be flushed to disk/);
    await refused(openAuditLog({ directory }), file, /could not be flushed to disk/);
  });

  it('so does the flush of a directory above it, of which nobody knows any more whether it is on the disk', async () => {
    for (const what of ['prepareDirectory', 'syncDirectory'] as const) {
      const directory = temporaryDirectory();
      const files: AuditFiles = {
        ...realFiles,
        [what]: () => Promise.reject(new FlushFailed('fsync', { cause: eio() })),
      };
      await assert.rejects(
        openAuditLog({ directory, files }).append(entry(1)),
        /could not be flushed to disk: the disk reported an input\/output error \(EIO\)/,
      );
      await assert.rejects(
        openAuditLog({ directory }).append(entry(1)),
        /could not be flushed to disk/,
        `${what}: nor by a log opened anew`,
      );
    }
  });

  it('a fragment that was read and is gone before the next record is written is not recorded as standing there', async () => {
    const { directory, file } = await writtenLog(3);
    const whole = statSync(file).size;
    appendFileSync(file, '{"half of a rec');
    const files: AuditFiles = {
      ...realFiles,
      facts(name) {
        truncateSync(name, whole);
        return realFiles.facts(name);
      },
    };
    await assert.rejects(
      openAuditLog({ directory, files }).append(entry(4)),
      /was truncated while it was in use: it has \d+ bytes, and had \d+/,
    );
    await openAuditLog({ directory }).append(entry(4));
    assert.deepEqual([(await verify(file)).kind, records(directory).length], ['intact', 4]);
  });

  it('a line longer than any record, by one byte, whole or not, is damage to the writer as to the verifier', async () => {
    const most = 16 * 1024 * 1024;
    for (const end of ['', '\n']) {
      const { directory, file } = await writtenLog(1);
      appendFileSync(file, `${'x'.repeat(most + 1)}${end}`);
      await refused(openAuditLog({ directory }), file, /is damaged.*longer than any record/);
      assert.deepEqual([(await verify(file)).kind, (await verify(file)).line], ['record_edited', 2n]);
      truncateSync(file, statSync(file).size - 1 - end.length);
      appendFileSync(file, end);
      assert.equal((await verify(file)).kind, 'torn_tail');
      await openAuditLog({ directory }).append(entry(2));
      assert.equal((await verify(file)).kind, 'intact');
    }
  });

  it('a failed write, read or look refuses this one append; the next opens anew and goes on', async () => {
    for (const what of ['open', 'facts', 'read', 'append', 'short', 'look'] as const) {
      const { directory, file } = await writtenLog(2);
      let broken = true;
      let taken = 0;
      const failing = <T>(name: string, run: () => T): T => {
        if (broken && name === what) throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
        return run();
      };
      const files: AuditFiles = {
        ...realFiles,
        facts: name => failing('look', () => realFiles.facts(name)),
        open(name, create) {
          const opened = failing('open', () => realFiles.open(name, create));
          return {
            ...opened,
            facts: () => failing('facts', () => opened.facts()),
            read: (into, position) => failing('read', () => opened.read(into, position)),
            append(bytes) {
              if (broken && what === 'short' && (taken += 1) > 1)
                throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
              return failing('append', () =>
                opened.append(broken && what === 'short' ? bytes.subarray(0, 100) : bytes),
              );
            },
          };
        },
      };
      const log = openAuditLog({ directory, files });
      await assert.rejects(
        log.append(entry(3)),
        what === 'short' ? /no space is left on its disk \(ENOSPC\)/ : /input\/output error \(EIO\)/,
        what,
      );
      broken = false;
      assert.equal((await log.append(entry(4))).seq, what === 'short' ? 4n : 3n, what);
      assert.equal((await verify(file)).kind, 'intact', what);
    }
  });

  it('someone who writes without the lock, before or inside the record, is noticed, and no chain is forked', async () => {
    for (const [at, records] of [
      [1, 4n],
      [2, 3n],
    ] as const) {
      const { directory, file, positions } = await writtenLog(2);
      const foreign = encodeRecord(entry(50), positions[1] ?? null).line;
      let writes = 0;
      const files: AuditFiles = {
        ...realFiles,
        open(name, create) {
          const opened = realFiles.open(name, create);
          return {
            ...opened,
            append(bytes) {
              if ((writes += 1) === at) appendFileSync(file, foreign);
              return opened.append(bytes);
            },
          };
        },
      };
      const log = openAuditLog({ directory, files });
      await assert.rejects(log.append(entry(3)), /was written by someone who does not hold its lock/);
      assert.equal((await verify(file)).kind, 'torn_tail');
      await log.append(entry(4));
      const verdict = await verify(file);
      assert.deepEqual([verdict.kind, verdict.records], ['intact', records + 1n], `at write ${at}`);
    }
  });
});

describe('what a person is told when the log cannot be written', () => {
  it('names the path and the cause', async () => {
    const base = temporaryDirectory();
    const at = (name: string): string => path.join(base, name);
    writeFileSync(at('file'), '');
    await refused(
      openAuditLog({ directory: at('file') }),
      at('file'),
      /^The audit directory .*\/file could not be prepared: .*(EEXIST|not a directory)/,
    );
    await refused(
      openAuditLog({ directory: at('file/below') }),
      at('file'),
      pattern(
        /^The audit directory .*\/file\/below could not be prepared: /,
        /a part of the path is not a directory \(ENOTDIR\)\.$/,
      ),
    );
    mkdirSync(at('dir/audit.jsonl'), { recursive: true });
    await refused(
      openAuditLog({ directory: at('dir') }),
      at('dir/audit.jsonl'),
      /^.*\/dir\/audit\.jsonl could not be opened: a directory stands there \(EISDIR\)\.$/,
    );
    await refused(
      openAuditLog({ directory: 'state/aerodb' }),
      at('none'),
      /^The audit directory "state\/aerodb" is not an absolute path\.$/,
    );
    mkdirSync(at('lock/audit.lock'), { recursive: true });
    await refused(openAuditLog({ directory: at('lock') }), at('none'), /audit\.lock could not be locked/);
    mkdirSync(at('garbage'));
    writeFileSync(at('garbage/audit.lock'), 'not a database, and longer than the header of one would be '.repeat(20));
    await refused(
      openAuditLog({ directory: at('garbage') }),
      at('none'),
      /audit\.lock could not be locked: file is not a database/,
    );
  });

  it('once it can be written again, the next append works without a new session', async () => {
    const base = temporaryDirectory();
    const directory = path.join(base, 'state');
    writeFileSync(directory, '');
    const log = openAuditLog({ directory });
    await assert.rejects(log.append(entry(1)), AuditUnavailable);
    rmSync(directory);
    assert.equal((await log.append(entry(2))).seq, 1n);
  });

  it('without node:sqlite: refused, with the reason', async () => {
    const directory = temporaryDirectory();
    const original = process.getBuiltinModule.bind(process);
    process.getBuiltinModule = (id: string) => (id === 'node:sqlite' ? undefined : original(id));
    try {
      await refused(
        openAuditLog({ directory }),
        path.join(directory, 'none'),
        /audit\.lock could not be locked: this Node\.js \(v[\d.]+\) has no node:sqlite\.$/,
      );
    } finally {
      process.getBuiltinModule = original;
    }
  });
});
