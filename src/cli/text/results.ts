/** How a command ended, as text. Answers and executions go to standard output; `errors.ts` writes errors. */
import type { AnsweredRead, CommandResult, ExecutedRequest } from '../../control-plane/request/result.ts';
import { COMMANDS, isCommandName } from '../../control-plane/commands/commands.ts';
import type { Recorded } from '../../control-plane/request/recorder.ts';
import { visible } from '../../text/foreign.ts';
import { answerText, type AnswerStyle } from './reading.ts';
import { documentText } from './document.ts';
import { clusterText } from './explanation.ts';
import { failureText, forceText, type Hint } from './errors.ts';
import { facts, paragraph, WIDTH, wrap, type Fact } from './layout.ts';
import type { Paint } from './paint.ts';

/** The cluster as a result names it. */
export interface ClusterLabel {
  readonly name: string;
  readonly kind: string;
  readonly environment: string | null;
}

/** The title of a command. */
export function commandTitle(command: string): string {
  return isCommandName(command) ? COMMANDS[command].title : visible(command);
}

/** How an answer is shown, the line that shows its older part, and what to type after an error. */
interface Ways {
  readonly shown?: AnswerStyle;
  readonly older?: string | undefined;
  readonly hint?: Hint | undefined;
}

/** A result of any kind as lines. */
export function resultText(
  result: CommandResult,
  cluster: ClusterLabel | null,
  paint: Paint,
  { shown = { width: WIDTH, isWide: true }, older, hint }: Ways = {},
): readonly string[] {
  switch (result.kind) {
    case 'answered':
      return answeredText(result, cluster, paint, shown, older);
    case 'executed':
      return executedText(result, cluster, paint);
    case 'failed':
      return failureText(`${commandTitle(result.command)}${onCluster(result.cluster, cluster)}`, result, paint, hint);
  }
}

function answeredText(
  { answer, requestId, recorded }: AnsweredRead,
  cluster: ClusterLabel | null,
  paint: Paint,
  shown: AnswerStyle,
  older: string | undefined,
): readonly string[] {
  const around = {
    cluster: cluster === null ? 'unknown cluster' : clusterText(cluster),
    title: `${commandTitle(answer.command)}: ${label(cluster)}`,
    trail: trail(requestId, recorded),
    older,
  };
  return answerText(answer, around, shown, paint);
}

function executedText(
  { command, execution, requestId, recorded, force }: ExecutedRequest,
  cluster: ClusterLabel | null,
  paint: Paint,
): readonly string[] {
  return [
    ...(force === undefined ? [] : forceText('THIS WAS FORCED', force, paint)),
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

function onCluster(name: string | null, cluster: ClusterLabel | null): string {
  if (cluster !== null) return ` on ${label(cluster)}`;
  return name === null ? '' : ` on ${visible(name)}`;
}

/** Where the record is, or why there is none. */
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
