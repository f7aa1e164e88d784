/** Writes docs/conformance.md: `npm run docs`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/lib/paths.mjs';
import { conformanceDocument } from './document.ts';
import { coverage } from './coverage.ts';
import { allTests } from './titles.ts';

const tests = await allTests();
const { missing, unknown } = coverage(tests);
writeFileSync(join(root, 'docs', 'conformance.md'), conformanceDocument(tests));
for (const tag of missing) process.stderr.write(`No test proves ${tag}.\n`);
for (const tag of unknown) process.stderr.write(`There is no rule ${tag}.\n`);
process.exitCode = missing.length + unknown.length === 0 ? 0 : 1;
