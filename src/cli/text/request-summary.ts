/** What a person wants to know of one request, in at most ten lines. Its records follow below, complete. */
import type { AuditLine, AuditVerdict, RequestEnd } from '../../control-plane/model/audit-reader.ts';
import { visible } from '../../text/foreign.ts';
import { inner, who, word, words } from './recorded.ts';
import { commandWords, endWords } from './request-lines.ts';

type Members = Readonly<Record<string, unknown>>;

/** One request as the log holds it. */
export interface SummarizedRequest {
  readonly requestId: string;
  readonly lines: readonly AuditLine[];
  readonly end: RequestEnd;
  readonly verdict: AuditVerdict;
}

/** At most ten lines. The first says how the request ended. */
export function summaryOf({ requestId, lines, end, verdict }: SummarizedRequest): readonly string[] {
  const log = fact('Log', `${verdict.kind.replaceAll('_', ' ')}: ${visible(verdict.message)}`);
  const records = lines.flatMap(({ record }) => (record === null ? [] : [record]));
  const [asked] = records;
  if (asked === undefined) return [`Request ${visible(requestId)}: no record of it in this log.`, log];
  const of = (stage: string): Members | undefined => records.findLast(record => record['stage'] === stage);
  const explained = of('explanation_presented');
  const explanation = inner(explained?.['explanation']);
  return [
    `${endWords(end).toUpperCase()}: ${commandWords(asked['command']) ?? '?'}${placeOf(asked, explanation)}`,
    fact('Who', `${who(inner(asked['operator']))}, ${word(asked['authority']) ?? 'no authority recorded'}`),
    fact('When', whenOf(records)),
    fact('Beforehand', beforehand(explained, explanation)),
    fact('Confirmed', confirmed(of('confirmation_given') ?? of('dispatch_intent'))),
    fact('Forced', forced(asked, explanation)),
    fact('Reason', word(inner(asked['args'])?.['reason'] ?? explanation?.['reason']) ?? 'none given'),
    fact('Outcome', outcome(records, end)),
    fact('Records', `${numbers(records)}, request ${visible(requestId)}`),
    log,
  ];
}

function fact(name: string, value: string): string {
  return `  ${name.padEnd(10)}  ${value}`;
}

function placeOf(asked: Members, explanation: Members | undefined): string {
  const [cluster, id] = [word(asked['cluster']), word(asked['target'])];
  const name = word(inner(explanation?.['target'])?.['name']);
  const environment = word(inner(explanation?.['cluster'])?.['environment']);
  const node = id === undefined ? '' : ` on ${name === undefined || name === id ? id : `${name} (${id})`}`;
  if (cluster === undefined) return node;
  return `${node}, cluster ${cluster}${environment === undefined ? '' : ` (${environment})`}`;
}

function whenOf(records: readonly Members[]): string {
  const [from, to] = [records[0], records.at(-1)].map(record => word(record?.['time']) ?? 'no time');
  return records.length === 1 ? `asked ${from}` : `asked ${from}, last record ${to}`;
}

/** What the kernel had answered to the dry run. It decides again when the request arrives. */
function beforehand(explained: Members | undefined, explanation: Members | undefined): string {
  if (explained === undefined) return 'no explanation is recorded';
  const kernel = inner(explanation?.['kernel']);
  if (kernel === undefined) return 'an explanation was shown; there was nothing to ask the kernel about';
  const reason = word(kernel['reason']);
  const because = reason === undefined ? '' : ` (${reason})`;
  if (kernel['decision'] === 'approve') return `the kernel would approve it${because}`;
  return kernel['decision'] === 'deny' ? `the kernel would deny it${because}` : `the kernel did not say${because}`;
}

function confirmed(given: Members | undefined): string {
  if (given === undefined) return 'no confirmation is recorded';
  const confirmation = inner(given['confirmation']);
  const acknowledged = words(confirmation?.['acknowledged']);
  const type = word(confirmation?.['type']) ?? 'of unknown kind';
  return `${type} confirmation${acknowledged.length === 0 ? '' : `, acknowledged ${acknowledged.join(', ')}`}`;
}

function forced(asked: Members, explanation: Members | undefined): string {
  if (asked['command'] !== 'force_promotion') return 'no';
  const cited = explanation?.['invariants'];
  const overridden = (Array.isArray(cited) ? cited : [])
    .map(inner)
    .flatMap(each => (each?.['overridden'] === true ? (word(each['id']) ?? []) : []));
  const by = `yes, by ${who(inner(asked['operator']))}`;
  return overridden.length === 0
    ? `${by}; no overridden invariant is recorded`
    : `${by}; overrides ${overridden.join(', ')}`;
}

/** How it ended, with the code and the words of the side that ended it. */
function outcome(records: readonly Members[], end: RequestEnd): string {
  const words = endWords(end);
  if (end.kind !== 'ended') return words;
  const last = records.findLast(record => record['stage'] === end.stage);
  const [error, response] = [inner(last?.['error']), inner(last?.['kernel_response'])];
  const code = word(response?.['code']) ?? word(error?.['code']);
  const message = word(response?.['message']) ?? word(error?.['message']) ?? word(last?.['detail']);
  const said = [code, message].filter(part => part !== undefined).join(': ');
  if (said !== '') return `${words}, ${said}`;
  return response?.['accepted'] === true ? `${words}, the kernel accepted it` : words;
}

function numbers(records: readonly Members[]): string {
  const all = records.map(record => `#${word(record['seq']) ?? '?'}`);
  return all.length <= 8 ? all.join(' ') : `${all[0]} to ${all.at(-1)}`;
}
