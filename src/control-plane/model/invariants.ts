/** The catalogue of invariants. Errors, explanations and denials cite it word for word. */

/** One numbered rule: its owner, its name and what it demands. */
export interface Invariant {
  readonly id: string;
  readonly name: string;
  readonly text: string;
}

const CATALOGUE = {
  'P7-A1': [
    'No implicit authority',
    'Every mutation starts from an explicit request; viewing, focus, refresh and reconnect never grant or ' +
      'trigger anything.',
  ],
  'P7-A2': [
    'Explicit human intent',
    'Commands are issued by a person; dangerous ones are confirmed; nothing is accepted by default.',
  ],
  'P7-A3': [
    'No delegated decision',
    'No ranking, scoring, thresholds, recommendations or preselection derived from state: facts, never choices.',
  ],
  'P7-E1': ['Single explicit action', 'One command is exactly one kernel action: no chaining, no follow-up, no batch.'],
  'P7-E2': [
    'No partial execution',
    'Executed whole or not at all; an unknown outcome is treated as failed and is called unknown.',
  ],
  'P7-E3': [
    'Kernel validation is final',
    'Requests are forwarded verbatim; rejections are surfaced verbatim, never softened or overridden.',
  ],
  'P7-F1': [
    'Fail closed',
    'No retry that mutates, no fallback execution path, no speculation; re-issuing by the operator is the only ' +
      'recovery.',
  ],
  'P7-F2': ['Crash safety', 'A crash of the control plane mutates nothing and completes nothing.'],
  'P7-F3': ['No hidden retries', 'Not inside the HTTP client either; duplicates are detected or rejected.'],
  'P7-D1': [
    'Deterministic presentation',
    'The same kernel state and input give the same bytes shown and the same explanation.',
  ],
  'P7-D2': ['Deterministic decisions', 'The same request and state give the same acceptance or the same error.'],
  'P7-O1': ['Complete observability', 'Requests, decisions and outcomes are all visible.'],
  'P7-O2': ['Explainability', 'Every rejection names the violated invariant.'],
  'P7-O3': ['Auditability', 'Who, when, what, under which authority, on which kernel state, with which outcome.'],
  'P7-S1': ['No background activity', 'Nothing mutates unless it is synchronous with a request.'],
  'P7-S2': ['No interference', 'The kernel behaves identically with or without the control plane.'],
  'P7-S3': ['No expansion of scope', 'What is not allowed is forbidden.'],
  'P6-A1': ['Single write authority', 'At most one node holds write authority.'],
  'P6-A1a': [
    'Operator assertion under force',
    'The operator asserts from outside knowledge that the primary is down; the assertion replaces detection and ' +
      'nothing else.',
  ],
  'P6-A2': ['Atomic authority transfer', 'Write authority moves whole or not at all.'],
  'P6-A3': [
    'No implicit authority claim',
    'A node takes write authority only when it was asked to and is in the state for it.',
  ],
  'P6-S1': ['No acknowledged write loss', 'Every acknowledged write is on the node that becomes primary.'],
  'P6-S2': [
    'WAL prefix rule',
    'The log of the node that becomes primary continues the log that it follows, as a prefix.',
  ],
  'P6-S3': ['MVCC visibility preserved', 'Every visible snapshot stays valid on the node that becomes primary.'],
  'P6-F1': ['Kernel fails closed', 'What cannot be proven safe is denied.'],
  'P6-F2': [
    'Promotion is crash-safe',
    'A crash in the middle leaves either the old authority or the new one, never both and never half.',
  ],
  'P6-F3': ['No automatic retry', 'The kernel does not try a promotion again by itself.'],
  'P6-D1': ['Deterministic promotion outcome', 'The same state and request give the same outcome.'],
  'P6-O1': ['Promotion is observable', 'Every transition of the promotion state machine can be seen.'],
  'P6-O2': ['Promotion is explainable', 'Every denial names its reason.'],
  'P5-I16': ['Replication can be disabled', 'A node with replication disabled takes no part in promotion.'],
} as const satisfies Record<string, readonly [string, string]>;

/** An id that the catalogue knows. */
export type InvariantId = keyof typeof CATALOGUE;

/** Ids of the control plane's own invariants, in order; each has a test named after it that violates it. */
export const CONTROL_PLANE_INVARIANTS = (Object.keys(CATALOGUE) as readonly InvariantId[]).filter(id =>
  id.startsWith('P7-'),
);

/** Ids of the kernel's invariants that this catalogue can explain, in order. */
export const KERNEL_INVARIANTS = (Object.keys(CATALOGUE) as readonly InvariantId[]).filter(id => !id.startsWith('P7-'));

/**
 * The text behind an id. If a kernel cites an id that the catalogue does not hold, the text says that only the id is
 * known.
 */
export function invariant(id: string): Invariant {
  const known = Object.hasOwn(CATALOGUE, id) ? CATALOGUE[id as InvariantId] : undefined;
  return known === undefined
    ? { id, name: id, text: 'Cited by the kernel; its text is not in the catalogue of this version.' }
    : { id, name: known[0], text: known[1] };
}
