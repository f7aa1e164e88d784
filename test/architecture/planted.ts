/** Makes a temporary project with the rules of this one, in which tests plant wrong files. */
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../../scripts/lib/paths.mjs';
import { removeFolder, temporaryFolder } from '../support/folders.ts';

/** The files that decide what is allowed: the checks of `npm test` read these very files. */
const RULES = [
  '.dependency-cruiser.cjs',
  'eslint.config.js',
  'tsconfig.json',
  'package.json',
  'src/webview/tsconfig.json',
];

/** A project with the rules of this one, in a temporary folder, in which wrong files can be planted. */
export class PlantedProject {
  readonly folder = temporaryFolder('aero-planted-');

  constructor(files: Readonly<Record<string, string>>) {
    for (const file of RULES) {
      mkdirSync(dirname(join(this.folder, file)), { recursive: true });
      cpSync(join(root, file), join(this.folder, file));
    }
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'));
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, file)), { recursive: true });
      writeFileSync(join(this.folder, file), text);
    }
  }

  remove(): void {
    removeFolder(this.folder);
  }
}
