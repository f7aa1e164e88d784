/** The licences of other people's code that is inside the bundles: most of them ask to be shipped with it. */
import { Failure } from './run.mjs';

/** What undici's parser is compiled from. undici's package does not hold this text; the parser is in the bundles. */
const OF_LLHTTP = `This software is licensed under the MIT License.

Copyright Fedor Indutny, 2018.

Permission is hereby granted, free of charge, to any person obtaining a
copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including
without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the
following conditions:

The above copyright notice and this permission notice shall be included
in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS
OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN
NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM,
DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE
USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** Licences of what a package contains and does not name itself: for each package, the text that follows its own. */
const INSIDE = new Map([['undici', `undici contains llhttp:\n\n${OF_LLHTTP}`]]);

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
    ({ name, version, license, text }) =>
      `${'='.repeat(80)}\n${name} ${version} (${license})\n\n${[text, INSIDE.get(name) ?? []].flat().join('\n\n')}\n`,
  );
  return `This product contains the following software of others.\n\n${sections.join('\n')}`;
}
