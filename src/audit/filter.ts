/**
 * Decides which lines match a filter: first by their bytes, which is fast but may match too many, then by the record
 * itself.
 */
import type { AuditFilter } from '../control-plane/model/audit-reader.ts';
import { COMMAND_NAMES, commandSpec } from '../control-plane/commands/commands.ts';
import type { Stage } from '../control-plane/model/record.ts';
import { endsAsRecord, parseObject } from './chain.ts';
import { topLevelMembers, type Members } from './members.ts';

/** The next place at or after an offset where a matching line may stand; -1 if there is none. */
export type NextCandidate = (from: number) => number;

export interface Matcher {
  /** Searches some whole lines, which begin at byte `offset` of the log. */
  candidates(bytes: Buffer, offset: number): NextCandidate;
  /** The fields of a matching line, as their JSON texts; `null` if the line does not match. */
  members(line: Buffer): Members | null;
}

/** Fields that are compared exactly, the rarest first, because the first one given decides where to look. */
const MEMBERS = [
  ['requestId', 'request_id'],
  ['stage', 'stage'],
  ['command', 'command'],
  ['outcome', 'outcome'],
  ['cluster', 'cluster'],
] as const;

/** The commands that a value of `asks` stands for; none for an unknown value. */
export function commandsAsking(asks: string): readonly string[] {
  if (asks !== 'changes' && asks !== 'reads') return [];
  return COMMAND_NAMES.filter(name => (commandSpec(name).class === 'control') === (asks === 'changes'));
}

export function matcher(filter: AuditFilter): Matcher {
  const equal = MEMBERS.flatMap(([name, member]) =>
    filter[name] === undefined ? [] : [[member, JSON.stringify(filter[name])] as const],
  );
  const asking =
    filter.asks === undefined ? null : new Set<string | undefined>(commandsAsking(filter.asks).map(asJson));
  const text = filter.text === undefined || filter.text === '' ? null : escaped(filter.text.toLowerCase());
  const wanted = [
    ...equal.map(([member]) => member),
    ...(asking === null ? [] : ['command']),
    ...(filter.operator === undefined ? [] : ['operator']),
    ...(filter.from === undefined && filter.to === undefined ? [] : ['time']),
  ];
  return {
    candidates:
      equal.length === 0 && filter.asks !== undefined
        ? bytewiseAny('command', commandsAsking(filter.asks))
        : candidates(equal[0], text, filter.operator),
    members(line) {
      if (!endsAsRecord(line)) return null;
      const found = line.toString();
      if (text !== null && !found.toLowerCase().includes(text)) return null;
      const members = topLevelMembers(found, wanted);
      return equal.every(([member, value]) => members.get(member) === value) &&
        (asking === null || asking.has(members.get('command'))) &&
        byOperator(filter, members) &&
        inTime(filter, members)
        ? members
        : null;
    },
  };
}

/** Matches records of some stages; the fields of a match include the request. */
export function ofStages(stages: readonly Stage[]): Matcher {
  const values: ReadonlySet<string | undefined> = new Set(stages.map(asJson));
  return {
    candidates: bytewiseAny('stage', stages),
    members(line) {
      if (!endsAsRecord(line)) return null;
      const members = topLevelMembers(line.toString(), ['stage', 'request_id']);
      return values.has(members.get('stage')) ? members : null;
    },
  };
}

/** Where one of several values of a field may stand. */
function bytewiseAny(member: string, values: readonly string[]): Matcher['candidates'] {
  const key = Buffer.from(`"${member}":"`);
  const endings = values.map(value => Buffer.from(`${value}"`));
  return bytes => from => {
    for (let at = bytes.indexOf(key, from); at >= 0; at = bytes.indexOf(key, at + key.length))
      if (endings.some(ending => standsAt(bytes, at + key.length, ending))) return at;
    return -1;
  };
}

function asJson(text: string): string {
  return JSON.stringify(text);
}

function standsAt(bytes: Buffer, at: number, word: Buffer): boolean {
  for (let offset = 0; offset < word.length; offset += 1) if (bytes[at + offset] !== word[offset]) return false;
  return true;
}

function byOperator({ operator }: AuditFilter, members: Members): boolean {
  if (operator === undefined) return true;
  const who = parseObject(members.get('operator') ?? '');
  return (
    who !== null && [who['account'], `${String(who['account'])}@${String(who['host'])}`, who['name']].includes(operator)
  );
}

/** RFC 3339 texts in UTC with the same precision sort in the order of their times. */
function inTime({ from, to }: AuditFilter, members: Members): boolean {
  if (from === undefined && to === undefined) return true;
  const time = members.get('time')?.slice(1, -1);
  return time !== undefined && (from === undefined || time >= from) && (to === undefined || time <= to);
}

function candidates(
  member: readonly [string, string] | undefined,
  text: string | null,
  operator: string | undefined,
): (bytes: Buffer) => NextCandidate {
  if (member !== undefined) return bytewise(Buffer.from(`"${member[0]}":${member[1]}`));
  // The account, or the part of a name before the first @: the line contains it for each of the three meanings.
  const account = operator?.split('@')[0] ?? '';
  if (account !== '') return bytewise(Buffer.from(escaped(account)));
  const ascii = text === null ? '' : longestAscii(text);
  if (ascii === '') return () => from => from;
  const wanted = new RegExp(ascii.replaceAll(/[^\w ]/g, '\\$&'), 'gi');
  return bytes => {
    // One character for each byte, so that offsets stay those of the bytes.
    const found = bytes.toString('latin1');
    return from => {
      wanted.lastIndex = from;
      return wanted.exec(found)?.index ?? -1;
    };
  };
}

function bytewise(wanted: Buffer): (bytes: Buffer) => NextCandidate {
  return bytes => from => bytes.indexOf(wanted, from);
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function longestAscii(text: string): string {
  return (text.match(/[\x20-\x7e]+/g) ?? []).reduce(
    (longest, run) => (run.length > longest.length ? run : longest),
    '',
  );
}
