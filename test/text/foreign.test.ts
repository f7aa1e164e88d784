/** The rule for foreign text, over every code point of Unicode, and at every place that shows names. */
import assert from 'node:assert/strict';
import { columns } from '../../src/cli/text/layout.ts';
import { safeText } from '../../src/text/json.ts';
import { consentText } from '../../src/control-plane/request/consent-text.ts';
import { isSeen, numberOf, parts, visible } from '../../src/text/foreign.ts';
import { anyOf } from '../support/pattern.ts';

const LAST = 0x10ffff;

/** What may not stand in a line as it is, told apart by other means than the rule's own expression. */
function unseen(character: string): boolean {
  const named = anyOf(
    /^[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]$/u,
    /^[\p{Default_Ignorable_Code_Point}\p{Variation_Selector}\p{Bidi_Control}]$/u,
  ).test(character);
  return named || character === '\u2800';
}

function asked(name: string): string {
  return consentText({ target: { nodeId: 'the-id', name }, kernel: null }).text;
}

describe('foreign text', function () {
  this.timeout(120_000);

  it('also P7-A2, freeze/only-text: every code point of Unicode by itself is seen, or is written as its number, alone and inside a name', () => {
    const counts = { seen: 0, unseen: 0 };
    for (let point = 0; point <= LAST; point += 1) {
      const character = String.fromCodePoint(point);
      const number = `<${numberOf(character)}>`;
      const hidden = unseen(character);
      counts[hidden ? 'unseen' : 'seen'] += 1;
      for (const name of [character, `node-${character}1`]) {
        const wanted = hidden ? name.replace(character, number) : name;
        if (visible(name) !== wanted || isSeen(name) === hidden || parts(name).join('') !== name)
          assert.fail(`${number} in ${JSON.stringify(name)}: ${JSON.stringify(visible(name))}`);
        if (hidden && asked(name) !== 'the-id')
          assert.fail(`${number}: a name is asked for that holds what cannot be seen`);
      }
    }
    assert.equal(counts.seen + counts.unseen, LAST + 1);
    process.stdout.write(`      ${counts.seen} seen, ${counts.unseen} written as their number\n`);
  });

  it(
    "also P7-A2: two names that differ in one code point are shown as different, and no shown name is another one's " +
      'source',
    () => {
      const shown = new Set<string>();
      for (let point = 0; point <= LAST; point += 1) {
        const name = visible(`a${String.fromCodePoint(point)}b`);
        if (shown.has(name)) assert.fail(`U+${point.toString(16)} is shown as another one is`);
        shown.add(name);
      }
      assert.ok(!shown.has('ab'), 'none of them is nothing');
    },
  );

  it('keeps joiners where they are seen: in words of scripts that join, and in pictures of several', () => {
    for (const name of [
      'می\u200cخواهم',
      'क्\u200dष',
      'ශ්\u200dරී',
      '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
      '\u{1f3f3}\ufe0f\u200d\u{1f308}',
      '\u{1f9d1}\u{1f3fd}\u200d\u{1f680}',
      '❤\ufe0f',
    ]) {
      assert.equal(visible(name), name);
    }
    for (const [name, wanted] of [
      ['a\u200db', 'a<U+200D>b'],
      ['a\u200cb', 'a<U+200C>b'],
      ['node\u200d', 'node<U+200D>'],
      ['\u200dnode', '<U+200D>node'],
      ['1\ufe0f', '1<U+FE0F>'],
      ['a\ufe0f', 'a<U+FE0F>'],
      ['а\u200dб', 'а<U+200D>б'],
      ['日\u200d本', '日<U+200D>本'],
      ['م\u200da', 'م<U+200D>a'],
      ['\u{1f468}\u200d', '\u{1f468}<U+200D>'],
      ['\u{1f468}\u200da', '\u{1f468}<U+200D>a'],
    ] as const)
      assert.equal(visible(name), wanted);
  });

  it('a name whose joiners are seen is still not one to be typed', () => {
    assert.equal(asked('می\u200cخواهم'), 'the-id');
    assert.equal(asked('node-2'), 'node-2');
    assert.equal(asked('узел-2'), 'узел-2');
    assert.equal(asked('ノード 2'), 'ノード 2');
  });

  it('writes a line as it is where all of it is seen, and the same value as JSON otherwise', () => {
    assert.equal(visible('plain ASCII, ünïcödé, 日本語'), 'plain ASCII, ünïcödé, 日本語');
    const value = `a\u202eb\u{e0041}\ud800\u3164c\u2800`;
    const json = safeText(JSON.stringify(value));
    assert.equal(JSON.parse(json), value);
    assert.match(json, /^[\u0020-\u007e]*$/u);
    assert.equal(columns(visible('\u3164')), 8);
  });
});
