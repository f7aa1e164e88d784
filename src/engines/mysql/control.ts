/**
 * A switch of the primary or a forced group: one statement, on its own connection, to one configured address, and what
 * the answer proves (P7-E1, P7-E2, P7-F3). A switch cannot be called back: neither the end of the connection nor a time
 * limit ends it.
 */
import type { ClusterConfig } from '../../control-plane/clusters/cluster.ts';
import {
  failure,
  kernelRejection,
  refusal,
  success,
  transportFailure,
  type ControlError,
  type Result,
} from '../../control-plane/model/errors.ts';
import type { PromotionRequest } from '../../control-plane/ports.ts';
import { toWire, type ControlResultView } from '../../control-plane/model/views.ts';
import type { ExecutedControl } from '../../control-plane/explanation/words.ts';
import { changesDocument } from '../documents.ts';
import { oneLine } from '../http/text.ts';
import { foreign, noReply, rejection, wayTo, type Access, type NoReply } from './ask.ts';
import { session, type Answered } from './client.ts';
import { configured } from './endpoints.ts';
import { forceAlone, switchTo } from './statements.ts';
import { isServerId, VIEW_ID } from './schema.ts';
import { TERMS } from './terms.ts';
import { executionWords } from './words.ts';

/** Sends the statement. `executed` needs MySQL's own word that the target leads, or that the new group was accepted. */
export async function promote(
  cluster: ClusterConfig,
  access: Access,
  request: PromotionRequest,
): Promise<Result<ExecutedControl>> {
  const endpoint = configured(cluster, request.endpoint);
  if (!endpoint.ok) return endpoint;
  const statement = statementOf(request);
  if (!statement.ok) return statement;
  const { timeouts } = access;
  const answered = await session(
    wayTo(endpoint.value, access),
    Math.max(timeouts.controlMs, request.answerMs ?? 0),
    ask => ask(statement.value),
  );
  const answer: Answered = answered.ok ? answered.value : answered;
  if (!answer.ok) return failure(refused(endpoint.value, request, noReply(answer.no)));
  return request.mode === 'forced'
    ? forced(cluster, endpoint.value, request, answer)
    : switched(cluster, endpoint.value, request, answer);
}

/** The statement, built only from ids of the right form. */
function statementOf({ mode, target, primaryId, snapshot }: PromotionRequest): Result<string> {
  if (!isServerId(target)) return failure(refusal('PHASE7_INVALID_NODE_ID', `${NOT_AN_ID} Nothing was sent.`, 'node'));
  if (mode === 'forced') return success(forceAlone(target));
  if (primaryId === null || !isServerId(primaryId) || !VIEW_ID.test(snapshot))
    return failure(
      refusal(
        'PHASE7_OPERATION_UNSUPPORTED',
        'A switch must name the primary and the view of the group that were explained; one of them was not ' +
          'known then. Nothing was sent.',
      ),
    );
  return success(switchTo(target, primaryId, snapshot));
}

const NOT_AN_ID = 'The target is not the id of a server: MySQL writes them as UUIDs in lower case.';

type Answer = Extract<Answered, { readonly ok: true }>;

/** For a forced group the only proof is OK, MySQL's answer to a setting. */
function forced(
  cluster: ClusterConfig,
  endpoint: string,
  request: PromotionRequest,
  { rows, body }: Answer,
): Result<ExecutedControl> {
  return rows === null ? success(executed(cluster, request, body)) : failure(otherAnswer(endpoint, request));
}

function otherAnswer(endpoint: string, request: PromotionRequest): ControlError {
  return refused(endpoint, request, foreign("not MySQL's answer to this statement").no);
}

function switched(
  cluster: ClusterConfig,
  endpoint: string,
  request: PromotionRequest,
  { rows }: Answer,
): Result<ExecutedControl> {
  if (rows === null) return failure(otherAnswer(endpoint, request));
  const [row, ...more] = rows;
  const { requestId, target } = request;
  if (row === undefined) return failure(withoutRow());
  const answer = row['answer'];
  if (answer === undefined || more.length > 0 || Object.keys(row).length !== 1)
    return failure(otherAnswer(endpoint, request));
  const says = oneLine(answer ?? 'NULL', MOST_CHARACTERS);
  if (answer === `Primary server switched to: ${target}`) return success(executed(cluster, request, answer));
  const known =
    answer === ALREADY
      ? `${ECHO} is already the primary: another request made it so, or this same request had been executed before.`
      : `This is not the answer that MySQL gives to a successful switch. ${GOES_ON} Request id ${requestId}.`;
  return failure(unproven('MYSQL_ANSWER', says, known));
}

/** MySQL's own answers are one line of at most 512 bytes. */
const MOST_CHARACTERS = 1000;
const ALREADY = 'The requested member is already the current group primary.';
const ECHO = 'This delivery of the request changed nothing. The target';
const GOES_ON = 'MySQL continues what it has begun, even if nobody waits for it.';

/**
 * The precondition did not hold where the statement ran. An earlier delivery of this same request, sent by something in
 * between, could have caused that by its success, so the outcome is unknown.
 */
function withoutRow(): ControlError {
  return unproven(
    'MYSQL_EMPTY_SET',
    'Empty set: no member is in the state that the statement names.',
    'This delivery of the request changed nothing. When it arrived, the primary, the view or the state of ' +
      'the target was not as explained: something else had changed it, or this same request had been ' +
      'executed before.',
  );
}

/** An answer without an error that does not prove the outcome of the request; `known` is what it tells nevertheless. */
function unproven(code: string, answer: string, known: string): ControlError {
  const kernel = { status: null, body: answer, details: null };
  return { ...kernelRejection(code, answer, [], 'unknown', kernel), known };
}

function executed(cluster: ClusterConfig, request: PromotionRequest, body: string): ExecutedControl {
  const { requestId, mode, target, targetName, primaryId, snapshot } = request;
  const result: ControlResultView = {
    requestId,
    kind: mode === 'forced' ? 'force_members' : 'set_as_primary',
    mode,
    target,
    outcome: 'executed',
    epoch: null,
    controlVersion: null,
    changes: [
      mode === 'forced'
        ? {
            component: 'group',
            nodeId: null,
            before: VIEW_ID.test(snapshot) ? `view ${snapshot}` : null,
            after: `${targetName} alone`,
          }
        : { component: 'primary', nodeId: null, before: primaryId, after: target },
    ],
    events: [],
  };
  return {
    result,
    body,
    sentence: executionWords({ nodeId: target, name: targetName }, cluster.name, mode, body),
    document: () => changesDocument(TERMS, toWire(result), { nodeId: target, name: targetName }),
  };
}

/**
 * What an error proves. It proves "not executed" only if this same request, executed before, could not have caused it
 * (P7-E2).
 */
interface Proof {
  readonly errno: number;
  readonly says: RegExp;
  /** What the error tells if it does not prove that nothing was executed. */
  readonly known?: string;
}

const ANOTHER_ACTION =
  'When this delivery arrived, another configuration action of the group was under way: a different ' +
  'request, or an earlier delivery of this same one.';

const SWITCH: readonly Proof[] = [
  { errno: 1123, says: /^Can't initialize function 'group_replication_set_as_primary'; \S/ },
  // MySQL checks the rights on the statement's tables before it runs the function.
  { errno: 1142, says: /for table '/ },
  { errno: 3910, says: /There is already a configuration action being executed\./, known: ANOTHER_ACTION },
  {
    errno: 3910,
    says: /The appointed primary for election left the group/,
    known: 'The target left the group during the switch. It may have become the primary before that.',
  },
];

const FORCE: readonly Proof[] = [
  { errno: 1227, says: /./ },
  { errno: 1231, says: /^Variable 'group_replication_force_members' can't be set to the value of 'NULL'$/ },
  { errno: 4118, says: /Member is not ONLINE, it is not possible to force a new group membership\.$/ },
  { errno: 4118, says: /while the member is leaving the group\.$/ },
  {
    errno: 4118,
    says: /can only be updated when Group Replication is running and majority of the members are unreachable\.$/,
    known:
      'This delivery of the request changed nothing. When it arrived, the target saw a majority of its ' +
      'group: it had never lost it, or this same request had been executed before, and the target is the ' +
      'majority of its new group.',
  },
  { errno: 3724, says: /./, known: ANOTHER_ACTION },
];

function refused(endpoint: string, { mode, requestId }: PromotionRequest, no: NoReply): ControlError {
  if (no.kind === 'failed')
    return transportFailure(
      no.code,
      no.sent
        ? `${endpoint}: ${no.reason}. ${UNKNOWN} ${requestId}.`
        : `${endpoint}: ${no.reason}. Nothing was sent and nothing was executed; request id ${requestId}.`,
      no.sent ? 'unknown' : 'not_executed',
    );
  if (no.atLogin) return rejection(no, no.message, 'not_executed');
  const proof = (mode === 'forced' ? FORCE : SWITCH).find(
    ({ errno, says }) => errno === no.errno && says.test(no.message),
  );
  const known = proof === undefined ? `This program does not know what this answer proves. ${GOES_ON}` : proof.known;
  return {
    ...rejection(no, no.message, known === undefined ? 'not_executed' : 'unknown'),
    ...(known === undefined ? {} : { known }),
  };
}

const UNKNOWN =
  'The statement was sent once and not repeated; whether it was executed is unknown. MySQL continues what ' +
  'it has begun even without this connection, and it does not know request ids; request id';
