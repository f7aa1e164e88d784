/** What ships: exactly these files, and each program runs from a folder that holds nothing else. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { inflateRawSync } from 'node:zlib';
import { root } from '../../scripts/lib/paths.mjs';
import { packageExtension } from '../../scripts/package.mjs';
import { temporaryFolder } from '../support/folders.ts';

const SHIPPED = [
  '[Content_Types].xml',
  'extension.vsixmanifest',
  'extension/LICENSE.txt',
  'extension/changelog.md',
  'extension/package.json',
  'extension/readme.md',
  ...['audit-log', 'evidence', 'mysql', 'patroni', 'reconstruction', 'terminal'].map(
    name => `extension/docs/${name}.md`,
  ),
  'extension/package.nls.json',
  'extension/package.nls.de.json',
  'extension/l10n/bundle.l10n.de.json',
  ...[
    'THIRD-PARTY-NOTICES.txt',
    'aerodb-control-commands.cjs',
    'aerodb-control.cjs',
    'codicon.ttf',
    'extension-session.cjs',
    'extension.cjs',
    'local-cluster.js',
    'mysql2.cjs',
    'pg-client.cjs',
    'sbom.cdx.json',
    'webview.css',
    'webview.js',
  ].map(name => `extension/dist/${name}`),
  ...['aerodb.svg', 'icon.png', 'tab-dark.svg', 'tab-light.svg'].map(name => `extension/media/${name}`),
  ...[
    'add.dark',
    'add.light',
    'audit.dark',
    'confirm.dark',
    'explain.dark',
    'explain.light',
    'inspect.dark',
    'inspect.light',
  ].map(name => `extension/media/walkthrough/${name}.webp`),
];

/** The files of a zip archive: its central directory, read from the end. */
function unzip(archive: Buffer): ReadonlyMap<string, Buffer> {
  const end = archive.lastIndexOf(Buffer.from('PK\u0005\u0006'));
  assert.ok(end >= 0, 'a zip archive');
  const files = new Map<string, Buffer>();
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [method, packed, name, extra, comment, local] = [
      archive.readUInt16LE(at + 10),
      archive.readUInt32LE(at + 20),
      archive.readUInt16LE(at + 28),
      archive.readUInt16LE(at + 30),
      archive.readUInt16LE(at + 32),
      archive.readUInt32LE(at + 42),
    ];
    const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const bytes = archive.subarray(start, start + packed);
    files.set(archive.toString('utf8', at + 46, at + 46 + name), method === 8 ? inflateRawSync(bytes) : bytes);
    at += 46 + name + extra + comment;
  }
  return files;
}

describe('the package', function () {
  this.timeout(60_000);
  let folder: string;
  let file: string;
  let files: ReadonlyMap<string, Buffer>;

  before(async () => {
    file = process.env['AERODB_VSIX'] ?? (await packageExtension()).file;
    files = unzip(readFileSync(file));
    folder = temporaryFolder('aero-package-');
    for (const [name, bytes] of files) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), bytes);
    }
  });

  it('holds exactly these files, in less than 1.2 megabytes', () => {
    assert.deepEqual([...files.keys()].toSorted(), SHIPPED.toSorted());
    assert.ok(statSync(file).size < 1_200_000, `${statSync(file).size} bytes`);
  });

  it('says nothing of the machine that built it, and is of one version', () => {
    for (const [name, bytes] of files)
      for (const folder of [root, homedir()]) assert.ok(!bytes.includes(`${folder}/`), `${name} names ${folder}`);
    const { version } = JSON.parse(String(files.get('extension/package.json'))) as { readonly version: string };
    assert.ok(String(files.get('extension.vsixmanifest')).includes(` Version="${version}"`));
    assert.ok(String(files.get('extension/dist/sbom.cdx.json')).includes(`"pkg:npm/aerodb-control-plane@${version}"`));
    assert.ok(String(files.get('extension/changelog.md')).includes(`\n## ${version} (`), 'the changelog has it');
  });

  it('its programs need Node and nothing beside them', async () => {
    const run = promisify(execFile);
    const program = (name: string): string => join(folder, 'extension', 'dist', name);
    const options = { cwd: folder, env: { PATH: '/nowhere', HOME: folder } };
    assert.match(
      (await run(process.execPath, [program('aerodb-control.cjs'), '--help'], options)).stdout,
      /force-promote/u,
    );
    assert.match((await run(process.execPath, [program('local-cluster.js'), '--help'], options)).stdout, /--nodes/u);
  });

  it("the extension asks for vscode, for Node's own modules and for files that ship, and for nothing else", () => {
    for (const file of ['extension.cjs', 'extension-session.cjs']) {
      const code = readFileSync(join(folder, 'extension', 'dist', file), 'utf8');
      const asked = new Set([...code.matchAll(/\brequire\("([^"]+)"\)/gu)].map(([, name = '']) => name));
      assert.ok(asked.has('vscode'));
      assert.deepEqual(
        [...asked].filter(
          name =>
            name !== 'vscode' &&
            !builtinModules.includes(name.replace(/^node:/u, '')) &&
            !files.has(name.replace(/^\./u, 'extension/dist')),
        ),
        [],
        file,
      );
    }
  });

  it('the Marketplace can show it: a PNG icon of 128 pixels, a category, keywords, and no picture that is not https', () => {
    const manifest = JSON.parse(String(files.get('extension/package.json'))) as {
      readonly icon: string;
      readonly categories: readonly string[];
      readonly keywords: readonly string[];
      readonly galleryBanner: { readonly color: string; readonly theme: string };
    };
    const icon = files.get(`extension/${manifest.icon}`);
    assert.ok(icon);
    assert.equal(icon.toString('latin1', 1, 4), 'PNG');
    assert.ok(icon.readUInt32BE(16) >= 128 && icon.readUInt32BE(16) === icon.readUInt32BE(20));
    assert.ok(manifest.categories.length > 0 && manifest.keywords.length > 0 && manifest.keywords.length <= 30);
    assert.match(manifest.galleryBanner.color, /^#[0-9a-f]{6}$/iu);
    for (const document of ['readme', 'changelog']) {
      const text = String(files.get(`extension/${document}.md`));
      for (const [, address = ''] of text.matchAll(/!\[[^\]]*\]\(([^)\s]+)/gu))
        assert.match(address, /^https:/u, document);
      assert.doesNotMatch(text, /<img|\.svg\)/u);
    }
  });
});
