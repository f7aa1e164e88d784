/**
 * Bundles what ships: `node scripts/build.mjs [--release]`. A release is minified, has no source maps, and fails when
 * one of its entries does not exist. Beside its bundles stand the licences of what others wrote of them
 * (THIRD-PARTY-NOTICES.txt) and the bill of materials (sbom.cdx.json).
 */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as esbuild from 'esbuild';
import { bundledPackages } from './lib/bundled.mjs';
import { neededOfMysql2 } from './lib/needed-of-mysql2.mjs';
import { neededOfUndici } from './lib/needed-of-undici.mjs';
import { notices } from './lib/notices.mjs';
import { root } from './lib/paths.mjs';
import { Failure, script } from './lib/run.mjs';
import { sbom } from './lib/sbom.mjs';

/** CommonJS: what a line does not need is not evaluated, and Node's own modules for it are not loaded. */
const COMMON_JS = {
  platform: /** @type {const} */ ('node'),
  format: /** @type {const} */ ('cjs'),
  target: 'node22',
  // Other files of a program are asked for by require(): import() would first load Node's loader of ES modules.
  supported: { 'dynamic-import': false },
};

/**
 * Client libraries of databases, each in a file of its own, which the extension and the terminal program load when they
 * reach such a database, so that neither holds them a second time or compiles them for nothing.
 */
const LIBRARIES = new Map([
  ['mysql2', { source: 'node_modules/mysql2/index.js', file: 'mysql2.cjs' }],
  ['pg/lib/client.js', { source: 'node_modules/pg/lib/client.js', file: 'pg-client.cjs' }],
]);

/** @type {import('esbuild').Plugin} */
const librariesInTheirFile = {
  name: 'libraries-in-their-file',
  setup(build) {
    build.onResolve({ filter: /^(?:mysql2|pg\/lib\/client\.js)$/ }, ({ path }) => {
      const library = LIBRARIES.get(path);
      return library && { path: `./${library.file}`, external: true };
    });
  },
};

/** The second file of the terminal program: what a help text does not need. Node reads and compiles a whole file. */
const COMMANDS = { source: 'src/cli/commands.ts', file: 'aerodb-control-commands.cjs' };

/**
 * Leaves out of the first file what is in the second. What else would be loaded later, such as the code that reaches an
 * engine, is used by the second alone; whoever comes to it in the first hears so.
 * @type {import('esbuild').Plugin}
 */
const withoutCommands = {
  name: 'without-commands',
  setup(build) {
    build.onResolve({ filter: /\.ts$/ }, ({ kind, path, importer, resolveDir }) => {
      if (kind !== 'dynamic-import' || importer === join(root, 'src/cli/main.ts')) return undefined;
      return join(resolveDir, path) === join(root, COMMANDS.source)
        ? { path: `./${COMMANDS.file}`, external: true }
        : { path, namespace: 'only-in-commands' };
    });
    build.onLoad({ filter: /^/, namespace: 'only-in-commands' }, ({ path }) => ({
      contents: `throw new Error(${JSON.stringify(`${path} is in ${COMMANDS.file}`)});`,
    }));
  },
};

/**
 * A program that knows its own file (`import.meta`) is one ES module; CommonJS packages in it still ask for `require`.
 */
const ES_MODULE = {
  platform: /** @type {const} */ ('node'),
  format: /** @type {const} */ ('esm'),
  target: 'node22',
  banner: {
    js:
      "#!/usr/bin/env node\nimport { createRequire as aerodbCreateRequire } from 'node:module';\nconst require = " +
      'aerodbCreateRequire(import.meta.url);',
  },
};

/** VS Code answers `require('vscode')` only in modules that were required: another reason for COMMON_JS. */
const EXTENSION = { ...COMMON_JS, external: ['vscode'] };

/**
 * The session is a file of its own, which the extension loads after it was activated.
 * @type {import('esbuild').Plugin}
 */
const sessionApart = {
  name: 'session-apart',
  setup(build) {
    build.onResolve({ filter: /\/extension-session\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './extension-session.cjs', external: true } : undefined,
    );
  },
};

/**
 * What is bundled.
 * @type {readonly { source: string, file: string, options: import('esbuild').BuildOptions }[]}
 */
export const ENTRIES = [
  {
    source: 'src/extension.ts',
    file: 'extension.cjs',
    options: { ...EXTENSION, plugins: [sessionApart] },
  },
  { source: 'src/extension-session.ts', file: 'extension-session.cjs', options: EXTENSION },
  {
    source: 'src/webview/main.ts',
    file: 'webview.js',
    options: { platform: 'browser', format: 'esm', target: 'es2022', loader: { '.ttf': 'file' }, assetNames: '[name]' },
  },
  {
    source: 'src/cli/main.ts',
    file: 'aerodb-control.cjs',
    options: {
      ...COMMON_JS,
      banner: { js: '#!/usr/bin/env node' },
      plugins: [withoutCommands],
    },
  },
  { ...COMMANDS, options: COMMON_JS },
  ...[...LIBRARIES.values()].map(library => ({ ...library, options: COMMON_JS })),
  { source: 'src/local-cluster/main.ts', file: 'local-cluster.js', options: ES_MODULE },
];

/**
 * Puts another registry of engines in the place of the program's own: by that a test gives a program an engine that
 * exists in no source.
 * @param {string} registry
 * @returns {import('esbuild').Plugin}
 */
function registryOf(registry) {
  return {
    name: 'registry',
    setup(build) {
      build.onResolve({ filter: /\/registry\.ts$/ }, ({ path, resolveDir }) =>
        join(resolveDir, path) === join(root, 'src', 'engines', 'registry.ts') ? { path: registry } : undefined,
      );
    },
  };
}

/**
 * `registry`: a module that stands for `src/engines/registry.ts`.
 * @param {{ release?: boolean, folder?: string, registry?: string }} [options]
 * @returns {Promise<{ file: string, bytes: number }[]>} what was written
 */
export async function build({ release = false, folder = join(root, 'dist'), registry } = {}) {
  const missing = ENTRIES.filter(({ source }) => !existsSync(join(root, source)));
  if (release && missing.length > 0)
    throw new Failure(`A release needs ${missing.map(({ source }) => source).join(', ')}.`);
  const present = ENTRIES.filter(entry => !missing.includes(entry));
  const { helpText } = await import('../src/cli/help.ts');
  const results = await Promise.all(
    present.map(({ source, file, options }) =>
      bundle(source, join(folder, file), release, {
        ...options,
        // Other engines have another overview: the program then makes it itself.
        ...(registry === undefined ? { define: { AERODB_OVERVIEW: JSON.stringify(helpText(null).join('\n')) } } : {}),
        plugins: [
          ...(options.plugins ?? []),
          librariesInTheirFile,
          neededOfUndici,
          neededOfMysql2,
          ...(registry === undefined ? [] : [registryOf(registry)]),
        ],
      }),
    ),
  );
  mkdirSync(folder, { recursive: true });
  const written = results.flatMap(({ outputs }) => Object.keys(outputs).map(path => join(root, path)));
  if (release) {
    const packages = bundledPackages(root, results);
    for (const [name, text] of Object.entries({
      'THIRD-PARTY-NOTICES.txt': notices(packages),
      'sbom.cdx.json': sbom(root, packages),
    })) {
      const file = join(folder, name);
      writeFileSync(file, text);
      written.push(file);
    }
  }
  removeOthers(folder, written);
  return written.map(file => ({ file: relative(root, file), bytes: statSync(file).size }));
}

/**
 * @param {string} source
 * @param {string} outfile
 * @param {boolean} release
 * @param {import('esbuild').BuildOptions} options
 * @returns {Promise<import('esbuild').Metafile>}
 */
async function bundle(source, outfile, release, options) {
  const result = await esbuild.build({
    absWorkingDir: root,
    entryPoints: [source],
    outfile,
    bundle: true,
    minify: release,
    sourcemap: release ? false : 'linked',
    legalComments: 'none',
    logLevel: 'warning',
    mainFields: ['module', 'main'],
    conditions: release ? ['production'] : ['development'],
    ...options,
    metafile: true,
  });
  return result.metafile;
}

/**
 * What an earlier build left must not ship. Only files that this build did not write are removed, so that a second
 * build at the same time finds its own in place.
 * @param {string} folder
 * @param {readonly string[]} written
 * @returns {void}
 */
function removeOthers(folder, written) {
  for (const name of readdirSync(folder)) {
    if (!written.includes(join(folder, name))) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

if (import.meta.main) {
  await script(async () => {
    for (const { file, bytes } of await build({ release: process.argv.includes('--release') })) {
      console.log(`${file}  ${(bytes / 1000).toFixed(1)} kB`);
    }
  });
}
