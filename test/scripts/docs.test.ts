/** Tests the documents: generated ones are up to date, and what they name exists. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kernelApiDocument } from '../../scripts/lib/kernel-api.mjs';
import { root } from '../../scripts/lib/paths.mjs';
import { ENGINES } from '../../src/engines/registry.ts';

function text(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}
/** A script that is named in a sentence, which may go on in the next line of a comment. */
const NPM_RUN = /npm run(?:\s+\*)?\s+([a-z][\w-]*(?::\w[\w-]*)*)/gu;
/** What a person reads to find a command; the changelog tells what was. */
const NAMING = globSync(['*.md', '{docs,scripts,src,test}/**/*.{md,mjs,ts}'], { cwd: root }).filter(
  file => file !== 'CHANGELOG.md',
);
const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/*.md', { cwd: root })];

describe('the documents', () => {
  it('docs/kernel-api.md is what openapi/aerodb-kernel-v1.json says (npm run docs writes it)', () => {
    assert.equal(
      text('docs/kernel-api.md'),
      kernelApiDocument(JSON.parse(text('openapi/aerodb-kernel-v1.json')) as Record<string, unknown>),
    );
  });

  it('every file that a document names exists', () => {
    const missing = DOCUMENTS.flatMap(document =>
      [...text(document).matchAll(/`((?:src|test|scripts|docs|openapi|media|\.ci)\/[\w./-]*\w\/?)`/gu)]
        .filter(([, file = '']) => !existsSync(join(root, file)))
        .map(([, file = '']) => `${document}: ${file}`),
    );
    assert.deepEqual(missing, []);
  });

  it('the walk through the architecture names a file of every layer', () => {
    const walk = text('docs/architecture.md').split('## One request through the files')[1]?.split('\n## ')[0] ?? '';
    const named = new Set(
      [...walk.matchAll(/`(src\/[\w./-]+\.ts)`/gu)].map(([, file = '']) => file.split('/').slice(0, 2).join('/')),
    );
    assert.deepEqual([...named].toSorted(), [
      'src/audit',
      'src/cli',
      'src/control-plane',
      'src/engines',
      'src/local-cluster',
      'src/vscode',
      'src/webview',
    ]);
  });

  it('every engine of the registry has its place in README and terminal page', () => {
    for (const { id } of ENGINES) {
      assert.match(text('docs/terminal.md'), new RegExp(`\\| \`--kind KIND\` [^\\n]*\`${id}\``), id);
      assert.match(text('README.md'), new RegExp(`\\| \`aerodb\\.clusters\` [^\\n]*\`${id}\``), id);
    }
  });

  it('every npm script that a document, a program or a test names exists', () => {
    const { scripts } = JSON.parse(text('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
    const named = NAMING.flatMap(file =>
      [...text(file).matchAll(NPM_RUN)].map(([, script = '']) => ({
        file,
        script,
      })),
    );
    assert.ok(named.length > 30);
    assert.deepEqual(
      named.filter(({ script }) => !Object.hasOwn(scripts, script)),
      [],
    );
  });

  it('links between documents lead somewhere', () => {
    const broken = DOCUMENTS.flatMap(document =>
      [...text(document).matchAll(/\]\((?!https?:|#|command:)([^)#\s]+)/gu)]
        .filter(([, file = '']) => !existsSync(join(root, document, '..', file)))
        .map(([, file = '']) => `${document}: ${file}`),
    );
    assert.deepEqual(broken, []);
  });
});
