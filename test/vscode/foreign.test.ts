/** Foreign text where the editor would make links, icons or wide tabs of it. */
import assert from 'node:assert/strict';
import { visible } from '../../src/text/foreign.ts';
import { inert, tabTitle } from '../../src/vscode/foreign.ts';

describe('foreign text', () => {
  it("also P7-A2, freeze/only-text: a kernel's message cannot put a link that runs a command into a notification, nor an icon into a name", () => {
    const hostile = 'see [details](command:aerodb.forcePromotion) $(verified) [a]($(key)[b](c)';
    const shown = inert(hostile);
    assert.doesNotMatch(shown, /\]\(|\$\(/u);
    assert.equal(shown.replaceAll('\u2060', ''), hostile, 'it reads the same');
  });

  it(
    'also P7-D1: no name begins a line of ours, turns what follows it around, or differs from another without being ' +
      'seen to',
    () => {
      assert.equal(visible('node-2\nHealth: running'), 'node-2<U+000A>Health: running');
      assert.equal(visible('\u202Egnp.exe\u202C'), '<U+202E>gnp.exe<U+202C>');
      assert.notEqual(visible('node\u200b-2'), visible('node-2'));
      assert.equal(inert('a\u2060b \u0007'), 'a<U+2060>b <U+0007>');
      for (const fine of ['node-2', 'עברית', 'Zürich 🧨', '👩\u200d🚀', '節點']) assert.equal(visible(fine), fine);
    },
  );

  it('a tab keeps to one line and leaves others their place, without cutting a character in two', () => {
    assert.equal(tabTitle('Inspect Node: local, node-2'), 'Inspect Node: local, node-2');
    assert.equal(tabTitle('a\n\tb'), 'a b');
    assert.equal(tabTitle('\u202Egnp.exe'), '<U+202E>gnp.exe');
    assert.equal(tabTitle('🧨'.repeat(300)), `${'🧨'.repeat(79)}…`);
  });
});
