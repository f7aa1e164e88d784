/** Which lines match a filter: first by their bytes, which is fast and may say yes too often, then by the record itself. */
import type { AuditFilter } from '../control-plane/audit-reader.ts';
import { isObject, parseObject } from './chain.ts';

/** The next place at or behind an offset where a matching line may stand; -1 when there is none. */
export type NextCandidate = (from: number) => number;

export interface Matcher {
  /** Looks through some whole lines. */
  candidates(bytes: Buffer): NextCandidate;
  /** The record of a line, when it matches. */
  record(line: Buffer): Readonly<Record<string, unknown>> | null;
}

/** Members of a record that are compared as they are, the rarest first: it decides where to look. */
const MEMBERS = [['requestId', 'request_id'], ['stage', 'stage'], ['command', 'command'], ['outcome', 'outcome'], ['cluster', 'cluster']] as const;

export function matcher(filter: AuditFilter): Matcher {
  const members = MEMBERS.flatMap(([name, member]) => (filter[name] === undefined ? [] : [[member, filter[name]] as const]));
  const text = filter.text === undefined || filter.text === '' ? null : escaped(filter.text.toLowerCase());
  return {
    candidates: candidates(members[0], text, filter.operator),
    record(line) {
      const found = line.toString();
      if (text !== null && !found.toLowerCase().includes(text)) return null;
      const record = parseObject(found);
      return record !== null && members.every(([member, value]) => record[member] === value) && byOperator(filter, record) && inTime(filter, record) ? record : null;
    },
  };
}

function byOperator({ operator }: AuditFilter, record: Readonly<Record<string, unknown>>): boolean {
  if (operator === undefined) return true;
  const who = record['operator'];
  return isObject(who) && [who['account'], `${String(who['account'])}@${String(who['host'])}`, who['name']].includes(operator);
}

/** RFC 3339 texts in UTC with the same precision are in the order of their times. */
function inTime({ from, to }: AuditFilter, { time }: Readonly<Record<string, unknown>>): boolean {
  return (from === undefined && to === undefined) || (typeof time === 'string' && (from === undefined || time >= from) && (to === undefined || time <= to));
}

function candidates(member: readonly [string, string] | undefined, text: string | null, operator: string | undefined): (bytes: Buffer) => NextCandidate {
  if (member !== undefined) return bytewise(`"${member[0]}":${JSON.stringify(member[1])}`);
  // The account, or the part of a name before the first @: it stands in the line whichever of the three was meant.
  const account = operator?.split('@')[0] ?? '';
  if (account !== '') return bytewise(escaped(account));
  const ascii = text === null ? '' : longestAscii(text);
  if (ascii === '') return () => (from) => from;
  return (bytes) => {
    // Lower case letter by letter only for ASCII, so that offsets stay those of the bytes.
    const lower = bytes.toString('latin1').toLowerCase();
    return (from) => lower.indexOf(ascii, from);
  };
}

function bytewise(needle: string): (bytes: Buffer) => NextCandidate {
  const wanted = Buffer.from(needle);
  return (bytes) => (from) => bytes.indexOf(wanted, from);
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function longestAscii(text: string): string {
  return (text.match(/[\x20-\x7e]+/g) ?? []).reduce((longest, run) => (run.length > longest.length ? run : longest), '');
}
