/** Waits for a file that another program writes whole (it renames the file into its place). */
import { readFileSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/**
 * The text of a file as soon as it exists; `undefined` if `gone` says that nobody will write it any more and it does
 * not exist. The system reports the file, so nothing polls. Rejects if the file's folder cannot be watched.
 */
export function arrival(file: string, gone: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const watcher = watch(dirname(file), (_event, name) => {
      if (name === null || name === basename(file)) look();
    });
    const end = (settle: () => void): void => {
      watcher.close();
      gone.removeEventListener('abort', last);
      settle();
    };
    const look = (): boolean => {
      const text = textOf(file);
      if (text !== undefined) end(() => resolve(text));
      return text !== undefined;
    };
    const last = (): void => {
      if (!look()) end(() => resolve(undefined));
    };
    watcher.once('error', error => end(() => reject(error)));
    gone.addEventListener('abort', last);
    if (gone.aborted) last();
    else look();
  });
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
