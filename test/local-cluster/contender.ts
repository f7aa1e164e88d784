/**
 * One of several processes that start at once: for every directory that it is told, it says whether it was given it,
 * and keeps it until it ends.
 */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { lockDirectory } from '../../src/local-cluster/lock.ts';

const [, , name = ''] = process.argv;
/** What a start does first; null: refused. */
function start(data: string): unknown {
  try {
    lockDirectory(data, name);
    // A lock that nobody refers to stays nevertheless.
    globalThis.gc?.();
    return 'given';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

writeSync(1, '"ready"\n');
for await (const data of createInterface({ input: process.stdin })) writeSync(1, `${JSON.stringify(start(data))}\n`);
