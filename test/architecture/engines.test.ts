/**
 * The seam of the engines: outside of `src/engines` nothing in `src` names one, tests for one, or knows a word that
 * only one has. What it knows of them comes from the registry.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from '../../scripts/lib/paths.mjs';
import { ENGINES } from '../../src/engines/registry.ts';

/** Words that only one engine has. The local cluster is a kernel, and no part of what speaks to one. */
const WORDS = /patroni|postgres|\bleaders?\b|timeline|\blsn\b|\bgtid|\bmysql|group replication|switchover|failover/iu;
/** Comparisons with the kind of a cluster. */
const IDS = new Set<string>(ENGINES.map(({ id }) => id));

const files = globSync('src/**/*.ts', { cwd: root })
  .map(file => file.replaceAll('\\', '/'))
  .filter(file => !file.startsWith('src/engines/') && !file.startsWith('src/local-cluster/'))
  .toSorted();

/** Folders and settings are the product's, which bears the name of its first engine. */
function isPlaceOfTheProduct(node: ts.Node): boolean {
  if (ts.isSourceFile(node)) return false;
  const { parent } = node;
  return ts.isCallExpression(parent) && /(?:join|home|getConfiguration)$/u.test(parent.expression.getText());
}

/** What a source says, without its comments: names, texts, templates. */
function saidIn(file: string): readonly { readonly text: string; readonly line: number }[] {
  const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const said: { readonly text: string; readonly line: number }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || isPlaceOfTheProduct(node)) return;
    if (ts.isIdentifier(node) || ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node))
      said.push({ text: node.text, line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1 });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return said;
}

describe('also freeze/layers: engines', () => {
  it('are named nowhere but in their own folders', () => {
    const named = files.flatMap(file =>
      saidIn(file)
        .filter(({ text }) => WORDS.test(text))
        .map(({ text, line }) => `${file}:${line}: ${text.slice(0, 80)}`),
    );
    assert.deepEqual(named, []);
  });

  it('are told apart nowhere: no text is the id of one', () => {
    const compared = files.flatMap(file =>
      saidIn(file)
        .filter(({ text }) => IDS.has(text))
        .map(({ text, line }) => `${file}:${line}: ${text}`),
    );
    assert.deepEqual(compared, []);
  });
});
