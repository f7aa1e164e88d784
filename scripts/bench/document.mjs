/** docs/benchmarks.json and docs/benchmarks.md: the last results of each benchmark, and what became worse. */
import { isMet, ratioOf } from './measure.mjs';
import { REASONS } from './reasons.mjs';

/** A ratio may be this many times the one that was committed before it is reported. */
export const TOLERANCE = 1.3;

/**
 * @typedef {object} Result
 * @property {string} date
 * @property {string} machine
 * @property {string} versions
 * @property {number} load of the machine when it began
 * @property {number} seconds
 * @property {readonly import('./measure.mjs').Measure[]} measures
 */

/** @typedef {Readonly<Record<string, Result>>} Results by benchmark */

/**
 * @param {Results} committed
 * @param {Results} fresh
 * @returns {string[]} each ratio that is more than `tolerance` times what was committed, in words
 */
export function regressions(committed, fresh) {
  return Object.entries(fresh).flatMap(([bench, { measures }]) =>
    measures.flatMap(measure => {
      const before = committed[bench]?.measures.find(({ name }) => name === measure.name)?.ratio;
      const now = ratioOf(measure);
      if (before === undefined || now === undefined || now <= before * TOLERANCE) return [];
      return [`${bench}: ${measure.name}: ratio ${number(now)}, committed ${number(before)}`];
    }),
  );
}

/**
 * @param {Results} results
 * @returns {string[]} each measure that is beyond its limit, in words
 */
export function missed(results) {
  return Object.entries(results).flatMap(([bench, { measures }]) =>
    measures
      .filter(measure => !isMet(measure))
      .map(measure => `${bench}: ${measure.name}: ${reached(measure)}, limit ${limit(measure)}`),
  );
}

/**
 * @param {Results} results
 * @returns {string}
 */
export function benchmarksDocument(results) {
  return [
    '# Benchmarks',
    '',
    'Written by `npm run bench`; do not edit it. What takes time is measured in turns with a floor or a peer that ' +
      'does the least possible of the same kind, in the same run on',
    'the same machine, and its ratio is what counts: the median of the ratios of the pairs, and between which ' +
      'numbers the middle half of them lies. Milliseconds say only what this',
    'machine is like. Where there is no peer, a limit holds on every machine, and the ratio is the share of it. ' +
      '`npm run bench` reports a limit that is missed and a',
    `ratio of more than ${TOLERANCE} times the committed one (\`docs/benchmarks.json\`); \`npm run bench -- ` +
      '--only kernel,cli` runs some and keeps the others.',
    ...Object.entries(results).flatMap(([bench, result]) => ['', ...section(bench, result)]),
    '',
  ].join('\n');
}

/**
 * @param {string} bench
 * @param {Result} result
 * @returns {string[]} its lines
 */
function section(bench, { date, machine, versions, load, seconds, measures }) {
  return [
    `## ${bench}`,
    '',
    `${date}, ${machine}, ${versions}, load ${load.toFixed(1)}, ${seconds.toFixed(0)} s`,
    '',
    '| what | ratio | middle half | limit | within | measured | peer |',
    '| --- | ---: | ---: | ---: | --- | ---: | ---: |',
    ...measures.map(measure => {
      const { name, peer, spread } = measure;
      const ratio = ratioOf(measure);
      const bound = limit(measure);
      const cells = [
        name.replaceAll('|', '\\|'),
        ratio === undefined ? '' : number(ratio),
        spread === undefined ? '' : spread.map(number).join(' to '),
        bound,
        bound === '' ? '' : isMet(measure) ? 'yes' : '**no**',
        value(measure),
        peer === undefined ? '' : `${peer.name}: ${value({ ...measure, value: peer.value })}`,
      ];
      return `| ${cells.join(' | ')} |`;
    }),
    ...measures.flatMap(measure => {
      const reason = isMet(measure) ? undefined : REASONS.get(measure.name);
      return reason === undefined ? [] : ['', `Missed: ${measure.name}. ${reason}`];
    }),
  ];
}

/** @param {Pick<import('./measure.mjs').Measure, 'value' | 'unit'>} measure */
function value({ value: amount, unit }) {
  return `${number(amount)} ${unit}`;
}

/** @param {import('./measure.mjs').Measure} measure */
function reached(measure) {
  const ratio = ratioOf(measure);
  return measure.peer?.times === undefined || ratio === undefined ? value(measure) : `${number(ratio)} × peer`;
}

/** @param {import('./measure.mjs').Measure} measure */
function limit({ limit: most, unit, peer }) {
  return [
    ...(most === undefined ? [] : [`${number(most)} ${unit}`]),
    ...(peer?.times === undefined ? [] : [`${peer.times} × peer`]),
  ].join(', ');
}

/** Three digits that mean something, in plain notation. @param {number} amount */
function number(amount) {
  return Math.abs(amount) >= 100 ? Math.round(amount).toLocaleString('en-US') : String(Number(amount.toPrecision(3)));
}
