/** `audit verify`: whether a log, or a file that holds records of one, is still what was written. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { compareCopy } from '../../audit/copy-check.ts';
import { verifyAuditFile, type AuditFileSource } from '../../audit/sources.ts';
import type { AuditFileVerification } from '../../control-plane/model/audit-file.ts';
import type { AuditCopyVerdict } from '../../control-plane/model/audit-reader.ts';
import { failure, refusal, success, type ControlError, type Result } from '../../control-plane/model/errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { notAPath } from '../files.ts';
import { verdictJson } from '../json.ts';
import { first, type GivenOptions } from '../given.ts';
import { paintFor } from '../text/paint.ts';
import { copyText } from '../text/copy.ts';
import { verdictText } from '../text/verdict.ts';
import { knownHead } from './head.ts';
import { STANDARD_INPUT, type Review } from './review.ts';
import type { SignatureCheck, SignatureOfFile } from './signature.ts';

/** Verifies the log, or the named file, against its own hashes and the given head and signature. */
export async function verify({
  reader,
  copy,
  given,
  output,
  env,
  json,
  recordReading,
}: Review): Promise<Result<ExitCode>> {
  const head = knownHead(first(given, 'head'));
  if (!head.ok) return head;
  const source = sourceIn(given, reader.path);
  if (!source.ok) return source;
  const wanted = signatureIn(given);
  if (!wanted.ok) return wanted;
  await recordReading([reader.path, ...(copy === null ? [] : [copy])]);
  const digest = wanted.value === null ? null : createHash('sha256');
  const verification = await verifyAuditFile(
    { ...source.value, seen: bytes => digest?.update(bytes) },
    head.value === null ? [] : [head.value],
  );
  const verified = isIntact(verification) ? (digest?.digest('hex') ?? null) : null;
  const signature = wanted.value === null ? null : await held(wanted.value, verified);
  const compared = copy === null ? null : await compareCopy(reader.path, copy);
  const isWhole = isIntact(verification) && isHeld(compared) && signature?.holds !== false;
  const code = isWhole ? EXIT.done : EXIT.verificationFailed;
  const paint = paintFor(process.stdout, env);
  output.out(
    json
      ? [verdictJson(reader.path, verification, compared, signature, code)]
      : [
          ...verdictText(
            { path: reader.path, verification, head: head.value, signature, hint: hint(verification, given) },
            paint,
          ),
          ...copyText(compared, paint),
        ],
  );
  return success(code);
}

/** A copy that is behind is no finding, because the next record completes it. Any other difference is a finding. */
function isHeld(copy: AuditCopyVerdict | null): boolean {
  return copy === null || copy.kind === 'same' || copy.kind === 'behind';
}

function isIntact({ verdict: { kind } }: AuditFileVerification): boolean {
  return kind === 'intact' || kind === 'intact_selection';
}

function sourceIn(given: GivenOptions, path: string): Result<AuditFileSource> {
  const file = first(given, 'file');
  const as = given.selection === undefined ? {} : ({ as: 'selection' } as const);
  if (file === undefined)
    return given.selection === undefined
      ? success({ file: path, as: 'log' })
      : failure(malformed('--selection is for a file: name the file with --file.', 'selection'));
  if (file !== STANDARD_INPUT) return success({ file, ...as });
  if (process.stdin.isTTY)
    return failure(malformed('Standard input is a terminal, and a log comes from a file or a pipe.', 'file'));
  return success({ stream: process.stdin, name: 'standard input', ...as });
}

function signatureIn(given: GivenOptions): Result<SignatureOfFile | null> {
  const file = first(given, 'file');
  const names = ['signature', 'allowed-signers', 'signer'] as const;
  const [signature, allowedSigners, signer] = names.map(name => first(given, name));
  if (signature === undefined && allowedSigners === undefined && signer === undefined) return success(null);
  if (signature === undefined || allowedSigners === undefined || signer === undefined)
    return failure(
      malformed(
        'A signature is checked with a file of allowed signers and the name of the expected signer: --signature, ' +
          '--allowed-signers and --signer must be given together.',
        names.find(name => given[name] === undefined) ?? 'signature',
      ),
    );
  if (file === undefined || file === STANDARD_INPUT)
    return failure(malformed('A signature belongs to a file: name the file with --file.', 'signature'));
  const misplaced = notAPath('signature', signature) ?? notAPath('allowed-signers', allowedSigners);
  return misplaced === undefined ? success({ file, signature, allowedSigners, signer }) : failure(misplaced);
}

/**
 * Refuses anything but a regular file: the content of a pipe cannot be read a second time. `sha256` is the hash of the
 * bytes that were verified, when they were intact.
 */
async function held(wanted: SignatureOfFile, sha256: string | null): Promise<SignatureCheck> {
  const found = await stat(wanted.file).catch(() => null);
  if (found?.isFile() !== true)
    return { holds: false, signer: wanted.signer, words: 'a signature belongs to a file, and there is no such file' };
  const { checkSignature } = await import('./signature.ts');
  return checkSignature(wanted, sha256);
}

/** A file with only some records of a log looks like a log with records missing. */
function hint({ form, verdict }: AuditFileVerification, given: GivenOptions): string | null {
  return form === 'log' && verdict.kind === 'records_missing' && given.file !== undefined
    ? 'If the file is meant to hold only some records of a log, verify it with --selection.'
    : null;
}

function malformed(why: string, field: string): ControlError {
  return refusal('PHASE7_MALFORMED_REQUEST', `${why} Nothing was verified.`, field);
}
