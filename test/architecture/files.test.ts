/** Tests the form of files: each says what it holds, none is long, no line is wider than 120 columns. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/lib/paths.mjs';

const LONGEST_FILE = 300;
const WIDEST_LINE = 120;

/** `no-eval.ts` has to be loaded before every package. */
const IN_ANOTHER_ORDER: readonly string[] = ['src/webview/main.ts'];

const HEADER = /^(?:#!.*\n)?\/\*\*?[\s\n]/u;
/** A title is one sentence, which is not broken. */
const TITLE = /^ *(?:it|describe)\(/u;
const IMPORT = /^import\b(?:[^'";]*? from)?\s*'([^']+)';$/gmu;

function files(...patterns: readonly string[]): readonly string[] {
  return globSync([...patterns], { cwd: root })
    .map(file => file.replaceAll('\\', '/'))
    .sort();
}

function text(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

function lines(file: string): readonly string[] {
  return text(file).replace(/\n$/u, '').split('\n');
}

/** What an import comes from: a module of Node, a package, or a file of this project. */
function originOf(specifier: string): number {
  if (specifier.startsWith('node:')) return 0;
  return specifier.startsWith('.') ? 2 : 1;
}

/** Whether the imports at the top stand together: first modules of Node, then packages, then files. */
function isInOrder(file: string): boolean {
  const top = [...text(file).matchAll(IMPORT)];
  // What stands after a gap is no import of this file: a test plants sources, and a program is written as text.
  const gap = top.findIndex((each, index) => index > 0 && !isNext(top[index - 1], each));
  const own = gap === -1 ? top : top.slice(0, gap);
  const origins = own.map(([, specifier = '']) => originOf(specifier));
  return origins.every((origin, index) => index === 0 || origin >= (origins[index - 1] ?? 0));
}

function isNext(before: RegExpExecArray | undefined, each: RegExpExecArray): boolean {
  return before !== undefined && before.index + before[0].length + 1 === each.index;
}

describe('files', () => {
  const code = files('src/**/*.ts', 'test/**/*.ts', 'test/**/*.mjs', 'scripts/**/*.mjs');
  const source = files('src/**/*.{ts,css}');

  it('there are some of each kind', () => {
    assert.ok(code.length > 300 && source.length > 150);
    for (const file of ['src/extension.ts', 'src/webview/panel.css', 'test/support/pattern.ts', 'scripts/test.mjs'])
      assert.ok(code.includes(file) || source.includes(file), file);
  });

  it('every file begins with a comment that says what it holds', () => {
    assert.deepEqual(
      [...code, ...source].filter(file => !HEADER.test(text(file))),
      [],
    );
  });

  it(`no source file has more than ${LONGEST_FILE} lines`, () => {
    assert.deepEqual(
      source.filter(file => lines(file).length > LONGEST_FILE),
      [],
    );
  });

  it(`no line is wider than ${WIDEST_LINE} columns but a title`, () => {
    assert.deepEqual(
      [...new Set([...code, ...source])]
        .filter(file => lines(file).some(line => line.length > WIDEST_LINE && !TITLE.test(line)))
        .sort(),
      [],
    );
  });

  it('imports come from Node, then from packages, then from files', () => {
    assert.deepEqual(
      code.filter(file => !isInOrder(file)),
      IN_ANOTHER_ORDER,
    );
  });
});
