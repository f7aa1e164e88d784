/**
 * The real file system, on which the process dies by SIGKILL at a chosen touch: before it, in the middle of a write, or
 * after it.
 */
import { realFiles, type AuditFiles } from '../../src/audit/files.ts';

/**
 * Touches are counted in the order in which they happen: each operation is one before it and one after it. A write that
 * is died in puts only `bytes` of its bytes into the file first.
 */
export function dyingFiles({ at, bytes }: { readonly at: number; readonly bytes: number }): {
  readonly files: AuditFiles;
  touches(): number;
} {
  let touches = 0;
  const touch = (): boolean => (touches += 1) === at;
  const die = (): never => {
    process.kill(process.pid, 'SIGKILL');
    throw new Error('still alive');
  };
  const around = <T>(run: () => T): T => {
    if (touch()) die();
    const result = run();
    if (touch()) die();
    return result;
  };
  const aroundAsync = async (run: () => Promise<void>): Promise<void> => {
    if (touch()) die();
    await run();
    if (touch()) die();
  };
  const files: AuditFiles = {
    prepareDirectory: directory => aroundAsync(() => realFiles.prepareDirectory(directory)),
    syncDirectory: directory => aroundAsync(() => realFiles.syncDirectory(directory)),
    facts: file => around(() => realFiles.facts(file)),
    open(file, create) {
      const opened = around(() => realFiles.open(file, create));
      return {
        facts: () => around(() => opened.facts()),
        read: (into, position) => around(() => opened.read(into, position)),
        append(whole) {
          if (touch()) {
            if (bytes > 0) opened.append(whole.subarray(0, bytes));
            die();
          }
          const taken = opened.append(whole);
          if (touch()) die();
          return taken;
        },
        sync: () => aroundAsync(() => opened.sync()),
        close: () => around(() => opened.close()),
      };
    },
  };
  return { files, touches: () => touches };
}
