/**
 * A control request: one HTTP request to one configured endpoint, and what is proven about it afterwards (P7-E1, P7-E2,
 * P7-F3).
 */
import type { ClusterConfig } from '../../control-plane/clusters/cluster.ts';
import {
  failure,
  refusal,
  success,
  transportFailure,
  type ControlError,
  type Outcome,
  type Result,
} from '../../control-plane/model/errors.ts';
import type { ControlRequest } from '../../control-plane/ports.ts';
import type { ExecutedControl } from '../../control-plane/explanation/words.ts';
import { parse } from '../../control-plane/model/parse.ts';
import { oneLine } from '../http/text.ts';
import { command, foreign, rejection, type Access, type Asked, type NoReply, type Reply } from './ask.ts';
import { answeredBy, configured } from './endpoints.ts';
import { executionDocument } from './document.ts';
import { duplicateDetails } from './schema.ts';
import { controlResult } from './schema-events.ts';
import { toWire, type ControlResultView } from '../../control-plane/model/views.ts';
import { aerodbExecution } from './words.ts';

/** What distinguishes a promotion from a demotion on the wire. */
export interface ControlKind {
  readonly name: 'promotion' | 'demotion';
  readonly path: '/v1/control/promotions' | '/v1/control/demotions';
  /** Fields of the body beside those of every control request. */
  readonly own: Readonly<Record<string, unknown>>;
  readonly mode: string | null;
}

/**
 * Sends `request` verbatim. `executed` needs full proof: the target itself answers this request and says that it
 * executed it.
 */
export async function control(
  cluster: ClusterConfig,
  access: Access,
  kind: ControlKind,
  request: ControlRequest,
): Promise<Result<ExecutedControl>> {
  const endpoint = configured(cluster, request.endpoint);
  if (!endpoint.ok) return endpoint;
  const { requestId, target, reason, operator, auditHead, controlVersion } = request;
  if (controlVersion === null) {
    return failure(
      refusal(
        'PHASE7_INCONSISTENT_SNAPSHOT',
        'The request carries no control version, so nothing would protect against acting on an old view. Nothing ' +
          'was sent.',
      ),
    );
  }
  const body = {
    request_id: requestId,
    target,
    reason,
    ...kind.own,
    operator: { id: operator.id, authority: operator.authority },
    audit_head: { seq: auditHead.seq.toString(), hash: auditHead.hash },
  };
  const headers = { 'if-match': `"${controlVersion.toString()}"`, 'idempotency-key': requestId };
  const sent = await command(access, endpoint.value, kind.path, headers, body, controlResult);
  const asked = proven(request, kind, answeredBy(target, sent));
  return asked.ok
    ? success({
        result: asked.reply.data,
        body: asked.reply.body,
        sentence: aerodbExecution(request.targetName, cluster.name, asked.reply.data),
        document: () =>
          executionDocument(toWire(asked.reply.data), { nodeId: request.target, name: request.targetName }),
      })
    : failure(controlError(endpoint.value, requestId, asked.no));
}

function proven(request: ControlRequest, kind: ControlKind, asked: Asked<ControlResultView>): Asked<ControlResultView> {
  return asked.ok ? (mismatch(request, kind, asked.reply) ?? asked) : asked;
}

function mismatch(
  request: ControlRequest,
  kind: ControlKind,
  { data }: Reply<ControlResultView>,
): Asked<never> | undefined {
  if (data.requestId !== request.requestId) return foreign(`the answer is to request ${oneLine(data.requestId, 200)}`);
  if (data.target !== request.target)
    return foreign(`the answer is about node ${oneLine(data.target, 200)}, not ${request.target}`);
  if (data.kind !== kind.name) return foreign(`the answer is about a ${oneLine(data.kind, 200)}, not a ${kind.name}`);
  if (data.mode !== kind.mode)
    return foreign(`the answer is about mode ${oneLine(String(data.mode), 200)}, not ${String(kind.mode)}`);
  // The kernel raises the counter with every change of role or epoch. If it did not grow beyond what the operator saw,
  // the answer does not prove an execution.
  if (
    data.controlVersion === null ||
    request.controlVersion === null ||
    data.controlVersion <= request.controlVersion
  ) {
    return foreign(
      `the answer is of control version ${String(data.controlVersion)}, which is not ` +
        `after ${String(request.controlVersion)}`,
    );
  }
  return undefined;
}

function controlError(endpoint: string, requestId: string, no: NoReply): ControlError {
  if (no.kind === 'rejected')
    return no.error.code === 'AERO_DUPLICATE_REQUEST'
      ? repeated(requestId, no)
      : rejection(no, no.error.message, no.error.outcome ?? 'unknown');
  return no.sent
    ? transportFailure(
        no.code,
        `${endpoint}: ${no.reason}. The request was sent once and not repeated; whether it was executed is ` +
          `unknown. Kernel state is authoritative; request id ${requestId}.`,
        'unknown',
      )
    : transportFailure(
        no.code,
        `${endpoint}: ${no.reason}. Nothing was sent and nothing was executed; request id ${requestId}.`,
        'not_executed',
      );
}

/**
 * The request went out once and arrived more than once. This answer is about a delivery that did nothing. The outcome
 * is what the kernel says of the first delivery, if it says so in a valid form and about this very request; otherwise
 * it is unknown (P7-F3).
 */
function repeated(requestId: string, no: Extract<NoReply, { readonly kind: 'rejected' }>): ControlError {
  const details = parse(duplicateDetails(), no.error.details);
  const first = details.ok && details.value.request_id === requestId ? details.value.first : null;
  return {
    ...rejection(no, no.error.message, first?.outcome ?? 'unknown'),
    known: `${REPEATED} ${firstDelivery(first)}`,
  };
}

const REPEATED =
  'Something in between delivered the request more than once. This is the answer to a later delivery, ' +
  'which did nothing.';

function firstDelivery(first: { readonly outcome: Outcome; readonly code: string | null } | null): string {
  if (first === null)
    return 'The kernel does not say, in a form that this program knows, what became of the first delivery.';
  switch (first.outcome) {
    case 'unknown':
      return 'The kernel says of the first delivery: unknown. It may still be under way.';
    case 'executed':
      return 'The kernel says of the first delivery: executed.';
    case 'not_executed':
      return (
        'The kernel says of the first delivery: not ' +
        `executed${first.code === null ? '' : `, ${oneLine(first.code, 200)}`}.`
      );
  }
}
