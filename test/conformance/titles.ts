/** The titles of all tests, collected by mocha itself without running one. */
import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../scripts/lib/paths.mjs';
import { readReport, REPORT_VARIABLE } from '../../scripts/lib/test-report.mjs';
import type { NamedTest } from './coverage.ts';
import { TemporaryFolder } from '../support/folders.ts';

/** Every test of every suite, in the order of suites and files. A test that is skipped is not among them. */
export async function allTests(): Promise<readonly NamedTest[]> {
  const suites = [
    ...new Set(globSync('test/*/**/*.test.ts', { cwd: root }).map(file => file.split(/[\\/]/u)[1] ?? '')),
  ].toSorted();
  using temporary = new TemporaryFolder('aero-titles-');
  const folder = temporary.path;
  const found: NamedTest[] = [];
  // Two cores, two suites at a time.
  const queue = [...suites];
  const byName = new Map<string, readonly NamedTest[]>();
  const worker = async (): Promise<void> => {
    for (let suite = queue.shift(); suite !== undefined; suite = queue.shift())
      byName.set(suite, await testsOf(suite, join(folder, `${suite}.jsonl`)));
  };
  await Promise.all([worker(), worker()]);
  for (const suite of suites) found.push(...(byName.get(suite) ?? []));
  return found;
}

async function testsOf(suite: string, report: string): Promise<readonly NamedTest[]> {
  const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const reporter = join(root, 'scripts', 'lib', 'mocha-reporter.mjs');
  const args = [
    '--import',
    join(import.meta.dirname, 'listing.ts'),
    mocha,
    '--dry-run',
    '--forbid-pending=false',
    '--reporter',
    reporter,
    '--recursive',
    '--extension',
    'test.ts',
    join('test', suite),
  ];
  await promisify(execFile)(process.execPath, args, {
    cwd: root,
    env: { ...process.env, [REPORT_VARIABLE]: report },
    maxBuffer: 64 * 1024 * 1024,
  });
  const lines = readReport(report);
  if (!lines.some(({ event }) => event === 'end')) throw new Error(`mocha named no tests of the suite ${suite}.`);
  return lines.flatMap(line => (line.event === 'pass' ? [{ suite, path: line.path, place: line.place }] : []));
}
