/**
 * How a command ended that did not succeed, as text. First what happened, or what to type; then what did not happen;
 * then where to look; code, rule and record in the last line. Every error of the program is written here.
 */
import { isReading } from '../../control-plane/commands/commands.ts';
import { isOwn, type ControlError, type ErrorDomain, type KernelRejection } from '../../control-plane/model/errors.ts';
import type { FlowFailure, Force } from '../../control-plane/request/flow.ts';
import { invariant } from '../../control-plane/model/invariants.ts';
import type { Recorded } from '../../control-plane/request/recorder.ts';
import { visible } from '../../text/foreign.ts';
import { facts, paragraph, quote, WIDTH, wrap, type Fact } from './layout.ts';
import type { Paint } from './paint.ts';
import { known, visibleLines } from './safe.ts';
import { tree } from './tree.ts';

/** What a person can type when something typed or left out caused the error. */
export type Hint = string | undefined;

/** A command that ended without success. `title` says what was asked, and of which cluster. */
export function failureText(title: string, failure: FlowFailure, paint: Paint, hint?: Hint): readonly string[] {
  const { error, recorded } = failure;
  if (isOwn(error, 'PHASE7_CONFIRMATION_DECLINED'))
    return [
      ...strong(['You did nothing. Nothing was sent.', ...recordedAs(recorded)].join(' '), paint),
      ...paragraph(visible(error.message)),
      ...lastLine(error, recorded),
    ];
  if (isOwn(error, 'PHASE7_CONFIRMATION_VOIDED'))
    return [
      ...strong([visible(error.message), ...recordedAs(recorded)].join(' '), paint),
      ...lastLine(error, recorded),
    ];
  if (error.domain === 'OPERATOR_INPUT' || error.domain === 'VALIDATION_ERROR')
    return refusalText(error, paint, hint, recorded);
  return askedText(title, failure, paint, hint);
}

/** A refusal by this program: what to type, or what happened. Nothing was sent. */
export function refusalText(error: ControlError, paint: Paint, hint?: Hint, recorded?: Recorded): readonly string[] {
  const { message, field } = error;
  return [
    ...(hint === undefined ? strong(visible(message), paint) : strong(hint, paint)),
    ...(hint === undefined ? [] : paragraph(visible(message))),
    ...lastLine(error, recorded, field),
  ];
}

/** The request was sent to a kernel, or the kernel could not be reached. */
function askedText(title: string, failure: FlowFailure, paint: Paint, hint: Hint): readonly string[] {
  const { error, requestId, recorded, authorityEnded, force } = failure;
  const { kernel, message } = error;
  return [
    ...(force === undefined ? [] : forceText('THIS FORCED PROMOTION WAS REQUESTED', force, paint)),
    ...strong(`${title}: ${outcomeWords(failure)}`, paint),
    ...(kernel === undefined ? paragraph(visible(message), 2) : quote(visibleLines(message))),
    ...(hint === undefined ? [] : paragraph(hint, 2)),
    ...facts([
      ...(error.outcome === 'unknown'
        ? [
            [
              'Not known',
              `whether the kernel executed this request; the kernel's state is authoritative, and the request ` +
                `is ${requestId}`,
            ] as const,
          ]
        : []),
      ...(error.known === undefined ? [] : [['Known', known(error.known)] as const]),
      ...(authorityEnded === undefined
        ? []
        : [
            [
              'Authority',
              'Operator ended with this request, because its outcome is not known; it has to be assumed again ' +
                `(${recordText(authorityEnded)})`,
            ] as const,
          ]),
      ['Request', requestId],
      ...(kernel === undefined ? [] : error.invariants.map(invariantFact)),
    ]),
    ...(kernel === undefined ? [] : kernelDetails(kernel)),
    ...lastLine(error, recorded),
  ];
}

/** Who forced it, when, why, and which invariants were acknowledged. Framed, so that it looks like nothing else. */
export function forceText(what: string, { by, time, reason, acknowledged }: Force, paint: Paint): readonly string[] {
  const rule = '!'.repeat(WIDTH);
  return [
    rule,
    ...strong(`${what} by ${visible(by)} at ${visible(time)}`, paint),
    ...facts([
      ['Reason', known(reason)],
      ['Acknowledged', acknowledged.length === 0 ? 'nothing' : acknowledged.map(visible).join(', ')],
    ]),
    rule,
  ];
}

const ENDED: Readonly<Record<ErrorDomain, string>> = {
  OPERATOR_INPUT: 'refused by the control plane',
  VALIDATION_ERROR: 'refused by the control plane',
  KERNEL_REJECTION: "the kernel's own answer, word for word",
  TRANSPORT_ERROR: 'no kernel answered',
};

/** A failed command that only reads was "not read". "Not executed" is for commands that change something. */
function outcomeWords({ command, error: { domain, outcome } }: FlowFailure): string {
  if (outcome === 'unknown') return 'OUTCOME UNKNOWN';
  if (outcome === 'executed') return 'EXECUTED, with an error';
  return `${isReading(command) ? 'not read' : 'not executed'} (${ENDED[domain]})`;
}

function invariantFact(id: string): Fact {
  const { name, text } = invariant(id);
  return ['Invariant', `${visible(id)} ${visible(name)}: ${visible(text)}`];
}

/** What the kernel said besides code and message. The audit record and `--json` hold its answer byte for byte. */
function kernelDetails({ status, details, body }: KernelRejection): readonly string[] {
  const title = paragraph(
    status === null ? "The kernel's answer, whole:" : `Details in the kernel's answer (HTTP ${status}):`,
    2,
  );
  if (typeof details === 'object' && details !== null)
    return Object.keys(details).length === 0
      ? []
      : [...title, ...tree(details as Readonly<Record<string, unknown>>, 4)];
  return [...title, ...quote(visibleLines(body))];
}

/** "PHASE7_MALFORMED_REQUEST · P7-A2 · --node · recorded as #12" */
function lastLine(
  { code, invariants }: ControlError,
  recorded: Recorded | undefined,
  field?: string,
): readonly string[] {
  const parts = [
    known(code),
    ...invariants.map(visible),
    ...(field === undefined ? [] : [known(field)]),
    ...(recorded === undefined ? [] : [recordText(recorded)]),
  ];
  return paragraph(parts.join(' \u00b7 '));
}

function recordedAs(recorded: Recorded): readonly string[] {
  return recorded.position === null ? [] : [`Recorded as #${recorded.position.seq.toString()}.`];
}

function recordText(recorded: Recorded): string {
  return recorded.position === null
    ? `NOT RECORDED: ${visible(recorded.cause)}`
    : `recorded as #${recorded.position.seq.toString()}`;
}

function strong(text: string, paint: Paint): readonly string[] {
  return wrap(text, WIDTH).map(paint.strong);
}
