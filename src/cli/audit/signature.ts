/**
 * Signatures of people, made and checked by `ssh-keygen` (docs/evidence.md). This program passes on only the path of a
 * key: it never reads the key, and ssh-keygen itself asks for a passphrase on the terminal.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import path from 'node:path';

/** The purpose of the signature: ssh-keygen rejects a signature that was made for another purpose. */
export const NAMESPACE = 'aerodb-audit';
const PROGRAM = 'ssh-keygen';
const MAX_WORDS = 4_000;

/** A file, its signature, and who is expected to have signed it. */
export interface SignatureOfFile {
  readonly file: string;
  readonly signature: string;
  readonly allowedSigners: string;
  readonly signer: string;
}

/** Whether a signature is valid, with the words of ssh-keygen. */
export interface SignatureCheck {
  readonly holds: boolean;
  readonly signer: string;
  readonly words: string;
}

/**
 * Writes the signature of a file beside it (`FILE.sig`). Returns nothing, or a clause that says why no signature was
 * made.
 */
export async function sign(file: string, key: string): Promise<string | undefined> {
  const { code, words } = await run(['-Y', 'sign', '-f', path.resolve(key), '-n', NAMESPACE, path.resolve(file)], null);
  return code === 0 ? undefined : failed(code, words);
}

/**
 * Whether `signer`, as the file of allowed signers lists them, has signed the file. With `sha256`, the signed bytes
 * must also have this hash: the file is read again here and may have changed since it was verified.
 */
export async function checkSignature(
  { file, signature, allowedSigners, signer }: SignatureOfFile,
  sha256: string | null,
): Promise<SignatureCheck> {
  const args = ['-f', path.resolve(allowedSigners), `-I${signer}`, '-n', NAMESPACE, '-s', path.resolve(signature)];
  const digest = createHash('sha256');
  const { code, words } = await run(['-Y', 'verify', ...args], file, bytes => digest.update(bytes));
  if (code !== 0) return { holds: false, signer, words: failed(code, words) };
  return sha256 === null || digest.digest('hex') === sha256
    ? { holds: true, signer, words }
    : { holds: false, signer, words: 'the file was changed while it was verified: the signature is for other bytes' };
}

interface Ended {
  /** `null` when ssh-keygen could not be started or was ended by a signal. */
  readonly code: number | null;
  readonly words: string;
}

/**
 * Runs ssh-keygen. Its standard input is the file, whose bytes `seen` also receives; without a file it is the
 * terminal's, so that ssh-keygen can ask for a passphrase.
 */
async function run(
  args: readonly string[],
  input: string | null,
  seen: (bytes: Buffer | string) => void = () => undefined,
): Promise<Ended> {
  const child = spawn(PROGRAM, args, { stdio: [input === null ? 'inherit' : 'pipe', 'pipe', 'pipe'] });
  const words: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      if (words.join('').length < MAX_WORDS) words.push(text);
    });
  let broken = '';
  if (input !== null && child.stdin !== null) {
    child.stdin.on('error', () => undefined); // ssh-keygen may stop reading before the end of the file
    createReadStream(input)
      .on('error', error => {
        broken = error.message;
        child.kill();
      })
      .on('data', seen)
      .pipe(child.stdin);
  }
  try {
    await once(child, 'close');
  } catch (error) {
    return { code: null, words: error instanceof Error ? error.message : String(error) };
  }
  return { code: broken === '' ? child.exitCode : null, words: broken === '' ? words.join('').trim() : broken };
}

function failed(code: number | null, words: string): string {
  const end = code === null ? `${PROGRAM} could not be run to its end` : `${PROGRAM} ended with ${code}`;
  return words === '' ? end : `${end}: ${words.replaceAll(/\s+/g, ' ')}`;
}
