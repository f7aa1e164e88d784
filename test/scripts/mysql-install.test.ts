/** Tests how MySQL comes into the cache, and how a trial's server is configured. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memberConfig, seedSql } from '../../scripts/lib/mysql-config.mjs';
import { ensureMysql, unpackedMysql } from '../../scripts/lib/mysql-install.mjs';
import { select } from '../../scripts/lib/suites.mjs';
import { temporaryFolder } from '../support/folders.ts';

describe('MySQL for the tests', () => {
  let folder = '';
  beforeEach(() => {
    folder = temporaryFolder('aero-mysql-');
  });

  const unpacked = (name: string): void => {
    mkdirSync(join(folder, name, 'usr', 'lib64'), { recursive: true });
    writeFileSync(join(folder, name, 'usr', 'lib64', 'ld-linux-x86-64.so.2'), '');
  };

  it('is taken from the cache, the newest, and never a data folder or one that is being built', () => {
    for (const name of ['mysql-9.7.9', 'mysql-9.7.10', 'mysql-9.7.11-data-0a1b', 'building-1-mysql-9.8.0'])
      unpacked(name);
    const { version, loader } = unpackedMysql(folder) ?? assert.fail();
    assert.deepEqual(
      [version, loader],
      ['9.7.10', join(folder, 'mysql-9.7.10', 'usr', 'lib64', 'ld-linux-x86-64.so.2')],
    );
    assert.equal(unpackedMysql(join(folder, 'nowhere')), undefined);
  });

  it('cannot be fetched without apt, which is said, and leaves nothing in the cache', async () => {
    const [path, cache] = [process.env['PATH'], process.env['XDG_CACHE_HOME']];
    Object.assign(process.env, { PATH: '/nowhere', XDG_CACHE_HOME: folder });
    try {
      await assert.rejects(
        ensureMysql(() => undefined),
        /There is no apt-get here: only on Debian can MySQL be fetched/u,
      );
    } finally {
      process.env['PATH'] = path;
      if (cache === undefined) delete process.env['XDG_CACHE_HOME'];
      else process.env['XDG_CACHE_HOME'] = cache;
    }
    assert.deepEqual(readdirSync(join(folder, 'aerodb-control-plane')), []);
  });

  it('has a suite of its own, which needs it', () => {
    assert.deepEqual(
      select(['mysql']).suites.map(({ name, needs }) => [name, needs]),
      [['mysql', ['mysql']]],
    );
    assert.ok(select([]).suites.some(({ name }) => name === 'mysql'));
    assert.ok(!select(['core']).suites.some(({ name }) => name === 'mysql'));
  });

  it('listens on loopback only, and takes what a test sets over what it has anyway', () => {
    unpacked('mysql-9.7.10');
    const programs = unpackedMysql(folder) ?? assert.fail();
    const member = {
      index: 1,
      name: '127.0.0.1:20002',
      id: 'd5b7c7a6-0000-4000-8000-000000000000',
      port: 20_002,
      xcomPort: 20_005,
      address: 'mysql://127.0.0.1:20002',
      folder: '/tmp/n2',
      pid: 0,
    };
    const shape = { group: 'g', xcomPorts: [20_004, 20_005], tls: undefined, settings: { max_connections: 41 } };
    const lines = memberConfig(programs, member, shape).trimEnd().split('\n');
    for (const line of ['bind_address=127.0.0.1', 'server_id=2', 'port=20002', 'tls_version='])
      assert.ok(lines.includes(line), line);
    assert.equal(lines.at(-1), 'max_connections=41');
  });

  it('has its logins from 127.0.0.1 only, one statement a line', () => {
    const lines = seedSql().trimEnd().split('\n');
    assert.ok(lines.every(line => line.endsWith(';')));
    const accounts = lines.filter(line => line.startsWith('CREATE USER'));
    assert.equal(accounts.length, 4);
    assert.ok(accounts.every(line => line.includes("@'127.0.0.1' ")));
  });
});
