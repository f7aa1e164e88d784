/** Waits for a condition in the workbench, with a time limit. */
import { until } from '../../../scripts/lib/processes.mjs';

/**
 * How long the workbench may take for one step, in milliseconds. It is long because other suites run beside this one,
 * perhaps on two cores; a step that succeeds waits no longer for it.
 */
export const PATIENCE_MS = 60_000;

/** Reads a value until it meets the condition, and returns it. A failure shows the last value. */
export async function waitFor<T>(
  what: string,
  read: () => Promise<T>,
  wanted: (value: T) => boolean,
  timeout = PATIENCE_MS,
): Promise<T> {
  let last = await read();
  const found = await until(
    async () => {
      if (wanted(last)) return true;
      last = await read();
      return wanted(last);
    },
    { timeout, every: 50 },
  );
  if (!found) throw new Error(`Waited ${timeout / 1000} s for ${what}; last seen: ${JSON.stringify(last)}`);
  return last;
}

/**
 * Reads a value until it meets the condition and stays unchanged for a moment. Lists of the workbench reuse their rows
 * while they redraw: a click before that could hit another row.
 */
export async function waitUntilSettled<T>(
  what: string,
  read: () => Promise<T>,
  wanted: (value: T) => boolean,
): Promise<T> {
  let before = '';
  return waitFor(what, read, value => {
    const now = JSON.stringify(value);
    const same = now === before;
    before = now;
    return same && wanted(value);
  });
}

/**
 * Does something that the workbench may ignore while it redraws, and repeats it when it had no effect, as a person
 * would. Each wait is twice as long as the one before, so that a slow machine is not interrupted again and again.
 * @param done whether it had an effect
 */
export async function persist(what: string, act: () => Promise<void>, done: () => Promise<boolean>): Promise<void> {
  for (const timeout of [2000, 4000, 8000, 16_000]) {
    await act();
    if (await until(done, { timeout })) return;
  }
  throw new Error(`Tried four times, and nothing came of it: ${what}`);
}

/** A text on screen: an exact part of it, or a pattern. */
export type Wanted = string | RegExp;

export function matches(text: string, wanted: Wanted): boolean {
  return typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);
}

/** Some workbench labels have no-break spaces between words. */
export function plain(text: string | null | undefined): string {
  return (text ?? '').replaceAll('\u00a0', ' ').trim();
}
