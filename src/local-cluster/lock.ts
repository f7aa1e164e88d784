import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError, nodeDirectory } from './config.ts';
import { readIfPresent } from './files.ts';

/** What tells this process from another one that later has the same number: the boot, and when it started. Empty where /proc is missing. */
const birthOf = (pid: number): string => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const started = stat.slice(stat.lastIndexOf(')')).split(' ')[20] ?? '';
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${started}`;
  } catch {
    return '';
  }
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** One process per data directory: two writers would tear the log. A lock that a killed process left behind does not count. */
export const lockDirectory = (data: string, name: string): void => {
  const directory = nodeDirectory(data, name);
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'node.pid');
  const [pid = '', ...birth] = (readIfPresent(path) ?? '').trim().split(' ');
  if (pid !== '' && Number(pid) !== process.pid && isAlive(Number(pid)) && birth.join(' ') === birthOf(Number(pid))) {
    throw new UsageError(`The data directory of ${name} in ${data} is in use by process ${pid}. End it first; two processes never share one directory.`);
  }
  writeFileSync(path, `${process.pid} ${birthOf(process.pid)}\n`, { mode: 0o600 });
};
