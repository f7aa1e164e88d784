/** The licences of other people's code that is inside the bundles: most of them ask to be shipped with it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {string} root
 * @param {readonly string[]} inputs the source files of the bundles, relative to the root
 * @returns {string} one section for each npm package among them
 */
export function notices(root, inputs) {
  const packages = new Set(inputs.flatMap((input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/u.exec(input)?.[0] ?? []));
  const sections = [...packages].toSorted().map((folder) => section(join(root, folder)));
  return `This product contains the following software of others.\n\n${sections.join('\n')}`;
}

/**
 * @param {string} folder of an installed package
 * @returns {string}
 */
function section(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/iu.test(entry));
  const text = file !== undefined && existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8').trim() : `Licence: ${license}`;
  return `${'='.repeat(80)}\n${name} ${version} (${license})\n\n${text}\n`;
}
