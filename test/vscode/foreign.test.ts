/** Foreign text where the editor would make links, icons or wide tabs of it. */
import assert from 'node:assert/strict';
import { inert, tabTitle } from '../../src/vscode/foreign.ts';

describe('foreign text', () => {
  it('P7-A2: a kernel\'s message cannot put a link that runs a command into a notification, nor an icon into a name', () => {
    const hostile = 'see [details](command:aerodb.forcePromotion) $(verified) [a]($(key)[b](c)';
    const shown = inert(hostile);
    assert.doesNotMatch(shown, /\]\(|\$\(/u);
    assert.equal(shown.replaceAll('\u2060', ''), hostile, 'it reads the same');
  });

  it('a tab keeps to one line and leaves others their place, without cutting a character in two', () => {
    assert.equal(tabTitle('Inspect Node: local, node-2'), 'Inspect Node: local, node-2');
    assert.equal(tabTitle('a\n\tb'), 'a b');
    assert.equal(tabTitle('🧨'.repeat(300)), `${'🧨'.repeat(79)}…`);
  });
});
