/** A whole log, or a file that is presented as a whole log. */
import type { AuditFileVerification } from '../../control-plane/model/audit-file.ts';
import type { AuditPosition } from '../../control-plane/model/audit-position.ts';
import { Verifier } from '../verify.ts';
import type { FormReader, TakePiece } from './form.ts';
import { ignoredSentence } from './rewritten.ts';

export class LogForm implements FormReader {
  readonly #verifier: Verifier;

  constructor(heads: readonly AuditPosition[], take: TakePiece | undefined) {
    this.#verifier = new Verifier(heads, take);
  }

  push(chunk: Buffer): boolean {
    return this.#verifier.push(chunk);
  }

  end(): AuditFileVerification {
    const { verdict, heads } = this.#verifier.end();
    const removed = this.#verifier.removed;
    return {
      form: 'log',
      verdict,
      heads,
      tolerated: removed === null ? [] : [ignoredSentence(removed)],
      manifest: null,
    };
  }
}
