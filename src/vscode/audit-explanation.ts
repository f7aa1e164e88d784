/**
 * Explanations and kernel states as they stand in the log. What is read there may have been tampered with: only what has the form of one
 * is drawn as one, and everything else is shown as the text that it is.
 */
import * as z from 'zod';
import type { Explanation } from '../control-plane/explanation.ts';
import type { KernelState } from '../control-plane/record.ts';
import type { Wire } from '../control-plane/views.ts';

const text = z.string();
const known = z.string().nullable();
const number = z.string().regex(/^-?\d{1,30}$/);
const knownNumber = number.nullable();

const member = z.object({
  nodeId: text, name: text, apiUrl: text, role: z.enum(['primary', 'replica', 'unknown']), replicationState: text, haltReason: known,
  health: z.enum(['running', 'halted', 'unknown']), healthBasis: text, durableOffset: knownNumber, durableCommitId: knownNumber,
  lagBytes: knownNumber, lagCommits: knownNumber, lastContact: known,
});

const check = z.object({ id: text, invariant: text, result: z.enum(['pass', 'fail', 'unknown', 'overridden']), observed: text, message: text });

const explanation = z.object({
  command: z.enum(['run_diagnostics', 'request_promotion', 'request_demotion', 'force_promotion']),
  title: text, action: text,
  cluster: z.object({ name: text, kind: z.enum(['aerodb', 'patroni']), environment: known }),
  target: z.object({ nodeId: text, name: text }),
  reason: known,
  source: z.object({
    endpoint: text,
    observed: z.object({ snapshot: text, commitId: knownNumber, controlVersion: knownNumber, nodeId: text, time: text, clock: text }),
    skipped: z.array(z.object({ endpoint: text, reason: text })),
    notes: z.array(text),
  }),
  changes: z.array(z.object({ component: text, nodeId: known, before: known, after: known })),
  consequences: z.array(z.object({ scope: z.enum(['node', 'cluster', 'replication', 'durability']), text })),
  kernel: z.object({
    decision: z.enum(['approve', 'deny']), reason: known, checks: z.array(check), epoch: number, primaryId: known, members: z.array(member), controlVersion: number,
  }).nullable(),
  cost: z.object({ files: number, bytes: number }).nullable(),
  invariants: z.array(z.object({ id: text, name: text, text, overridden: z.boolean() })),
  acknowledge: z.array(text),
  undo: text, rejection: z.array(text), protection: text, commandLine: text,
}) satisfies z.ZodType<Wire<Explanation>>;

const kernelState = z.object({
  node: text, endpoint: text, commit_id: known, control_version: known, time: text, clock: text, epoch: known, primary: known,
  members: z.array(z.object({ node: text, role: text, state: text, durable_offset: known })),
}) satisfies z.ZodType<KernelState>;

/** The explanation in a record, or `null` when there is none that has the form of one. */
export function recordedExplanation(value: unknown): Wire<Explanation> | null {
  return explanation.safeParse(value).data ?? null;
}

/** The kernel state in a record, or `null` when there is none that has the form of one. */
export function recordedKernelState(value: unknown): KernelState | null {
  return kernelState.safeParse(value).data ?? null;
}
