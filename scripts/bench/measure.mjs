/**
 * What a benchmark measured, for people and for `npm run bench`: a benchmark calls `compared` or `measured` for each
 * number that is worth keeping. What takes time is compared with a peer that does the least possible of the same kind,
 * in the same run, in turns; only the ratio counts. Bytes and the length of a frame have a limit of their own.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** The environment variable that names the file of measures. */
export const BENCH_VARIABLE = 'AERODB_BENCH_REPORT';

/**
 * @typedef {object} Measure
 * @property {string} name the same in every run: no number in it that the machine decides
 * @property {number} value
 * @property {string} unit
 * @property {number} [limit] the most that the value may be, where it does not depend on the machine
 * @property {{ name: string, value: number, times?: number }} [peer] what was measured beside it; `times`: so many
 *   times the peer is the most
 * @property {number} [ratio] the median of the ratios of the pairs; without it, that of the two values
 * @property {readonly [number, number]} [spread] the quartiles of the ratios
 */

/**
 * @typedef {readonly (readonly [own: number, peer: number])[]} Pairs of what was measured one after the other
 */

/**
 * Keeps how many times the peer something takes.
 * @param {{ name: string, unit?: string, peer: string, times?: number }} about `times`: the most
 * @param {Pairs} pairs
 * @returns {boolean} whether it is within its limit
 */
export function compared({ name, unit = 'ms', peer, times }, pairs) {
  const ratios = pairs.map(([own, other]) => own / other);
  return measured({
    name,
    unit,
    value: percentile(pairs.map(([own]) => own)),
    peer: {
      name: peer,
      value: percentile(pairs.map(([, other]) => other)),
      ...(times === undefined ? {} : { times }),
    },
    ratio: percentile(ratios),
    spread: [percentile(ratios, 0.25), percentile(ratios, 0.75)],
  });
}

/**
 * Keeps a number and says it.
 * @param {Measure} measure
 * @returns {boolean} whether it is within its limit; if not, the process will end with 1
 */
export function measured(measure) {
  const file = process.env[BENCH_VARIABLE];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(measure)}\n`);
  const { name, value, unit, limit, peer, spread } = measure;
  const ratio = ratioOf(measure);
  const met = isMet(measure);
  if (!met) process.exitCode = 1;
  const most = peer === undefined ? (limit === undefined ? '' : `${limit} ${unit}`) : `${peer.times ?? '-'} ×`;
  const shown =
    peer === undefined
      ? `${value.toPrecision(4)} ${unit}`
      : `${ratio?.toFixed(2)} × ${peer.name} (${spread?.map(each => each.toFixed(2)).join(' to ') ?? 'one pair'}; ` +
        `${value.toPrecision(3)} and ${peer.value.toPrecision(3)} ${unit})`;
  process.stdout.write(`${name}: ${shown}${most === '' ? '' : `, at most ${most}`}: ${met ? 'kept' : 'MISSED'}\n`);
  return met;
}

/**
 * @param {Measure} measure
 * @returns {boolean} whether it is within its limit and within its multiple of the peer; true where there is neither
 */
export function isMet(measure) {
  const { value, limit = Infinity, peer } = measure;
  return value <= limit && (peer?.times === undefined || (ratioOf(measure) ?? Infinity) <= peer.times);
}

/**
 * @param {Measure} measure
 * @returns {number | undefined} how many times the peer, or what share of the limit: comparable between machines
 */
export function ratioOf({ value, limit, peer, ratio }) {
  if (ratio !== undefined) return ratio;
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
