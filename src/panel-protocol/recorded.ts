/** Parts of a record in the log. They are checked before they are shown, because a log may have been tampered with. */
import type { Explanation } from '../control-plane/explanation/explanation.ts';
import type { KernelState } from '../control-plane/model/record.ts';
import type { Wire } from '../control-plane/model/views.ts';
import { explanation, kernelState } from './readings.ts';

/** The explanation in a record of the log, or `null` when it does not have a valid form. */
export function recordedExplanation(value: unknown): Wire<Explanation> | null {
  return explanation.safeParse(value).data ?? null;
}

/** The kernel state in a record of the log, or `null` when it does not have a valid form. */
export function recordedKernelState(value: unknown): KernelState | null {
  return kernelState.safeParse(value).data ?? null;
}
