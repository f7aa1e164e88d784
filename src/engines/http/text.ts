/** Puts the words of a peer, and of the system, into sentences of ours. */

const EXCERPT_CHARACTERS = 200;

/** The beginning of a foreign page as readable words, without markup. */
export function plain(text: string): string {
  const words = text
    .slice(0, 16 * 1024)
    .replace(/<(style|script)\b.*?<\/\1\s*>/gis, ' ')
    .replace(/<[^>]*>?/g, ' ')
    .replaceAll('>', ' ');
  return oneLine(words, EXCERPT_CHARACTERS);
}

/** One line without control or direction characters, at most `most` characters. */
export function oneLine(text: string, most: number): string {
  const words = text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
  return words.length <= most ? words : `${words.slice(0, most).replace(/\p{Cs}$/u, '')}…`;
}

/** Node's advice about Node, appended to OpenSSL's words. */
const ADVICE = /; if the root CA is installed locally, try running Node\.js with --use-system-ca$/;

/**
 * The cause of a failure in the system's own words. OpenSSL's short reason replaces its message, which names threads
 * and source lines.
 */
export function cause(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(cause).join('; ');
  if (!(error instanceof Error)) return 'unknown cause';
  const text = oneLine(
    'reason' in error && typeof error.reason === 'string' ? error.reason : error.message.replace(ADVICE, ''),
    500,
  );
  const code = codeOf(error);
  return code === '' || code.startsWith('UND_ERR') || text.includes(code) ? text : `${text}, ${code}`;
}

/** The system's code of a failure, or an empty text. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/**
 * TLS alerts with which a server rejects or demands a client's certificate. A handshake failure may have other causes,
 * too.
 */
const WANTED = /ALERT_(?:CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE)$/;
const REFUSED: readonly RegExp[] = [
  /ALERT_(?:BAD|UNSUPPORTED)_CERTIFICATE$/,
  /ALERT_CERTIFICATE_(?:REVOKED|EXPIRED|UNKNOWN)$/,
  /ALERT_(?:UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)$/,
];

/**
 * The cause if a server demands a client certificate or refuses the configured one; `undefined` for any other failure.
 */
export function clientCertificate(error: unknown, hasCertificate: boolean): string | undefined {
  const code = codeOf(error);
  if (hasCertificate && [...REFUSED, WANTED].some(alert => alert.test(code)))
    return `the server does not accept the client certificate of "tls.cert": ${cause(error)}`;
  if (hasCertificate || !WANTED.test(code)) return undefined;
  return code.endsWith('REQUIRED')
    ? `the server requires a client certificate, and none is configured in "tls.cert": ${cause(error)}`
    : 'the server refuses the handshake, as servers do that require a client certificate; none is configured ' +
        `in "tls.cert": ${cause(error)}`;
}
