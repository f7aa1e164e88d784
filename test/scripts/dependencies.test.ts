/** Tests how the scripts tell whether the installed packages are those of the lockfile. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dependenciesMatchLock } from '../../scripts/lib/dependencies.mjs';
import { temporaryFolder } from '../support/folders.ts';

interface Package {
  readonly version: string;
  readonly integrity?: string;
  readonly optional?: boolean;
}

describe('the npm dependencies are those of the lockfile', () => {
  let folder = '';
  beforeEach(() => {
    folder = temporaryFolder('aero-lock-');
    mkdirSync(join(folder, 'node_modules'));
  });

  function lock(packages: Readonly<Record<string, Package>>): void {
    writeFileSync(
      join(folder, 'package-lock.json'),
      JSON.stringify({ packages: { '': { version: '0.1.0' }, ...packages } }),
    );
  }
  function installed(packages: Readonly<Record<string, Package>>): void {
    writeFileSync(join(folder, 'node_modules', '.package-lock.json'), JSON.stringify({ packages }));
  }
  const a = { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' } };
  const elsewhere = {
    'node_modules/for-another-platform': { version: '1.0.0', integrity: 'sha512-b', optional: true },
  };

  it('when npm says that it installed exactly them', () => {
    lock({ ...a, ...elsewhere });
    installed(a);
    assert.equal(dependenciesMatchLock(folder), true);
  });

  it('not when nothing is installed, or an installation was cut short', () => {
    lock(a);
    assert.equal(dependenciesMatchLock(folder), false);
    rmSync(join(folder, 'node_modules'), { recursive: true });
    assert.equal(dependenciesMatchLock(folder), false);
    mkdirSync(join(folder, 'node_modules'));
  });

  it('not when one is missing, older or another', () => {
    lock(a);
    installed({});
    assert.equal(dependenciesMatchLock(folder), false);
    installed({ 'node_modules/a': { version: '0.9.0', integrity: 'sha512-a' } });
    assert.equal(dependenciesMatchLock(folder), false);
    installed({ 'node_modules/a': { version: '1.0.0', integrity: 'sha512-other' } });
    assert.equal(dependenciesMatchLock(folder), false);
  });
});
