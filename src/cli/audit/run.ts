/** The audit log in the terminal: show, verify, export, reconstruct. Only reads, and never contacts a kernel. */
import { join } from 'node:path';
import { LOG_FILE } from '../../audit/location.ts';
import { openAuditReader } from '../../audit/reader.ts';
import { auditReviewRefused } from '../../control-plane/commands/authority.ts';
import { failure, refusal, success, type Result } from '../../control-plane/model/errors.ts';
import { visible } from '../../text/foreign.ts';
import type { Env } from '../environment.ts';
import { errorExitCode, type ExitCode } from '../exit-codes.ts';
import { notAPath } from '../files.ts';
import { refusalJson } from '../json.ts';
import type { Output } from '../output.ts';
import { first, type Given } from '../given.ts';
import type { Invocation } from '../parse.ts';
import { filterIn } from '../selection.ts';
import { assumeAuthority, openSession, type AuditPlace, type Session } from '../session.ts';
import { strayOption } from '../usage.ts';
import { paintFor } from '../text/paint.ts';
import { refusalText } from '../text/errors.ts';
import { exportRecords } from './export.ts';
import { STANDARD_INPUT, type Review } from './review.ts';
import { reconstructed } from './reconstruct.ts';
import { show } from './show.ts';
import { verify } from './verify.ts';

type AuditInvocation = Extract<Invocation, { readonly kind: 'audit' }>;

/** Runs one audit verb and returns the exit code. */
export async function runAudit(asked: AuditInvocation, output: Output, env: Env): Promise<ExitCode> {
  const { verb, given } = asked;
  const json = given.json !== undefined;
  const session = openAsked(asked, output, env);
  const opened = session.ok ? await openReview(asked, session.value, output, env) : session;
  const ended = opened.ok ? await VERBS[verb](opened.value) : opened;
  if (ended.ok) return ended.value;
  const code = errorExitCode(ended.error);
  const hint = session.ok
    ? session.value.hint(ended.error, given.operator === undefined ? null : (clusterOf(given) ?? null))
    : undefined;
  output.err(refusalText(ended.error, paintFor(process.stderr, env), hint));
  if (json) output.out([refusalJson(null, ended.error, code)]);
  return code;
}

function openAsked({ verb, given }: AuditInvocation, output: Output, env: Env): Result<Session> {
  const stray = strayOption(verb, given);
  if (stray !== undefined)
    return failure(
      refusal('PHASE7_MALFORMED_REQUEST', `--${stray} is not an option of "audit ${verb}". Nothing was read.`, stray),
    );
  return openSession(given, output, env);
}

/** The cluster for which Operator authority is requested. */
function clusterOf(given: Given): string | undefined {
  return first(given, 'url') ?? first(given, 'cluster');
}

/** Takes the requested authority first, and then checks whether it permits reading the log. */
async function openReview(
  { verb, given }: AuditInvocation,
  session: Session,
  output: Output,
  env: Env,
): Promise<Result<Review>> {
  const cluster = clusterOf(given);
  if (given.operator !== undefined && cluster === undefined) {
    return failure(
      refusal('PHASE7_MISSING_ARGUMENT', 'Operator authority is for one cluster, and no cluster was named.', 'cluster'),
    );
  }
  const authority = await assumeAuthority(session, given, cluster);
  if (!authority.ok) return authority;
  if (authority.value?.position === null)
    output.err([`The change of authority is NOT RECORDED: ${visible(authority.value.cause)}`]);
  const refused = auditReviewRefused(session.plane.authority);
  if (refused !== undefined) return failure(refused);
  const file = first(given, 'file');
  const misplaced = file === undefined || file === STANDARD_INPUT ? undefined : notAPath('file', file);
  if (misplaced !== undefined) return failure(misplaced);
  if (file === STANDARD_INPUT && verb !== 'verify')
    return failure(
      refusal(
        'PHASE7_MALFORMED_REQUEST',
        `"audit ${verb}" reads the log more than once, and standard input can be read only once: name a file. ` +
          'Nothing was read.',
        'file',
      ),
    );
  const copy = copyOf(given, session.audit);
  if (!copy.ok) return copy;
  return success({
    copy: copy.value,
    reader: openAuditReader(file === undefined ? session.audit : { file }),
    given,
    output,
    env,
    json: given.json !== undefined,
    maker: session.maker,
    recordReading: async files => {
      const filter = verb === 'verify' ? {} : filterIn(given);
      const recorded = await session.plane.recordLogRead({ action: verb, files, filter });
      if (recorded.position === null) output.err([`This reading is NOT RECORDED: ${visible(recorded.cause)}`]);
    },
  });
}

/**
 * The copy that the line names, or else the configured copy of this session's own log. No copy is known of any other
 * log.
 */
function copyOf(given: Given, { copyDirectory }: AuditPlace): Result<string | null> {
  const [copy, file] = [first(given, 'copy'), first(given, 'file')];
  const misplaced = copy === undefined ? undefined : notAPath('copy', copy);
  if (misplaced !== undefined) return failure(misplaced);
  if (copy !== undefined) return success(copy);
  return success(file === undefined && copyDirectory !== undefined ? join(copyDirectory, LOG_FILE) : null);
}

const VERBS = { show, verify, export: exportRecords, reconstruct: reconstructed } as const;
