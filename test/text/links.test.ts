/** Tests the links of every committed Markdown file: a file, a heading or a line that exists. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from '../../scripts/lib/paths.mjs';

const LINK = /\]\((?!https?:|mailto:|command:)(?<file>[^)#\s]*)(?:#(?<anchor>[^)\s]*))?\)/gu;
const HEADING = /^#{1,6} +(?<title>.+?) *#*$/gmu;

/** The text of a file without its code, in which nothing is a link and nothing is a heading. */
function prose(file: string): string {
  return readFileSync(join(root, file), 'utf8')
    .replace(/^ *(?<fence>`{3,})[^\n]*\n.*?^ *\k<fence> *$/gmsu, '')
    .replace(/`[^`\n]*`/gu, code => code.replaceAll(/[[\]()]/gu, ''));
}

/** The anchors that GitHub gives the headings of a text. */
function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const { groups } of text.matchAll(HEADING)) {
    const anchor = (groups?.['title'] ?? '')
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/gu, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-');
    let unique = anchor;
    for (let n = 1; anchors.has(unique); n += 1) unique = `${anchor}-${n}`;
    anchors.add(unique);
  }
  return anchors;
}

/** What is wrong with the links of a file; `committed` are the files that there are. */
function brokenLinks(file: string, committed: ReadonlySet<string>): readonly string[] {
  return [...prose(file).matchAll(LINK)].flatMap(({ 0: link, groups }) => {
    const { file: named = '', anchor } = groups ?? {};
    const target = named === '' ? file : relative(root, join(root, dirname(file), named));
    if (!committed.has(target) && !isFolder(target, committed)) return [`${file}: ${link} (no such file)`];
    if (anchor === undefined) return [];
    if (target.endsWith('.md'))
      return anchorsOf(prose(target)).has(anchor) ? [] : [`${file}: ${link} (no such heading)`];
    return hasLine(target, anchor) ? [] : [`${file}: ${link} (no such line)`];
  });
}

/** Whether an anchor such as `L12` names a line of a file of sources. */
function hasLine(target: string, anchor: string): boolean {
  const line = Number(/^L(?<line>[1-9]\d*)$/u.exec(anchor)?.groups?.['line'] ?? Infinity);
  return line <= readFileSync(join(root, target), 'utf8').split('\n').length;
}

function isFolder(target: string, committed: ReadonlySet<string>): boolean {
  return [...committed].some(file => file.startsWith(`${target.replace(/\/$/u, '')}/`));
}

describe('links', () => {
  const committed = new Set(
    execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean),
  );
  const documents = [...committed].filter(file => file.endsWith('.md') && existsSync(join(root, file)));

  it('every link of a Markdown file leads to a committed file, every anchor to a heading or a line', () => {
    assert.ok(documents.length > 10 && documents.includes('README.md'));
    assert.deepEqual(
      documents.flatMap(file => brokenLinks(file, committed)),
      [],
    );
  });
});
