/** Reads the configured TLS files when connecting, so that a bad file is named before anything is sent. */
import { constants, promises as files } from 'node:fs';
import type { SecureContext } from 'node:tls';
import { endpointsOf, isLoopback, urlsOf, type ClusterConfig } from '../../control-plane/clusters/cluster.ts';
import { digest } from '../../control-plane/model/digest.ts';
import { failure, refusal, success, type Result } from '../../control-plane/model/errors.ts';
import { implausiblePath } from '../../control-plane/model/plausible.ts';
import { peerOf } from './endpoint.ts';
import type { TlsIdentity } from './http.ts';

const MAX_FILE_BYTES = 1024 * 1024;
type Part = 'ca' | 'cert' | 'key';

/** Reads CA, certificate and key. Errors name the file and never contain any part of it. */
export async function tlsIdentity(cluster: ClusterConfig): Promise<Result<TlsIdentity>> {
  const { ca, cert, key, serverName } = cluster.tls ?? {};
  if ((cert === undefined) !== (key === undefined)) {
    return refused('tls', 'A client certificate needs both "cert" and "key"; only one of them is configured.');
  }
  const pem: Partial<Record<Part, string>> = {};
  for (const [part, path] of [
    ['ca', ca],
    ['cert', cert],
    ['key', key],
  ] as const) {
    if (path === undefined) continue;
    const misplaced = implausiblePath(`tls.${part}`, path);
    if (misplaced !== undefined) return refused(`tls.${part}`, misplaced);
    const read = await readSmallFile(path);
    if (!read.ok) return refused(`tls.${part}`, `The file ${path} (${part}) cannot be read: ${read.why}.`);
    if (read.text.startsWith('\ufeff'))
      return refused(
        `tls.${part}`,
        `The file ${path} (${part}) begins with a byte-order mark (U+FEFF), which is not part of PEM.`,
      );
    if (part === 'key' && /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/mu.test(read.text)) {
      return refused(
        'tls.key',
        `The key in ${path} is protected by a passphrase. This program neither asks for a passphrase nor ` +
          'stores one, so it can only use a key without one.',
      );
    }
    const alone = part === 'key' ? undefined : await contextOf({ [part]: read.text });
    if (alone !== undefined && !alone.ok)
      return refused(`tls.${part}`, `The file ${path} (${part}) cannot be used: ${alone.why}.`);
    if (part === 'ca' && !read.text.includes('-----BEGIN '))
      return refused('tls.ca', `The file ${path} (ca) holds no PEM certificate.`);
    pem[part] = read.text;
  }
  const fingerprint = digest(pem);
  const withoutFiles = { context: undefined, ca: undefined, serverName, fingerprint };
  const serverNames = new Map(
    endpointsOf(cluster).flatMap(one =>
      one.serverName === undefined ? [] : [[peerOf(new URL(one.url)), one.serverName] as const],
    ),
  );
  if (Object.keys(pem).length === 0 && urlsOf(cluster).every(isLocal)) return success({ ...withoutFiles, serverNames });
  const context = await contextOf(pem);
  if (!context.ok)
    return refused(
      'tls.key',
      `The key ${key ?? ''} cannot be used with the certificate ${cert ?? ''}: ${context.why}.`,
    );
  return success({
    context: context.context,
    ca: pem.ca,
    serverName,
    fingerprint,
    serverNames,
    hasCertificate: pem.cert !== undefined,
  });
}

/** Whether the address may need no TLS: preparing TLS takes longer than a small answer. */
function isLocal(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed !== null && parsed.protocol !== 'https:' && isLoopback(parsed.hostname);
}

function refused(field: string, what: string): ReturnType<typeof failure> {
  return failure(refusal('PHASE7_MALFORMED_REQUEST', `${what} Nothing was sent.`, field));
}

type FileContent = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly why: string };

/**
 * Reads regular files only, and checks the opened file: a device or a pipe at a configured path must not hang the
 * process or fill its memory.
 */
async function readSmallFile(path: string): Promise<FileContent> {
  let file: files.FileHandle | undefined;
  try {
    file = await files.open(path, process.platform === 'win32' ? 'r' : constants.O_RDONLY | constants.O_NONBLOCK);
    const found = await file.stat();
    if (!found.isFile()) return { ok: false, why: 'it is not a regular file' };
    if (found.size > MAX_FILE_BYTES) return { ok: false, why: `it is larger than ${MAX_FILE_BYTES} bytes` };
    const bytes = await file.readFile();
    const begins = bytes.toString('hex', 0, 2);
    if (begins === 'fffe' || begins === 'feff')
      return { ok: false, why: 'it is written in UTF-16 (it begins with a byte-order mark)' };
    return { ok: true, text: bytes.toString('utf8') };
  } catch (error) {
    return {
      ok: false,
      why: error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown cause',
    };
  } finally {
    await file?.close();
  }
}

type Context = { readonly ok: true; readonly context: SecureContext } | { readonly ok: false; readonly why: string };

async function contextOf(pem: Partial<Record<Part, string>>): Promise<Context> {
  try {
    // Loaded only if TLS is configured, because it is a large part of a short command's time.
    const { createSecureContext } = await import('node:tls');
    return { ok: true, context: createSecureContext({ ...pem, minVersion: 'TLSv1.2' }) };
  } catch (error) {
    return {
      ok: false,
      why:
        error instanceof Error && 'reason' in error && typeof error.reason === 'string'
          ? error.reason
          : 'not usable PEM',
    };
  }
}
