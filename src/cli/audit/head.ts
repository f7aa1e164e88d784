/** Reads a head of the log that is known from elsewhere, as a person types it. */
import type { AuditPosition } from '../../control-plane/model/audit-position.ts';
import { failure, refusal, success, type Result } from '../../control-plane/model/errors.ts';

/** `null` when no head was given. */
export function knownHead(text: string | undefined): Result<AuditPosition | null> {
  if (text === undefined) return success(null);
  const parts = /^([1-9]\d{0,19}):([0-9a-f]{64})$/.exec(text);
  const [, seq, hash] = parts ?? [];
  return seq === undefined || hash === undefined
    ? failure(
        refusal(
          'PHASE7_MALFORMED_REQUEST',
          'A head is written SEQ:HASH, the number of a record and its 64 hexadecimal digits. Nothing was read.',
          'head',
        ),
      )
    : success({ seq: BigInt(seq), hash });
}
