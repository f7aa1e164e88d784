/** Who may ask for what. Authority lives in memory, ends with the session and is never restored (P7-A1). */
import type { ClusterConfig } from '../clusters/cluster.ts';
import type { CommandSpec } from './commands.ts';
import { refusal, type ControlError } from '../model/errors.ts';

/** A session is Observer, or Auditor, or Operator of exactly one cluster. */
export type Authority =
  | { readonly level: 'Observer' }
  | { readonly level: 'Auditor' }
  | { readonly level: 'Operator'; readonly cluster: string };

/** The name of a level, as it is recorded and sent to the kernel. */
export type AuthorityLevel = Authority['level'];

/** Every session starts here. */
export const OBSERVER: Authority = { level: 'Observer' };

/** The level that counts for one cluster: an Operator of another cluster counts as Observer here. */
export function levelFor(authority: Authority, cluster: string): AuthorityLevel {
  return authority.level === 'Operator' && authority.cluster !== cluster ? 'Observer' : authority.level;
}

/** The authority in words: "Observer", "Auditor", "Operator of local". */
export function authorityText(authority: Authority): string {
  return authority.level === 'Operator' ? `Operator of ${authority.cluster}` : authority.level;
}

/** Why a change of authority is not allowed; everything outside the allowed changes is forbidden (P7-S3). */
export function authorityChangeRefusal(
  from: Authority,
  to: Authority,
  cluster?: ClusterConfig,
): ControlError | undefined {
  if (to.level === 'Observer') return undefined;
  if (to.level === 'Auditor') {
    return from.level === 'Operator'
      ? refusal(
          'PHASE7_INSUFFICIENT_AUTHORITY',
          `An Operator cannot become Auditor: authority over "${from.cluster}" has to be given up first. The ` +
            'authority is unchanged.',
        )
      : undefined;
  }
  if (from.level === 'Auditor') {
    return refusal(
      'PHASE7_INSUFFICIENT_AUTHORITY',
      'An Auditor cannot become Operator: only an Observer can. The authority is unchanged.',
    );
  }
  return cluster?.observeOnly === true
    ? refusal(
        'PHASE7_OBSERVE_ONLY',
        `Cluster "${to.cluster}" is configured as observe-only: Operator authority cannot be assumed for it. The ` +
          'authority is unchanged.',
      )
    : undefined;
}

/** Why the session may not ask for this command on this cluster. What the session may see grants nothing. */
export function commandRefusal(
  spec: CommandSpec,
  authority: Authority,
  cluster: ClusterConfig,
): ControlError | undefined {
  if (spec.authority === 'any') return undefined;
  if (cluster.observeOnly === true) {
    return refusal(
      'PHASE7_OBSERVE_ONLY',
      `Cluster "${cluster.name}" is configured as observe-only: "${spec.title}" is not available for it. Nothing ` +
        'was sent.',
    );
  }
  const level = levelFor(authority, cluster.name);
  return level === 'Operator'
    ? undefined
    : refusal(
        'PHASE7_INSUFFICIENT_AUTHORITY',
        `"${spec.title}" needs Operator authority for cluster "${cluster.name}"; this session ` +
          `is ${authorityText(authority)}. Nothing was sent.`,
      );
}

/** Why the session may not read and verify the audit log. */
export function auditReviewRefusal(authority: Authority): ControlError | undefined {
  return authority.level === 'Observer'
    ? refusal(
        'PHASE7_INSUFFICIENT_AUTHORITY',
        'Reviewing the audit log needs Operator or Auditor authority; this session is Observer.',
      )
    : undefined;
}
