/** How a command ended, as text. Answers and executions go to standard output, errors to standard error. */
import type { Answered, CommandResult, Executed } from '../../control-plane/request/result.ts';
import { COMMANDS, isCommandName } from '../../control-plane/commands/commands.ts';
import type { ControlError, ErrorDomain, KernelRejection, Outcome } from '../../control-plane/model/errors.ts';
import type { FlowFailure } from '../../control-plane/request/flow.ts';
import { invariant } from '../../control-plane/model/invariants.ts';
import type { Recorded } from '../../control-plane/request/recorder.ts';
import { visible } from '../../text/foreign.ts';
import { documentText, provenance } from './document.ts';
import { clusterText } from './explanation.ts';
import { facts, paragraph, quote, WIDTH, wrap, type Fact } from './layout.ts';
import type { Paint } from './paint.ts';
import { known, visibleLines } from './safe.ts';
import { tree } from './tree.ts';

/** The cluster as it is named in a result. */
export interface ClusterLabel {
  readonly name: string;
  readonly kind: string;
  readonly environment: string | null;
}

/** The title of a command as people know it. */
export function commandTitle(command: string): string {
  return isCommandName(command) ? COMMANDS[command].title : visible(command);
}

/** A result of either kind as lines. */
export function resultText(result: CommandResult, cluster: ClusterLabel | null, paint: Paint): readonly string[] {
  switch (result.kind) {
    case 'answered':
      return answeredText(result, cluster, paint);
    case 'executed':
      return executedText(result, cluster, paint);
    case 'failed':
      return failureText(result, cluster, paint);
  }
}

function answeredText(
  { answer: answered, requestId, recorded }: Answered,
  cluster: ClusterLabel | null,
  paint: Paint,
): readonly string[] {
  const document = answered.reading.document();
  return [
    ...heading(`${commandTitle(answered.command)}: ${label(cluster)}`, paint),
    ...provenance(answered.reading, document),
    '',
    ...documentText(document),
    '',
    ...facts(trail(requestId, recorded)),
  ];
}

function executedText(
  { command, execution, requestId, recorded }: Executed,
  cluster: ClusterLabel | null,
  paint: Paint,
): readonly string[] {
  return [
    ...heading(`${commandTitle(command)}: executed on ${label(cluster)}`, paint),
    ...paragraph(visible(execution.sentence), 2),
    ...documentText(execution.document()),
    '',
    ...(recorded.position === null
      ? paragraph(
          'EXECUTED, NOT RECORDED: the kernel executed the request; the audit log could not take the record of it.',
          2,
        )
      : []),
    ...facts(trail(requestId, recorded)),
  ];
}

function failureText(
  { command, error, requestId, recorded, authorityEnded, cluster: named }: FlowFailure,
  cluster: ClusterLabel | null,
  paint: Paint,
): readonly string[] {
  const where = cluster === null ? (named === null ? '' : ` on ${visible(named)}`) : ` on ${label(cluster)}`;
  return [
    ...heading(`${commandTitle(command)}: ${OUTCOME_WORDS[error.outcome]}${where}`, paint),
    ...errorText(error, [
      ...(error.outcome === 'unknown'
        ? [
            [
              'Not known',
              `whether the kernel executed this request; the kernel's state is authoritative, and the request ` +
                `is ${requestId}`,
            ] as const,
          ]
        : []),
      ...trail(requestId, recorded),
      ...(authorityEnded === undefined
        ? []
        : [
            [
              'Authority',
              'Operator ended with this request, because its outcome is not known; it has to be assumed anew ' +
                `(${recordText(authorityEnded)})`,
            ] as const,
          ]),
    ]),
  ];
}

const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  not_executed: 'not executed',
  unknown: 'OUTCOME UNKNOWN',
  executed: 'EXECUTED, with an error',
};

const DOMAIN_WORDS: Readonly<Record<ErrorDomain, string>> = {
  OPERATOR_INPUT: 'what was typed',
  VALIDATION_ERROR: 'refused by the control plane',
  KERNEL_REJECTION: "the kernel's own answer, word for word",
  TRANSPORT_ERROR: 'between the control plane and the kernel',
};

/** An error outside the path of a request: a change of authority, an unreadable log, a line that was not understood. */
export function refusalText(title: string, error: ControlError, paint: Paint): readonly string[] {
  return [...heading(`${visible(title)}: ${OUTCOME_WORDS[error.outcome]}`, paint), ...errorText(error, [])];
}

function errorText(error: ControlError, more: readonly Fact[]): readonly string[] {
  const { kernel, message } = error;
  const lines = kernel === undefined ? paragraph(visible(message), 2) : quote(visibleLines(message));
  return [
    ...lines,
    ...facts([
      ['Code', known(error.code)],
      ['Domain', `${error.domain} (${DOMAIN_WORDS[error.domain]})`],
      ['Outcome', error.outcome],
      ...(error.known === undefined ? [] : [['Known', known(error.known)] as const]),
      ...(error.field === undefined ? [] : [['Field', known(error.field)] as const]),
      ...error.invariants.map((id): Fact => {
        const { name, text } = invariant(id);
        return ['Invariant', `${visible(id)} ${visible(name)}: ${visible(text)}`];
      }),
      ...more,
    ]),
    ...(kernel === undefined ? [] : kernelDetails(kernel)),
  ];
}

/** What the kernel said beside code and message. Its answer, byte for byte, is in the audit record and in `--json`. */
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

function recordText(recorded: Recorded): string {
  return recorded.position === null
    ? `NOT RECORDED: ${visible(recorded.cause)}`
    : `audit record ${recorded.position.seq.toString()}`;
}

/** Where the record of this stands; or that there is none, and why. */
function trail(requestId: string, recorded: Recorded): readonly Fact[] {
  return [
    ['Request', requestId],
    recorded.position === null
      ? ['Audit log', `NOT RECORDED: ${visible(recorded.cause)}`]
      : ['Audit record', recorded.position.seq.toString()],
  ];
}

function heading(text: string, paint: Paint): readonly string[] {
  return wrap(text, WIDTH).map(paint.strong);
}

function label(cluster: ClusterLabel | null): string {
  return cluster === null ? 'unknown cluster' : `${clusterText(cluster)}, ${visible(cluster.kind)}`;
}
