/** Steps 6 to 8 of a control request: its intent is recorded, one request goes out, its outcome is recorded. */
import type { AuditPosition } from '../model/audit-position.ts';
import type { ControlCommandName } from '../commands/commands.ts';
import { operatorId, operatorText } from '../commands/operator.ts';
import { refusal, type Result } from '../model/errors.ts';
import { explainExecution } from '../explanation/explanation.ts';
import type { ControlRequest, Kernel } from '../ports.ts';
import type { ExecutedControl } from '../explanation/words.ts';
import type { AcceptedCommand } from './accepted.ts';
import { outdated, type Consent } from './consent.ts';
import type { ExplainedCommand } from './explained.ts';
import { attempt, stageOfFailure, type Flow, type Force } from './flow.ts';
import type { CommandResult } from './result.ts';
import type { Session } from './session.ts';

/** Sends the confirmed request once and records its outcome. */
export async function dispatch(
  session: Session,
  flow: Flow,
  command: ControlCommandName,
  accepted: AcceptedCommand,
  explained: ExplainedCommand,
  confirmation: Consent,
): Promise<CommandResult> {
  const { kernel, cluster } = accepted;
  // An unknown control version is never sent as 0. Without a version the request would have no precondition; it is sent
  // only to engines that count none.
  if (explained.controlVersion === null && kernel.hasControlVersion) {
    return flow.refuse(
      refusal(
        'PHASE7_INCONSISTENT_SNAPSHOT',
        'The explanation carries no control version, so nothing would protect against acting on an old view. ' +
          'Nothing was sent.',
      ),
    );
  }

  // 6. Intent recorded: on disk before the first byte goes out.
  const intent = await flow.record('dispatch_intent', {
    confirmation,
    kernel_state: explained.state,
    outcome: 'pending',
  });
  if (intent.position === null) return flow.notRecorded(intent);
  const late = await outdated(session, flow, accepted);
  if (late !== undefined) return flow.fail('dispatch_failed', late);

  // 7. Dispatched: exactly one request.
  const force: Force | undefined =
    command === 'force_promotion'
      ? {
          by: operatorText(session.env.operator),
          time: intent.time,
          reason: accepted.args.reason ?? '',
          acknowledged: confirmation.acknowledged,
        }
      : undefined;
  flow.sending(force);
  const answer = await attempt(
    () =>
      send(kernel, command, requestOf(session, flow, accepted, explained, intent.position), explained, confirmation),
    'unknown',
  );

  // 8. Outcome recorded, then shown.
  if (!answer.ok) return flow.fail(stageOfFailure(answer.error), answer.error);
  const recorded = await flow.record('command_executed', {
    kernel_response: { accepted: true, code: null, invariant: null, message: null, body: answer.value.body },
    outcome: 'executed',
  });
  flow.executed(recorded);
  return {
    kind: 'executed',
    requestId: flow.requestId,
    command,
    cluster: cluster.name,
    target: explained.explanation.target,
    execution: explainExecution(answer.value),
    recorded,
    ...(force === undefined ? {} : { force }),
  };
}

function requestOf(
  { env: { operator } }: Session,
  { requestId }: Flow,
  { args }: AcceptedCommand,
  { explanation: { target, source }, endpoint, controlVersion, answerMs }: ExplainedCommand,
  auditHead: AuditPosition,
): ControlRequest {
  return {
    endpoint,
    requestId,
    target: target.nodeId,
    targetName: target.name,
    reason: args.reason ?? '',
    operator: { id: operatorId(operator), authority: 'Operator' },
    controlVersion,
    snapshot: source.observed.snapshot,
    answerMs,
    auditHead,
  };
}

/** One command, one operation of the kernel (P7-E1). */
function send(
  kernel: Kernel,
  command: ControlCommandName,
  request: ControlRequest,
  { explanation }: ExplainedCommand,
  { acknowledged }: Consent,
): Promise<Result<ExecutedControl>> {
  const primaryId = explanation.kernel?.primaryId ?? null;
  switch (command) {
    case 'request_promotion':
      return kernel.promote({ ...request, mode: 'validated', acknowledgedInvariants: [], primaryId });
    case 'force_promotion':
      return kernel.promote({ ...request, mode: 'forced', acknowledgedInvariants: acknowledged, primaryId });
    case 'request_demotion':
      return kernel.demote(request);
  }
}
