/** Waiting for a condition of the outside world: no test waits for a time to pass. */
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { until as cameTrue } from '../../scripts/lib/processes.mjs';

type Condition = () => boolean | Promise<boolean>;

/** Waits until the condition holds; fails with `what` after so many milliseconds. */
export type Until = (what: string, condition: Condition, withinMs?: number) => Promise<void>;

export interface Waiting {
  /** How long a condition may take where a test does not say it. */
  readonly withinMs: number;
  /** How often it is looked at. */
  readonly everyMs?: number;
  /** A condition that throws does not hold yet. Otherwise it fails the test at once. */
  readonly mayThrow?: boolean;
}

/** The wait of a suite, as patient as what the suite runs is slow. */
export function untilWith({ withinMs: usual, everyMs = 15, mayThrow = false }: Waiting): Until {
  return async (what, condition, withinMs = usual) => {
    let complaint = '';
    async function holds(): Promise<boolean> {
      complaint = '';
      try {
        return await condition();
      } catch (error) {
        if (!mayThrow) throw error;
        complaint = ` ${inspect(error, { depth: 2 })}`;
        return false;
      }
    }
    const isTrue = await cameTrue(holds, { timeout: withinMs, every: everyMs });
    assert.ok(isTrue, `waited ${withinMs} ms in vain: ${what}${complaint}`);
  };
}

/** Waits until a condition holds that a program on this machine brings about. */
export const until = untilWith({ withinMs: 10_000, everyMs: 10 });
