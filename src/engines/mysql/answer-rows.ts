/** The rows of an answer as texts. */
import type { Column } from 'mysql2';
import { decode, passwordSecrets, withhold } from '../http/answer.ts';
import type { Row } from './way.ts';

export type Rows =
  | { readonly ok: true; readonly rows: readonly Row[]; readonly body: string }
  | { readonly ok: false; readonly wrong: string };

const BINARY_CHARACTER_SET = 63;
/** BIT, VECTOR and GEOMETRY: always bytes, whatever their character set. */
const BYTES: ReadonlySet<number> = new Set([0x10, 0xf2, 0xff]);
/** VARCHAR, and ENUM to STRING: bytes if their character set is binary. Numbers, dates and JSON are always text. */
const TEXTS: ReadonlySet<number> = new Set([0x0f, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe]);

/** Every value as the server wrote it; the password is withheld wherever it is repeated. */
export function textRows(
  columns: readonly Column[],
  rows: readonly (readonly (Uint8Array | null)[])[],
  password: string,
): Rows {
  const names = columns.map(({ name }) => name);
  if (new Set(names).size < names.length) return { ok: false, wrong: 'it names a column twice' };
  const texts: Record<string, string | null>[] = [];
  for (const row of rows) {
    const values: [string, string | null][] = [];
    for (const [nth, column] of columns.entries()) {
      const bytes = row[nth];
      if (bytes === undefined) return { ok: false, wrong: 'a row has too few values' };
      const text = bytes === null ? null : isText(column) ? decode(bytes) : hexadecimal(bytes);
      if (text === undefined) return { ok: false, wrong: 'a value is not UTF-8' };
      values.push([column.name, text]);
    }
    texts.push(Object.fromEntries(values));
  }
  const secrets = passwordSecrets(password);
  const body = JSON.stringify(texts);
  const shown = withhold(body, secrets);
  if (shown === body) return { ok: true, rows: texts, body };
  const without = (text: string): string => withhold(text, secrets);
  return {
    ok: true,
    rows: texts.map(row =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [without(name), value === null ? null : without(value)]),
      ),
    ),
    body: shown,
  };
}

function isText({ columnType, characterSet }: Column): boolean {
  return !BYTES.has(columnType) && !(TEXTS.has(columnType) && characterSet === BINARY_CHARACTER_SET);
}

function hexadecimal(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString('hex')}`;
}
