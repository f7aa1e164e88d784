/**
 * Which modules need a file when they run: the imports, which dependency-cruiser finds, and the paths that stand in
 * tests and scripts as text, because these start programs and read files without importing them.
 */
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, matchesGlob, normalize } from 'node:path/posix';
import { cruise } from 'dependency-cruiser';
import { ENTRIES } from '../build.mjs';

/** The folders of modules. */
const FOLDERS = ['src', 'test', 'scripts'];

/** Who runs a bundle needs its source. */
const SOURCES = new Map(ENTRIES.map(({ file, source }) => [file, source]));
/** These name sources of which who loads them does not need each. */
const LISTS = ['scripts/build.mjs', 'scripts/lib/changed.mjs'];

/** One text or several with commas between them, as in `join(root, 'docs', 'mysql.md')`. */
const TEXTS = /(['"`])[^'"`\n$]+\1(?:,\s*(['"`])[^'"`\n$]+\2)*/gu;

/** What is imported, also as a type only, is in the graph already. */
const IMPORTED = /\b(?:from|import)\s*\(?\s*'[^'\n]+'/gu;

/** Letters of paths and glob patterns, with a folder or an ending. */
const PATH = /^(?=.*[./])[\w.*{},@/-]+$/u;

/**
 * @typedef {object} Reach
 * @property {ReadonlySet<string>} modules all that there are
 * @property {(file: string) => readonly string[]} importers modules that load this one; imports of types do not
 * @property {(file: string) => readonly string[]} naming tests and scripts in which the path of this file stands
 * @property {(file: string) => readonly string[]} reading tests with a glob pattern that this file matches
 */

/**
 * @param {string} root
 * @returns {Promise<Reach>} of paths from the root, with slashes
 */
export async function reachOf(root) {
  const { output } = await cruise(
    FOLDERS.filter(folder => globSync(folder, { cwd: root }).length > 0),
    {
      baseDir: root,
      doNotFollow: { path: 'node_modules' },
      includeOnly: { path: `^(?:${FOLDERS.join('|')})/` },
      tsPreCompilationDeps: true,
    },
  );
  if (typeof output === 'string') throw new Error('dependency-cruiser answered with a text instead of a graph.');
  const imports = output.modules.flatMap(({ source, dependencies }) =>
    dependencies.flatMap(({ resolved, dependencyTypes }) =>
      dependencyTypes.includes('type-only') ? [] : [{ by: source, path: resolved }],
    ),
  );
  const modules = output.modules.map(({ source }) => source);
  const texts = modules
    .filter(file => /^(?:test|scripts)\//u.test(file) && !LISTS.includes(file))
    .flatMap(file => pathsIn(root, file).map(path => ({ by: file, path })));
  const patterns = texts.filter(({ by, path }) => path.includes('*') && by.startsWith('test/'));
  const importers = byPath(imports);
  const naming = byPath(texts);
  return {
    modules: new Set(modules),
    importers: file => importers.get(file) ?? [],
    naming: file => naming.get(file) ?? [],
    reading: file => [...new Set(patterns.filter(({ path }) => matchesGlob(file, path)).map(({ by }) => by))],
  };
}

/**
 * @param {readonly { by: string, path: string }[]} edges
 * @returns {ReadonlyMap<string, readonly string[]>} who leads to a path
 */
function byPath(edges) {
  /** @type {Map<string, string[]>} */
  const found = new Map();
  for (const { by, path } of edges) {
    const known = found.get(path) ?? [];
    if (by !== path && !known.includes(by)) found.set(path, [...known, by]);
  }
  return found;
}

/**
 * @param {string} root
 * @param {string} file a module
 * @returns {readonly string[]} paths that stand in it as text, from the root or from its own folder
 */
function pathsIn(root, file) {
  const text = readFileSync(join(root, file), 'utf8').replaceAll(IMPORTED, '');
  const texts = [...text.matchAll(TEXTS)].flatMap(([whole]) => {
    const pieces = [...whole.matchAll(/(['"`])([^'"`\n$]+)\1/gu)].map(([, , piece = '']) => piece);
    return [...pieces, pieces.join('/'), ...pieces.flatMap(piece => SOURCES.get(basename(piece)) ?? [])];
  });
  return [...new Set(texts.filter(each => PATH.test(each)))]
    .flatMap(each => [...(each.startsWith('*') ? [] : [normalize(each)]), normalize(join(dirname(file), each))])
    .filter(path => !path.startsWith('..'));
}
