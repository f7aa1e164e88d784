/**
 * What a benchmark measured, for people and for `npm run bench`: a benchmark prints what it likes and calls `measured`
 * for each number that is worth keeping. A number means something beside its limit, or beside a peer that was measured
 * in the same run on the same machine.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** The environment variable that names the file of measures. */
export const BENCH_VARIABLE = 'AERODB_BENCH_REPORT';

/**
 * @typedef {object} Measure
 * @property {string} name the same in every run: no number in it that the machine decides
 * @property {number} value
 * @property {string} unit
 * @property {number} [limit] the most that the value may be
 * @property {{ name: string, value: number, times?: number }} [peer] what was measured beside it; `times`: so many
 *   times the peer is the most
 */

/**
 * Keeps a number. Without `npm run bench` around, only says whether it is within its limit.
 * @param {Measure} measure
 * @returns {boolean}
 */
export function measured(measure) {
  const file = process.env[BENCH_VARIABLE];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(measure)}\n`);
  return isMet(measure);
}

/**
 * @param {Measure} measure
 * @returns {boolean} whether it is within its limit and within its multiple of the peer; true where there is neither
 */
export function isMet({ value, limit = Infinity, peer }) {
  return value <= limit && (peer?.times === undefined || value <= peer.times * peer.value);
}

/**
 * @param {Measure} measure
 * @returns {number | undefined} how many times the peer, or what share of the limit: comparable between machines
 */
export function ratioOf({ value, limit, peer }) {
  if (peer !== undefined) return peer.value === 0 ? undefined : value / peer.value;
  return limit === undefined || limit === 0 ? undefined : value / limit;
}

/**
 * @param {string} file
 * @returns {Measure[]}
 */
export function readMeasures(file) {
  return existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter(line => line !== '')
        .map(line => JSON.parse(line))
    : [];
}

/**
 * @param {readonly number[]} values
 * @param {number} [share] 0.5 is the median
 * @returns {number}
 */
export function percentile(values, share = 0.5) {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;
}
