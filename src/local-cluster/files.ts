import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { crashPoint, onDisk } from './faults.ts';

/** Makes a rename or a new name in `directory` durable. Windows has no directory fsync. */
export const syncDirectory = (directory: string): void => {
  if (process.platform === 'win32') return;
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};

/**
 * Replaces a file whole or not at all (P6-F2): written beside it, fsynced, renamed over it, directory fsynced.
 * `name` names the crash points `<name>-write`, `<name>-fsync`, `<name>-rename`, `<name>-directory`, each before its step.
 */
export const replaceFile = (path: string, content: string | Buffer, name: string): void => {
  const beside = `${path}.new`;
  crashPoint(`${name}-write`);
  onDisk('write');
  const handle = openSync(beside, 'w', 0o600);
  try {
    if (typeof content === 'string') writeSync(handle, content);
    else writeSync(handle, content);
    crashPoint(`${name}-fsync`);
    onDisk('fsync');
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  crashPoint(`${name}-rename`);
  renameSync(beside, path);
  crashPoint(`${name}-directory`);
  syncDirectory(dirname(path));
};

/** The text of a file, or null where there is none. */
export const readIfPresent = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
};
