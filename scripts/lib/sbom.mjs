/**
 * The software bill of materials: CycloneDX 1.6, of what is inside the bundles and of nothing else; `npm sbom` lists
 * what is installed, with the time and a random number in it. The same sources give the same bytes here.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {string} root
 * @param {readonly import('./bundled.mjs').BundledPackage[]} packages
 * @returns {string} one JSON document
 */
export function sbom(root, packages) {
  const own = read(root, 'package.json');
  const locked = read(root, 'package-lock.json').packages;
  const product = purl(own.name, own.version);
  const refs = new Map(packages.map(({ name, version }) => [name, purl(name, version)]));
  const refsOf = (/** @type {readonly string[]} */ names) => names.flatMap(name => refs.get(name) ?? []).toSorted();
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': product,
        name: own.name,
        version: own.version,
        description: read(root, 'package.nls.json').description,
        licenses: licenses(own.license),
        purl: product,
      },
    },
    components: packages.map(({ folder, name, version, license, files }) => ({
      type: 'library',
      'bom-ref': purl(name, version),
      ...(name.startsWith('@') ? { group: name.split('/')[0] } : {}),
      name: name.split('/').at(-1),
      version,
      // Of the archive in the registry, as the lockfile pins it.
      hashes: [{ alg: 'SHA-512', content: sha512(locked[folder]?.integrity) }],
      licenses: licenses(license),
      purl: purl(name, version),
      properties: files.map(file => ({ name: 'aerodb:bundled-in', value: `dist/${file}` })),
    })),
    dependencies: [
      { ref: product, dependsOn: refsOf(Object.keys({ ...own.dependencies, ...own.devDependencies })) },
      ...packages.map(({ name, version, needs }) => ({ ref: purl(name, version), dependsOn: refsOf(needs) })),
    ],
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/**
 * @param {string} root
 * @param {string} file
 */
function read(root, file) {
  return JSON.parse(readFileSync(join(root, file), 'utf8'));
}

/**
 * @param {string} name
 * @param {string} version
 * @returns {string} the package URL
 */
function purl(name, version) {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

/**
 * @param {string} license an SPDX identifier, or an expression of several
 */
function licenses(license) {
  return /\s/u.test(license) ? [{ expression: license }] : [{ license: { id: license } }];
}

/**
 * @param {string | undefined} integrity as npm writes it
 * @returns {string} hexadecimal
 */
function sha512(integrity) {
  const [, base64] = /^sha512-(.+)$/u.exec(integrity ?? '') ?? [];
  if (base64 === undefined) throw new Error(`package-lock.json has no SHA-512 of a bundled package: ${integrity}`);
  return Buffer.from(base64, 'base64').toString('hex');
}
