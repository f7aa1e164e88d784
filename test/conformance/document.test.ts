/** What the two documents say of a few tests, and of a run. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NamedTest } from './coverage.ts';
import { conformanceDocument, testsDocument } from './document.ts';
import { readRun, type RunRecord } from './run-record.ts';

const TESTS: readonly NamedTest[] = [
  { suite: 'cli', path: ['a', 'P7-F3, also P7-E2: sent *once* (seed 7)'], place: { file: 'test/a.test.ts', line: 12 } },
  { suite: 'ui', path: ['b', 'also P7-F3: again'], place: { file: 'test/b.test.ts', line: 3 } },
  { suite: 'cli', path: ['inspect_wal/crash: killed'], place: { file: 'test/c.test.ts', line: 4 } },
];

const RUN: RunRecord = {
  date: '2027-01-02T03:04:05.000Z',
  commit: 'c'.repeat(40),
  committed: true,
  command: 'npm test',
  versions: { Node: 'v24.1.0' },
  suites: [
    { name: 'cli', passed: 2, failed: 0, skipped: 0 },
    { name: 'ui', passed: 3, failed: 0, skipped: 0 },
  ],
};

function lineOf(text: string, start: string): string {
  return text.split('\n').find(line => line.startsWith(start)) ?? '';
}

describe('the conformance documents', () => {
  it('give a rule its canonical test with a link to the line, and count the others', () => {
    const text = conformanceDocument(TESTS, null);
    assert.match(
      lineOf(text, '| P7-F3 |'),
      / \| \[sent \\\*once\\\*\]\(\.\.\/test\/a\.test\.ts#L12\) \(cli\) \| 1 \|$/u,
    );
    assert.match(lineOf(text, '| P7-E2 |'), / \|  \| 1 \|$/u);
    assert.match(lineOf(text, '| `inspect_wal` |'), / \[line 4\]\(\.\.\/test\/c\.test\.ts#L4\) \|$/u);
  });

  it('list every test of a rule with its place, the canonical one first and in bold', () => {
    const text = testsDocument(TESTS);
    assert.ok(
      text.includes(
        '### P7-F3\n\n- **cli: a › P7-F3, also P7-E2: sent \\*once\\*** [test/a.test.ts:12](../test/a.test.ts#L12)\n' +
          '- ui: b › also P7-F3: again [test/b.test.ts:3](../test/b.test.ts#L3)\n\n### P7-D1',
      ),
      text,
    );
  });

  it('are the same bytes for the same tests', () => {
    assert.equal(conformanceDocument(TESTS, RUN), conformanceDocument([...TESTS], { ...RUN }));
  });

  it('say that no run is recorded', () => {
    assert.match(conformanceDocument(TESTS, null), /\*\*No whole run is recorded yet/u);
  });

  it('say when, on which commit and with what the recorded run was made, and how it ended', () => {
    const text = conformanceDocument(TESTS, RUN);
    for (const line of [
      '| date | 2027-01-02T03:04:05.000Z |',
      `| commit | \`${RUN.commit}\` |`,
      '| run | `npm test` |',
      '| result | 5 passed, 0 failed, 0 skipped |',
      '| Node | v24.1.0 |',
      '| ui | 3 | 0 | 0 |',
    ])
      assert.ok(text.includes(`\n${line}\n`), line);
    assert.match(text, /Every test of this whole run passed/u);
  });

  it('do not take a run with failures, with suites that did not run or beside its commit for a freeze', () => {
    const cli = { name: 'cli', passed: 2, failed: 3, skipped: 1 };
    const text = conformanceDocument(TESTS, { ...RUN, committed: false, suites: [cli] });
    assert.match(text, /\*\*This is not the record of a freeze: 3 failed, 1 skipped, the working tree differed/u);
    assert.doesNotMatch(text, /Every test of this whole run passed/u);
  });
});

describe('the record of a run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'aero-record-'));
  const file = join(folder, 'run.json');
  after(() => rmSync(folder, { recursive: true, force: true }));

  const read = (value: unknown): RunRecord | null => {
    writeFileSync(file, JSON.stringify(value));
    return readRun(file);
  };

  it('is read without what it does not keep, and null is no run', () => {
    const suites = RUN.suites.map(suite => ({ ...suite, seconds: 3 }));
    assert.deepEqual(read({ ...RUN, suites, folder }), RUN);
    assert.equal(read(null), null);
  });

  it('is refused where something of it is missing', () => {
    for (const key of Object.keys(RUN)) assert.throws(() => read({ ...RUN, [key]: undefined }), key);
  });
});
