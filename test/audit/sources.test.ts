/** Every form in which records are given away, read and verified by the one reader, in pieces of any size. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { exportBundle, exportSelection } from '../../src/audit/export.ts';
import { openAuditPages } from '../../src/audit/pages.ts';
import { verifyAuditFile, type AuditFileSource } from '../../src/audit/sources.ts';
import type { AuditFileVerification, AuditPiece } from '../../src/control-plane/model/audit-file.ts';
import type { AuditPosition } from '../../src/control-plane/model/audit-position.ts';
import type { AuditSought, ExportedChain } from '../../src/control-plane/model/audit-reader.ts';
import { openAuditReader } from '../../src/audit/reader.ts';
import { appendMany, MAKER, temporaryDirectory, writtenLog } from './support.ts';
import { openAuditLog } from '../../src/audit/log.ts';

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

interface Read extends AuditFileVerification {
  readonly pieces: readonly AuditPiece[];
}

async function read(source: AuditFileSource, heads: readonly AuditPosition[] = []): Promise<Read> {
  const pieces: AuditPiece[] = [];
  return { ...(await verifyAuditFile(source, heads, piece => pieces.push(piece))), pieces };
}

/** The same answer, whatever the pieces in which the bytes arrive. */
async function readBytes(bytes: Buffer, as?: 'selection', heads: readonly AuditPosition[] = []): Promise<Read> {
  const source = (size: number): AuditFileSource => ({
    stream: inPieces(bytes, size),
    name: 'bytes',
    ...(as === undefined ? {} : { as }),
  });
  const whole = await read(source(1 << 20), heads);
  assert.deepEqual(await read(source(7), heads), whole);
  return whole;
}

async function exported(
  file: string,
  sought: AuditSought,
  options: { readonly format: 'jsonl' | 'csv'; readonly chain: ExportedChain },
): Promise<Buffer> {
  const verdict = await openAuditReader({ file }).verify(null);
  const pages = await openAuditPages(file);
  try {
    const pieces: string[] = [];
    for await (const piece of exportSelection(pages, sought, { ...options, verdict })) pieces.push(piece);
    return Buffer.from(pieces.join(''));
  } finally {
    await pages.close();
  }
}

function records(pieces: readonly AuditPiece[]): readonly string[] {
  return pieces.filter(piece => piece.is === 'record').map(piece => piece.seq.toString());
}

describe('also P7-O3: whatever holds records is read by one reader', () => {
  let file: string;
  let bytes: Buffer;
  let lines: readonly string[];
  let positions: readonly AuditPosition[];
  before(async () => {
    const log = await writtenLog(6);
    ({ file } = log);
    const more = await appendMany(openAuditLog({ directory: log.directory }), 7, 9, {
      cluster: 'other',
      detail: '=1+1,"two"\nlines; ä',
    });
    positions = [...log.positions, ...more];
    bytes = readFileSync(file);
    lines = bytes.toString().split(/(?<=\n)/);
  });

  it('a log: each record with its bytes, in order; the verdict is the one of the log', async () => {
    const whole = await readBytes(bytes);
    const { pieces, ...verification } = await read({ file });
    assert.deepEqual({ ...verification, pieces }, whole);
    assert.deepEqual([whole.form, whole.verdict.kind, whole.tolerated, whole.manifest], ['log', 'intact', [], null]);
    assert.deepEqual(
      pieces.map(piece => (piece.is === 'record' ? `${piece.text}\n` : piece.is)),
      lines,
    );
    assert.deepEqual(whole.verdict, await openAuditReader({ file }).verify(null));
  });

  it('a log that breaks: what holds on its own behind the break is handed over, and what does not is said', async () => {
    const broken = Buffer.from(lines.with(3, (lines[3] ?? '').replace('alice', 'mallo')).join(''));
    const { verdict, pieces } = await readBytes(broken);
    assert.deepEqual([verdict.kind, verdict.line], ['record_edited', 4n]);
    assert.deepEqual(
      pieces.map(({ is }) => is),
      [...Array.from({ length: 3 }, () => 'record'), 'damage', ...Array.from({ length: 5 }, () => 'record')],
    );
  });

  it('lines that a filter took out: as a log records are missing, as a selection each is what was written', async () => {
    const some = Buffer.from([lines[1], lines[2], lines[5], lines[8]].join(''));
    const asLog = await readBytes(some);
    assert.equal(asLog.verdict.kind, 'records_missing');
    const { form, verdict, pieces } = await readBytes(some, 'selection', [positions[5] ?? assert.fail()]);
    assert.deepEqual([form, verdict.kind, verdict.records], ['selection', 'intact_selection', 4n]);
    assert.match(
      verdict.message,
      /numbered 2 to 9\. 4 records between the first and the last are not in it, at 2 places/,
    );
    assert.deepEqual(records(pieces), ['2', '3', '6', '9']);
  });

  for (const format of ['jsonl', 'csv'] as const)
    for (const chain of ['neighbours', 'to_end'] as const)
      it(`an export as ${format}, ${chain}: verified, with what was selected`, async () => {
        const made = await exported(
          file,
          { cluster: 'prod', requestId: '00000000-0000-4000-8000-000000000003' },
          { format, chain },
        );
        const { form, verdict, pieces, tolerated } = await readBytes(made);
        assert.deepEqual(
          [form, verdict.kind, tolerated],
          [`export_${format}`, 'intact_selection', []],
          verdict.message,
        );
        assert.deepEqual(records(pieces), chain === 'to_end' ? ['3', '4', '5', '6', '7', '8', '9'] : ['2', '3', '4']);
        assert.deepEqual(
          pieces.flatMap(piece => (piece.is === 'record' && piece.selected ? [piece.seq] : [])),
          [3n],
        );
        assert.deepEqual(
          pieces.map(piece => (piece.is === 'record' ? `${piece.text}\n` : '')),
          chain === 'to_end' ? lines.slice(2) : lines.slice(1, 4),
        );
      });

  it('an export of everything as a table: cells with newlines, quotation marks and formulas', async () => {
    const made = await exported(file, {}, { format: 'csv', chain: 'neighbours' });
    const { verdict, pieces } = await readBytes(made);
    assert.equal(verdict.kind, 'intact_selection', verdict.message);
    assert.deepEqual(
      pieces.map(piece => (piece.is === 'record' ? `${piece.text}\n` : '')),
      lines,
    );
    const changed = Buffer.from(made.toString().replace(',"alice",', ',"mallo",'));
    const found = await readBytes(changed);
    assert.deepEqual([found.verdict.kind, found.verdict.line], ['export_edited', 2n]);
    assert.match(found.verdict.message, /The column account of the row in line 2 does not agree/);
    // A spreadsheet leaves out quotation marks that nothing needs.
    const requoted = Buffer.from(made.toString().replaceAll(/"([a-z0-9-]+)"(?=[,\r])/g, '$1'));
    assert.notDeepEqual(requoted, made);
    const written = await readBytes(requoted);
    assert.equal(written.verdict.kind, 'intact_selection', written.verdict.message);
    assert.match(written.tolerated.join(), /^Another program/);
  });

  it('torn tails in an export and in a bundle go along with the record that tells of them', async () => {
    const { directory, file: torn } = await writtenLog(3);
    appendFileSync(torn, '{"half\n\nof two\n{"lines');
    await appendMany(openAuditLog({ directory }), 4, 6);
    const number = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
    const all = readFileSync(torn, 'utf8');
    assert.equal((await read({ file: torn })).verdict.kind, 'intact');
    for (const requestId of [number(3), number(4), number(5)])
      for (const format of ['jsonl', 'csv'] as const)
        for (const chain of ['neighbours', 'to_end'] as const) {
          const { verdict } = await readBytes(await exported(torn, { requestId }, { format, chain }));
          assert.equal(verdict.kind, 'intact_selection', `${requestId} ${format} ${chain}: ${verdict.message}`);
        }
    const told = (await exported(torn, { requestId: number(3) }, { format: 'jsonl', chain: 'neighbours' })).toString();
    assert.equal((await readBytes(Buffer.from(told.replace('of two', 'of tow')))).verdict.kind, 'torn_tail');
    const lost = told.split('\n').slice(0, -2).join('\n');
    assert.equal((await readBytes(Buffer.from(`${lost}\n`))).verdict.kind, 'torn_tail');

    const pages = await openAuditPages(torn);
    const verdict = await openAuditReader({ file: torn }).verify(null);
    let bundled = '';
    for await (const piece of exportBundle(pages, {}, { chain: 'to_end', verdict }, MAKER)) bundled += piece;
    await pages.close();
    const whole = await readBytes(Buffer.from(bundled));
    assert.equal(whole.verdict.kind, 'intact_selection', whole.verdict.message);
    const damage = whole.pieces.find(piece => piece.is === 'damage');
    assert.equal(damage?.bytes, BigInt(all.slice(all.indexOf('{"half'), all.indexOf('{"lines')).length + 7));
    const refitted = (lines: readonly string[]): Buffer => {
      const body = lines.map(line => `${line}\n`).join('');
      const sha256 = createHash('sha256').update(body).digest('hex');
      return Buffer.from(`${body}${JSON.stringify({ end: { lines: String(lines.length), sha256 } })}\n`);
    };
    const content = bundled.split('\n').slice(0, -2);
    const at = content.findIndex(line => line.startsWith('{"fragment"'));
    assert.equal((await readBytes(refitted(content))).verdict.kind, 'intact_selection');
    for (const [changed, kind] of [
      [content.toSpliced(at, 1), 'record_edited'],
      [content.toSpliced(at - 1, 0, content[at] ?? ''), 'torn_tail'],
      [content.with(at, (content[at] ?? '').replace(/"bytes":"\d/, '"bytes":"9')), 'torn_tail'],
      [
        content.toSpliced(at, 0, '{"fragment":{"bytes":"1","sha256":"DIGEST"}}'.replace('DIGEST', '0'.repeat(64))),
        'torn_tail',
      ],
    ] as const)
      assert.equal((await readBytes(refitted(changed))).verdict.kind, kind);
  });

  it('a bundle from which the record that tells of a torn tail is withheld is whole; cut by one byte it is not', async () => {
    const { directory, file: torn } = await writtenLog(3);
    appendFileSync(torn, '{"half');
    await appendMany(openAuditLog({ directory }), 4, 6);
    const pages = await openAuditPages(torn);
    const verdict = await openAuditReader({ file: torn }).verify(null);
    const sought = { requestId: '00000000-0000-4000-8000-000000000003' };
    let made = '';
    for await (const piece of exportBundle(pages, sought, { chain: 'to_end', verdict }, MAKER)) made += piece;
    await pages.close();
    assert.match(made, /\n\{"fragment".*\n\{"stub"/);
    const whole = await readBytes(Buffer.from(made));
    assert.deepEqual([whole.verdict.kind, whole.verdict.records], ['intact_selection', 1n], whole.verdict.message);
    const cut = await readBytes(Buffer.from(made.slice(0, -1)));
    assert.equal(cut.verdict.kind, 'truncated');
    assert.match(cut.verdict.message, /lacks its newline/);
  });

  it('a byte-order mark, carriage returns everywhere or here and there, UTF-16: said, and no tampering', async () => {
    const text = bytes.toString();
    const crlf = text.replaceAll('\n', '\r\n');
    const utf16 = Buffer.from(`\ufeff${crlf}`, 'utf16le');
    for (const [changed, said] of [
      [Buffer.from(`\ufeff${text}`), /^A byte-order mark at its beginning was ignored/],
      [Buffer.from(crlf), /^The carriage return at the end of each line was ignored/],
      [Buffer.from(`\ufeff${crlf}`), /mark.*carriage/],
      [Buffer.from(text.replace('\n', '\r\n')), /^The carriage return at the end of 1 of 9 lines/],
      [
        Buffer.from([...lines.slice(0, 4), (lines[4] ?? '').replace('\n', '\r\n'), ...lines.slice(5)].join('')),
        /1 of 9/,
      ],
      [utf16, /UTF-16/],
      [Buffer.from(utf16).swap16(), /UTF-16/],
      [utf16.subarray(2), /UTF-16/],
    ] as const) {
      const { verdict, tolerated } = await readBytes(changed);
      assert.deepEqual([verdict.kind, verdict.records], ['intact', 9n], verdict.message);
      assert.match(tolerated.join(' '), said);
      assert.equal(verdict.bytes, BigInt(changed.length));
    }
    for (const format of ['jsonl', 'csv'] as const) {
      const made = (await exported(file, {}, { format, chain: 'to_end' })).toString();
      const other = format === 'csv' ? made.replaceAll('\r\n', '\n') : made.replaceAll('\n', '\r\n');
      const { verdict, tolerated } = await readBytes(Buffer.from(`\ufeff${other}`));
      assert.equal(verdict.kind, 'intact_selection', verdict.message);
      assert.equal(tolerated.length, 2);
    }
  });

  it('UTF-16 of which the rest is not read any more: the finding stays, wherever a piece ended', async () => {
    const utf16 = Buffer.from(bytes.toString().replace('alice', 'mallo'), 'utf16le');
    for (const size of [6, 7, 1001, 1 << 20]) {
      const { verdict } = await verifyAuditFile({ stream: inPieces(utf16, size), name: 'bytes' }, []);
      assert.deepEqual([verdict.kind, verdict.line], ['record_edited', 1n], verdict.message);
    }
  });

  it('what cannot be read is a verdict with its reason: compressed, a directory, nothing, not a log', async () => {
    const packed = path.join(temporaryDirectory(), 'audit.jsonl.gz');
    writeFileSync(packed, spawnSync('gzip', ['-c', file]).stdout);
    const compressed = await read({ file: packed });
    assert.equal(compressed.verdict.kind, 'unreadable');
    assert.match(compressed.verdict.message, /compressed \(gzip\).*zcat FILE \| aerodb-control audit verify --file -/);
    assert.match((await read({ file: path.dirname(packed) })).verdict.message, /neither a file nor a pipe/);
    assert.equal((await read({ file: `${packed}.none` })).verdict.kind, 'unreadable');
    assert.equal((await read({ file: `${packed}.none` }, positions.slice(-1))).verdict.kind, 'truncated');
    assert.equal((await readBytes(Buffer.from('hello\nworld\n'))).verdict.kind, 'unreadable');
    assert.match((await readBytes(Buffer.alloc(0))).verdict.message, /The pipe was empty/);
    assert.match((await read({ file: '/dev/zero' })).verdict.message, /neither a file nor a pipe/);
    const empty = `${packed}.empty`;
    writeFileSync(empty, '');
    assert.equal((await read({ file: empty })).verdict.kind, 'intact');
    for (const later of ['{"export":2}\n', '{"bundle":2}\n'])
      assert.match((await readBytes(Buffer.from(later))).verdict.message, /format version 2/);
  });

  it('a pipe with a name is read as it comes', async () => {
    const pipe = path.join(temporaryDirectory(), 'pipe');
    assert.equal(spawnSync('mkfifo', [pipe]).status, 0);
    const writer = spawn('sh', ['-c', 'cat "$1" > "$2"', 'sh', file, pipe], { stdio: 'ignore' });
    const { verdict } = await read({ file: pipe });
    assert.deepEqual([verdict.kind, verdict.records], ['intact', 9n]);
    writer.unref();
  });
});
