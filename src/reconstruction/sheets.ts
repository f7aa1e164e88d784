/**
 * The answer sheet of a control request: who, with which authority, on which state, explained how; what was relied on
 * or overridden; what the kernel said; and where log and kernel disagree. Facts only: no cause, no advice.
 */
import { COMMANDS, isCommandName } from '../control-plane/commands/commands.ts';
import type { Outcome } from '../control-plane/model/errors.ts';
import { disagreements } from './disagreements.ts';
import type { Lane } from './lane.ts';
import { itemsOf, memberOf, textOf, textsOf, whoOf, type LogRecord } from './members.ts';
import type { AnswerSheet, Said } from './model.ts';
import type { NodeNames } from './nodes.ts';
import type { Place } from './order.ts';
import { usesOf, type Found, type Use } from './uses.ts';
import { eventsSaid, readingsOutcomes, readingsSaid, type Naming, type Told } from './told.ts';
import { recordedExplanation, recordedKernelState } from '../panel-protocol/recorded.ts';

const OUTCOMES: ReadonlyMap<string | null, Outcome> = new Map([
  ['command_executed', 'executed'],
  ['kernel_rejected', 'not_executed'],
  ['dispatch_failed', 'not_executed'],
  ['outcome_unknown', 'unknown'],
]);

/** One sheet for each control request that a source names, in the order of the list. */
export function sheetsOf(lanes: readonly Lane[], naming: Naming, names: NodeNames): readonly AnswerSheet[] {
  const records = new Map<string, Found[]>();
  const events = new Map<string, Told[]>();
  for (const [at, lane] of lanes.entries()) {
    for (const [index, item] of lane.items.entries()) {
      const place = { lane: at, index };
      if (item.is === 'record') {
        const id = textOf(item.kept.record, 'request_id');
        const command = textOf(item.kept.record, 'command') ?? '';
        if (id !== null && isCommandName(command) && COMMANDS[command].class === 'control')
          add(records, id, { kept: item.kept, place });
      } else if (item.is === 'event' && item.event.requestId !== null) {
        add(events, item.event.requestId, { event: item.event, lane, place });
      }
    }
  }
  return [...new Set([...records.keys(), ...events.keys()])]
    .flatMap(id => usesOf(records.get(id) ?? [], events.get(id) ?? []).map(use => ({ ...use, id })))
    .map(use => ({ ...use, first: earliest([...use.found, ...use.told], naming) }))
    .sort((a, b) => a.first - b.first)
    .map(use => sheet(use.id, use, lanes, naming, names));
}

function earliest(all: readonly { readonly place: Place }[], naming: Naming): number {
  return all.reduce((least, { place }) => Math.min(least, naming(place).entry), Number.POSITIVE_INFINITY);
}

function add<T>(all: Map<string, T[]>, id: string, one: T): void {
  const own = all.get(id);
  if (own === undefined) all.set(id, [one]);
  else own.push(one);
}

function sheet(
  requestId: string,
  { found, told, left }: Use,
  lanes: readonly Lane[],
  naming: Naming,
  names: NodeNames,
): AnswerSheet {
  const of = (stage: string): Found | undefined => found.findLast(({ kept: { record } }) => record['stage'] === stage);
  const first = <T>(read: (record: LogRecord) => T | null): T | null =>
    found.map(({ kept }) => read(kept.record)).find(value => value !== null) ?? null;
  const said = (text: (record: LogRecord) => string, at: Found | undefined): Said | null =>
    at === undefined ? null : { ...naming(at.place), text: text(at.kept.record) };
  const shown = of('explanation_presented');
  const confirmation = memberOf(
    (of('dispatch_intent') ?? of('confirmation_given') ?? shown)?.kept.record,
    'confirmation',
  );
  const explanation = recordedExplanation(memberOf(shown?.kept.record, 'explanation'));
  const intent = of('dispatch_intent');
  const inside = endOf(found, intent);
  const end = inside?.kept.record ?? intent?.kept.end ?? undefined;
  const response = memberOf(end, 'kernel_response');
  const outcome = end === undefined ? (intent === undefined ? null : 'unknown') : outcomeOf(end);
  const kernelSays = [
    ...eventsSaid(told, naming),
    ...(left === 0 ? [] : [{ source: null, entry: null, text: `${left} events, which stand beside its first uses.` }]),
    ...readingsSaid(requestId, lanes, names),
  ];
  const checks = itemsOf(memberOf(memberOf(shown?.kept.record, 'explanation'), 'kernel'), 'checks');
  const cited = explanation?.invariants ?? [];
  // As long as nothing was sent, nothing was overridden.
  const overridden = NEVER_SENT.has(textOf(end, 'stage'))
    ? []
    : [
        ...new Set([
          ...withResult(checks, 'overridden'),
          ...cited.filter(each => each.overridden).map(({ id }) => id),
          ...textsOf(confirmation, 'acknowledged'),
        ]),
      ];
  const reliedOn = new Set([...withResult(checks, 'pass'), ...cited.map(({ id }) => id)]);
  const open = new Set(notPassed(checks));
  const answer = textOf(response, 'body');
  const known = {
    requestId,
    command: first(record => textOf(record, 'command')),
    cluster: first(record => textOf(record, 'cluster')),
    target: first(record => textOf(record, 'target')) ?? told[0]?.event.nodeId ?? null,
    who: first(whoOf) ?? told[0]?.event.operator ?? null,
    reason: first(record => textOf(memberOf(record, 'args'), 'reason')) ?? told[0]?.event.reason ?? null,
    outcome,
    acknowledged: textsOf(confirmation, 'acknowledged'),
  };
  return {
    ...known,
    targetName: explanation?.target.name ?? (known.target === null ? null : names.of(known.target)),
    authority: first(record => textOf(record, 'authority')),
    askedAt: said(at, of('command_requested')),
    sentAt: said(at, intent),
    endedAt: inside === undefined && end !== undefined ? outside(end) : said(at, inside),
    state: recordedKernelState(memberOf((intent ?? shown)?.kept.record, 'kernel_state')),
    explanation,
    explanationDigest: textOf(confirmation, 'explanation_digest'),
    confirmation: confirmationType(confirmation),
    reliedOn: [...reliedOn].filter(id => !overridden.includes(id) && !open.has(id)),
    overridden,
    end: endSentence(found, intent, end),
    kernelAnswer:
      answer === null
        ? null
        : { accepted: memberOf(response, 'accepted') === true, code: textOf(response, 'code'), body: answer },
    kernelSays,
    disagreements: disagreements(known, intent?.kept, told, readingsOutcomes(requestId, lanes, names)),
    unknown: [...unknowns(found, told, intent, end, outcome, kernelSays), ...unproven(checks, overridden)],
  };
}

function at(record: LogRecord): string {
  const clock = textOf(record, 'clock') ?? 'unknown clock';
  return `${textOf(record, 'time') ?? 'at a time that is not recorded'} (${clock})`;
}

/** The outcome of an intent is shown with it, even if it lies outside the requested period. */
function outside(record: LogRecord): Said {
  return { source: null, entry: null, text: `${at(record)}, outside of what was asked for` };
}

/** An end counts only after the last intent; an earlier one belongs to another use of the request's id. */
function endOf(found: readonly Found[], intent: Found | undefined): Found | undefined {
  const behind = intent === undefined ? found : found.slice(found.indexOf(intent) + 1);
  return behind.findLast(({ kept: { record } }) => ENDS.has(textOf(record, 'stage')));
}

const ENDS: ReadonlyMap<string | null, string> = new Map([
  ['command_executed', 'The kernel executed it.'],
  ['kernel_rejected', 'The kernel rejected it.'],
  ['dispatch_failed', 'Nothing was sent.'],
  ['outcome_unknown', 'It was sent once; whether the kernel executed it is not known to the log.'],
  ['command_rejected', 'The control plane refused it; nothing was sent.'],
  ['confirmation_declined', 'The operator declined it; nothing was sent.'],
  ['confirmation_voided', 'Its confirmation was voided; nothing was sent.'],
]);

const NEVER_SENT: ReadonlySet<string | null> = new Set([
  'dispatch_failed',
  'command_rejected',
  'confirmation_declined',
  'confirmation_voided',
]);

function endSentence(found: readonly Found[], intent: Found | undefined, record: LogRecord | undefined): string {
  if (record === undefined) {
    if (found.length === 0) return 'No log that was given holds a record of it.';
    return intent === undefined
      ? 'No record that was given and asked for says that anything was about to be sent.'
      : 'It was about to be sent, and no record that was given says what came of it: unknown.';
  }
  const error = record['error'];
  const code = textOf(error, 'code');
  const words = ENDS.get(textOf(record, 'stage')) ?? '';
  if (code === null) return words;
  const [known, invariants] = [textOf(error, 'known'), textsOf(error, 'invariants')];
  return [
    `${words} ${code}: ${textOf(error, 'message') ?? 'no message'}`,
    ...(known === null ? [] : [`Known: ${known}`]),
    ...(invariants.length === 0 ? [] : [`Invariants: ${invariants.join(', ')}.`]),
  ].join(' ');
}

function outcomeOf(record: LogRecord): Outcome {
  const recorded = textOf(record, 'outcome');
  if (recorded === 'executed' || recorded === 'not_executed' || recorded === 'unknown') return recorded;
  return OUTCOMES.get(textOf(record, 'stage')) ?? 'not_executed';
}

function confirmationType(confirmation: unknown): AnswerSheet['confirmation'] {
  const type = textOf(confirmation, 'type');
  return type === 'none' || type === 'standard' || type === 'enhanced' ? type : null;
}

function withResult(checks: readonly unknown[], result: string): readonly string[] {
  return checks.flatMap(check => {
    const id = textOf(check, 'result') === result ? textOf(check, 'invariant') : null;
    return id === null ? [] : [id];
  });
}

function unknowns(
  found: readonly Found[],
  told: readonly Told[],
  intent: Found | undefined,
  end: LogRecord | undefined,
  outcome: Outcome | null,
  kernelSays: readonly Said[],
): readonly string[] {
  return [
    ...(found.length === 0 ? ['Who asked, on which state and with which confirmation: no log holds it.'] : []),
    ...(intent !== undefined && end === undefined ? ['What came of it, as far as the log goes.'] : []),
    ...(outcome === 'unknown' && end !== undefined ? ['Whether the kernel executed it, as far as the log goes.'] : []),
    ...(intent !== undefined && told.length === 0 && kernelSays.length === 0
      ? ['What the kernel itself recorded: no kernel answer that was read names this request.']
      : []),
  ];
}

function notPassed(checks: readonly unknown[]): readonly string[] {
  return checks.flatMap(check => {
    const id = textOf(check, 'result') === 'pass' ? null : textOf(check, 'invariant');
    return id === null ? [] : [id];
  });
}

/** What the kernel could not find out or did not ask: it accepts the operator's word for it, or denies the request. */
function unproven(checks: readonly unknown[], overridden: readonly string[]): readonly string[] {
  return checks.flatMap(check => {
    const why = UNPROVEN.get(textOf(check, 'result'));
    if (why === undefined) return [];
    const id = textOf(check, 'invariant');
    const seen = textOf(check, 'observed') ?? 'nothing was observed';
    const open = `${why} whether ${textOf(check, 'id') ?? 'a check'} (${id ?? 'no invariant'}) holds: ${seen}.`;
    return [id !== null && overridden.includes(id) ? `${open} The operator's word stood in for it.` : open];
  });
}

const UNPROVEN: ReadonlyMap<string | null, string> = new Map([
  ['overridden', 'The kernel could not tell'],
  ['unknown', 'The kernel could not tell'],
  ['unchecked', 'The kernel does not check'],
]);
