/**
 * The person's cache folder: what is in it can be fetched again, and each folder there is complete or absent, however
 * many runs build it at once.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isAlive } from './processes.mjs';

/**
 * Builds a folder aside and puts it in place with one rename. When another run was faster, its result is as good and
 * this one is dropped.
 * @param {string} cache
 * @param {(aside: string) => Promise<{ built: string, home: string }>} build is given an empty folder; built: the one
 *   that is to be put in
 *   place, which is it or in it; home: where that one belongs
 * @param {(home: string) => boolean} [isComplete] one that is there and not complete is replaced
 * @returns {Promise<string>} where it is
 */
export async function buildAside(cache, build, isComplete = existsSync) {
  mkdirSync(cache, { recursive: true });
  removeAbandoned(cache);
  const aside = join(cache, asideName());
  mkdirSync(aside);
  try {
    const { built, home } = await build(aside);
    putInPlace(built, home, isComplete);
    return home;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

function asideName() {
  return `building-${process.pid}-${randomUUID()}`;
}

/**
 * @param {string} built
 * @param {string} home
 * @param {(home: string) => boolean} isComplete
 */
function putInPlace(built, home, isComplete) {
  if (existsSync(home) && !isComplete(home)) {
    const old = join(dirname(home), asideName());
    renameSync(home, old);
    rmSync(old, { recursive: true, force: true });
  }
  try {
    renameSync(built, home);
  } catch (error) {
    if (!isComplete(home)) throw error;
  }
}

/**
 * Removes what runs that were killed have left.
 * @param {string} cache
 */
function removeAbandoned(cache) {
  for (const entry of readdirSync(cache)) {
    const pid = /^building-(\d+)-/u.exec(entry)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(cache, entry), { recursive: true, force: true });
  }
}
