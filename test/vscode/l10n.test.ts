/**
 * Every text of the editor has its German: what the sources say, the manifest names and the panels draw, and nothing
 * else.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import * as z from 'zod';
import { ENGINES } from '../../src/engines/registry.ts';
import { COMMAND_NAMES, COMMANDS } from '../../src/control-plane/commands/commands.ts';

const bundle = z.record(z.string(), z.string());
function read(file: string): Readonly<Record<string, string>> {
  return bundle.parse(JSON.parse(readFileSync(file, 'utf8')));
}
const german = read('l10n/bundle.l10n.de.json');

/**
 * The calls that look a text up, or mark one that a renderer looks up, and the arguments that are no literal: there the
 * keys come from a table.
 */
const LOOKUPS: Readonly<Record<string, string>> = {
  'vscode.l10n.t': 'src/{extension,vscode/**/*}.ts',
  t: 'src/webview/**/*.ts',
  phrase: 'src/webview/**/*.ts',
  label: 'src/{engines,control-plane}/**/*.ts',
  sentence: 'src/{engines,control-plane}/**/*.ts',
  fact: 'src/reconstruction/**/*.ts',
};
const FROM_TABLES = [
  'commandSpec(command).title',
  'label',
  'engine.label',
  'engine.addresses.prompt',
  'secret.editor.label',
  'editor.placeHolder',
  'editor.prompt',
  'form.misfit',
  "secret === '' ? kind.editor.removed : kind.editor.kept",
];

/** What an engine says of itself in the editor. */
function textsOfEngines(): readonly string[] {
  return ENGINES.flatMap(({ label, addresses, secrets }) => [
    label,
    addresses.prompt,
    ...secrets.flatMap(({ editor, form }) => [...Object.values(editor), ...(form === undefined ? [] : [form.misfit])]),
  ]);
}

/** The text of a literal, or of several that are put together because a line has an end. */
function literalText(node: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return undefined;
  const [left, right] = [literalText(node.left), literalText(node.right)];
  return left === undefined || right === undefined ? undefined : left + right;
}

function keysOfSources(): ReadonlyMap<string, string> {
  const keys = new Map<string, string>([
    ...COMMAND_NAMES.map(name => [COMMANDS[name].title, 'the command table'] as const),
    ...textsOfEngines().map(text => [text, 'the engines'] as const),
  ]);
  for (const [lookup, files] of Object.entries(LOOKUPS)) {
    for (const file of globSync(files)) {
      const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
      const visit = (node: ts.Node): void => {
        if (ts.isCallExpression(node) && node.expression.getText() === lookup) {
          const [key] = node.arguments;
          assert.ok(key, file);
          const text = literalText(key);
          if (text !== undefined) keys.set(text, file);
          else assert.ok(FROM_TABLES.includes(key.getText()), `${file}: ${key.getText()} is no literal`);
        }
        ts.forEachChild(node, visit);
      };
      visit(source);
    }
  }
  return keys;
}

function placeholders(text: string): readonly string[] {
  return [...text.matchAll(/\{\d+\}/gu)].map(([one]) => one).toSorted();
}

describe('texts in German', () => {
  it('every key of the sources is in the bundle, and every key of the bundle in the sources', () => {
    const keys = keysOfSources();
    assert.deepEqual(
      [...keys].filter(([key]) => !Object.hasOwn(german, key)),
      [],
      'not translated',
    );
    assert.deepEqual(
      Object.keys(german).filter(key => !keys.has(key)),
      [],
      'translated, and used nowhere',
    );
  });

  it('an engine writes no label without the mark by which it is found here', () => {
    // What an engine says of itself is found in the registry, above.
    for (const file of globSync('src/engines/**/*.ts').filter(name => !name.endsWith('engine.ts'))) {
      const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
      const visit = (node: ts.Node): void => {
        if (ts.isPropertyAssignment(node) && node.name.getText() === 'label')
          assert.fail(`${file}: ${node.getText()} is no call of label()`);
        ts.forEachChild(node, visit);
      };
      visit(source);
    }
  });

  it('a translation has the placeholders of its key, and is not empty', () => {
    for (const [key, text] of Object.entries(german)) {
      assert.deepEqual(placeholders(text), placeholders(key), key);
      assert.ok(text.trim() !== '', key);
      assert.equal(/^\s/u.test(text), /^\s/u.test(key), `${key}: the space before it`);
      assert.equal(/\s$/u.test(text), /\s$/u.test(key), `${key}: the space after it`);
    }
  });

  it('the manifest names texts that exist in both languages, and shows no text of its own', () => {
    const manifest = readFileSync('package.json', 'utf8');
    const named = [...manifest.matchAll(/"%([\w.]+)%"/gu)].map(([, key = '']) => key);
    const english = read('package.nls.json');
    assert.deepEqual([...new Set(named)].toSorted(), Object.keys(english).toSorted());
    const translated = read('package.nls.de.json');
    assert.deepEqual(Object.keys(translated), Object.keys(english));
    const { contributes } = JSON.parse(manifest) as { readonly contributes: unknown };
    const shown = ['title', 'description', 'markdownDescription', 'contents', 'altText'];
    const visit = (value: unknown, key: string): void => {
      if (typeof value === 'string' && shown.includes(key))
        assert.match(value, /^%[\w.]+%$|^AeroDB(?: Control Plane)?$/u);
      else if (typeof value === 'object' && value !== null)
        for (const [name, inner] of Object.entries(value)) visit(inner, Array.isArray(value) ? key : name);
    };
    visit(contributes, '');
    const links = (text: string): readonly string[] =>
      [...text.matchAll(/\]\((command:[^)]+)\)/gu)].map(([, link = '']) => link);
    for (const [key, text] of Object.entries(english)) assert.deepEqual(links(translated[key] ?? ''), links(text), key);
  });

  it('a command is called the same in the palette, in the panels and in German', () => {
    const translated = read('package.nls.de.json');
    const english = read('package.nls.json');
    for (const [key, text] of Object.entries(english).filter(
      ([key]) => key.startsWith('command.') && Object.hasOwn(german, english[key] ?? ''),
    ))
      assert.equal(translated[key], german[text], key);
  });
});
