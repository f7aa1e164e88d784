/** SHA-256 over RFC 8785 canonical JSON: the fingerprint that a confirmation is bound to. */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { toWire } from './views.ts';

/** Lower-case hex SHA-256 of the canonical bytes of a value; 64-bit values count as decimal strings. */
export function digest(value: unknown): string {
  return createHash('sha256')
    .update(canonicalize(toWire(value)) ?? 'null')
    .digest('hex');
}
