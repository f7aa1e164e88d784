/** What a whole run of `npm test` leaves, and which rules it leaves unproven. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkedOut, testRecord, unproven, writeTestRecord, type Result } from '../../scripts/lib/test-record.mjs';
import { CELLS, SECTIONS } from '../conformance/rules.ts';
import { readRun, totals } from '../conformance/run-record.ts';

const RULES = [...SECTIONS.flatMap(({ rules }) => rules), ...CELLS].map(({ tag }) => tag);
const COMMIT = 'a'.repeat(40);
const CLEAN = { commit: COMMIT, isClean: true };

function result(name: string, passed: number, failed = 0, skipped = 0): Result {
  const failures = Array.from({ length: failed }, () => ({ title: 'one', error: 'broken' }));
  return { name, passed, failures, skipped, seconds: 1 };
}

describe('a whole run of npm test', () => {
  it('leaves a rule unproven whose canonical test did not pass, whatever else passed', async () => {
    const others = RULES.filter(tag => tag !== 'P7-F3').join(', ');
    const passed = { name: 'engines', proofs: [[`${others}: the rest`], ['also P7-F3: touched']] };
    assert.deepEqual(await unproven([passed]), ['P7-F3']);
    assert.deepEqual(await unproven([passed, { name: 'cli', proofs: [['a block', 'P7-F3: once']] }]), []);
    assert.equal((await unproven([])).length, RULES.length);
  });

  it('leaves a record that the conformance document reads: date, commit, versions and every suite', () => {
    const folder = mkdtempSync(join(tmpdir(), 'aero-record-'));
    try {
      const suites = [
        result('ui', 4, 1),
        result('patroni 3.0.4, PostgreSQL 15', 7),
        result('patroni 4.1.0, PostgreSQL 18 (forky)', 7),
        result('mysql 9.7.4', 5),
        result('start', 0, 0, 1),
      ];
      const run = { before: CLEAN, after: CLEAN, arguments: ['--all'] };
      const file = join(folder, 'out', 'test-run.json');
      writeTestRecord(file, testRecord(suites, run));
      const record = readRun(file);
      assert.ok(record);
      assert.deepEqual(
        { commit: record.commit, committed: record.committed, command: record.command, ...totals(record) },
        { commit: COMMIT, committed: true, command: 'npm test -- --all', passed: 23, failed: 1, skipped: 1 },
      );
      assert.ok(Math.abs(Date.now() - Date.parse(record.date)) < 60_000, record.date);
      const { Node: node, 'VS Code': code, ...databases } = record.versions;
      assert.equal(node, process.versions.node);
      assert.match(code ?? '', /^1\.(\d+) \(code-server 4\.\1\.\d+\)$/u);
      assert.deepEqual(databases, {
        Patroni: '3.0.4 with PostgreSQL 15; 4.1.0 with PostgreSQL 18 (forky)',
        MySQL: '9.7.4',
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('names no version of what did not run', () => {
    const { versions } = testRecord([result('ui', 0, 0, 1), result('mysql', 0, 0, 1)], {
      before: CLEAN,
      after: CLEAN,
      arguments: [],
    });
    assert.deepEqual(Object.keys(versions), ['Node']);
  });

  it('says when what was tested is not what the commit has', () => {
    for (const other of [
      { commit: COMMIT, isClean: false },
      { commit: 'b'.repeat(40), isClean: true },
    ]) {
      assert.equal(testRecord([], { before: other, after: CLEAN, arguments: [] }).committed, false);
      assert.equal(testRecord([], { before: CLEAN, after: other, arguments: [] }).committed, false);
    }
    assert.match(checkedOut()?.commit ?? '', /^[0-9a-f]{40}$/u);
  });
});
