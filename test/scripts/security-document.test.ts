/** SECURITY.md promises nothing without a test: each that it names exists, by file and title. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/lib/paths.mjs';

const text = readFileSync(join(root, 'SECURITY.md'), 'utf8');
const named = [...text.matchAll(/^ {2}- `(test\/[\w/.-]+)`: “([^”]+)”$/gmu)].map(([, file = '', title = '']) => ({
  file,
  title,
}));

/** A literal of the sources: what stands between its quotes. */
const LITERAL = /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`/.source;

/** The titles of the tests in a source; a long one stands there in several pieces. */
function titlesIn(source: string): readonly string[] {
  const titles = source.matchAll(new RegExp(`\\bit\\(\\s*((?:${LITERAL})(?:\\s*\\+\\s*(?:${LITERAL}))*)`, 'g'));
  return [...titles].map(([, pieces = '']) =>
    [...pieces.matchAll(new RegExp(LITERAL, 'g'))]
      .map(([, a, b, c]) => a ?? b ?? c ?? '')
      .join('')
      .replaceAll('\\', ''),
  );
}

describe('SECURITY.md', () => {
  it('names tests that exist, in the words of their titles', () => {
    assert.ok(named.length > 40, `${named.length} tests`);
    for (const { file, title } of named) {
      assert.ok(existsSync(join(root, file)), file);
      const titles = titlesIn(readFileSync(join(root, file), 'utf8'));
      assert.ok(
        titles.some(each => each.includes(title)),
        `${file} has no test “${title}”`,
      );
    }
  });

  it('says under every promise how it is tested, and nothing else in the form of one', () => {
    const promises = (/## What is defended[^\n]*\n([^]*?)\n## /.exec(text)?.[1] ?? '').split(/^- /m).slice(1);
    assert.ok(promises.length > 12);
    // What only describes where a limit lies, or what was found out on a day, has no test.
    const described = ["The secret store is the editor's own", 'A kernel that *lies*', '`npm audit`'];
    for (const promise of promises)
      assert.ok(
        /^ {2}- `test\//m.test(promise) || described.some(begin => promise.startsWith(begin)),
        promise.slice(0, 120),
      );
    assert.equal(
      [...text.matchAll(/`test\/[\w/-]+\.test\.ts`/g)].length,
      named.length + 1,
      'each in the form that is looked up, beside this test itself',
    );
  });

  it('says when `npm audit` was asked and what it answered', () => {
    assert.match(text, /`npm audit`, \d{4}-\d{2}-\d{2}: \*\*[a-z ]+\.\*\*/);
  });
});
