/** The rows of a long table that have arrived, page by page. The pages that arrived first are dropped first. */
import { AUDIT_PAGE } from '../panel-protocol/page-size.ts';

const KEPT = 40;

export class Pages<Row> {
  static readonly size = AUDIT_PAGE;
  readonly #pages = new Map<number, readonly Row[]>();
  readonly #asked = new Set<number>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Starts another selection, or the same one again. With `same`, old rows stay visible until the new ones arrive. */
  begin(count: number, same: boolean): void {
    this.#count = count;
    if (!same) this.#pages.clear();
    this.refresh();
  }

  /** Forgets which pages were requested, so that all are requested again. */
  refresh(): void {
    this.#asked.clear();
  }

  add(from: number, rows: readonly Row[]): void {
    this.#pages.delete(from);
    this.#pages.set(from, rows);
    const [oldest] = this.#pages.keys();
    if (this.#pages.size <= KEPT || oldest === undefined) return;
    this.#pages.delete(oldest);
    this.#asked.delete(oldest);
  }

  row(index: number): Row | undefined {
    const from = index - (index % AUDIT_PAGE);
    return this.#pages.get(from)?.[index - from];
  }

  /** The first rows of the pages that are needed and not yet requested. Marks them as requested. */
  missing({ from, to }: { readonly from: number; readonly to: number }): readonly number[] {
    const needed: number[] = [];
    for (let at = from - (from % AUDIT_PAGE); at < to; at += AUDIT_PAGE) {
      if (this.#asked.has(at)) continue;
      this.#asked.add(at);
      needed.push(at);
    }
    return needed;
  }
}
