/**
 * Decides which of a person's words may be repeated in an error, a title or a permanent record. People put secrets
 * where a name or a path belongs, and nobody can list what secrets look like. So this file says what names, paths and
 * addresses look like; everything else is withheld. A secret that reads like a name ("hunter2") cannot be recognized.
 */

/** Replaces the given text in a record and in a sentence. */
export const WITHHELD = '[withheld]';

const MOST_WORDS = 12;
/**
 * A change between small letters, capitals and digits inside a word; the capital that begins a word does not count. A
 * random text changes at every second character. A name of many parts (`prod-eu1a-pg17b-k8s`) changes often, but has
 * only small letters.
 */
const TURN = /\p{Ll}(?=[\p{Lu}\d])|\d(?=\p{L})|\p{Lu}(?=\d)|\p{Lu}{2,}(?=\p{Ll})/gu;
/** `small`: of a text without a capital. */
const MOST_TURNS = { word: 2, text: 4, small: 6 } as const;
function turns(text: string): number {
  return text.match(TURN)?.length ?? 0;
}

/** `OrdersEuropeWest`: capitals that begin whole words are not random. */
const CAMEL_CASE = /^(?:\p{Lu}?\p{Ll}{2,})(?:\p{Lu}\p{Ll}{2,}){0,4}\d{0,4}$/u;

/** A number, or at most four runs of letters and of digits: `orders`, `db01`, `pg17prod`, `k8s`, `10xlarge`. */
const OF_ONE_CASE = /^(?:\d{1,10}|\p{L}[\p{L}\p{M}]{0,23}(?:\d{1,8}\p{L}{0,12}\d{0,8})?|\d{1,4}\p{L}{1,12}\d{0,4})$/u;
/** `OrdersProd`, `PGProd`, `Orders2Prod`: after a digit comes a capital or the end. `Passw0rd` does not match. */
const OF_BOTH_CASES = /^(?:\p{Lu}{1,4}\p{Ll}*\d{0,8}|\p{Ll}+\d{0,8})(?:\p{Lu}{1,4}\p{Ll}*\d{0,8}){0,3}$/u;

function isWord(word: string): boolean {
  const mixed = word !== word.toLowerCase() && word !== word.toUpperCase();
  return (
    word.length <= 32 &&
    (turns(word) <= MOST_TURNS.word || CAMEL_CASE.test(word)) &&
    (mixed ? OF_BOTH_CASES : OF_ONE_CASE).test(word)
  );
}

/**
 * Random parts that machines add: the end of `i-0abcd1234ef567890`, of `vm-3f2a9c`, of `postgres-7f9c8d6b5-x2x4q`.
 * Allowed at most twice, and only beside a word that a person chose.
 */
const RANDOM_PART = /^[a-z\d]{4,17}$/u;
const MOST_RANDOM_PARTS = 2;

/**
 * Words, what joins words, and a mark at the edge of a part without digits: `Orders!`, but not `admin:secret`, `p@ss`
 * or `Summer2024!`.
 */
function isPart(part: string): boolean {
  const edged = /\d/u.test(part) ? part : part.replace(/^[\p{P}\p{S}]+|[\p{P}\p{S}]+$/gu, '');
  return (
    edged === '' ||
    /^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$/u.test(edged) ||
    /^[\p{L}\p{M}\p{N}._\-/()[\],&'+#%\u00b7\u2013\u2014]+$/u.test(edged)
  );
}

/** Whether a text reads like the name of something, or a label: printable words in one line. */
export function isName(text: string): boolean {
  if (text === '' || text.length > 200 || /[\p{C}\p{Zl}\p{Zp}]/u.test(text)) return false;
  const words = text.split(/[^\p{L}\p{M}\p{N}]+/u).filter(word => word !== '');
  const read = words.filter(isWord);
  const drawn = words.filter(word => !isWord(word));
  if (
    drawn.length > 0 &&
    (read.length === 0 ||
      drawn.length > MOST_RANDOM_PARTS ||
      !drawn.every(word => RANDOM_PART.test(word)) ||
      /[^\p{L}\p{N}._-]/u.test(text))
  )
    return false;
  const most = text === text.toLowerCase() ? MOST_TURNS.small : MOST_TURNS.text;
  return !isUuid(text) && words.length <= MOST_WORDS && turns(read.join(' ')) <= most && text.split(' ').every(isPart);
}

/**
 * Whether a text reads like an address of a node: a short scheme, no credentials, query or fragment, nothing random in
 * host or path.
 */
export function isAddress(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !/^[a-z]{2,10}:\/\//iu.test(text) || /[\s\p{C}]/u.test(text)) return false;
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '' || /[@?#]/u.test(text))
    return false;
  return isHost(hostOf(url)) && url.pathname.split('/').every(segment => segment === '' || isName(segment));
}

/**
 * The host of an address in its standard form. `URL` does this only for the schemes of the web, so other hosts go
 * through `http:`.
 */
export function hostOf({ hostname }: URL): string {
  return URL.parse(`http://${hostname}`)?.hostname ?? hostname;
}

/**
 * Whether a text reads like the name of a machine. Cloud providers often add one random label; the last label must be a
 * word.
 */
export function isHost(text: string): boolean {
  if (/^\[[0-9a-f:.]+\]$/iu.test(text) || /^[0-9a-f]*:[0-9a-f:.]+$/iu.test(text)) return true;
  const labels = text.replace(/\.$/u, '').split('.');
  return (
    text.length <= 253 &&
    labels.every(label => /^[\p{L}\p{M}\p{N}_-]{1,63}$/u.test(label)) &&
    isName(labels.at(-1) ?? '') &&
    labels.filter(label => !isName(label)).length <= 1
  );
}

/**
 * Below these folders any folder name is allowed. Elsewhere the whole path must read like names, because base64 may
 * begin with a slash, too.
 */
const ROOTS = new Set([
  'data',
  'dev',
  'etc',
  'home',
  'media',
  'mnt',
  'nix',
  'opt',
  'private',
  'proc',
  'root',
  'run',
  'snap',
  'srv',
  'sys',
  'tmp',
  'usr',
  'var',
  'Applications',
  'Library',
  'Users',
  'Volumes',
]);

/**
 * Whether a text reads like the path of a file. A path that says where it begins (`/home/`, `./`, `~/`, `C:\`) may hold
 * random folder names. In any other path every part must read like a name, and a single word without an extension may
 * hold letters only.
 */
export function isPath(text: string): boolean {
  if (text === '' || text.length > 4096 || /[\p{C}\p{Zl}\p{Zp}<>"|*?`]|:\/\/|-----BEGIN/u.test(text)) return false;
  const [, anchor = '', rest = ''] = /^((?:\/|~[\\/]|\.{1,2}[\\/]|[a-z]:[\\/]|\\\\)?)(.*)$/iu.exec(text) ?? [];
  const segments = rest.split(/[\\/]/u).filter(segment => segment !== '' && segment !== '.' && segment !== '..');
  const [first] = segments;
  if (first === undefined) return anchor !== '' || /^[.\\/]+$/u.test(text);
  if (anchor !== '' && (anchor !== '/' || ROOTS.has(first))) return segments.every(segment => segment.length <= 255);
  return (
    segments.every(isFileName) &&
    isName(segments.join(' ')) &&
    (anchor !== '' || segments.length > 1 || first.includes('.') || /^[\p{L}_-]+$/u.test(first))
  );
}

/** Only marks that are usual in file names are allowed: `token`, `.pgpass`, `orders.prod.json`, `My Files (x86)`. */
function isFileName(text: string): boolean {
  return isName(text.replace(/^\./u, '')) && /^[\p{L}\p{M}\p{N}._\-()[\],&'+#%~ ]+$/u.test(text);
}

/** Whether a text is a UUID, as every request id and every node id of AeroDB is. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
}

/** Whether a node's id or name may be repeated as given: AeroDB's ids are UUIDs. */
export function isNodeName(text: string): boolean {
  return isUuid(text) || isName(text);
}

/** A number, a time, or a name that begins with a letter: `413`, `2026-11-28T23:25:21.530567Z`, `wal-010006`. */
const POSITIONS = [/^\d{1,30}$/u, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/u] as const;
const POSITION_NAME = /^[a-z]+(?:[._-][a-z\d]+)*$/iu;

/** Whether a text reads like a position in an ordered list, in the forms that kernels use. */
export function isPosition(text: string): boolean {
  return POSITIONS.some(form => form.test(text)) || (POSITION_NAME.test(text) && isName(text));
}

/** Whether a cluster's name may be repeated; a cluster that is in no file is named by its first address. */
export function isClusterName(text: string): boolean {
  const [, member, address] = /^(?![a-z]+:\/\/)([^=]+)=([a-z]+:\/\/.*)$/iu.exec(text) ?? [];
  return (
    isName(text) ||
    isAddress(text) ||
    (member !== undefined && address !== undefined && isName(member) && isAddress(address))
  );
}

/** A name in quotes for use in a sentence, or a note that it is withheld. */
export function quotedName(text: string, plausible: (text: string) => boolean = isName): string {
  return plausible(text) ? `"${text}"` : `${WITHHELD} (what was given does not look like a name)`;
}

/**
 * Why a given path is neither used nor repeated; `undefined` if it reads like a path. `place` is the option or the
 * field.
 */
export function implausiblePath(place: string, text: string): string | undefined {
  if (text.includes('-----BEGIN '))
    return (
      `${place}: what was given is withheld: it is the text of a key or a certificate, and the path of the file ` +
      'that holds it belongs there.'
    );
  return isPath(text)
    ? undefined
    : `${place}: what was given is withheld: it does not look like a path (one that begins with / or ./ does).`;
}
