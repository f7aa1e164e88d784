/** The lines that have come so far, page by page; those longest out of sight are forgotten. */
import type { AuditRow } from '../protocol.ts';
import { AUDIT_PAGE } from './page-size.ts';

const KEPT = 40;

export class Pages {
  static readonly size = AUDIT_PAGE;
  readonly #pages = new Map<number, readonly AuditRow[]>();
  readonly #asked = new Set<number>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Begins another selection. */
  begin(count: number): void {
    this.#count = count;
    this.forget();
  }

  /** Everything has to be asked for again. */
  forget(): void {
    this.#pages.clear();
    this.#asked.clear();
  }

  add(from: number, rows: readonly AuditRow[]): void {
    this.#asked.delete(from);
    this.#pages.delete(from);
    this.#pages.set(from, rows);
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > KEPT && oldest !== undefined) this.#pages.delete(oldest);
  }

  row(index: number): AuditRow | undefined {
    const from = index - (index % AUDIT_PAGE);
    return this.#pages.get(from)?.[index - from];
  }

  /** Where the pages begin that are needed and were not asked for yet; from now on they are. */
  missing({ from, to }: { readonly from: number; readonly to: number }): readonly number[] {
    const needed: number[] = [];
    for (let at = from - (from % AUDIT_PAGE); at < to; at += AUDIT_PAGE) {
      if (this.#pages.has(at) || this.#asked.has(at)) continue;
      this.#asked.add(at);
      needed.push(at);
    }
    return needed;
  }
}
