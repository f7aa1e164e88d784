/** The places of the rows of a long table when some of them are unfolded. */

/** In CSS pixels. `styles/tables.css` gives rows of such a table exactly this height. */
export const ROW = 26;
/**
 * The assumed height of an unfolded part before it is drawn and measured, in CSS pixels: for each value (FACT), and
 * around them (AROUND).
 */
const FACT = 26;
const AROUND = 48;

/** Places of rows in CSS pixels. An unfolded row has its measured height. */
export class RowPlaces {
  readonly #count: number;
  readonly #estimate: number;
  readonly #heights = new Map<number, number>();
  #isUnfolded: (index: number) => boolean = () => false;
  #tops = new Float64Array(0);

  constructor(count: number, facts: number) {
    this.#count = count;
    this.#estimate = facts * FACT + AROUND;
    this.unfold(() => false);
  }

  /** Sets which rows are unfolded. */
  unfold(isUnfolded: (index: number) => boolean): void {
    this.#isUnfolded = isUnfolded;
    this.#place();
  }

  /** Takes measured heights. Returns `true` when one of them differs from the height used until now. */
  measured(heights: ReadonlyMap<number, number>): boolean {
    const news = [...heights].filter(([index, height]) => this.#heights.get(index) !== height);
    for (const [index, height] of news) this.#heights.set(index, height);
    if (news.length > 0) this.#place();
    return news.length > 0;
  }

  /** The top of a row. For the number of rows: the end of the table. */
  top(index: number): number {
    return this.#tops[index] ?? 0;
  }

  /** The row at a place. */
  at(place: number): number {
    let [low, high] = [0, Math.max(0, this.#count - 1)];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.top(middle) <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #place(): void {
    const tops = new Float64Array(this.#count + 1);
    for (let index = 0; index < this.#count; index += 1) {
      const below = this.#isUnfolded(index) ? (this.#heights.get(index) ?? this.#estimate) : 0;
      tops[index + 1] = (tops[index] ?? 0) + ROW + below;
    }
    this.#tops = tops;
  }
}
