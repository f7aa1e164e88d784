/** The two documents that show the rules with their tests: the record to read, and the long list. */
import { COMMAND_NAMES } from '../../src/control-plane/commands/commands.ts';
import { coverage, titleOf, type Coverage, type NamedTest, type Proof } from './coverage.ts';
import { CELLS, doesNotApply, SECTIONS, SITUATIONS } from './rules.ts';
import { totals, type RunRecord } from './run-record.ts';

const NONE: Proof = { canonical: [], also: [] };

/** A title is text: nothing in it is markup. */
function escaped(text: string): string {
  return text.replaceAll(/[\\|<>*_`[\]]/gu, character => `\\${character}`);
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return [row(heads), row(heads.map(() => '---')), ...rows.map(row)];
}

function linked(text: string, place: NamedTest['place']): string {
  return place === undefined ? text : `[${text}](../${place.file}#L${place.line})`;
}

/** Where a test stands, as the end of its line in the long list. */
function placeOf({ place }: NamedTest): string {
  return place === undefined ? '' : ` ${linked(`${place.file}:${place.line}`, place)}`;
}

/** The words of a title behind its tags. */
function withoutTags(title: string): string {
  return title.slice(title.indexOf(': ') + 2).replace(/ \(seed \d+\)/u, '');
}

/** The canonical test with a link to its line. */
function canonicalTest({ canonical }: Proof): string {
  return canonical
    .map(test => `${linked(escaped(withoutTags(test.path.at(-1) ?? '')), test.place)} (${test.suite})`)
    .join('<br>');
}

/** Why a run does not close a freeze; nothing where it does. */
function shortcomings(run: RunRecord): readonly string[] {
  const { failed, skipped } = totals(run);
  return [
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
    ...(run.committed ? [] : ['the working tree differed from the commit']),
  ];
}

function record(run: RunRecord | null): readonly string[] {
  if (run === null)
    return [
      '**No whole run is recorded yet, so this is not the record of a freeze.** After a whole `npm test`, ' +
        '`npm run docs -- --run out/test-run.json`',
      'writes here what was run and how it ended.',
    ];
  const { passed, failed, skipped } = totals(run);
  const lacking = shortcomings(run);
  return [
    lacking.length === 0
      ? 'Every test of this whole run passed, and none was skipped.'
      : `**This is not the record of a freeze: ${lacking.join(', ')}.**`,
    '',
    ...table(
      ['what', 'value'],
      [
        ['date', run.date],
        ['commit', `\`${run.commit}\``],
        ['run', `\`${run.command}\``],
        ['result', `${passed} passed, ${failed} failed, ${skipped} skipped`],
        ...Object.entries(run.versions).map(([name, version]) => [escaped(name), escaped(version)]),
      ],
    ),
    '',
    ...table(
      ['suite', 'passed', 'failed', 'skipped'],
      run.suites.map(suite => [escaped(suite.name), ...[suite.passed, suite.failed, suite.skipped].map(String)]),
    ),
  ];
}

function commandCell(proofs: Coverage['proofs'], tag: string): string {
  const { canonical, also } = proofs.get(tag) ?? NONE;
  const more = also.length === 0 ? '' : ` +${also.length}`;
  return canonical
    .map(({ suite, place }) => `${linked(place === undefined ? suite : `line ${place.line}`, place)}${more}`)
    .join('<br>');
}

/** `docs/conformance.md` for these tests and the recorded run: the same give the same bytes. */
export function conformanceDocument(tests: readonly NamedTest[], run: RunRecord | null): string {
  const { proofs } = coverage(tests);
  return [
    '# Conformance',
    '',
    'Each rule of this project, with the one test that proves it. Read a line like this: the rule and what it says; ' +
      'the test that fails when the rule is broken,',
    'with its suite (a folder of `test/`) and a link to its line; and how many other tests touch the rule. ' +
      'Those are listed in [conformance-tests.md](conformance-tests.md).',
    '',
    '`npm run docs` writes both files from the titles of the tests; do not edit them. `npm test` fails when a ' +
      'rule has no canonical test or two, when a title names',
    'a rule that does not exist, when these files are not what the titles say, and, after a whole run, when the ' +
      'canonical test of a rule did not pass in it.',
    '',
    '## What was run',
    '',
    ...record(run),
    ...SECTIONS.flatMap(({ title, rules }) => [
      '',
      `## ${title}`,
      '',
      ...table(
        ['rule', 'what it says', 'canonical test', 'others'],
        rules.map(({ tag, text }) => {
          const proof = proofs.get(tag) ?? NONE;
          return [tag, escaped(text).replaceAll('\\*\\*', '**'), canonicalTest(proof), String(proof.also.length)];
        }),
      ),
    ]),
    '',
    '## The ten commands',
    '',
    'Each command in each situation, on a real cluster. The links lead to the canonical tests; `+1`: one other test ' +
      'touches it.',
    '',
    ...table(
      ['command', ...SITUATIONS],
      COMMAND_NAMES.map(command => [
        `\`${command}\``,
        ...SITUATIONS.map(situation => {
          const reason = doesNotApply(command, situation);
          return reason === null ? commandCell(proofs, `${command}/${situation}`) : `– (${reason})`;
        }),
      ]),
    ),
    '',
  ].join('\n');
}

/** `docs/conformance-tests.md`: every rule with all of its tests, the canonical one first. */
export function testsDocument(tests: readonly NamedTest[]): string {
  const { proofs } = coverage(tests);
  return [
    '# The tests of each rule',
    '',
    'The long list behind [conformance.md](conformance.md), written by `npm run docs`; do not edit it. The ' +
      'canonical test is in bold, the others touch the rule. Each ends with its file and line.',
    ...[...SECTIONS, { title: 'The ten commands', rules: CELLS }].flatMap(({ title, rules }) => [
      '',
      `## ${title}`,
      ...rules.flatMap(({ tag }) => {
        const { canonical, also } = proofs.get(tag) ?? NONE;
        return [
          '',
          `### ${tag}`,
          '',
          ...canonical.map(test => `- **${escaped(titleOf(test))}**${placeOf(test)}`),
          ...also.map(test => `- ${escaped(titleOf(test))}${placeOf(test)}`),
        ];
      }),
    ]),
    '',
  ].join('\n');
}
