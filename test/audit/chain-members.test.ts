/** Compares the fast reading of a record with a parse of all of it: what the one takes for a record, the other does. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { encodeRecord, parseLine, type ParsedRecord } from '../../src/audit/chain.ts';
import { chainMembers } from '../../src/audit/chain-members.ts';
import { generator } from '../support/seed.ts';
import { entry } from './entries.ts';

const SUFFIX_BYTES = 75;

/** The contract, told a second time by a full parse. */
function plainly(line: Buffer): ParsedRecord | null {
  const end = line.length - SUFFIX_BYTES;
  if (end < 2) return null;
  const hash = createHash('sha256').update(line.subarray(0, end)).update('}').digest('hex');
  if (line.toString('latin1', end) !== `,"hash":"${hash}"}`) return null;
  let value: unknown;
  try {
    value = JSON.parse(line.toString());
  } catch {
    return null;
  }
  const { v: version, seq, prev, stage, torn_tail: tornTail } = value as Record<string, unknown>;
  if (typeof seq !== 'string' || !/^[1-9][0-9]*$/.test(seq) || typeof prev !== 'string') return null;
  return { version, seq: BigInt(seq), prev, hash, stage, tornTail };
}

/** The line of any bytes that end in a brace, with their own right hash: what a forger may write. */
function forged(body: Buffer): Buffer {
  const hash = createHash('sha256').update(body).digest('hex');
  return Buffer.concat([body.subarray(0, -1), Buffer.from(`,"hash":"${hash}"}`)]);
}

function same(body: Buffer): ParsedRecord | null {
  const line = forged(body);
  const untouched = Buffer.from(line);
  const found = parseLine(line);
  assert.deepEqual(found, plainly(line), line.toString('latin1'));
  assert.ok(line.equals(untouched));
  return found;
}

const PREV = 'a'.repeat(64);

describe('what the chain needs of a record', () => {
  it('is what a full parse says, for every text that JSON can write a record in and many that it cannot', () => {
    const members = [`"prev":"${PREV}"`, '"seq":"7"', '"stage":"command_requested"', '"v":1'];
    for (const other of [
      ...['', ' ', '\t', '\r', '\u0000', '\ufeff', '\u00e9'],
      ...['"seq":"8"', '"seq":8', '"seq":"08"', '"seq":""', '"seq":"1e3"', '"seq":null', '"s\\u0065q":"9"'],
      ...['"seq":"999999999999999"', '"seq":"9007199254740993"', `"seq":"${'9'.repeat(40)}"`, '"seq":"\\u0039"'],
      ...['"prev":"b"', '"prev":"\u00e9"', '"prev":"\\n"', '"prev":1', '"prev":""', '"pre\\u0076":"x"'],
      ...['"stage":"torn_tail_found"', '"stage":null', '"stage":"\u00e9"', '"stage":"\\u0041"', '"stage":{}'],
      ...['"v":2', '"v":"1"', '"v":12', '"v":1.0', '"v":1e0', '"v":-1', '"v":01', '"v":0', '"\\u0076":3'],
      ...['"torn_tail":{"bytes":"1"}', '"torn_tail":null', '"torn_\\u0074ail":1', '"__proto__":{"stage":"x"}'],
      ...[
        '"a":tru',
        '"a":true',
        '"a":false',
        '"a":null',
        '"a":nul',
        '"a":TRUE',
        '"a":-',
        '"a":-0',
        '"a":00',
        '"a":1.5',
      ],
      ...[
        '"a":[]',
        '"a":[1,2]',
        '"a":[1,]',
        '"a":[,]',
        '"a":{}',
        '"a":{"b"}',
        '"a":{"b":1,}',
        '"a":[1}',
        '"a":{"b":1]',
      ],
      ...[
        '"a":[[[[]]]]',
        '"a":[[[]]',
        '"a":{"b":{"c":[{"d":1}]}}',
        '"a":"\\x"',
        '"a":"\\u12g4"',
        '"a":"\\u00',
        '"a":"',
      ],
      ...['"a":"\\"', '"a":"\\\\"', '"a":"\\\\\\""', '"a":"\\/\\b\\f\\n\\r\\t\\u00e9"', '"a":"\\0"', '"a":"\u0001"'],
      ...['"a"', '"a":', ':1', '"a" :1', '"a": 1', 'a:1', "'a':1", '"a":1 ', '"a":"b"c', '"":1', '"":""'],
      `"a":${'['.repeat(40)}${']'.repeat(40)}`,
      `"a":${'{"b":'.repeat(5)}${'['.repeat(32)}${']'.repeat(37)}`,
      `"a":${'{"b":'.repeat(29)}1${'}'.repeat(29)}`,
      `"a":${'[{"b":'.repeat(20)}1${'}]'.repeat(20)}`,
    ])
      for (let place = 0; place <= members.length; place += 1)
        same(Buffer.from(`{${members.toSpliced(place, 0, other).join(',')}}`));
    for (const body of ['{}', '[]', '}', '{"a":1}', `{${members.join(',')}}}`, `[${members.join(',')}}`, '{,}', ' {}'])
      same(Buffer.from(body));
  });

  it('is what a full parse says, whatever bytes of a record are changed and hashed again', () => {
    const random = generator(20260117);
    const below = (end: number): number => Math.floor(random() * end);
    const alphabet = Buffer.from('{}[]",:\\ut0189-.eE+ \t\u0000\u007f\u00e9prevsqtag_\r/nb');
    const bodies = [
      canonicalize({
        args: { 'a"b': 'c\\d', list: [[], {}, [1, -2.5, null, true]], text: 'gr\u00f6\u00dfe \ud83d\ude00' },
        prev: PREV,
        seq: '123',
        stage: 'dispatch_intent',
        v: 1,
      }),
      canonicalize({ prev: PREV, seq: '9', stage: 'torn_tail_found', torn_tail: { bytes: '1', sha256: 'x' }, v: 1 }),
      canonicalize({ explanation: { a: { b: { c: '' } } }, prev: PREV, seq: '9', v: 1 }),
    ].map(text => Buffer.from(text ?? ''));
    let records = 0;
    let fast = 0;
    for (let run = 0; run < 60_000; run += 1) {
      const body = Buffer.from(bodies[below(bodies.length)] ?? '');
      let bytes: Buffer = body;
      for (let edits = below(3); edits >= 0; edits -= 1) {
        const at = below(bytes.length);
        const removed = below(3);
        const added = Array.from({ length: below(3) }, () => alphabet[below(alphabet.length)] ?? 0);
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(added), bytes.subarray(at + removed)]);
      }
      if (same(bytes) !== null) records += 1;
      if (chainMembers(forged(bytes)) !== null) fast += 1;
    }
    assert.ok(records > 5000 && fast > 3000 && fast < records, `${records} records, ${fast} of them read fast`);
  });

  it('is read fast in every record that the log writes, whatever was typed', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })),
        fc.string({ unit: 'binary' }),
        fc.bigInt(0n, 10n ** 15n - 2n),
        (args, detail, seq) => {
          const { line, position } = encodeRecord(entry(1, { args, detail }), { seq, hash: PREV });
          assert.deepEqual(chainMembers(line.subarray(0, -1)), {
            version: 1,
            seq: position.seq,
            prev: PREV,
            stage: 'command_requested',
          });
        },
      ),
      { seed: 20260118, numRuns: 1000 },
    );
  });
});
