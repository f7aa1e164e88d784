/**
 * What a mocha run found, as a file of one JSON object a line. Written while it runs, so that a crash shows as a report
 * without an end; the same from plain Node and from inside an extension host, whose console is not ours.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** The environment variable that names the file. */
export const REPORT_VARIABLE = 'AERODB_TEST_REPORT';

/** @typedef {{ file: string, line: number }} Place the file below the root of the repository */

/**
 * `place`: file and line of the test; only where tests are listed (test/conformance/listing.ts).
 * @typedef {{ event: 'pass', title: string, path: readonly string[], ms: number, place?: Place }
 *   | { event: 'pending', title: string, path: readonly string[], ms: number }
 *   | { event: 'fail', title: string, path: readonly string[], ms: number, error: string }
 *   | { event: 'end' }} ReportLine
 */

/**
 * Writes every result of a mocha run to a file.
 * @param {import('mocha').Runner} runner
 * @param {string} file
 * @returns {void}
 */
export function recordRun(runner, file) {
  const write = (/** @type {ReportLine} */ line) => appendFileSync(file, `${JSON.stringify(line)}\n`);
  runner.on('pass', (/** @type {import('mocha').Test & { place?: Place }} */ test) =>
    write({
      event: 'pass',
      title: test.fullTitle(),
      path: test.titlePath(),
      ms: test.duration ?? 0,
      ...(test.place === undefined ? {} : { place: test.place }),
    }),
  );
  runner.on('pending', test => write({ event: 'pending', title: test.fullTitle(), path: test.titlePath(), ms: 0 }));
  runner.on('fail', (test, error) =>
    write({
      event: 'fail',
      title: test.fullTitle(),
      path: test.titlePath(),
      ms: test.duration ?? 0,
      error: error.stack ?? error.message,
    }),
  );
  runner.on('end', () => write({ event: 'end' }));
}

/**
 * @param {string} file
 * @returns {ReportLine[]} the complete lines; none when there is no file
 */
export function readReport(file) {
  if (!existsSync(file)) return [];
  const complete = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return complete.map(line => JSON.parse(line));
}
