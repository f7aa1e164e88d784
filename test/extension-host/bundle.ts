/** Bundles the suites that run inside an extension host. */
import { readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../../scripts/lib/paths.mjs';

/**
 * Bundles the entry and each suite to CommonJS, which is what VS Code loads as tests. mocha stays outside: it is loaded
 * from node_modules inside the host.
 * @returns the path of the entry
 */
export async function bundleSuites(): Promise<string> {
  const outdir = join(root, 'out', 'extension-host');
  rmSync(outdir, { recursive: true, force: true });
  const suites = readdirSync(import.meta.dirname).filter(name => name.endsWith('.test.ts'));
  await build({
    absWorkingDir: root,
    entryPoints: ['index.ts', ...suites].map(name => ({
      in: join(import.meta.dirname, name),
      out: basename(name, '.ts'),
    })),
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return join(outdir, 'index.cjs');
}
