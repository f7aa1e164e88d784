/**
 * The one act of a person that would permit what was refused. It is only named beside the refusal: nobody performs it
 * for the person, and it does not resume the refused request (P7-A1, P7-E1).
 */
import { levelFor } from '../commands/authority.ts';
import { changeRefusal } from '../commands/authority-change.ts';
import { engineOf } from '../engine.ts';
import { isOwn, type ControlError } from '../model/errors.ts';
import type { Session } from './session.ts';

/** What a person may do about a refusal. */
export type Act = 'assume_operator' | 'become_auditor' | 'give_up_authority' | 'edit_cluster' | 'set_secret';

/** `cluster`: the cluster of the refused request. `undefined`: no act of a person here would permit it. */
export function permittingAct(session: Session, error: ControlError, cluster: string | null): Act | undefined {
  if (isOwn(error, 'PHASE7_INSUFFICIENT_AUTHORITY')) return otherAuthority(session, cluster);
  if (cluster === null) return undefined;
  if (isOwn(error, 'PHASE7_OBSERVE_ONLY') || isOwn(error, 'PHASE7_INSECURE_TRANSPORT')) return 'edit_cluster';
  const config = session.env.clusters.find(cluster);
  if (!config.ok) return isOwn(error, 'PHASE7_MALFORMED_REQUEST') ? 'edit_cluster' : undefined;
  return engineOf(session.env.engines, config.value).wantsSecret(error) ? 'set_secret' : undefined;
}

function otherAuthority(session: Session, cluster: string | null): Act | undefined {
  const { authority } = session;
  if (authority.level === 'Auditor') return 'give_up_authority';
  if (cluster === null) return authority.level === 'Observer' ? 'become_auditor' : 'give_up_authority';
  // If nothing stands in the way any more, the authority changed after the refusal.
  return levelFor(authority, cluster) === 'Operator' ||
    changeRefusal(session, { level: 'Operator', cluster }) !== undefined
    ? undefined
    : 'assume_operator';
}
