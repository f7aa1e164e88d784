/** Packages the extension: `node scripts/package.mjs` writes out/aerodb-control-plane.vsix. */
import { mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/paths.mjs';
import { Failure, run, script } from './lib/run.mjs';

/** People install it over slow lines: bytes. */
const largest = 1_000_000;

/**
 * Builds a release and packages it. `vsce` runs the script `vscode:prepublish`, which is the build, so that a package never holds an
 * older one.
 * @returns {Promise<{ file: string, bytes: number }>}
 */
export async function packageExtension() {
  const file = join(root, 'out', 'aerodb-control-plane.vsix');
  const aside = join(root, 'out', `packaging-${process.pid}.vsix`);
  mkdirSync(join(root, 'out'), { recursive: true });
  try {
    const vsce = join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
    await run(process.execPath, [vsce, 'package', '--no-dependencies', '--allow-missing-repository', '--out', aside], { cwd: root });
    const { size } = statSync(aside);
    if (size > largest) throw new Failure(`The package has ${size} bytes; more than ${largest} are too many.`);
    renameSync(aside, file);
  } finally {
    rmSync(aside, { force: true });
  }
  return { file, bytes: statSync(file).size };
}

if (import.meta.main) {
  await script(async () => {
    const { file, bytes } = await packageExtension();
    console.log(`${file}  ${(bytes / 1000).toFixed(1)} kB`);
  });
}
