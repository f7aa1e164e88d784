/** What the programs have in common that run a real cluster to try the control plane on. */
import { whenAskedToEnd } from './processes.mjs';
import { Failure } from './run.mjs';

/** @param {string} line */
export function say(line) {
  return console.log(line);
}

/**
 * @param {string} text
 * @param {string} option
 * @param {number} least
 * @param {number} most
 * @returns {number}
 * @throws {Failure} when the text is no such number
 */
export function whole(text, option, least, most) {
  const value = /^\d{1,4}$/u.test(text) ? Number(text) : -1;
  if (value < least || value > most)
    throw new Failure(`${option} takes a number from ${least} to ${most}, not "${text}".`);
  return value;
}

/**
 * Starts a cluster. When this program is asked to end, the cluster ends before it.
 * @template {{ stop(): Promise<void> }} Cluster
 * @param {() => Promise<Cluster>} start
 * @returns {Promise<Cluster>}
 */
export async function startUntilAskedToEnd(start) {
  /** @type {Cluster | undefined} */
  let cluster;
  /** @type {Promise<void> | undefined} */
  let ending;
  whenAskedToEnd(() => {
    if (ending !== undefined) return;
    say('\nEnding the cluster …');
    // While it is still starting there is nothing to hold on to: the system ends its processes with this one, and the
    // next run tidies up.
    ending = cluster === undefined ? Promise.resolve() : cluster.stop();
    void ending.then(
      () => process.exit(0),
      error => {
        console.error(error);
        process.exit(1);
      },
    );
  });
  cluster = await start();
  return cluster;
}
