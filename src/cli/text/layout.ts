/**
 * Text in lines of a given width: the same width always gives the same bytes (P7-D1). Nothing is cut; long text is
 * wrapped.
 */

/** Columns of a line when the terminal's width is not used: questions, help, errors, records. */
export const WIDTH = 80;

const EAST_ASIAN =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]$/u;
const EMOJI = /^\p{Emoji_Presentation}$/u;
const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]$/u;

/** The number of columns that a text takes in a terminal. */
export function columns(text: string): number {
  if (/^[\u0020-\u007e]*$/u.test(text)) return text.length;
  let sum = 0;
  for (const character of text) sum += NO_WIDTH.test(character) ? 0 : isWide(character) ? 2 : 1;
  return sum;
}

function isWide(character: string): boolean {
  return EAST_ASIAN.test(character) || EMOJI.test(character);
}

/** Lines of at most `width` columns, broken at spaces. A word is broken only when it is longer than a line. */
export function wrap(text: string, width: number): readonly string[] {
  if (columns(text) <= width) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap(piece => pieces(piece, width))) {
    const longer = line === '' ? word.text : `${line}${word.glued ? '' : ' '}${word.text}`;
    if (columns(longer) <= width) {
      line = longer;
    } else {
      lines.push(line);
      line = word.text;
    }
  }
  return [...lines, line];
}

/**
 * A shell command over several lines, broken only between words, so that it can be pasted. A word that is longer than a
 * line stays whole.
 */
export function shellLine(text: string, indent: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.match(/(?:\\.|'[^']*'|[^\s'\\])+/gu) ?? []) {
    const line = lines.at(-1);
    if (line !== undefined && columns(`${line} ${word} \\`) <= WIDTH - indent - 2)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.map(
    (line, index) => `${' '.repeat(indent + (index === 0 ? 0 : 2))}${line}${index < lines.length - 1 ? ' \\' : ''}`,
  );
}

/** A paragraph with an indent. */
export function paragraph(text: string, indent = 0, width = WIDTH): readonly string[] {
  return wrap(text, width - indent).map(line => `${' '.repeat(indent)}${line}`.trimEnd());
}

/** Foreign text, with a bar before each line, so that it cannot look like a line of ours. */
export function quote(lines: readonly string[], indent = 2): readonly string[] {
  return lines.flatMap(line => wrap(line, WIDTH - indent - 2)).map(line => `${' '.repeat(indent)}| ${line}`.trimEnd());
}

/** A label and its value; values are aligned. */
export type Fact = readonly [label: string, value: string];

/** Indents every line after the first, so that no foreign word can begin a line that looks like one of ours. */
export function hanging(text: string, width: number, by = 2): readonly string[] {
  const whole = wrap(text, width);
  if (whole.length < 2) return whole;
  return wrap(text, Math.max(1, width - by)).map((line, index) => (index === 0 ? line : `${' '.repeat(by)}${line}`));
}

/** Labels with their values, one below the other. */
export function facts(rows: readonly Fact[], indent = 2, width = WIDTH): readonly string[] {
  const label = Math.min(26, most(rows.map(([name]) => columns(name))));
  return rows.flatMap(([name, value]) => {
    const names = wrap(name, label);
    const values = wrap(value, width - indent - label - 2);
    return beside([names, values], [label, 0], indent);
  });
}

/** A column's heading. Numbers are aligned to the right. */
export interface Column {
  readonly title: string;
  readonly right?: true;
}

/** A table with a heading. Headings and cells that do not fit their column continue on the next line. */
export function table(
  heading: readonly Column[],
  rows: readonly (readonly string[])[],
  indent = 2,
  width = WIDTH,
): readonly string[] {
  const widths = fitted(
    // A heading takes one line when there is room for it before any cell is wrapped.
    roomy(heading, widest(heading, rows, columns), width - indent),
    widest(heading, rows, longestWord),
    width - indent,
  );
  const line = (cells: readonly string[]): readonly string[] =>
    beside(
      heading.map((column, index) => {
        const lines = (index === 0 ? hanging : wrap)(cells[index] ?? '', widths[index] ?? 1);
        return column.right === true
          ? lines.map(text => `${' '.repeat(Math.max(0, (widths[index] ?? 1) - columns(text)))}${text}`)
          : lines;
      }),
      widths,
      indent,
    );
  return [...line(heading.map(({ title }) => title)), ...rows.flatMap(line)];
}

/**
 * The number of columns that a table takes when no cell is wrapped, or with `least` when no word is broken. The words
 * of a heading may stand below each other.
 */
export function tableWidth(heading: readonly Column[], rows: readonly (readonly string[])[], least = false): number {
  return 2 + total(widest(heading, rows, least ? longestWord : columns));
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 2 * (widths.length - 1));
}

function roomy(heading: readonly Column[], widths: readonly number[], room: number): readonly number[] {
  const whole = widths.map((width, index) => Math.max(width, columns(heading[index]?.title ?? '')));
  return total(whole) <= room ? whole : widths;
}

function widest(
  heading: readonly Column[],
  rows: readonly (readonly string[])[],
  measure: (text: string) => number,
): readonly number[] {
  return heading.map(({ title }, index) =>
    rows.reduce((width, row) => Math.max(width, measure(row[index] ?? '')), longestWord(title)),
  );
}

/** Takes width from the widest columns until all fit. Words are broken only when there is no other way. */
function fitted(natural: readonly number[], words: readonly number[], room: number): readonly number[] {
  const widths = [...natural];
  const shrink = (least: readonly number[]): void => {
    while (total(widths) > room) {
      const spare = widths.map((width, index) => (width > (least[index] ?? 0) ? width : 0));
      const widest = most(spare);
      if (widest === 0) return;
      widths[spare.lastIndexOf(widest)] = widest - 1;
    }
  };
  shrink(words);
  shrink(widths.map(() => 4));
  return widths;
}

function longestWord(text: string): number {
  return most(text.split(' ').map(columns));
}

/**
 * The largest of the numbers; 0 when there are none. Math.max with hundreds of thousands of arguments would overflow
 * the stack.
 */
function most(numbers: readonly number[]): number {
  return numbers.reduce((largest, number) => Math.max(largest, number), 0);
}

function beside(cells: readonly (readonly string[])[], widths: readonly number[], indent: number): readonly string[] {
  const height = most(cells.map(lines => lines.length));
  return Array.from({ length: height }, (_, row) => {
    const line = cells
      .map((lines, index) => {
        const text = lines[row] ?? '';
        return text + ' '.repeat(Math.max(0, (widths[index] ?? 0) - columns(text)));
      })
      .join('  ');
    return `${' '.repeat(indent)}${line}`.trimEnd();
  });
}

function pieces(word: string, width: number): readonly { readonly text: string; readonly glued: boolean }[] {
  if (columns(word) <= width) return [{ text: word, glued: false }];
  const parts: { text: string; glued: boolean }[] = [];
  let part = '';
  for (const character of word) {
    if (part !== '' && columns(part + character) > width) {
      parts.push({ text: part, glued: parts.length > 0 });
      part = '';
    }
    part += character;
  }
  return [...parts, { text: part, glued: parts.length > 0 }];
}
