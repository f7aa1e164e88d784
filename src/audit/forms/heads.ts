/** Heads known from elsewhere, held against the records of a file as they come. */
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

  /** Whether one of them has not been met yet. */
  get isOpen(): boolean {
    return this.#seen.size < this.#heads.length;
  }

  /** The one with the highest number. */
  get last(): AuditPosition | null {
    return this.#heads.reduce<AuditPosition | null>((a, b) => (a === null || b.seq > a.seq ? b : a), null);
  }

  /** Holds them against the record in `line`; `false` where a known number stands there with another record. */
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

  /** What became of each, in the order in which they were given. */
  get checks(): readonly AuditHeadCheck[] {
    return this.#heads.map(known => this.#seen.get(known) ?? { head: known, found: 'missing', line: null });
  }
}
