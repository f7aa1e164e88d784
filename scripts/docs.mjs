/** Writes the documents that are generated from other files of the project: `npm run docs`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kernelApiDocument } from './lib/kernel-api.mjs';
import { root } from './lib/paths.mjs';

writeFileSync(
  join(root, 'docs', 'kernel-api.md'),
  kernelApiDocument(JSON.parse(readFileSync(join(root, 'openapi', 'aerodb-kernel-v1.json'), 'utf8'))),
);
