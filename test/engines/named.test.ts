/** Ids of nodes are shown with the names that an answer gives beside its view, and with no others. */
import assert from 'node:assert/strict';
import { label, sentence, type Document } from '../../src/control-plane/model/document.ts';
import { fact, facts, plain, section } from '../../src/engines/documents.ts';
import { named } from '../../src/engines/named.ts';

const [A, B, C] = ['aaaa', 'bbbb', 'cccc'];

function document(headline: string | null): Document {
  return {
    headline: [sentence('{0} is primary', plain('strong', headline))],
    terms: { epoch: null, primary: label('Primary'), countsCommits: true, countsControlVersions: true },
    sections: [
      section(
        null,
        facts(
          fact(label('Target'), plain('code', A)),
          fact(label('Request'), plain('code', C)),
          fact(label('Reason'), plain('verbatim', A)),
        ),
        {
          is: 'events',
          empty: label('none'),
          entries: [
            {
              is: 'event',
              mark: 'other',
              seq: '1',
              type: 'x',
              time: null,
              epoch: null,
              reason: null,
              mode: null,
              operator: null,
              nodeId: B,
              requestId: C,
              auditHead: null,
              fields: {},
            },
          ],
        },
      ),
    ],
  };
}

function factsOf({ sections: [first] }: Document): readonly unknown[] {
  const block = first?.blocks[0];
  return block?.is === 'facts' ? block.facts.map(({ value }) => value) : assert.fail();
}

function eventName({ sections: [first] }: Document): string | undefined {
  const block = first?.blocks[1];
  const entry = block?.is === 'events' ? block.entries[0] : assert.fail();
  return entry?.is === 'event' ? entry.nodeName : assert.fail();
}

describe('names that an answer gives', () => {
  it('also P7-D1: name and id where a value is an id, the name in a sentence, and who answered', () => {
    const shown = named(document(A), { [A]: 'node-1', [B]: 'node-2' }, B);
    assert.deepEqual(shown.headline?.[0]?.values, [plain('strong', 'node-1')]);
    assert.deepEqual(factsOf(shown), [
      { is: 'node', name: 'node-1', nodeId: A },
      plain('code', C),
      plain('verbatim', A), // what somebody wrote stays as it was written
    ]);
    assert.equal(eventName(shown), 'node-2');
    assert.deepEqual(shown.observer, { nodeId: B, name: 'node-2' });
  });

  it('also P7-D1: a name that two nodes bear stands for neither, and nothing is named that the answer does not name', () => {
    for (const names of [{}, { [A]: 'same', [B]: 'same' }, { [A]: A }, { other: 'node-1' }]) {
      const plainly = document(A);
      const shown = named(plainly, names, A);
      assert.deepEqual(shown, plainly, JSON.stringify(names));
    }
  });

  it('also P7-D1: who answered by its own row keeps the name of that row', () => {
    const own = { ...document(null), observer: { nodeId: A, name: 'by its row' } };
    assert.deepEqual(named(own, { [A]: 'node-1' }, A).observer, own.observer);
  });
});
