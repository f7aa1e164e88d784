/** A certificate for servers on loopback, which vouches for itself. */
import { run } from './run.mjs';

/**
 * @param {{ cert: string, key: string }} files to be written
 * @returns {Promise<void>}
 */
export async function makeCertificate({ cert, key }) {
  await run('openssl', [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=DNS:localhost,IP:127.0.0.1',
    '-keyout',
    key,
    '-out',
    cert,
  ]);
}
