/** Tests which versions of Patroni are tested and how they are fetched into the cache. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildAside } from '../../scripts/lib/cache.mjs';
import { mirrorOf } from '../../scripts/lib/debian-mirror.mjs';
import { inSystem } from '../../scripts/lib/debian-system.mjs';
import { patroniConfig } from '../../scripts/lib/patroni-config.mjs';
import {
  ensureUnpackedPatroni,
  NEWEST_PATRONI,
  patroniLine,
  RELEASES,
  unpacked,
} from '../../scripts/lib/patroni-versions.mjs';
import { select } from '../../scripts/lib/suites.mjs';
import { KNOWN_VERSIONS } from '../../src/engines/patroni/versions.ts';
import { temporaryFolder } from '../support/folders.ts';

describe('the versions of Patroni that are tested', () => {
  let folder = '';
  beforeEach(() => {
    folder = temporaryFolder('aero-versions-');
  });

  it('are those of which the control plane knows what differs', () => {
    assert.deepEqual(
      RELEASES.map(({ line }) => line),
      KNOWN_VERSIONS.map(({ series }) => series),
    );
    assert.equal(NEWEST_PATRONI, RELEASES.at(-1)?.line);
  });

  it('are named by their first two numbers, or by all of them', () => {
    assert.deepEqual([patroniLine('4.1'), patroniLine('4.1.5'), patroniLine('3.0.2')], ['4.1', '4.1', '3.0']);
    for (const text of ['4.10', '2.1', '4', '', 'newest'])
      assert.throws(() => patroniLine(text), /There is no Patroni .*: there are 3\.0, 4\.0, 4\.1/u);
  });

  it("come from the mirror that the machine's apt uses, which is not that of security updates", () => {
    assert.equal(
      mirrorOf(
        [
          'http://one.example/debian-security/',
          'http://two.example/debian/',
          'http://two.example/debian/',
          'http://three.example/extra/',
          '',
        ].join('\n'),
      ),
      'http://two.example/debian/',
    );
    assert.equal(mirrorOf('http://one.example/debian-security/\n\n'), undefined);
  });

  it('are taken from the cache, the newest of each, and never one that is being built', () => {
    for (const name of ['patroni-4.1.9', 'patroni-4.1.10', 'patroni-4.0.7', 'building-1-patroni-4.1.11'])
      mkdirSync(join(folder, name));
    assert.deepEqual(unpacked(folder, '4.1'), { root: join(folder, 'patroni-4.1.10'), version: '4.1.10' });
    assert.equal(unpacked(folder, '3.0'), undefined);
    assert.equal(unpacked(join(folder, 'nowhere'), '3.0'), undefined);
  });

  it('cannot be fetched without apt, which is said, and leaves nothing in the cache', async () => {
    const [path, cache] = [process.env['PATH'], process.env['XDG_CACHE_HOME']];
    Object.assign(process.env, { PATH: '/nowhere', XDG_CACHE_HOME: folder });
    try {
      await assert.rejects(
        ensureUnpackedPatroni('4.1', () => undefined),
        /There is no apt-get here/u,
      );
    } finally {
      process.env['PATH'] = path;
      if (cache === undefined) delete process.env['XDG_CACHE_HOME'];
      else process.env['XDG_CACHE_HOME'] = cache;
    }
    assert.deepEqual(readdirSync(join(folder, 'aerodb-control-plane')), []);
  });

  it("have a suite each: this machine's and the newest by default, with --all every version and every Debian", () => {
    const names = (only: readonly string[], all?: boolean): readonly string[] =>
      select(only, all).suites.map(({ name }) => name);
    assert.deepEqual(names(['patroni']), ['patroni-own', 'patroni-newest']);
    assert.deepEqual(names(['patroni'], true), [
      'patroni-own',
      'patroni-newest',
      'patroni-3.0',
      'patroni-4.0',
      'patroni-bookworm',
      'patroni-trixie',
      'patroni-forky',
    ]);
    assert.ok(names([]).includes('patroni-newest') && !names([]).includes('patroni-4.0'));
  });
});

describe('a folder of the cache', () => {
  let cache = '';
  beforeEach(() => {
    cache = temporaryFolder('aero-cache-');
  });

  const home = (): string => join(cache, 'thing');
  const build =
    (text: string) =>
    (aside: string): Promise<{ readonly built: string; readonly home: string }> => {
      writeFileSync(join(aside, 'file'), text);
      return Promise.resolve({ built: aside, home: home() });
    };

  it('is complete or absent: a build that fails leaves nothing', async () => {
    await assert.rejects(
      buildAside(cache, async aside => {
        await build('half')(aside);
        throw new Error('no network');
      }),
      /no network/u,
    );
    assert.deepEqual(readdirSync(cache), []);
    assert.equal(await buildAside(cache, build('whole')), home());
    assert.deepEqual([readdirSync(cache), readdirSync(home())], [['thing'], ['file']]);
  });

  it('may be built by several at once: one of them puts it there', async () => {
    assert.deepEqual(await Promise.all(['a', 'b', 'c'].map(text => buildAside(cache, build(text)))), [
      home(),
      home(),
      home(),
    ]);
    assert.deepEqual(readdirSync(cache), ['thing']);
  });

  it('that a killed run left half built is removed by the next; one that is being built is not', async () => {
    mkdirSync(join(cache, 'building-999999999-x'));
    mkdirSync(join(cache, `building-${process.pid}-x`));
    await buildAside(cache, build('whole'));
    assert.deepEqual(readdirSync(cache).toSorted(), [`building-${process.pid}-x`, 'thing']);
  });

  it('that is there and not complete is replaced', async () => {
    mkdirSync(home());
    await buildAside(cache, build('whole'), folder => existsSync(join(folder, 'file')));
    assert.deepEqual(readdirSync(home()), ['file']);
  });
});

describe('the configuration of a Patroni member', () => {
  const member = {
    name: 'pg1',
    folder: '/tmp/pg1',
    restPort: 8008,
    postgresPort: 5432,
    postgresAddress: '127.0.0.1:5432',
    url: 'http://127.0.0.1:8008',
  };
  const shape = { scope: 'trial', etcdPort: 2379, postgres: '/bin', ttl: 20, loopWait: 1, retryTimeout: 3 };
  interface Written {
    readonly bootstrap: {
      readonly dcs: {
        readonly synchronous_mode: unknown;
        readonly ttl: number;
        readonly postgresql: { readonly use_slots: boolean; readonly parameters: Record<string, unknown> };
      };
    };
    readonly tags: object;
  }

  it('has what a test adds merged into what it has anyway, and the tags of that member', () => {
    const dynamic = {
      synchronous_mode: 'quorum',
      postgresql: { parameters: { max_connections: 41, wal_sender_timeout: '3s' } },
    };
    const {
      bootstrap: { dcs },
      tags,
    } = JSON.parse(patroniConfig(member, { ...shape, dynamic }, {}, { nofailover: true })) as Written;
    assert.deepEqual([dcs.synchronous_mode, dcs.ttl, dcs.postgresql.use_slots], ['quorum', 20, true]);
    const {
      max_connections: connections,
      wal_sender_timeout: timeout,
      wal_log_hints: hints,
    } = dcs.postgresql.parameters;
    assert.deepEqual([connections, timeout, hints], [41, '3s', 'on']);
    assert.deepEqual(tags, { nofailover: true, noloadbalance: false, clonefrom: false, nosync: false });
  });
});

describe('a command in another Debian', () => {
  it('has processes and mounts of its own, the named folders and nothing of the environment', () => {
    const command = inSystem('/cache/debian-forky', ['node', 'a.js'], {
      shared: ['/project'],
      cwd: '/project',
      env: { CI: 'true' },
    });
    assert.deepEqual(command.slice(0, 5), ['unshare', '--mount', '--pid', '--fork', '--kill-child']);
    assert.deepEqual(command.slice(9, 16), ['/cache/debian-forky', '/project', '--', 'env', '-i', '-C', '/project']);
    assert.deepEqual(command.slice(-3), ['CI=true', 'node', 'a.js']);
  });
});
