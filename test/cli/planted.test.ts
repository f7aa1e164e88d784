/**
 * Configured paths that lead to something else than a small file: the program says so at once, sends nothing and shows
 * nothing of it.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { listening } from '../support/listening.ts';
import { cleanEnv, cli, scratch, type Ended } from '../support/terminal.ts';

describe('configured paths', function () {
  this.timeout(60_000);
  const folder = scratch();
  let server: Server;
  let url = '';
  let reached = 0;

  before(async () => {
    server = createServer((_request, response) => {
      reached += 1;
      response.end();
    });
    url = `http://127.0.0.1:${await listening(server)}`;
    spawnSync('mkfifo', [join(folder, 'pipe')]);
    mkdirSync(join(folder, 'directory'));
    writeFileSync(join(folder, 'large'), 'canary '.repeat(200_000), { mode: 0o600 });
    symlinkSync('loop', join(folder, 'loop'));
    symlinkSync('/dev/zero', join(folder, 'device'));
  });
  after(() => server.close());

  const STRANGE = {
    pipe: /is not a regular file/,
    directory: /is not a regular file|EISDIR/,
    device: /is not a regular file/,
    large: /larger than 1048576 bytes/,
    loop: /ELOOP/,
    'none/../none': /ENOENT/,
  };

  async function refused(args: readonly string[], reason: RegExp, code = 2): Promise<Ended> {
    const before = reached;
    const ended = await cli([...args, '--audit-dir', join(folder, 'audit')], cleanEnv(folder));
    assert.equal(ended.code, code, ended.stderr);
    assert.match(ended.stderr.replaceAll(/\s+/g, ' '), reason);
    assert.doesNotMatch(ended.stderr + ended.stdout, /canary/);
    assert.equal(reached, before, 'nothing was sent');
    return ended;
  }

  for (const [name, reason] of Object.entries(STRANGE)) {
    it(`also P7-F1: ${name} as token file, as configuration, as CA and as log`, async () => {
      const path = join(folder, name);
      const configured = (part: 'ca' | 'key'): string => {
        const config = join(folder, `${part}.json`);
        writeFileSync(
          config,
          JSON.stringify({
            clusters: [
              {
                name: 'c',
                kind: 'aerodb',
                endpoints: ['https://127.0.0.1:1'],
                tls: part === 'ca' ? { ca: path } : { cert: path, key: path },
              },
            ],
          }),
        );
        return config;
      };
      const tls = name === 'large' ? /larger than 1048576 bytes/ : /not a regular file|EISDIR|ELOOP|ENOENT/;
      const audit = name === 'large' ? [] : [['show'], ['export'], ['export', '--output', join(folder, 'exported')]];
      await Promise.all([
        refused(['inspect', 'cluster', '--url', url, '--token-file', path], reason),
        refused(['inspect', 'cluster', '--cluster', 'c', '--config', path], reason),
        ...(['ca', 'key'] as const).map(part =>
          refused(['inspect', 'cluster', '--cluster', 'c', '--config', configured(part)], tls),
        ),
        ...audit.map(verb => refused(['audit', ...verb, '--auditor', '--file', path], /cannot be read/, 3)),
      ]);
      assert.deepEqual(
        readdirSync(folder).filter(file => file.startsWith('exported')),
        [],
        'nothing is left of an export that failed',
      );
    });
  }

  it(
    'also P7-F1: what people cannot guess is said as what it is: a configuration in a folder that every account may ' +
      'write to, a byte-order mark, UTF-16, a token of two lines',
    async () => {
      const content = JSON.stringify({ clusters: [{ name: 'c', kind: 'aerodb', endpoints: [url] }] });
      const open = join(folder, 'open');
      mkdirSync(open);
      writeFileSync(join(open, 'clusters.json'), content, { mode: 0o600 });
      symlinkSync(join(open, 'clusters.json'), join(folder, 'linked-open.json'));
      chmodSync(open, 0o777);
      for (const config of [join(open, 'clusters.json'), join(folder, 'linked-open.json')]) {
        await refused(
          ['inspect', 'cluster', '--cluster', 'c', '--config', config],
          /stands in the directory \S+\/open, into which every account of this machine may write \(mode 0777\)/,
        );
      }
      chmodSync(open, 0o1777); // as /tmp is: nobody else can exchange a file of this account's there
      const before = reached;
      const sticky = await cli(
        [
          'inspect',
          'cluster',
          '--cluster',
          'c',
          '--config',
          join(open, 'clusters.json'),
          '--audit-dir',
          join(folder, 'audit'),
        ],
        cleanEnv(folder),
      );
      assert.ok(reached > before, sticky.stderr);
      const file = (name: string, bytes: string | Buffer): string => {
        writeFileSync(join(folder, name), bytes, { mode: 0o600 });
        return join(folder, name);
      };
      const wide = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');
      await refused(
        ['inspect', 'cluster', '--cluster', 'c', '--config', file('marked.json', `\ufeff${content}`)],
        /marked\.json begins with a byte-order mark \(U\+FEFF\), which JSON does not allow/,
      );
      await refused(
        ['inspect', 'cluster', '--cluster', 'c', '--config', file('wide.json', wide(content))],
        /wide\.json is written in UTF-16 \(it begins with the byte-order mark FF FE\)/,
      );
      await refused(
        ['inspect', 'cluster', '--url', url, '--token-file', file('wide.token', wide('canary-token'))],
        /wide\.token is written in UTF-16/,
      );
      await refused(
        ['inspect', 'cluster', '--url', url, '--token-file', file('two.token', 'canary-token\ncanary-token\n')],
        /two\.token holds more than one line; the access token is one line/,
      );
      await refused(
        ['inspect', 'cluster', '--cluster', 'c', '--config', file('broken.json', '{ "clusters": [] }\n canary')],
        /broken\.json is not JSON(?: from line 2, column 2 on)?\. Its text is not shown/,
      );
      const marked = await cli(
        [
          'inspect',
          'cluster',
          '--url',
          url,
          '--token-file',
          file('marked.token', '\ufeffcanary-token\n'),
          '--audit-dir',
          join(folder, 'audit'),
        ],
        cleanEnv(folder),
      );
      assert.equal(marked.code, 5, 'before a token the mark is a blank like others');
    },
  );

  it('also P7-O3: a log of mode 0666 is said as what it is, and nothing is added to it', async () => {
    const audit = join(folder, 'exposed');
    mkdirSync(audit, { mode: 0o700 });
    writeFileSync(join(audit, 'audit.jsonl'), '');
    for (const mode of [0o666, 0o602]) {
      chmodSync(join(audit, 'audit.jsonl'), mode);
      const before = reached;
      const ended = await cli(['inspect', 'cluster', '--url', url, '--audit-dir', audit], cleanEnv(folder));
      assert.deepEqual(
        [ended.code, reached - before, readFileSync(join(audit, 'audit.jsonl'), 'utf8')],
        [3, 0, ''],
        ended.stderr,
      );
      assert.match(
        ended.stderr.replaceAll(/\s+/g, ' '),
        /audit\.jsonl can be changed by every account of this machine \(mode 06[06][26]\), so nothing is added to it/,
      );
    }
  });

  it('also P7-O3: a second copy of mode 0666 is said as what it is, and nothing is added to either', async () => {
    const [audit, disk] = [join(folder, 'exposed-log'), join(folder, 'exposed-disk')];
    mkdirSync(disk, { mode: 0o700 });
    writeFileSync(join(disk, 'audit.jsonl'), '');
    chmodSync(join(disk, 'audit.jsonl'), 0o666);
    const before = reached;
    const ended = await cli(
      ['inspect', 'cluster', '--url', url, '--audit-dir', audit, '--audit-copy-dir', disk],
      cleanEnv(folder),
    );
    assert.deepEqual(
      [ended.code, reached - before, readFileSync(join(disk, 'audit.jsonl'), 'utf8')],
      [3, 0, ''],
      ended.stderr,
    );
    assert.match(ended.stderr.replaceAll(/\s+/g, ' '), /exposed-disk\/audit\.jsonl can be changed by every account/);
  });

  it('also P7-F1: a configuration that every account may change is not believed; one that a link leads to is', async () => {
    const config = join(folder, 'shared.json');
    writeFileSync(config, JSON.stringify({ clusters: [{ name: 'c', kind: 'aerodb', endpoints: [url] }] }));
    for (const mode of [0o666, 0o602, 0o646]) {
      chmodSync(config, mode);
      await refused(
        ['inspect', 'cluster', '--cluster', 'c', '--config', config],
        /can be changed by every account of this machine \(mode 06[04][26]\), so it is not used|mode 0666/,
      );
    }
    chmodSync(config, 0o664);
    symlinkSync(config, join(folder, 'linked.json'));
    const before = reached;
    const ended = await cli(
      [
        'inspect',
        'cluster',
        '--cluster',
        'c',
        '--config',
        join(folder, 'linked.json'),
        '--audit-dir',
        join(folder, 'audit'),
      ],
      cleanEnv(folder),
    );
    assert.equal(ended.code, 5, ended.stderr);
    assert.ok(reached > before);
  });
});
