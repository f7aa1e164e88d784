/** The table of docs/architecture.md that says where each rule is enforced, and by which test it is proven. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from '../../scripts/lib/paths.mjs';
import { coverage, type NamedTest } from './coverage.ts';

export const ARCHITECTURE_FILE = join(root, 'docs', 'architecture.md');

const HEADING = '## Where each rule is enforced\n';
const TAG = /`([a-z]+\/[a-z-]+)`|\b(P7-[A-Z]\d+)\b/gu;

/** A name and the file that the table says to hold it; `name` is `null` where the table names none. */
export interface Place {
  readonly name: string | null;
  readonly file: string;
}

/** One row of the table. */
export interface Row {
  readonly subject: string;
  readonly tags: readonly string[];
  readonly places: readonly Place[];
}

/** The rows of the table in this text. */
export function enforcementRows(text: string): readonly Row[] {
  return tableOf(text)
    .split('\n')
    .map(cellsOf)
    .filter(cells => cells !== null)
    .map(([subject, tags, enforced]) => ({ subject, tags: tagsIn(tags), places: placesIn(enforced) }));
}

/** The text with the last column of the table as the titles and lines of these tests say it. */
export function withCanonicalTests(text: string, tests: readonly NamedTest[]): string {
  const { proofs } = coverage(tests);
  const table = tableOf(text);
  const lines = table.split('\n').map(line => {
    const cells = cellsOf(line);
    if (cells === null) return line;
    const [subject, tags, enforced] = cells;
    const links = tagsIn(tags).flatMap(tag => (proofs.get(tag)?.canonical ?? []).map(linkTo));
    return `| ${subject} | ${tags} | ${enforced} | ${[...new Set(links)].join('<br>')} |`;
  });
  return text.replace(table, () => lines.join('\n'));
}

/** Whether a source declares something of this name: a function, a constant, a type, or a member of one. */
export function declares(source: string, name: string): boolean {
  const declared = `(?:function\\*?|const|class|interface|type) ${name}\\b`;
  const member = `^ +(?:(?:async|static|get|readonly) )*${name}(?:<[^>]*>)?[(:]`;
  return new RegExp(`${declared}|${member}`, 'mu').test(source);
}

function tableOf(text: string): string {
  const [, section] = text.split(HEADING);
  if (section === undefined) throw new Error(`No heading "${HEADING.trim()}".`);
  return section.split('\n## ')[0] ?? '';
}

/** The cells of a row with a tag; `null`: the line is none. */
function cellsOf(line: string): readonly [subject: string, tags: string, enforced: string] | null {
  const [subject, tags, enforced, , ...more] = line.replace(/^\| | \|$/gu, '').split(/ \| ?/u);
  if (subject === undefined || tags === undefined || enforced === undefined || more.length > 0) return null;
  return tagsIn(tags).length === 0 ? null : [subject, tags, enforced];
}

function tagsIn(cell: string): readonly string[] {
  return [...cell.matchAll(TAG)].map(([, ours, invariant]) => ours ?? invariant ?? '');
}

/** Every path in a cell with the names before it: "`a` and `b` in `file`", "`a` in `file` and in `file`". */
function placesIn(cell: string): readonly Place[] {
  const places: Place[] = [];
  let names: readonly string[] = [];
  let isNamed = false;
  for (const [, before = '', quoted = ''] of cell.matchAll(/([^`]*)`([^`]+)`/gu)) {
    if (/^#?\w+$/u.test(quoted)) {
      names = isNamed ? [...names, quoted] : [quoted];
      isNamed = true;
    } else if (/^(?:src|test|docs)\/.*\.ts$/u.test(quoted)) {
      const own = isNamed || before === ' and in ' ? names : [null];
      places.push(...own.map(name => ({ name, file: quoted })));
      isNamed = false;
    }
  }
  return places;
}

function linkTo({ place }: NamedTest): string {
  return place === undefined ? '' : `[${basename(place.file)}:${place.line}](../${place.file}#L${place.line})`;
}

/** A file of the repository as text. */
export function sourceOf(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}
