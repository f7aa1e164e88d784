/** The rows of a long table that have come so far, page by page; those longest out of sight are forgotten. */
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

  /** Begins another selection, or the same one anew: then what has come stays in sight until it has come again. */
  begin(count: number, same: boolean): void {
    this.#count = count;
    if (!same) this.#pages.clear();
    this.refresh();
  }

  /** Everything has to be asked for again. */
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

  /** Where the pages begin that are needed and were not asked for yet; from now on they are. */
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
