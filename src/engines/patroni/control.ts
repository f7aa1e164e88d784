/**
 * A switchover or a failover: one HTTP request to one configured endpoint, and what its answer proves (P7-E1, P7-E2,
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
import type { PromotionRequest } from '../../control-plane/ports.ts';
import { toWire, type ControlResultView } from '../../control-plane/model/views.ts';
import type { ExecutedControl } from '../../control-plane/explanation/words.ts';
import { command, rejection, words, type Access, type Sent } from './ask.ts';
import { changesDocument } from '../documents.ts';
import { configured } from './endpoints.ts';
import { TERMS } from './terms.ts';
import { patroniExecution } from './words.ts';

/** Sends the request; `executed` needs Patroni's own word that the candidate leads. */
export async function promote(
  cluster: ClusterConfig,
  access: Access,
  request: PromotionRequest,
): Promise<Result<ExecutedControl>> {
  const endpoint = configured(cluster, request.endpoint);
  if (!endpoint.ok) return endpoint;
  const { target: candidate, primaryId: leader, mode, requestId } = request;
  if (mode === 'validated' && leader === null) {
    return failure(
      refusal(
        'PHASE7_OPERATION_UNSUPPORTED',
        'A switchover must name the leader and the candidate; no leader was known when this was explained. ' +
          'Nothing was sent.',
      ),
    );
  }
  const action = mode === 'forced' ? 'failover' : 'switchover';
  const waitMs = Math.max(access.timeouts.controlMs, request.answerMs ?? 0);
  const sent = await command(
    access,
    endpoint.value,
    `/${action}`,
    action === 'failover' || leader === null ? { candidate } : { leader, candidate },
    waitMs,
  );
  if (!sent.ok) return failure(unanswered(endpoint.value, requestId, sent.no));
  if (
    sent.status === 200 &&
    sent.body === `Successfully ${action === 'failover' ? 'fail' : 'switch'}ed over to "${candidate}"`
  ) {
    const result: ControlResultView = {
      requestId,
      kind: action,
      mode,
      target: candidate,
      outcome: 'executed',
      epoch: null,
      controlVersion: null,
      // The answer tells only who leads. It does not tell the role and timeline of each member.
      changes: [{ component: 'leader', nodeId: null, before: leader, after: candidate }],
      events: [],
    };
    return success({
      result,
      body: sent.body,
      sentence: patroniExecution(request.targetName, cluster.name, sent.body),
      document: () => changesDocument(TERMS, toWire(result), { nodeId: candidate, name: request.targetName }),
    });
  }
  return failure(refused(endpoint.value, requestId, sent));
}

/** What some of Patroni's answers prove if they do not prove that nothing was executed. */
const KNOWN: readonly (readonly [RegExp, string])[] = [
  [
    /^leader name does not match$/,
    'This delivery of the request wrote nothing. When it arrived, another member was the leader: another ' +
      'request made it so, or something in between had delivered this same request before, and it had been ' +
      'executed.',
  ],
  [
    /^(?:Switchover|Failover) failed$/,
    'The request is no longer in the configuration store, and the view that Patroni read then still showed the ' +
      'old leader. In one kind of store (ZooKeeper) the two are read one after the other, so the leader can have ' +
      'changed in between.',
  ],
  [
    /^(?:Switchover|Failover) status unknown$/,
    'Patroni stopped waiting. The request was still in the configuration store: it can still be carried out.',
  ],
  [/ instead of /, 'Another member is the leader now, because of another request.'],
  [
    /^failed to write (?:\w+ )?key into DCS$/,
    'The configuration store did not confirm the write: a write that was on its way can still arrive.',
  ],
];

type Answer = Extract<Sent, { readonly ok: true }>;

/** Statuses with which Patroni refuses a request before it writes anything to its configuration store. */
const BEFORE_ANY_WRITE: readonly number[] = [400, 401, 403, 411, 412, 422, 501];

/**
 * Patroni may also say this after the request was executed: if a proxy delivers the request twice, this answers the
 * second delivery, because of the success of the first.
 */
const ECHO_OF_SUCCESS = 'leader name does not match';

/**
 * What an answer without success for this candidate proves. It proves "not executed" only if Patroni could not have
 * given it after it executed the request. "Failed" (503) is no such proof: Patroni says it if the request is gone from
 * the configuration store and the old leader is in the view that it reads then. In ZooKeeper these are two reads, and
 * the leader can change in between. After a 409, another 503, or "instead of", a change may still follow.
 */
function refused(endpoint: string, requestId: string, { status, own, body }: Answer): ControlError {
  if (status < 400 && !/^(?:Switched|Failed) over to ".*" instead of ".*"$/.test(body))
    return foreign(endpoint, requestId, status, body);
  if (status >= 400 && !own) return foreign(endpoint, requestId, status, body);
  const outcome: Outcome = BEFORE_ANY_WRITE.includes(status) && body !== ECHO_OF_SUCCESS ? 'not_executed' : 'unknown';
  const known = KNOWN.find(([says]) => says.test(body))?.[1];
  return {
    ...rejection({ kind: 'rejected', status, body }, words(body), outcome),
    ...(outcome !== 'unknown' || known === undefined ? {} : { known }),
  };
}

function foreign(endpoint: string, requestId: string, status: number, body: string): ControlError {
  return transportFailure(
    'PHASE7_INVALID_KERNEL_RESPONSE',
    `${endpoint}: not Patroni's answer: status ${status}, "${words(body).slice(0, 200)}". ${UNKNOWN} ${requestId}.`,
    'unknown',
  );
}

const UNKNOWN =
  'The request was sent once and not repeated; whether it was executed is unknown. Kernel state is ' +
  'authoritative, and Patroni does not know request ids; request id';

function unanswered(
  endpoint: string,
  requestId: string,
  { code, sent, reason }: Extract<Sent, { readonly ok: false }>['no'],
): ControlError {
  return sent
    ? transportFailure(code, `${endpoint}: ${reason}. ${UNKNOWN} ${requestId}.`, 'unknown')
    : transportFailure(
        code,
        `${endpoint}: ${reason}. Nothing was sent and nothing was executed; request id ${requestId}.`,
        'not_executed',
      );
}
