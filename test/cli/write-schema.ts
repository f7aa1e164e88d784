/** Writes docs/terminal.schema.json from the description that the tests parse with. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jsonSchema } from './json-shape.ts';

writeFileSync(join(import.meta.dirname, '../../docs/terminal.schema.json'), jsonSchema());
