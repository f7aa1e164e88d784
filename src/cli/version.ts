/** The version of the program; a test holds it against package.json, which the one bundled file cannot read. */
export const VERSION = '0.2.0';
