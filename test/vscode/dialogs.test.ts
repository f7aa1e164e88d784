/** What the dialogs of a confirmation say, for every explanation of every engine. */
import assert from 'node:assert/strict';
import './editor.ts';
import type { Dialogs } from '../../src/vscode/dialogs.ts';
import type { ConfirmationPrompt } from '../../src/control-plane/ports.ts';
import { EXPLANATIONS, explanation } from '../support/explanations.ts';

describe('the dialogs of a confirmation', () => {
  let dialogsOf: (prompt: ConfirmationPrompt) => Dialogs;

  before(async () => {
    ({ dialogsOf } = await import('../../src/vscode/dialogs.ts'));
  });

  for (const [name, prompt] of Object.entries(EXPLANATIONS)) {
    it(`also P7-A2: ${name}: at most six lines each, numbered`, () => {
      const { before, typing, after } = dialogsOf(prompt);
      const forced = prompt.type === 'enhanced';
      assert.equal(before.length, forced ? 1 + prompt.acknowledge.length : 1);
      assert.equal(after.length, forced ? 1 : 0);
      const titles = [
        ...before.map(({ question }) => question),
        typing.title,
        ...after.map(({ question }) => question),
      ];
      for (const [index, title] of titles.entries())
        assert.ok(title.startsWith(`orders (production) · ${index + 1} of ${titles.length}: `), title);
      for (const { detail, question } of [...before, ...after]) {
        assert.ok(detail.length <= 6, `${question}\n${detail.join('\n')}`);
        for (const line of detail) assert.ok(line.length <= 320 && line.trim() !== '' && !line.includes('\n'), line);
      }
      assert.equal(new Set([...before, ...after].map(({ go }) => go)).size, before.length + after.length);
    });
  }

  it('also P7-E3: each begins with what the kernel answered, its words first and its code in parentheses', () => {
    const { before } = dialogsOf(explanation('aerodb promotion, denied: the primary is silent'));
    assert.equal(
      before[0]?.detail[0],
      'Asked beforehand, the kernel would deny this: node-1 does not answer (AuthorityAmbiguous). It ' +
        'decides again when the request arrives.',
    );
    for (const dialog of [
      ...dialogsOf(explanation('aerodb force')).before,
      ...dialogsOf(explanation('aerodb force')).after,
    ])
      assert.match(dialog.detail[0] ?? '', /^Asked beforehand, the kernel would approve this\. It decides again/u);
  });

  it('also P7-D1: a reason that the kernel does not give is called unknown', () => {
    const prompt = explanation('aerodb promotion, denied: the primary is silent');
    const kernel = prompt.explanation.kernel ?? assert.fail();
    const denied = (more: Partial<typeof kernel>): string | undefined =>
      dialogsOf({ ...prompt, explanation: { ...prompt.explanation, kernel: { ...kernel, ...more } } }).before[0]
        ?.detail[0];
    assert.match(denied({ reason: null }) ?? '', /deny this: node-1 does not answer \(reason unknown\)\./u);
    assert.match(denied({ reason: null, checks: [] }) ?? '', /deny this: reason unknown\./u);
    assert.match(denied({ checks: [] }) ?? '', /deny this: AuthorityAmbiguous\./u);
  });

  it('also P7-A3: where an engine has no dry run, what it does not check is said first', () => {
    for (const name of ['patroni failover', 'mysql forced group']) {
      const { before, after } = dialogsOf(explanation(name));
      for (const { detail } of [...before, ...after]) {
        assert.equal(
          detail[0],
          'Not checked by the engine: Single write authority (P6-A1), No acknowledged write loss (P6-S1).',
        );
        assert.match(detail[1] ?? '', /^Not asked beforehand: this engine has no dry run\./u);
      }
    }
    assert.match(dialogsOf(explanation('patroni switchover')).before[0]?.detail[0] ?? '', /^Not asked beforehand/u);
  });

  it('also P7-A2: words without end push no line out of a dialog, and what is acknowledged stays whole', () => {
    const prompt = explanation('aerodb force');
    const kernel = prompt.explanation.kernel ?? assert.fail();
    const endless = 'x '.repeat(5_000);
    const hostile = {
      ...prompt,
      explanation: {
        ...prompt.explanation,
        action: endless,
        undo: endless,
        reason: endless,
        kernel: {
          ...kernel,
          decision: 'deny' as const,
          reason: 'AuthorityAmbiguous',
          checks: kernel.checks.map(check => ({ ...check, observed: endless, message: endless })),
        },
      },
    };
    const { before, after } = dialogsOf(hostile);
    for (const { detail } of [...before, ...after]) {
      assert.ok(detail.length <= 6 && detail.every(line => line.length <= 320));
      assert.match(detail[0] ?? '', /It decides again when the request arrives\.$|would deny this/u);
    }
    assert.ok(before[1]?.detail.includes('At most one node holds write authority.'));
    assert.ok(before[1]?.question.endsWith('Overridden invariant P6-A1 Single write authority'));
  });
});
