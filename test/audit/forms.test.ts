/** Each thing that is held against a file in some form, broken by itself: what the verdict then is. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { encodeRecord } from '../../src/audit/chain.ts';
import { exportBundle, exportSelection } from '../../src/audit/export.ts';
import { openAuditLog } from '../../src/audit/log.ts';
import { openAuditPages } from '../../src/audit/pages.ts';
import { openAuditReader } from '../../src/audit/reader.ts';
import { CsvForm } from '../../src/audit/forms/export-csv.ts';
import { formOf } from '../../src/audit/sources.ts';
import type { AuditFileVerification } from '../../src/control-plane/model/audit-file.ts';
import type { AuditPosition } from '../../src/control-plane/model/audit-position.ts';
import type { AuditVerdictKind, ExportedChain } from '../../src/control-plane/model/audit-reader.ts';
import { entry } from './entries.ts';
import { appendMany, logFile, MAKER, temporaryDirectory, writtenLog } from './support.ts';

function verified(text: string, heads: readonly AuditPosition[] = [], as?: 'selection'): AuditFileVerification {
  const bytes = Buffer.from(text);
  const form = formOf(bytes, as, heads, undefined);
  form.push(bytes);
  return form.end();
}

function kindOf(text: string, heads: readonly AuditPosition[] = [], as?: 'selection'): AuditVerdictKind {
  return verified(text, heads, as).verdict.kind;
}

/** The lines with a last one that fits them. */
function ended(lines: readonly string[], count = lines.length): string {
  const body = lines.map(line => `${line}\n`).join('');
  const sha256 = createHash('sha256').update(body).digest('hex');
  return `${body}${JSON.stringify({ end: { lines: String(count), sha256 } })}\n`;
}

async function all(pieces: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}

describe('also P7-O3: what is held against each form', () => {
  const written = { bundle: '', neighbours: '', to_end: '', csv: '' };
  let log: readonly string[] = [];
  let positions: readonly AuditPosition[] = [];

  before(async () => {
    const made = await writtenLog(6);
    ({ positions } = made);
    log = readFileSync(made.file, 'utf8').split(/(?<=\n)/);
    const verdict = await openAuditReader({ file: made.file }).verify(null);
    const pages = await openAuditPages(made.file);
    const sought = { requestId: '00000000-0000-4000-8000-000000000003' };
    const chain = 'to_end';
    written.bundle = await all(exportBundle(pages, sought, { chain, verdict }, MAKER));
    for (const name of ['neighbours', 'to_end'] as const satisfies readonly ExportedChain[])
      written[name] = await all(exportSelection(pages, sought, { format: 'jsonl', chain: name, verdict }));
    written.csv = await all(exportSelection(pages, sought, { format: 'csv', chain, verdict }));
    await pages.close();
  });

  const bundled = (): readonly string[] => written.bundle.split('\n').slice(0, -2);
  const withEvidence = (): readonly string[] => {
    const text = '{"a":1}';
    const sha256 = createHash('sha256').update(text).digest('hex');
    const [manifest = '', ...rest] = bundled();
    return [
      manifest.replace('"evidence":[]', `"evidence":[{"name":"a","bytes":"7","sha256":"${sha256}"}]`),
      ...rest,
      JSON.stringify({ evidence: { name: 'a', text } }),
    ];
  };

  it('a bundle: its last line, its first line, and the order of its pieces', () => {
    const lines = withEvidence();
    const next = JSON.stringify({ stub: { seq: '7', prev: positions.at(-1)?.hash, hash: 'a'.repeat(64) } });
    assert.equal(kindOf(ended(lines)), 'intact_selection');
    assert.equal(kindOf(ended(bundled())), 'intact_selection');
    for (const [changed, kind] of [
      [ended(lines, lines.length + 1), 'export_edited'],
      [`${ended(bundled())}${next}\n`, 'export_edited'],
      [ended([lines[0] ?? '', lines.at(-1) ?? '', ...lines.slice(1, -1)]), 'export_edited'],
      [ended([lines[0] ?? '', lines.at(-1) ?? '', lines[1] ?? '']), 'export_edited'],
      [ended([lines[0] ?? '', lines[1] ?? '', lines.at(-1) ?? '']), 'intact_selection'],
      [ended(lines.with(-1, (lines.at(-1) ?? '').replace('1}', '2}'))), 'export_edited'],
      [ended(lines.slice(0, -1)), 'truncated'],
      [ended([...lines.slice(0, -2), ...lines.slice(-2).toReversed()]), 'export_edited'],
      [ended(lines.with(0, (lines[0] ?? '').replace('"selected":"1"', '"selected":"2"'))), 'export_edited'],
      [ended(lines.with(1, (lines[1] ?? '').replace('{"record":', '{ "record":'))), 'export_edited'],
    ] as const)
      assert.equal(kindOf(changed), kind);
  });

  it('an export as JSON lines: its form, its numbers, and how many lines its first one speaks of', () => {
    const [manifest = '', ...lines] = written.to_end.split('\n').slice(0, -1);
    const whole = (rest: readonly string[], first = manifest): string =>
      [first, ...rest].map(line => `${line}\n`).join('');
    assert.equal(kindOf(whole(lines)), 'intact_selection');
    const line = (index: number): string => lines[index] ?? '';
    for (const [changed, kind] of [
      [whole(lines.with(1, line(1).replace('{"line"', '{ "line"'))), 'export_edited'],
      [whole(lines.toSpliced(0, 1)), 'truncated'],
      [whole(lines.slice(0, -1)), 'truncated'],
      [whole(lines.with(1, line(1).replace('"line":"4"', '"line":"3"'))), 'export_edited'],
      [whole(lines.toSpliced(1, 1).with(1, line(2).replace('"line":"5"', '"line":"4"'))), 'export_edited'],
      [whole(lines.with(1, line(1).replace('alice', 'mallo'))), 'record_edited'],
      [whole(lines, manifest.replace(/"hash":"[0-9a-f]{4}/, '"hash":"0000')), 'export_edited'],
      [whole(lines, manifest.replace('"export":1', '"export":2')), 'unreadable'],
    ] as const)
      assert.equal(kindOf(changed), kind);
    assert.equal(kindOf(written.neighbours), 'intact_selection');
  });

  it('an export as a table: a row that ends in the middle, a column too few, another head', () => {
    assert.equal(kindOf(written.csv), 'intact_selection');
    for (const changed of [
      written.csv.slice(0, -20),
      written.csv.replace('"yes",', ''),
      written.csv.replace('selected,line,seq,time', 'selected,line,seq,zeit'),
      written.csv.replace('"yes"', '"yes"x'),
    ])
      assert.equal(kindOf(changed), 'export_edited');
  });

  it('a row of millions of lines takes no more memory than its bytes', () => {
    const [head = ''] = written.csv.split(/(?<=\r\n)/);
    const form = new CsvForm([], undefined);
    form.push(Buffer.from(`${head}"`));
    const before = process.memoryUsage().heapUsed;
    assert.equal(form.push(Buffer.alloc(4 * 1024 * 1024, '\n')), true);
    assert.ok(process.memoryUsage().heapUsed - before < 100 * 1024 * 1024);
    assert.equal(form.end().verdict.kind, 'export_edited');
  });

  it('a selection: record 1 follows none, a known head, a number twice', () => {
    const [one = '', two = '', three = ''] = log;
    assert.equal(kindOf(`${one}${three}`, [], 'selection'), 'intact_selection');
    const { line } = encodeRecord(entry(1), { seq: 0n, hash: 'a'.repeat(64) });
    assert.equal(kindOf(`${line.toString()}${three}`, [], 'selection'), 'record_edited');
    assert.equal(kindOf(`${two}${three}`, [{ seq: 3n, hash: 'a'.repeat(64) }], 'selection'), 'replaced');
    assert.equal(kindOf(`${two}${three}`, positions, 'selection'), 'intact_selection');
    assert.equal(kindOf(`${two}${two}`, [], 'selection'), 'forked');
    assert.equal(kindOf(`${three}${two}`, [], 'selection'), 'forked');
  });

  it('a letter that stands for what is no text is replaced by nothing else that reads like it', async () => {
    const { file } = await writtenLog(2, { detail: 'half a pair: \ud800' });
    const pages = await openAuditPages(file);
    const verdict = await openAuditReader({ file }).verify(null);
    const exported = await all(exportSelection(pages, {}, { format: 'jsonl', chain: 'to_end', verdict }));
    const lines = (await all(exportBundle(pages, {}, { chain: 'to_end', verdict }, MAKER))).split('\n').slice(0, -2);
    await pages.close();
    assert.equal(kindOf(exported), 'intact_selection');
    assert.equal(kindOf(ended(lines)), 'intact_selection');
    assert.equal(kindOf(exported.replace('\ufffd', '\\ud800')), 'record_edited');
    assert.equal(kindOf(ended(lines.map(line => line.replace('\ufffd', '\\ud800')))), 'record_edited');
    const [before = '', after = ''] = exported.split('\ufffd', 2);
    const rest = exported.slice(before.length + 1 + after.length);
    const raw = Buffer.concat([Buffer.from(before), Buffer.from([0xff]), Buffer.from(after + rest)]);
    const form = formOf(raw, undefined, [], undefined);
    form.push(raw);
    assert.equal(form.end().verdict.kind, 'export_edited');
  });

  it('a fragment may end with a carriage return: it is no line end of a copy', async () => {
    const directory = temporaryDirectory();
    await appendMany(openAuditLog({ directory }), 1, 2);
    appendFileSync(logFile(directory), '{"half\r\n');
    await appendMany(openAuditLog({ directory }), 3, 4);
    const { verdict, tolerated } = verified(readFileSync(logFile(directory), 'utf8'));
    assert.deepEqual([verdict.kind, tolerated], ['intact', []], verdict.message);

    const pages = await openAuditPages(logFile(directory));
    const options = { format: 'jsonl', chain: 'to_end', verdict } as const;
    const exported = await all(exportSelection(pages, {}, options));
    await pages.close();
    assert.equal(kindOf(exported), 'intact_selection');
    assert.equal(kindOf(exported.replace('"line":"3"', '"line":"2"')), 'export_edited');
  });
});
