/** Tests the form of a record: its canonical bytes, its hash, and how it continues the record before it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { encodeRecord, endsAsRecord, MAX_LINE_BYTES, parseLine } from '../../src/audit/chain.ts';
import { entry } from './entries.ts';
import { writtenLog } from './support.ts';

/** The contract, told a second time and independently of the code: parse, drop `hash`, canonicalize, hash. */
function honestHash(line: string): string {
  const body = Object.entries(JSON.parse(line) as object).filter(([name]) => name !== 'hash');
  return createHash('sha256')
    .update(canonicalize(Object.fromEntries(body)) ?? '')
    .digest('hex');
}

describe('the form of a record', () => {
  it('also P7-O3: a line is the canonical bytes with the hash spliced in before the last brace, and a newline', () => {
    const { line, position } = encodeRecord(entry(1), null);
    const text = line.toString();
    assert.ok(text.endsWith(`,"v":1,"hash":"${position.hash}"}\n`), text);
    const body = text.replace(/,"hash":"[0-9a-f]{64}"\}\n$/, '}');
    assert.equal(body, canonicalize(JSON.parse(body)));
    assert.equal(createHash('sha256').update(body).digest('hex'), position.hash);
    assert.equal(honestHash(text), position.hash);
  });

  it('the first record has number 1 and 64 zeros before it; the next has number 2 and the hash of the first', () => {
    const first = encodeRecord(entry(1), null);
    const second = encodeRecord(entry(2), first.position);
    const parsed = [first, second].map(({ line }) => JSON.parse(line.toString()) as Record<string, unknown>);
    assert.deepEqual(
      parsed.map(({ seq, prev, v }) => ({ seq, prev, v })),
      [
        { seq: '1', prev: '0'.repeat(64), v: 1 },
        { seq: '2', prev: first.position.hash, v: 1 },
      ],
    );
  });

  it('also P7-D1: the same events with the same clock and ids give the same bytes', () => {
    assert.equal(
      encodeRecord(entry(1), null).line.toString(),
      encodeRecord(structuredClone(entry(1)), null).line.toString(),
    );
    // The bytes themselves are pinned: a change of the format is a change of `v`.
    assert.equal(
      encodeRecord(entry(1), null).position.hash,
      '2b3c76efe5878848c93cca6974e471665437bc90a09f16a9f8b4ae423da2ad91',
    );
  });

  it('whatever is recorded, the line is one line, parses to what was recorded, and hashes to its hash', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })),
        fc.string({ unit: 'binary' }),
        fc.bigInt(1n, 2n ** 70n),
        (args, detail, seq) => {
          const { line, position } = encodeRecord(entry(1, { args, detail }), { seq, hash: 'f'.repeat(64) });
          const text = line.toString();
          assert.equal(text.indexOf('\n'), text.length - 1);
          assert.equal(honestHash(text), position.hash);
          const record = JSON.parse(text) as Record<string, unknown>;
          assert.deepEqual({ ...(record['args'] as object) }, { ...args });
          assert.equal(record['detail'], detail);
          const parsed = parseLine(line.subarray(0, -1));
          assert.deepEqual([parsed?.seq, parsed?.hash, parsed?.prev], [seq + 1n, position.hash, 'f'.repeat(64)]);
        },
      ),
      { seed: 20260102, numRuns: 300 },
    );
  });

  it('half a surrogate pair, which has no UTF-8 bytes, is recorded as U+FFFD instead of stopping the record', () => {
    const { line, position } = encodeRecord(entry(1, { args: { 'k\ud800': 'a\udc00b' }, detail: '\ud83d' }), null);
    const record = JSON.parse(line.toString()) as Record<string, unknown>;
    assert.deepEqual(record['args'], { 'k\ufffd': 'a\ufffdb' });
    assert.equal(record['detail'], '\ufffd');
    assert.equal(honestHash(line.toString()), position.hash);
  });

  it('a nested member named like one of the chain does not pass for it', () => {
    const { line } = encodeRecord(entry(1, { args: { prev: 'e'.repeat(64), seq: '77', hash: 'd'.repeat(64) } }), {
      seq: 5n,
      hash: 'a'.repeat(64),
    });
    const parsed = parseLine(line.subarray(0, -1));
    assert.deepEqual([parsed?.seq, parsed?.prev], [6n, 'a'.repeat(64)]);
  });

  it('a record longer than a reader would accept is not written', () => {
    assert.throws(() => encodeRecord(entry(1, { detail: 'x'.repeat(MAX_LINE_BYTES) }), null), /larger than/);
  });

  it('anyone can check a line with the command that the documentation gives', async () => {
    const docs = readFileSync(path.join(import.meta.dirname, '../../docs/audit-log.md'), 'utf8');
    const command = /^tail -n 1 .*sha256sum$/m.exec(docs)?.[0] ?? '';
    const { directory, positions } = await writtenLog(2, { detail: 'größe ,"hash":"x"} \\' });
    assert.equal(
      execFileSync('sh', ['-c', command], { cwd: directory, encoding: 'utf8' }).slice(0, 64),
      positions[1]?.hash,
    );
  });

  it('has the end of a record: as a pattern says, whatever byte of it is changed', () => {
    const line = encodeRecord(entry(1), null).line.subarray(0, -1);
    const pattern = /^[^]+,"hash":"[0-9a-f]{64}"\}$/;
    for (let at = line.length - 80; at < line.length; at += 1) {
      for (const byte of Buffer.from('0fgaF,"h}{/:`\u007f')) {
        const other = Buffer.from(line);
        other[at] = byte;
        assert.equal(endsAsRecord(other), pattern.test(other.toString('latin1')), other.toString('latin1'));
      }
    }
    for (const short of [0, 1, 74, 75, 76])
      assert.equal(endsAsRecord(line.subarray(line.length - short)), short > 75, String(short));
  });

  it('a line without a hash, with a false one, or with a capital letter in it is not a record', () => {
    const line = encodeRecord(entry(1), null).line.subarray(0, -1);
    assert.notEqual(parseLine(line), null);
    const text = line.toString();
    const hash = /"hash":"([0-9a-f]+)"\}$/.exec(text)?.[1] ?? '';
    for (const other of [
      text.replace(/,"hash":"[0-9a-f]{64}"\}$/, '}'),
      text.replace(hash, 'f'.repeat(64)),
      text.replace(hash, hash.toUpperCase()),
      `${text} `,
      ` ${text}`,
      `${text}\r`,
      '',
      '{}',
      'null',
    ])
      assert.equal(parseLine(Buffer.from(other)), null, other);
  });
});
