/** Waits for a condition in the workbench, with a limit. */
import { until } from '../../../scripts/lib/processes.mjs';

/** How long the workbench may take for anything that a person asked of it, in milliseconds. */
export const PATIENCE_MS = 20_000;

/** Looks at a value until it is what is waited for, and returns it; a failure shows the last value seen. */
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
 * Looks at a value until it is what is waited for and stays so for a moment. Lists of the workbench reuse their rows
 * while they redraw: a click aimed at one before it has settled lands on another.
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
 * Does something that the workbench may overlook while it redraws, and does it again as a person would who sees that
 * nothing came of it. Each time it is given twice as long: what a slow machine is just about to do is not disturbed
 * again and again.
 * @param done whether something did
 */
export async function persist(what: string, act: () => Promise<void>, done: () => Promise<boolean>): Promise<void> {
  for (const timeout of [2000, 4000, 8000, 16_000]) {
    await act();
    if (await until(done, { timeout })) return;
  }
  throw new Error(`Tried four times, and nothing came of it: ${what}`);
}

/** Text that a person reads: an exact string as part of it, or a pattern. */
export type Wanted = string | RegExp;

export function matches(text: string, wanted: Wanted): boolean {
  return typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);
}

/** Workbench labels separate words with no-break spaces in places. */
export function plain(text: string | null | undefined): string {
  return (text ?? '').replaceAll('\u00a0', ' ').trim();
}
