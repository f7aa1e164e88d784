/** Remembers files whose flush to disk failed in this process: their page cache can no longer be trusted. */
import { causeOf, unavailable } from './causes.ts';
import type { FlushFailed } from './files.ts';

const latched = new Map<string, string>();

/** From now on, until the process ends, every append that involves this file is refused. */
export function latch(file: string, { cause }: FlushFailed): void {
  latched.set(file, `${file} could not be flushed to disk: ${causeOf(cause)}`);
}

/** Throws if the file is latched. */
export function refuseWhenLatched(file: string): void {
  const cause = latched.get(file);
  if (cause !== undefined)
    throw unavailable(
      `${cause}. Nothing more is recorded until this window or process ends, because what is on the disk is no ` +
        'longer known',
    );
}
