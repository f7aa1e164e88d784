/** Files whose flush to disk has failed in this process: what the page cache says of them can no longer be believed. */
import { causeOf, unavailable } from './causes.ts';
import type { FlushFailed } from './files.ts';

const latched = new Map<string, string>();

/** From now on nothing more is recorded where this file has a part in it, until the process ends. */
export function latch(file: string, { cause }: FlushFailed): void {
  latched.set(file, `${file} could not be flushed to disk: ${causeOf(cause)}`);
}

/** Throws for a file that is latched. */
export function refuseWhenLatched(file: string): void {
  const cause = latched.get(file);
  if (cause !== undefined)
    throw unavailable(
      `${cause}. Nothing more is recorded until this window or process ends, because what is on the disk is no ` +
        'longer known',
    );
}
