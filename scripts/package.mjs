/** Packages the extension: `node scripts/package.mjs` writes out/aerodb-control-plane.vsix. */
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from './build.mjs';
import { root } from './lib/paths.mjs';
import { Failure, run, script } from './lib/run.mjs';

/** People install it over slow lines: bytes. */
const LARGEST_BYTES = 1_200_000;

/** A line of Markdown that is a picture beside the text, and the empty line after it. */
const PICTURE = /^!\[[^\]]*\]\((?!https:)[^)]*\)\n\n?/gmu;

/**
 * Builds a release and packages it, from a copy of what `.vscodeignore` lets through: in the package the README has no
 * pictures that lie beside it in the repository, because an editor shows only those that come over https.
 * @param {{ registry?: string, file?: string }} [options] registry: a module that stands for the registry of engines
 * @returns {Promise<{ file: string, bytes: number }>}
 */
export async function packageExtension({ registry, file = join(root, 'out', 'aerodb-control-plane.vsix') } = {}) {
  const stage = join(root, 'out', `packaging-${process.pid}`);
  try {
    if (registry === undefined)
      await run(process.execPath, [join(root, 'scripts', 'build.mjs'), '--release'], { cwd: root });
    const shipped = (await vsce(root, 'ls')).split('\n').filter(Boolean);
    for (const path of shipped) {
      mkdirSync(dirname(join(stage, path)), { recursive: true });
      cpSync(join(root, path), join(stage, path));
    }
    // What another registry makes is nobody's but who asked for it: the folder of the build stays as it is.
    if (registry !== undefined) await build({ release: true, folder: join(stage, 'dist'), registry });
    writeFileSync(join(stage, 'README.md'), readFileSync(join(root, 'README.md'), 'utf8').replaceAll(PICTURE, ''));
    await vsce(
      stage,
      'package',
      '--allow-missing-repository',
      '--no-rewrite-relative-links',
      '--out',
      join(stage, 'packed.vsix'),
    );
    const { size } = statSync(join(stage, 'packed.vsix'));
    if (size > LARGEST_BYTES)
      throw new Failure(`The package has ${size} bytes; more than ${LARGEST_BYTES} are too many.`);
    renameSync(join(stage, 'packed.vsix'), file);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
  return { file, bytes: statSync(file).size };
}

/**
 * Packages the extension that opens the first screen of `npm start`, and of nothing else.
 * @returns {Promise<string>} its file
 */
export async function packageFirstScreen() {
  const file = join(root, 'out', `first-screen-${process.pid}.vsix`);
  const asItIs = ['--allow-missing-repository', '--skip-license', '--out', file];
  mkdirSync(dirname(file), { recursive: true });
  await vsce(join(root, 'scripts', 'first-screen'), 'package', ...asItIs);
  return file;
}

/**
 * @param {string} cwd
 * @param {string[]} args
 * @returns {Promise<string>} what it printed
 */
function vsce(cwd, ...args) {
  const program = join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  return run(process.execPath, [program, ...args, '--no-dependencies'], { cwd });
}

if (import.meta.main) {
  await script(async () => {
    const { file, bytes } = await packageExtension();
    console.log(`${file}  ${(bytes / 1000).toFixed(1)} kB`);
  });
}
