/** Divides long work, so that the browser can draw a frame and take input in between. */

/** Milliseconds of work after which the browser has its turn: less than a frame takes. */
const TURN = 10;

export class Pauses {
  #since = performance.now();

  /** Waits for the browser when it had no turn for long. */
  async whenDue(): Promise<void> {
    if (performance.now() - this.#since < TURN) return;
    await new Promise(resolve => {
      setTimeout(resolve);
    });
    this.#since = performance.now();
  }
}
