/** Changes a session's authority: refuses the change, or records and makes it. */
import { authorityChangeRefused, authorityText, type Authority } from './authority.ts';
import { failure, refusal, success, type ControlError, type Result } from '../model/errors.ts';
import { isClusterName, WITHHELD } from '../model/plausible.ts';
import { recordedError, type Recorded } from '../request/recorder.ts';
import type { Session } from '../request/session.ts';

/** Why this session may not change to this authority. */
export function changeRefusal(session: Session, to: Authority): ControlError | undefined {
  const cluster = to.level === 'Operator' ? session.env.clusters.find(to.cluster) : undefined;
  if (cluster?.ok === false) return cluster.error;
  return (
    authorityChangeRefused(session.authority, to, cluster?.value) ??
    (cluster === undefined ? undefined : session.observedElsewhere(cluster.value))
  );
}

/**
 * Changes the authority and voids every pending confirmation. To become Operator, the record must be written first.
 * Giving Operator up and becoming Auditor never depend on the log; then the result says that nothing was recorded.
 */
export async function changeAuthority(session: Session, to: Authority): Promise<Result<Recorded>> {
  const from = session.authority;
  const error = changeRefusal(session, to);
  if (error !== undefined) return refuse(session, from, to, error);
  const record = (): Promise<Recorded> =>
    session.recorder.record('authority_changed', to, {
      ...(to.level === 'Operator' ? { cluster: to.cluster } : {}),
      detail: `${authorityText(from)} became ${authorityText(to)}`,
    });
  if (to.level !== 'Operator') {
    session.setAuthority(to);
    return success(await record());
  }
  const recorded = await record();
  if (recorded.position === null) {
    return failure(
      refusal(
        'PHASE7_AUDIT_UNAVAILABLE',
        `The change of authority could not be recorded: ${recorded.cause} The authority is unchanged.`,
      ),
    );
  }
  if (session.authority !== from) {
    // The record before this one says that the change was made. This record corrects it.
    return refuse(
      session,
      from,
      to,
      refusal(
        'PHASE7_INSUFFICIENT_AUTHORITY',
        'The authority changed while this change was being recorded. Only the other change counts.',
      ),
    );
  }
  session.setAuthority(to);
  return success(recorded);
}

async function refuse(session: Session, from: Authority, to: Authority, why: ControlError): Promise<Result<never>> {
  // Only a configured name is repeated; anything else that was given may be a secret.
  const isWithheld = to.level === 'Operator' && !isClusterName(to.cluster);
  const wanted = authorityText(isWithheld ? { ...to, cluster: WITHHELD } : to);
  await session.recorder.record('command_rejected', session.authority, {
    detail: `${authorityText(from)} asked to become ${wanted}`,
    error: recordedError(why),
    outcome: why.outcome,
    ...(isWithheld ? { redacted: ['cluster'] } : {}),
  });
  return failure(why);
}
