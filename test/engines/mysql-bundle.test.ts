/** The bundles hold only a part of mysql2: it has to do what the whole does, and brings nothing from outside. */
import assert from 'node:assert/strict';
import { builtinModules, createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { neededOfMysql2 } from '../../scripts/lib/needed-of-mysql2.mjs';
import { session } from '../../src/engines/mysql/client.ts';
import { authSwitch, CACHING, error, mysqlServer, NATIVE, ok, resultSet, type Script } from './mysql-server.ts';
import { temporaryFolder } from '../support/folders.ts';
import { closeAll } from '../support/servers.ts';

/** Bytes, minified: the whole is more than a million. */
const LARGEST_BYTES = 150_000;

describe('the part of mysql2 that is bundled', function () {
  this.timeout(60_000);
  let folder = '';
  let bundled: typeof session;
  let bytes = 0;
  let external: readonly string[] = [];
  let packages: readonly (string | undefined)[] = [];

  before(async () => {
    folder = temporaryFolder('aerodb-mysql2-');
    const outfile = join(folder, 'client.cjs');
    const { metafile } = await build({
      entryPoints: [join(import.meta.dirname, '../../src/engines/mysql/client.ts')],
      outfile,
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'cjs',
      plugins: [neededOfMysql2],
      metafile: true,
      logLevel: 'warning',
    });
    bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
    external = Object.values(metafile.inputs)
      .flatMap(({ imports }) => imports)
      .filter(each => each.external === true)
      .map(({ path }) => path);
    packages = Object.keys(metafile.inputs).map(path => /node_modules\/([^/]+)/.exec(path)?.[1]);
    ({ session: bundled } = createRequire(import.meta.url)(outfile) as { readonly session: typeof session });
  });

  afterEach(closeAll);

  it('ends every session as the whole does', async () => {
    const scripts: readonly Script[] = [
      { answers: peer => peer.send(...resultSet([{ name: 'a', characterSet: 33 }, { name: 'ä' }], [['x', null]])) },
      { answers: peer => peer.send(ok()) },
      { answers: peer => peer.send(error(1064, '42000', 'no')) },
      { answers: peer => void peer.socket().end() },
      { logsIn: (peer, _told, nth) => peer.send(nth === 1 ? authSwitch(NATIVE) : ok()), plugin: CACHING },
      { logsIn: peer => peer.send(authSwitch('mysql_clear_password')) },
      { logsIn: peer => peer.send(error(1045, '28000', 'Access denied')) },
      { greets: peer => peer.raw(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')) },
    ];
    for (const script of scripts) {
      const { endpoint } = await mysqlServer({ answers: peer => peer.send(ok()), ...script });
      const ask = (how: typeof session): Promise<unknown> =>
        how(
          {
            endpoint,
            login: { user: 'u', password: 'p' },
            tls: { context: undefined, ca: undefined, serverName: undefined, fingerprint: '' },
            timeouts: { connectMs: 5_000 },
          },
          5_000,
          one => one('SELECT ?'),
        );
      assert.deepEqual(await ask(bundled), await ask(session));
    }
  });

  it('is small, and loads nothing but Node from outside', () => {
    assert.ok(bytes < LARGEST_BYTES, `${bytes} bytes`);
    assert.deepEqual(
      external.filter(name => !name.startsWith('node:') && !builtinModules.includes(name)),
      [],
    );
    assert.deepEqual([...new Set(packages)].filter(name => name !== undefined).sort(), ['long', 'lru.min', 'mysql2']);
  });
});
