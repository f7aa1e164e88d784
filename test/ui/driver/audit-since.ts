/** The records that a test has added to the audit log since the last mark. */
import assert from 'node:assert/strict';
import { recordsIn } from '../../support/records-in.ts';
import { waitFor } from './wait.ts';

type Fields = Readonly<Record<string, unknown>>;

export class AuditSince {
  readonly #file: () => string;
  #start = 0;

  constructor(file: () => string) {
    this.#file = file;
  }

  /** Sets the mark: only later records count. */
  mark(): void {
    this.#start = recordsIn(this.#file()).length;
  }

  /** The stages of a command, in order. */
  stages(command: string): readonly unknown[] {
    return this.#records()
      .filter(record => record['command'] === command)
      .map(({ stage }) => stage);
  }

  /** Waits for a record of this stage, and returns the last one. */
  async recorded(stage: string): Promise<Fields> {
    const found = await waitFor(
      `a record of ${stage}`,
      () => Promise.resolve(this.#records()),
      seen => seen.some(record => record['stage'] === stage),
    );
    return found.findLast(record => record['stage'] === stage) ?? assert.fail();
  }

  #records(): readonly Fields[] {
    return recordsIn(this.#file()).slice(this.#start);
  }
}
