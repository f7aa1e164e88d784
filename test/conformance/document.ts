/** The document that shows the rows with their tests. */
import { COMMAND_NAMES } from '../../src/control-plane/commands/commands.ts';
import { coverage, type NamedTest } from './coverage.ts';
import { doesNotApply, SECTIONS, SITUATIONS } from './rules.ts';

/** A title is text: nothing in it is markup. */
function escaped(text: string): string {
  return text.replaceAll(/[\\|<>*_`[\]]/gu, character => `\\${character}`);
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** `docs/conformance.md` for these tests: the same tests give the same bytes. */
export function conformanceDocument(tests: readonly NamedTest[]): string {
  const { proven } = coverage(tests);
  const proofs = (tag: string): readonly string[] => proven.get(tag) ?? [];
  return [
    '# Conformance',
    '',
    'Which test proves which rule. This file is generated from the titles of the tests by `npm run docs`; ' +
      'do not edit it. `npm test` fails when a rule',
    'has no test, when a test names a rule that is not here, when this file is not what the titles say, and, ' +
      'after a whole run, when a rule is left without a test',
    'that passed. A test names what it proves before the first colon of its title, or of a block around it; the ' +
      'rules are in `test/conformance/rules.ts`.',
    ...SECTIONS.flatMap(({ title, rules }) => [
      '',
      `## ${title}`,
      ...rules.flatMap(({ tag, text }) => [
        '',
        `### ${tag}`,
        '',
        text,
        '',
        ...proofs(tag).map(proof => `- ${escaped(proof)}`),
      ]),
    ]),
    '',
    '## The ten commands',
    '',
    row(['command', ...SITUATIONS]),
    row(['---', ...SITUATIONS.map(() => '---')]),
    ...COMMAND_NAMES.map(command =>
      row([
        `\`${command}\``,
        ...SITUATIONS.map(situation => {
          const reason = doesNotApply(command, situation);
          return reason === null ? proofs(`${command}/${situation}`).map(escaped).join('<br>') : `– (${reason})`;
        }),
      ]),
    ),
    '',
  ].join('\n');
}
