/**
 * Writes the documents that are generated from other files of the project: `npm run docs [-- OPTIONS]`. The options are
 * those of `test/conformance/write.ts`. Numbers and pictures are made by `npm run bench` and `npm run screenshots`.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kernelApiDocument } from './lib/kernel-api.mjs';
import { root } from './lib/paths.mjs';
import { jsonSchema } from '../test/cli/json-shape.ts';

writeFileSync(
  join(root, 'docs', 'kernel-api.md'),
  kernelApiDocument(JSON.parse(readFileSync(join(root, 'openapi', 'aerodb-kernel-v1.json'), 'utf8'))),
);
writeFileSync(join(root, 'docs', 'terminal.schema.json'), jsonSchema());
// In a process of its own: it loads every test.
const conformance = [join(root, 'test', 'conformance', 'write.ts'), ...process.argv.slice(2)];
process.exitCode = spawnSync(process.execPath, conformance, { cwd: root, stdio: 'inherit' }).status ?? 1;
