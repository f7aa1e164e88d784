/**
 * Leaves out of undici what no request over HTTP/1.1 needs. Measured with a release build, 40 starts in turns with the
 * whole, Node 24.21: `aerodb-control inspect cluster` takes 139 ms of processor time instead of 155, most of it because
 * HTTP/2 is not loaded, and the package is 34 kB smaller (compressed). `test/engines/bundle.test.ts` holds what is left
 * against the whole.
 */

/**
 * Stands for a part that no request of ours comes to; whoever comes to it hears so.
 * @param {string} part
 * @returns {string}
 */
function absent(part) {
  return `throw new Error(${JSON.stringify(`undici: ${part} is not in this program`)});`;
}

/** Files of undici, and the CommonJS that stands for each. */
const FILES = new Map([
  ['dispatcher/client-h2.js', `module.exports = () => { ${absent('HTTP/2')} };`],
  ['web/fetch/body.js', absent('a body for fetch')],
]);

/** Modules of Node, as far as undici uses them. */
const MODULES = new Map([
  [
    'node:assert',
    'module.exports = (holds, message) => { if (!holds) throw message instanceof Error ? message : new ' +
      'Error(message ?? "undici: an assertion does not hold"); };',
  ],
  ['node:http', 'module.exports = { maxHeaderSize: 16384, IncomingMessage: class {} };'],
]);

const OF_UNDICI = /[\\/]node_modules[\\/]undici[\\/]lib[\\/](.*)$/;

/** @type {import('esbuild').Plugin} */
export const neededOfUndici = {
  name: 'needed-of-undici',
  setup(build) {
    build.onLoad({ filter: OF_UNDICI }, ({ path }) => {
      const contents = FILES.get(OF_UNDICI.exec(path)?.[1]?.replaceAll('\\', '/') ?? '');
      return contents === undefined ? undefined : { contents };
    });
    build.onResolve({ filter: /^node:/ }, ({ path, importer }) =>
      MODULES.has(path) && OF_UNDICI.test(importer) ? { path, namespace: 'needed-of-undici' } : undefined,
    );
    build.onLoad({ filter: /^/, namespace: 'needed-of-undici' }, ({ path }) => ({ contents: MODULES.get(path) ?? '' }));
  },
};
