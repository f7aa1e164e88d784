/** The records of a log, as every test reads them that does not want the product's own reader in its judgement. */
import { readFileSync } from 'node:fs';

/** The members of a record that most tests look at. */
export interface RecordShape {
  readonly stage: string;
  readonly authority: string;
  readonly command?: string;
  readonly request_id?: string;
  readonly [member: string]: unknown;
}

/**
 * The lines that have ended, each without its newline. What stands behind the last newline is not there yet: a record
 * is written in two parts.
 */
export function wholeLines(text: string): readonly string[] {
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1);
}

/** The lines of a log; none where there is no log. */
export function linesIn(file: string): readonly string[] {
  try {
    return wholeLines(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** The records of a log, which must all be records; none where there is no log. */
export function recordsIn(file: string): readonly RecordShape[] {
  return linesIn(file).map(line => JSON.parse(line) as RecordShape);
}
