/**
 * The path of a request, from receipt to recorded outcome, in its eight steps. There is no shortcut: no argument
 * replaces a confirmation.
 */
import type { ClusterConfig } from '../clusters/cluster.ts';
import { commandSpec, type ConfirmedCommandName } from '../commands/commands.ts';
import { digest } from '../model/digest.ts';
import { refusal } from '../model/errors.ts';
import { answeredState, readView, type AnsweredView, type InspectCommandName } from '../model/reads.ts';
import { toWire } from '../model/views.ts';
import { accept, type AcceptedCommand } from './accepted.ts';
import { consent, outdated } from './consent.ts';
import { dispatch } from './dispatched.ts';
import { explain } from './explained.ts';
import { attempt, type Flow } from './flow.ts';
import type { AnsweredRead, CommandResult } from './result.ts';
import type { Session } from './session.ts';

/** Carries one command along the path. Every end is a result. */
export async function carryOut(
  session: Session,
  flow: Flow,
  command: string,
  input: Readonly<Record<string, unknown>>,
): Promise<CommandResult> {
  // 1. Received: the request has an id and is recorded, whatever follows.
  const received = await flow.record('command_requested', { outcome: 'pending' });
  if (received.position === null) return flow.notRecorded(received);
  if (session.requestIds.has(flow.requestId)) {
    return flow.refuse(
      refusal(
        'PHASE7_DUPLICATE_REQUEST',
        `Request id ${flow.requestId} was used before in this session. Nothing was sent.`,
      ),
    );
  }
  session.requestIds.add(flow.requestId);

  // 2. Authorized, or refused.
  const accepted = await accept(session, flow.authority, command, input);
  if (!accepted.ok) return flow.refuse(accepted.error);
  const { command: name } = accepted.value;
  if (
    name !== 'run_diagnostics' &&
    name !== 'request_promotion' &&
    name !== 'request_demotion' &&
    name !== 'force_promotion'
  ) {
    return read(session, flow, name, accepted.value);
  }

  const key = digest([name, accepted.value.cluster.name, accepted.value.args.node]);
  if (session.pending.has(key)) {
    return flow.refuse(
      refusal(
        'PHASE7_DUPLICATE_REQUEST',
        `"${commandSpec(name).title}" for this node is already waiting for its confirmation or its answer in ` +
          'this session. Nothing was sent.',
      ),
    );
  }
  session.pending.add(key);
  try {
    return await confirmAndDispatch(session, flow, name, accepted.value);
  } finally {
    session.pending.delete(key);
  }
}

async function confirmAndDispatch(
  session: Session,
  flow: Flow,
  command: ConfirmedCommandName,
  accepted: AcceptedCommand,
): Promise<CommandResult> {
  const { cluster, kernel } = accepted;

  // 3. Explained, from one read of the kernel.
  const explained = await attempt(() => explain(command, accepted), 'not_executed');
  if (!explained.ok) return flow.fail('read_failed', explained.error);
  const { explanation, state, identity, endpoint } = explained.value;
  flow.knowsNode();
  flow.explained(explanation);
  session.told.learn(cluster.name, { identity, addresses: announced(explanation.kernel?.members ?? []) });
  const watched = session.observedElsewhere(cluster);
  if (watched !== undefined) return flow.refuse(watched);
  const presented = await flow.record('explanation_presented', {
    explanation: toWire(explanation),
    kernel_state: state,
    outcome: 'pending',
  });
  if (presented.position === null) return flow.notRecorded(presented);

  // 4. Confirmation requested. 5. Confirmed, declined, or voided.
  const confirmed = await consent(session, flow, command, accepted, explained.value);
  if (confirmed.kind === 'failed') return confirmed;

  if (command === 'run_diagnostics') {
    const late = await outdated(session, flow, accepted);
    if (late !== undefined) return flow.fail('confirmation_voided', late);
    const diagnostics = await attempt(
      () => kernel.collectDiagnostics(explanation.target.nodeId, endpoint),
      'not_executed',
    );
    return diagnostics.ok
      ? answered(flow, cluster, { command, reading: diagnostics.value })
      : flow.fail('read_failed', diagnostics.error);
  }

  // 6. Intent recorded. 7. Dispatched: exactly one request. 8. Outcome recorded, then shown.
  return dispatch(session, flow, command, accepted, explained.value, confirmed.consent);
}

async function read(
  session: Session,
  flow: Flow,
  command: InspectCommandName,
  { kernel, args, from, cluster }: AcceptedCommand,
): Promise<CommandResult> {
  const answer = await attempt(() => readView(kernel, command, args, from), 'not_executed');
  if (!answer.ok) return flow.fail('read_failed', answer.error);
  flow.knowsNode();
  if (answer.value.command === 'inspect_cluster_state') {
    const { clusterId, members } = answer.value.reading.view;
    session.told.learn(cluster.name, { identity: clusterId, addresses: announced(members) });
  }
  return answered(flow, cluster, answer.value);
}

async function answered(flow: Flow, cluster: ClusterConfig, answer: AnsweredView): Promise<AnsweredRead> {
  const { redacted = [] } = answer.reading;
  const recorded = await flow.record('command_answered', {
    kernel_state: answeredState(answer),
    outcome: 'executed',
    ...(redacted.length === 0 ? {} : { redacted }),
  });
  return { kind: 'answered', requestId: flow.requestId, cluster: cluster.name, answer, recorded };
}

function announced(members: readonly { readonly apiUrl: string | null }[]): readonly string[] {
  return members.flatMap(({ apiUrl }) => (apiUrl === null ? [] : [apiUrl]));
}
