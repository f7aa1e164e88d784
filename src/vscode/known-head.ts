/**
 * The last position of the audit log that this machine's editor has seen, kept in the editor's own storage. It shows
 * what the chain alone cannot show: that the end of the log was cut off, or that the whole log was rewritten. Therefore
 * records appended to such a log must not replace it.
 */
import type { AuditPosition } from '../control-plane/model/audit-position.ts';
import type { AuditReader } from '../control-plane/model/audit-reader.ts';

/** The part of `vscode.Memento` that is needed. */
export interface Storage {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

export class KnownHead {
  readonly #storage: Storage;
  readonly #reader: AuditReader;
  /** The key contains the path: a head belongs to one file. */
  readonly #key: string;
  /**
   * Whether the log still holds the kept head. Checked at this window's first record; if not, the kept head is never
   * replaced.
   */
  #continues: Promise<boolean> | null = null;

  constructor(storage: Storage, reader: AuditReader) {
    this.#storage = storage;
    this.#reader = reader;
    this.#key = `aerodb.audit.knownHead ${reader.path}`;
  }

  get(): AuditPosition | null {
    const kept = this.#storage.get(this.#key);
    return typeof kept === 'object' &&
      kept !== null &&
      'seq' in kept &&
      'hash' in kept &&
      typeof kept.seq === 'string' &&
      /^\d+$/.test(kept.seq) &&
      typeof kept.hash === 'string'
      ? { seq: BigInt(kept.seq), hash: kept.hash }
      : null;
  }

  /** Several windows keep the same head, so only a later position of the same log replaces it. */
  async keep({ seq, hash }: AuditPosition): Promise<void> {
    this.#continues ??= this.#holdsKept();
    if (!(await this.#continues)) return;
    if (seq > (this.get()?.seq ?? 0n)) await this.#storage.update(this.#key, { seq: seq.toString(), hash });
  }

  async #holdsKept(): Promise<boolean> {
    const kept = this.get();
    return kept === null || (await this.#reader.verifyHeads([kept])).heads[0]?.found === 'held';
  }
}
