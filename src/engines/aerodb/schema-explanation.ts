/** AeroDB's own dry run of a control request. */
import * as z from 'zod/mini';
import type { KernelCheck, KernelExplanation } from '../../control-plane/model/views.ts';
import { lazily, list, mapped } from '../http/forms.ts';
import { text, textOrNull, u64 } from './forms.ts';
import { members } from './schema.ts';

const check = lazily(() =>
  mapped(
    z.object({
      id: text,
      invariant: text,
      result: z.enum(['pass', 'fail', 'unknown', 'overridden']),
      observed: text,
      message: text,
    }),
    (wire): KernelCheck => wire,
  ),
);

/** `mode` belongs to a promotion; a demotion has none. */
export const explanation = lazily(() =>
  mapped(
    z.object({
      cluster_id: text,
      target: text,
      mode: z._default(textOrNull, null),
      decision: z.enum(['approve', 'deny']),
      reason: textOrNull,
      checks: list(check()),
      overridden_invariants: list(text),
      epoch: u64,
      primary_id: textOrNull,
      members: members(),
      control_version: u64,
    }),
    (wire): KernelExplanation => ({
      target: wire.target,
      clusterId: wire.cluster_id,
      mode: wire.mode,
      decision: wire.decision,
      reason: wire.reason,
      checks: wire.checks,
      overriddenInvariants: wire.overridden_invariants,
      epoch: wire.epoch,
      primaryId: wire.primary_id,
      members: wire.members,
      controlVersion: wire.control_version,
      answerMs: null,
    }),
  ),
);
