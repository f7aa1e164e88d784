/** docs/benchmarks.json and docs/benchmarks.md: the last results of each benchmark, and what became worse. */
import { isMet, ratioOf } from './bench.mjs';

/** A ratio may be this many times the one that was committed before it is reported. */
export const TOLERANCE = 1.3;

/**
 * @typedef {object} Result
 * @property {string} date
 * @property {string} machine
 * @property {string} versions
 * @property {number} load of the machine when it began
 * @property {number} seconds
 * @property {readonly (import('./bench.mjs').Measure & { readonly ratio?: number | undefined })[]} measures
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
      .map(measure => `${bench}: ${measure.name}: ${value(measure)}, limit ${limit(measure)}`),
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
    'Written by `npm run bench`; do not edit it. Each number stands beside its limit, or beside a peer that was ' +
      'measured in the same run on the same machine: the',
    'ratio is the value in multiples of the peer, or where there is none, of the limit. Ratios are comparable ' +
      'between machines, milliseconds are not.',
    `\`npm run bench\` reports a ratio of more than ${TOLERANCE} times the committed one ` +
      `(\`docs/benchmarks.json\`); \`npm run bench -- --only kernel,cli\` runs some and keeps the others.`,
    ...Object.entries(results).flatMap(([bench, { date, machine, versions, load, seconds, measures }]) => [
      '',
      `## ${bench}`,
      '',
      `${date}, ${machine}, ${versions}, load ${load.toFixed(1)}, ${seconds.toFixed(0)} s (\`npm run bench:${bench}\`)`,
      '',
      '| what | measured | peer | limit | ratio | within |',
      '| --- | ---: | ---: | ---: | ---: | --- |',
      ...measures.map(measure => {
        const ratio = ratioOf(measure);
        const peer =
          measure.peer === undefined ? '' : `${measure.peer.name}: ${value({ ...measure, value: measure.peer.value })}`;
        const bound = limit(measure);
        return (
          `| ${measure.name.replaceAll('|', '\\|')} | ${value(measure)} | ${peer} | ${bound} ` +
          `| ${ratio === undefined ? '' : number(ratio)} ` +
          `| ${bound === '' ? '' : isMet(measure) ? 'yes' : '**no**'} |`
        );
      }),
    ]),
    '',
  ].join('\n');
}

/** @param {Pick<import('./bench.mjs').Measure, 'value' | 'unit'>} measure */
function value({ value: amount, unit }) {
  return `${number(amount)} ${unit}`;
}

/** @param {import('./bench.mjs').Measure} measure */
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
