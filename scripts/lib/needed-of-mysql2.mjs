/**
 * Leaves out of mysql2 what one connection and statements in text do not need, mainly the character sets of the whole
 * world and Amazon's certificates. Measured with a release build: dist/mysql2.cjs has 127 kB instead of 1,032, and
 * compressed, as in the package, 37 kB instead of 380. `test/engines/mysql-bundle.test.ts` holds what is left against
 * the whole.
 */

/**
 * Stands for a part that nothing of ours comes to; whoever comes to it hears so.
 * @param {string} part
 * @returns {string}
 */
function absent(part) {
  return `throw new Error(${JSON.stringify(`mysql2: ${part} is not in this program`)});`;
}

/** Files of mysql2, and the CommonJS that stands for each. */
const FILES = new Map([
  ['index.js', "exports.createConnection = require('./lib/create_connection.js');"],
  [
    'lib/commands/index.js',
    "module.exports = { ClientHandshake: require('./client_handshake.js'), Query: require('./query.js') };",
  ],
  ['lib/compressed_protocol.js', absent('compression')],
  // Names of error numbers; the numbers are what is shown.
  ['lib/constants/errors.js', 'module.exports = { __proto__: null };'],
  ['lib/constants/ssl_profiles.js', absent('a profile for TLS')],
  ['lib/packets/encode_parameter.js', `module.exports = { toParameter() { ${absent('a parameter')} } };`],
  // Code that is made of the names of columns.
  ['lib/parsers/text_parser.js', `module.exports = () => { ${absent('a parser that is made by eval')} };`],
  ['lib/promise/connection.js', absent('a connection of promises')],
]);

/** Packages that mysql2 asks for, and the CommonJS that stands for each. */
const PACKAGES = new Map([
  // Colours for its own messages to developers: it would take them from wherever the program stands.
  ['cardinal', absent('a highlighter')],
  // What Buffer does not know: the version of a server is read as CESU-8, which is UTF-8 as far as that goes.
  [
    'iconv-lite',
    `exports.getDecoder = encoding => { if (encoding !== 'cesu8') ${absent('this character set')} return { write: ` +
      "bytes => bytes.toString('utf8'), end: () => undefined }; }; exports.getEncoder = () => { " +
      `${absent('this character set')} };`,
  ],
  ['named-placeholders', absent('a named placeholder')],
  ['sql-escaper', 'module.exports = { __proto__: null };'],
]);

const OF_MYSQL2 = /[\\/]node_modules[\\/]mysql2[\\/](.*)$/;

/** @type {import('esbuild').Plugin} */
export const neededOfMysql2 = {
  name: 'needed-of-mysql2',
  setup(build) {
    build.onLoad({ filter: OF_MYSQL2 }, ({ path }) => {
      const contents = FILES.get(OF_MYSQL2.exec(path)?.[1]?.replaceAll('\\', '/') ?? '');
      return contents === undefined ? undefined : { contents };
    });
    build.onResolve({ filter: /^[a-z-]+$/ }, ({ path, importer }) =>
      PACKAGES.has(path) && OF_MYSQL2.test(importer) ? { path, namespace: 'needed-of-mysql2' } : undefined,
    );
    build.onLoad({ filter: /^/, namespace: 'needed-of-mysql2' }, ({ path }) => ({
      contents: PACKAGES.get(path) ?? '',
    }));
  },
};
