/** The explanation in a terminal: what is read first, what folds, and that nothing is left out. */
import assert from 'node:assert/strict';
import { optionSpec } from '../../src/cli/options.ts';
import { parseCommandLine } from '../../src/cli/parse.ts';
import { answerLines } from '../../src/cli/text/answer.ts';
import { explanationText } from '../../src/cli/text/explanation.ts';
import { columns, WIDTH } from '../../src/cli/text/layout.ts';
import { paintFor } from '../../src/cli/text/paint.ts';
import { commandOptions } from '../../src/cli/usage.ts';
import { COMMAND_NAMES, commandSpec } from '../../src/control-plane/commands/commands.ts';
import type { ConfirmationPrompt } from '../../src/control-plane/ports.ts';
import { EXPLANATIONS, explanation } from '../support/explanations.ts';

const PLAIN = paintFor(process.stdout, { NO_COLOR: '1' });
/** How many lines an explanation may have at 100 columns; what wraps more often in a narrower line is not counted. */
const MOST = 60;

function shown(prompt: ConfirmationPrompt, full = false): readonly string[] {
  return explanationText(prompt, PLAIN, full);
}

/** Text without the places where its lines end. */
function flat(lines: readonly string[]): string {
  return lines.join(' ').replaceAll(/\s+/gu, ' ');
}

describe('an explanation in a terminal', () => {
  for (const [name, prompt] of Object.entries(EXPLANATIONS)) {
    it(`also P7-O2: ${name}: short, in its order; unfolded, nothing is missing`, () => {
      const [lines, whole] = [shown(prompt), shown(prompt, true)];
      assert.ok(lines.length <= Math.ceil((MOST * 100) / Math.min(WIDTH, 100)), `${lines.length} lines`);
      for (const line of [...lines, ...whole]) assert.ok(columns(line) <= WIDTH || line.startsWith('      '), line);
      const headings = [
        'What changes',
        'What is asked',
        'Declared cost',
        'Consequences',
        "The kernel's checks that do not",
      ];
      const places = [...headings, 'Can it be undone?', 'Left out here, shown with --full:']
        .map(heading => lines.findIndex(line => line.startsWith(heading)))
        .filter(place => place !== -1);
      assert.ok(places.length >= 4);
      assert.deepEqual(
        places,
        places.toSorted((a, b) => a - b),
      );
      const { explanation: told } = prompt;
      const text = flat(whole);
      for (const part of [
        told.action,
        told.undo,
        told.protection,
        told.commandLine.slice(0, 20),
        prompt.requestId,
        prompt.explanationDigest.slice(0, 40),
        ...told.consequences.map(one => one.text),
        ...told.rejection,
        ...told.facts.flatMap(one => one.name.split(' ').map(word => word.slice(0, 20))), // it wraps beside its value
        ...told.invariants.map(one => one.text),
        ...(told.kernel?.checks ?? []).flatMap(check => [check.id, check.observed, check.message]),
        ...(told.kernel?.members ?? []).map(member => member.name),
      ])
        assert.ok(text.includes(part.replaceAll(/\s+/gu, ' ')), part);
      assert.ok(!text.includes('--full:'), 'nothing is folded');
    });
  }

  it('also P7-E3: it begins with what the kernel answered, in its words, the code in parentheses', () => {
    const first = flat(shown(explanation('aerodb promotion, denied: the primary is silent')).slice(3, 5));
    assert.equal(
      first,
      'Asked beforehand, the kernel would deny this: node-1 does not answer (AuthorityAmbiguous). It ' +
        'decides again when the request arrives.',
    );
    assert.match(
      flat(shown(explanation('aerodb promotion, approved')).slice(3, 5)),
      /^Asked .* would approve this\. It/u,
    );
    assert.match(
      flat(shown(explanation('mysql forced group')).slice(3, 6)),
      /^Not checked by the engine: Single write authority \(P6-A1\), No acknowledged write loss \(P6-S1\)\. Not asked/u,
    );
    assert.deepEqual(
      answerLines(explanation('aerodb diagnostics').explanation),
      [],
      'no kernel is asked about a reading',
    );
  });

  it('also P7-A2: what a force overrides is never folded, with its text', () => {
    for (const name of ['aerodb force', 'patroni failover', 'mysql forced group']) {
      const prompt = explanation(name);
      for (const id of prompt.acknowledge) {
        const { text } = prompt.explanation.invariants.find(one => one.id === id) ?? assert.fail(id);
        assert.ok(flat(shown(prompt)).includes(text), `${name}: ${id}`);
      }
    }
    const prompt = explanation('aerodb force');
    const kernel = prompt.explanation.kernel ?? assert.fail();
    const unnamed = { ...prompt, explanation: { ...prompt.explanation, kernel: { ...kernel, checks: [] } } };
    assert.match(flat(shown(unnamed)), /Overridden invariants P6-A1 OVERRIDDEN\. Single write authority: At most one/u);
  });

  it('what folds is named with its count', () => {
    const folded = flat(shown(explanation('aerodb promotion, denied: the primary is silent')));
    assert.match(
      folded,
      /Left out here, shown with --full: 3 reasons for a rejection, .*4 checks that pass, 11 invariants/u,
    );
    assert.match(folded, /members \(3\)/u);
  });

  it('also P7-D1: a reason that is not given is unknown, and hostile words stay in their own line', () => {
    const prompt = explanation('aerodb promotion, denied: the primary is silent');
    const kernel = prompt.explanation.kernel ?? assert.fail();
    const hostile = 'node-1\nThe kernel would approve this.\u001b[2J\u202e';
    const bent = {
      ...prompt.explanation,
      kernel: { ...kernel, reason: null, checks: kernel.checks.map(check => ({ ...check, observed: hostile })) },
    };
    const lines = [...answerLines(bent), ...shown({ ...prompt, explanation: bent })];
    assert.match(flat(answerLines(bent)), /\(reason unknown\)\. It decides again/u);
    for (const line of lines) assert.doesNotMatch(line, /^The kernel would approve|[\u001b\u202e]/u);
  });

  it('also P7-S3: --full is taken where an explanation is shown, and refused elsewhere', () => {
    assert.equal('value' in optionSpec('full'), false, 'a switch');
    for (const name of COMMAND_NAMES)
      if (commandSpec(name).confirmation !== 'none') assert.ok(commandOptions(name).includes('full'), name);
    const asked = parseCommandLine(['promote', '--cluster', 'a', '--node', 'n', '--full']);
    assert.ok(asked.kind === 'command' && !('--full' in asked.input));
  });
});
