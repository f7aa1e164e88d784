/** Compares the heads known from elsewhere with the records of a file as they are read. */
import type { AuditPosition } from '../../control-plane/model/audit-position.ts';
import type { AuditHeadCheck } from '../../control-plane/model/audit-reader.ts';

export class KnownHeads {
  readonly #heads: readonly AuditPosition[];
  readonly #wanted: ReadonlyMap<bigint, readonly AuditPosition[]>;
  readonly #seen = new Map<AuditPosition, AuditHeadCheck>();

  constructor(heads: readonly AuditPosition[]) {
    this.#heads = heads;
    this.#wanted = Map.groupBy(heads, ({ seq }) => seq);
  }

  /** Whether at least one head has not been found yet. */
  get isOpen(): boolean {
    return this.#seen.size < this.#heads.length;
  }

  /** The head with the highest number. */
  get last(): AuditPosition | null {
    return this.#heads.reduce<AuditPosition | null>((a, b) => (a === null || b.seq > a.seq ? b : a), null);
  }

  /** Compares the heads with the record in `line`; `false` if a head has the same number but another hash. */
  compare({ seq, hash }: AuditPosition, line: bigint): boolean {
    if (this.#wanted.size === 0) return true;
    let agrees = true;
    for (const head of this.#wanted.get(seq) ?? []) {
      if (this.#seen.get(head)?.found === 'held') continue;
      const found = head.hash === hash ? 'held' : 'different';
      this.#seen.set(head, { head, found, line });
      if (found === 'different') agrees = false;
    }
    return agrees;
  }

  /** The result for each head, in the given order. */
  get checks(): readonly AuditHeadCheck[] {
    return this.#heads.map(known => this.#seen.get(known) ?? { head: known, found: 'missing', line: null });
  }
}
