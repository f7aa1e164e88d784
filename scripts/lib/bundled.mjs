/**
 * Other people's code inside the bundles: which npm packages, from the bundler's own account of what it wrote. Packages
 * that list licences read what is installed, which is far more than what ships.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * @typedef {object} BundledPackage
 * @property {string} folder in which it is installed, relative to the root
 * @property {string} name
 * @property {string} version
 * @property {string} license SPDX expression, as the package declares it
 * @property {string} text its licences in full
 * @property {readonly string[]} needs the names of the packages that it says it depends on
 * @property {readonly string[]} files of dist/ that hold some of it
 */

/**
 * @param {string} root
 * @param {readonly import('esbuild').Metafile[]} metafiles
 * @returns {readonly BundledPackage[]} in the order of their names, also those of which next to nothing remains
 */
export function bundledPackages(root, metafiles) {
  /** @type {Map<string, Set<string>>} */
  const found = new Map();
  for (const [output, { inputs }] of metafiles.flatMap(({ outputs }) => Object.entries(outputs))) {
    for (const input of Object.keys(inputs)) {
      const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/u.exec(input)?.[0];
      if (folder === undefined) continue;
      found.set(folder, (found.get(folder) ?? new Set()).add(basename(output)));
    }
  }
  return [...found]
    .map(([folder, files]) => {
      const {
        name,
        version,
        license,
        dependencies = {},
        optionalDependencies = {},
      } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
      return {
        folder,
        name,
        version,
        license,
        text: licenceText(join(root, folder)),
        needs: Object.keys({ ...dependencies, ...optionalDependencies }),
        files: [...files].toSorted(),
      };
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * @param {string} folder of an installed package
 * @returns {string} its licence files (a part may have one of its own) and its notice, or what its readme says under
 *   that heading; empty when it says nothing
 */
function licenceText(folder) {
  const names = readdirSync(folder);
  const files = names.filter(entry => /^(?:licen[cs]e|copying|notice)(?:-\w+)?(?:\.(?:md|txt))?$/iu.test(entry));
  if (files.length > 0)
    return files
      .toSorted()
      .map(file => readFileSync(join(folder, file), 'utf8').trim())
      .join('\n\n');
  const readme = names.find(entry => /^readme(?:\.md)?$/iu.test(entry));
  const said =
    readme === undefined
      ? null
      : /^#+[ \t]*licen[cs]e[^\n]*\n(.*)/imsu.exec(readFileSync(join(folder, readme), 'utf8'));
  return said?.[1]?.trim() ?? '';
}
