/** What has to be typed to consent: the node's name, or its id where the name cannot be typed. */
import assert from 'node:assert/strict';
import { incompleteConsent } from '../../src/control-plane/request/confirmation.ts';
import { consentText } from '../../src/control-plane/request/consent-text.ts';
import type { Explanation } from '../../src/control-plane/explanation/explanation.ts';

const NODE_ID = '6f0c3b1e-0000-4000-8000-000000000002';

describe('consent text', () => {
  it('is the name where every character of it can be typed and seen', () => {
    for (const name of ['node-2', 'db 2 (Zürich)', 'узел-2', '節點', '<img src=x>', 'x'.repeat(300), '🧨', 'עברית']) {
      assert.deepEqual(consentText({ target: { nodeId: NODE_ID, name }, kernel: null }), { what: 'name', text: name });
    }
  });

  it('is the id where the name holds what no line of input takes, or what is not seen', () => {
    for (const name of [
      '',
      ' node-2',
      'node-2 ',
      'node  2',
      'two\nlines',
      'tab\t',
      'node\u00a02',
      'node-2\u200b',
      '\u202Enode-2',
      'bell\u0007',
      'zwj\u200d',
      '\u2028',
      '\ud800',
    ]) {
      assert.deepEqual(
        consentText({ target: { nodeId: NODE_ID, name }, kernel: null }),
        { what: 'id', text: NODE_ID },
        JSON.stringify(name),
      );
    }
  });

  it(
    'also P7-A2: is compared as it stands: the name is no consent where the id is asked for, nor the id where the ' +
      'name is',
    () => {
      const code = (name: string, typedName: string): string | undefined => {
        const explanation = {
          target: { nodeId: NODE_ID, name },
          acknowledge: [],
        } as Partial<Explanation> as Explanation;
        return incompleteConsent(explanation, { kind: 'confirmed', token: 't', typedName, acknowledged: [] })?.code;
      };
      assert.equal(code('two\nlines', NODE_ID), undefined);
      assert.equal(code('two\nlines', 'two\nlines'), 'PHASE7_CONFIRMATION_MISMATCH');
      assert.equal(code('two\nlines', 'two lines'), 'PHASE7_CONFIRMATION_MISMATCH');
      assert.equal(code('node-2', 'node-2'), undefined);
      assert.equal(code('node-2', NODE_ID), 'PHASE7_CONFIRMATION_MISMATCH');
    },
  );
});
