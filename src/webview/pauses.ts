/** Divides long work, so that the browser can draw a frame and take input in between. */

/** Milliseconds of work after which the browser has its turn: less than a frame takes. */
const TURN = 12;

export class Pauses {
  #since = performance.now();
  #hasPaused = false;

  /** Waits for the browser when it had no turn for long. */
  async whenDue(): Promise<void> {
    if (performance.now() - this.#since >= TURN) await this.#pause();
  }

  /** Waits once more where the work took longer than one turn: what follows it has a turn of its own. */
  async end(): Promise<void> {
    if (this.#hasPaused) await this.#pause();
  }

  async #pause(): Promise<void> {
    await new Promise(resolve => {
      setTimeout(resolve);
    });
    this.#since = performance.now();
    this.#hasPaused = true;
  }
}
