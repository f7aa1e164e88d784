/**
 * Writes docs/conformance.md, docs/conformance-tests.md and the last column of the table of rules in
 * docs/architecture.md: `npm run docs [-- --run out/test-run.json]`. With a run, it first copies what matters of it
 * into docs/conformance-run.json.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../scripts/lib/paths.mjs';
import { coverage } from './coverage.ts';
import { conformanceDocument, testsDocument } from './document.ts';
import { ARCHITECTURE_FILE, withCanonicalTests } from './enforced.ts';
import { readRun, RUN_FILE } from './run-record.ts';
import { allTests } from './titles.ts';

const { values } = parseArgs({ options: { run: { type: 'string' } } });
if (values.run !== undefined) writeFileSync(RUN_FILE, `${JSON.stringify(readRun(values.run), null, 2)}\n`);
const tests = await allTests();
writeFileSync(join(root, 'docs', 'conformance.md'), conformanceDocument(tests, readRun(RUN_FILE)));
writeFileSync(join(root, 'docs', 'conformance-tests.md'), testsDocument(tests));
writeFileSync(ARCHITECTURE_FILE, withCanonicalTests(readFileSync(ARCHITECTURE_FILE, 'utf8'), tests));
const { missing, double, unknown, misplaced } = coverage(tests);
const problems = [
  ...missing.map(tag => `No test is the canonical one of ${tag}.`),
  ...double.map(which => `More than one canonical test: ${which}.`),
  ...unknown.map(tag => `There is no rule ${tag}.`),
  ...misplaced.map(title => `A block is no canonical test; its title may say "also": ${title}.`),
];
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
