/** What answers the panel of the audit log: real files, and no answer to those who may not see it. */
import assert from 'node:assert/strict';
import { copyFileSync, linkSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { compareCopy } from '../../src/audit/copy-check.ts';
import { writeExport } from '../../src/audit/export.ts';
import { openAuditLog } from '../../src/audit/log.ts';
import { openAuditPages } from '../../src/audit/pages.ts';
import { requestEnd } from '../../src/audit/query.ts';
import { openAuditReader } from '../../src/audit/reader.ts';
import { verifyAuditFile } from '../../src/audit/sources.ts';
import type { AuditQuery } from '../../src/control-plane/model/audit-reader.ts';
import type { Stage } from '../../src/control-plane/model/record.ts';
import { recordedExplanation, recordedKernelState } from '../../src/panel-protocol/recorded.ts';
import { AuditSession } from '../../src/vscode/audit-session.ts';
import { parsePanelRequest } from '../../src/panel-protocol/messages.ts';
import type { AuditLogFacts, AuditMessage } from '../../src/panel-protocol/audit.ts';
import { MAKER } from '../audit/support.ts';
import { temporaryFolder } from '../support/folders.ts';

const REQUESTS = 60;

describe('the session of an audit log panel', () => {
  let directory: string;
  let file: string;
  let allowed: boolean;
  let underWay: Set<string>;
  let told: AuditMessage[];
  let facts: AuditLogFacts | null;

  async function append(stage: Stage, request: string): Promise<void> {
    await openAuditLog({ directory }).append({
      time: '2026-11-21T10:00:00.000Z',
      clock: 'test',
      session: 's',
      n: '1',
      stage,
      operator: { account: 'alice', host: 'h', name: null },
      authority: 'Operator',
      request_id: request,
      command: 'request_promotion',
      cluster: 'orders',
      target: 'node-2',
      outcome: 'pending',
    });
  }

  beforeEach(async () => {
    directory = temporaryFolder('aerodb-audit-session-');
    file = path.join(directory, 'audit.jsonl');
    allowed = true;
    underWay = new Set();
    told = [];
    facts = null;
    for (let n = 0; n < REQUESTS; n += 1)
      await append(n % 2 === 0 ? 'command_requested' : 'dispatch_intent', `r-${Math.floor(n / 2)}`);
  });

  function open(copy: string | null = null): AuditSession {
    const reader = openAuditReader({ file });
    return new AuditSession(
      {
        reader,
        knownHead: () => null,
        secondCopy: copy === null ? null : { path: copy, compare: () => compareCopy(file, copy) },
        openPages: () => openAuditPages(file),
        requestEnd,
        describe: () => Promise.resolve(null),
        exportTo: (...to) => writeExport(...to, () => MAKER, copy === null ? [] : [copy]),
      },
      {
        mayReview: () => allowed,
        isUnderWay: id => underWay.has(id),
        tell: message => told.push(message),
        factsChanged: known => {
          facts = known;
        },
      },
    );
  }

  it('pages, unfolds and verifies a log, and says what is unknown of it', async () => {
    const session = open();
    assert.equal((await session.read()).lines, REQUESTS);
    await session.examine();
    assert.equal(facts?.verdict?.kind, 'intact');
    assert.equal(facts.danglingIntents, REQUESTS / 2);
    await session.answer({ type: 'audit-select', selection: 1, by: 'records', sought: { stage: 'dispatch_intent' } });
    await session.answer({ type: 'audit-page', selection: 1, from: 10, count: 100 });
    await session.answer({ type: 'audit-page', selection: 7, from: 0, count: 100 });
    const [selection, page, ...none] = told.splice(0);
    assert.deepEqual(none, [], 'another selection than the last one is not answered');
    assert.ok(selection?.part === 'selection' && selection.count === 30);
    assert.ok(page?.part === 'page');
    assert.deepEqual(
      page.rows.map(({ line }) => line),
      Array.from({ length: 20 }, (_none, index) => 22 + 2 * index),
    );
    assert.ok(page.rows.every(row => 'dangling' in row && row.dangling));
    await session.answer({ type: 'audit-unfold', line: 1 });
    const [request] = told;
    assert.ok(request?.part === 'request');
    assert.deepEqual([request.requestId, request.end, request.stages.length], ['r-0', { kind: 'unknown' }, 2]);
    assert.equal(request.stages[0]?.text, readFileSync(file, 'utf8').split('\n')[0]);
    await session.close();
  });

  it('also P7-E2: by requests, one row each; what runs in this window is under way, any other open intent is unknown', async () => {
    const session = open();
    await session.read();
    underWay.add('r-3');
    const rows = async (sought: AuditQuery): Promise<readonly unknown[]> => {
      await session.answer({ type: 'audit-select', selection: 1, by: 'requests', sought });
      await session.answer({ type: 'audit-page', selection: 1, from: 0, count: 100 });
      const [selection, page] = told.splice(0);
      assert.ok(selection?.part === 'selection' && page?.part === 'page');
      assert.deepEqual([selection.count, selection.total], [page.rows.length, REQUESTS / 2]);
      return page.rows.map(row => ('end' in row ? [row.requestId, row.lines, row.end?.kind, row.underWay] : row));
    };
    const all = Array.from({ length: REQUESTS / 2 }, (_none, index) => [`r-${index}`, 2, 'unknown', index === 3]);
    assert.deepEqual(await rows({}), all);
    assert.deepEqual(await rows({ requestId: 'r-7' }), [all[7]]);
    assert.deepEqual(await rows({ asks: 'reads' }), []);
    await append('command_executed', 'r-3');
    await session.read();
    assert.deepEqual((await rows({}))[3], ['r-3', 3, 'ended', false], 'what is decided is not under way');
    assert.deepEqual(await rows('dangling_intents'), all.toSpliced(3, 1));
    await session.close();
  });

  it('also P7-A1: whoever may not review the log gets no answer, not even to what was asked before', async () => {
    const session = open();
    await session.read();
    await session.answer({ type: 'audit-select', selection: 1, by: 'records', sought: {} });
    told.splice(0);
    const late = session.answer({ type: 'audit-page', selection: 1, from: 0, count: 100 });
    const examined = session.examine();
    allowed = false;
    await Promise.all([late, examined]);
    for (const request of [
      { type: 'audit-page', selection: 1, from: 0, count: 100 },
      { type: 'audit-select', selection: 2, by: 'records', sought: {} },
      { type: 'audit-unfold', line: 1 },
    ] as const)
      await session.answer(request);
    assert.deepEqual(told, []);
    assert.equal(facts, null);
    await session.close();
  });

  it('takes in what was appended only when it is asked to, and says when the file is another one', async () => {
    const session = open();
    await session.read();
    await append('command_requested', 'later');
    await session.answer({ type: 'audit-select', selection: 1, by: 'records', sought: {} });
    assert.deepEqual(told.pop(), { type: 'audit', part: 'selection', selection: 1, count: REQUESTS, total: REQUESTS });
    const grown = await session.read();
    assert.deepEqual([grown.change, grown.lines], ['grown', REQUESTS + 1]);
    const copy = `${file}.copy`;
    copyFileSync(file, copy);
    rmSync(file);
    copyFileSync(copy, file);
    assert.equal((await session.read()).change, 'replaced');
    rmSync(file);
    assert.equal((await session.read()).lines, 0, 'no file: no lines, and verification says why');
    await session.examine();
    assert.equal(facts?.verdict?.kind, 'unreadable');
    await session.close();
  });

  it('exports what was sought with its proof, and never over the log or beside it in its name', async () => {
    const session = open();
    await session.read();
    const target = path.join(directory, 'evidence.jsonl');
    await session.exportTo(target, 'dangling_intents', 'jsonl', 'neighbours');
    const [manifest, ...lines] = readFileSync(target, 'utf8')
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Readonly<Record<string, unknown>>);
    assert.deepEqual(
      [manifest?.['filter'], manifest?.['selected'], lines.length],
      ['dangling_intents', REQUESTS / 2, REQUESTS],
    );
    const log = readFileSync(file);
    symlinkSync(file, path.join(directory, 'link'));
    linkSync(file, path.join(directory, 'hard'));
    for (const name of ['audit.jsonl', 'link', 'hard', 'audit.lock', 'AUDIT.LOCK.holder']) {
      await assert.rejects(
        session.exportTo(path.join(directory, name), {}, 'csv', 'to_end'),
        /belongs to the audit log/,
      );
    }
    assert.deepEqual(readFileSync(file), log);
    writeFileSync(target, 'old');
    await assert.rejects(
      session.exportTo(path.join(directory, 'missing', 'x.csv'), {}, 'csv', 'to_end'),
      /^Error: The export to .*x\.csv could not be written \(ENOENT\)\. Nothing of it was kept\.$/,
    );
    const evidence = path.join(directory, 'evidence.bundle');
    for (const [chain, pieces] of [
      ['neighbours', 2],
      ['to_end', REQUESTS - 6],
    ] as const) {
      await session.exportTo(evidence, { requestId: 'r-3' }, 'bundle', chain);
      const { form, verdict: found } = await verifyAuditFile({ file: evidence }, []);
      assert.deepEqual([form, found.kind, found.records], ['bundle', 'intact_selection', 2n], found.message);
      assert.equal(readFileSync(evidence, 'utf8').split('\n').length, pieces + 3);
    }
    await session.exportTo(target, { requestId: 'r-3' }, 'csv', 'neighbours');
    assert.equal(
      readFileSync(target, 'utf8').trimEnd().split('\r\n').length,
      5,
      'the head, two records and their neighbours',
    );
    assert.ok(
      readdirSync(directory).every(name => !name.startsWith('.')),
      'nothing unfinished is left',
    );
    await session.close();
  });

  it('says how the second copy stands to the log, in the command line too, and exports nothing over it', async () => {
    const copy = path.join(directory, 'second.jsonl');
    copyFileSync(file, copy);
    const session = open(copy);
    const opened = await session.read();
    assert.equal(opened.copy, null, 'not compared yet');
    assert.ok(opened.command.includes(` --copy ${copy}`), opened.command);
    await session.examine();
    assert.deepEqual(
      [facts?.copy?.kind, facts?.verdict?.kind, facts?.danglingIntents],
      ['same', 'intact', REQUESTS / 2],
    );
    await assert.rejects(session.exportTo(copy, {}, 'jsonl', 'to_end'), /belongs to the audit log/);
    assert.deepEqual(readFileSync(copy), readFileSync(file));
    writeFileSync(copy, readFileSync(copy, 'utf8').replace('r-7', 'r-8'));
    assert.equal((await session.read()).copy, null);
    await session.examine();
    assert.deepEqual([facts?.copy?.kind, facts?.copy?.line], ['differs', '15']);
    rmSync(copy);
    await session.read();
    await session.examine();
    assert.equal(facts?.copy?.kind, 'unreadable');
    await session.close();
  });

  it('draws as explanation and as kernel state only what has the form of one', () => {
    for (const value of [
      null,
      undefined,
      'text',
      [],
      {},
      { command: 'request_promotion' },
      { _$litType$: 1, strings: [], values: [] },
    ]) {
      assert.equal(recordedExplanation(value), null);
      assert.equal(recordedKernelState(value), null);
    }
  });

  it('the protocol knows no request that could write, and none that asks for too much', () => {
    for (const message of [
      { type: 'audit-page', selection: 1, from: 0, count: 101 },
      { type: 'audit-page', selection: 1, from: -1, count: 1 },
      { type: 'audit-unfold', line: 0 },
      { type: 'audit-select', selection: 1, by: 'records', sought: { path: '/etc/passwd' } },
      { type: 'audit-select', selection: 1, by: 'records', sought: { text: 'x'.repeat(1001) } },
      { type: 'audit-export', format: 'jsonl', sought: {}, file: '/tmp/x' },
      { type: 'audit-raw', file: '/etc/passwd' },
      { type: 'audit-append' },
    ])
      assert.equal(parsePanelRequest(message), undefined, JSON.stringify(message));
  });
});
