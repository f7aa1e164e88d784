/** The licences of other people's code that is inside the bundles: most of them ask to be shipped with it. */
import { Failure } from './run.mjs';

/**
 * @param {readonly import('./bundled.mjs').BundledPackage[]} packages
 * @returns {string} one section for each of them
 * @throws {Failure} for a package whose licence text is not in it: then somebody has to look for it
 */
export function notices(packages) {
  const silent = packages.filter(({ text }) => text === '').map(({ name }) => name);
  if (silent.length > 0)
    throw new Failure(`No licence text was found in ${silent.join(', ')}: it cannot be shipped without.`);
  const sections = packages.map(
    ({ name, version, license, text }) => `${'='.repeat(80)}\n${name} ${version} (${license})\n\n${text}\n`,
  );
  return `This product contains the following software of others.\n\n${sections.join('\n')}`;
}
