/**
 * One line of text for each entry: a record by its stage, an event by its type. The words of others are quoted
 * unchanged.
 */
import type { PastEvent } from '../control-plane/engine.ts';
import { memberOf, textOf, textsOf, whoOf, type LogRecord } from './members.ts';
import type { KeptRecord } from './strand.ts';
import type { EventEntry, RecordEntry } from './model.ts';
import type { NodeNames } from './nodes.ts';
import { eventDetails } from './told.ts';

type Unplaced<T> = Omit<T, 'n' | 'source' | 'block' | 'after' | 'unordered'>;

/** A record as an entry. */
export function recordEntry({ seq, hash, record }: KeptRecord, names: NodeNames): Unplaced<RecordEntry> {
  const field = (name: string): string | null => textOf(record, name);
  return {
    is: 'record',
    time: field('time'),
    seq: seq.toString(),
    hash,
    stage: field('stage') ?? 'no stage',
    who: whoOf(record),
    authority: field('authority'),
    requestId: field('request_id'),
    command: field('command'),
    cluster: field('cluster'),
    target: field('target'),
    outcome: field('outcome'),
    text: recordText(record, names),
  };
}

/**
 * An event as an entry; `before` is the event before it in the same history, which is that of `node`, or of the
 * cluster.
 */
export function eventEntry(
  event: PastEvent,
  before: PastEvent | null,
  node: string | null,
  names: NodeNames,
): Unplaced<EventEntry> {
  const { seq, type, time, epoch, requestId, nodeId, operator, mode, fields } = event;
  const isSaid = nodeId === null || nodeId === node || Object.values(fields).includes(nodeId);
  return {
    is: 'event',
    time,
    seq,
    type,
    epoch,
    requestId,
    nodeId,
    operator,
    mode,
    text: [...(isSaid ? [] : [`node ${names.short(nodeId)}`]), ...eventDetails(event, before)].join(', '),
  };
}

function recordText(record: LogRecord, names: NodeNames): string {
  const stage = textOf(record, 'stage');
  const target = textOf(record, 'target');
  const asked = [textOf(record, 'command'), target === null ? null : names.short(target)]
    .filter(part => part !== null)
    .join(' of ');
  const detail = textOf(record, 'detail');
  const error = record['error'];
  const code = textOf(error, 'code');
  const failed = code === null ? null : `${code}: ${textOf(error, 'message') ?? 'no message'}`;
  const more = [failed, detail].filter(part => part !== null).join(' ');
  switch (stage) {
    case 'command_requested':
      return `Asked for ${asked}.${reasonIn(record)}`;
    case 'command_answered':
      return `Answered: ${asked}.${stateIn(record, names)}${more === '' ? '' : ` ${more}`}`;
    case 'explanation_presented':
      return `The explanation of ${asked} was shown.${decisionIn(record)}`;
    case 'confirmation_given':
    case 'dispatch_intent': {
      const acknowledged = textsOf(memberOf(record, 'confirmation'), 'acknowledged');
      const overridden = acknowledged.length === 0 ? '' : ` Acknowledged: ${acknowledged.join(', ')}.`;
      return stage === 'dispatch_intent'
        ? `About to be sent, once: ${asked}.${overridden}`
        : `Confirmed by the operator: ${asked}.${overridden}`;
    }
    case 'command_executed':
      return `The kernel executed ${asked}.${more === '' ? '' : ` ${more}`}`;
    case 'kernel_rejected':
      return `The kernel rejected ${asked}. ${more}`.trim();
    case 'outcome_unknown':
      return `Outcome unknown: ${asked}. ${more}`.trim();
    case 'dispatch_failed':
      return `Nothing was sent: ${asked}. ${more}`.trim();
    case 'command_rejected':
      return `Refused by the control plane: ${asked}. ${more}`.trim();
    case null:
    default:
      return [asked, more].filter(part => part !== '').join('. ');
  }
}

function reasonIn(record: LogRecord): string {
  const reason = textOf(memberOf(record, 'args'), 'reason');
  return reason === null ? '' : ` Reason: ${reason}`;
}

/** What a reading says about who holds authority; some commands do not ask for it. */
function stateIn(record: LogRecord, names: NodeNames): string {
  const state = memberOf(record, 'kernel_state');
  const [node, epoch, primary] = ['node', 'epoch', 'primary'].map(name => textOf(state, name));
  const told = [
    ...(typeof epoch === 'string' ? [`epoch ${epoch}`] : []),
    ...(typeof primary === 'string' ? [`primary ${names.short(primary)}`] : []),
  ];
  if (told.length === 0) return '';
  return ` ${typeof node === 'string' ? names.short(node) : 'The kernel'} said: ${told.join(', ')}.`;
}

function decisionIn(record: LogRecord): string {
  const kernel = memberOf(memberOf(record, 'explanation'), 'kernel');
  const decision = textOf(kernel, 'decision');
  if (decision === null) return '';
  const why = textOf(kernel, 'reason');
  return ` Asked beforehand, the kernel said: ${decision}${why === null ? '' : ` (${why})`}.`;
}
