/** Step 3 of a request: reads the kernel once; the explanation follows from these facts. */
import { COMMANDS, type ConfirmedCommandName } from '../commands/commands.ts';
import type { Document } from '../model/document.ts';
import { failure, refusal, success, type Result } from '../model/errors.ts';
import { explainControl, explainDiagnostics, type Explanation } from '../explanation/explanation.ts';
import { kernelState } from '../model/reads.ts';
import type { KernelState } from '../model/record.ts';
import type { Accepted } from './accepted.ts';

/** What the confirmation of a command rests on: the explanation, and the state and endpoint from which it was read. */
export interface Explained {
  readonly explanation: Explanation;
  /** What the engine shows beside the explanation: its terms, and the members. Comes from the same reading. */
  readonly document: Document;
  readonly state: KernelState;
  readonly endpoint: string;
  readonly controlVersion: bigint | null;
  /** Milliseconds to wait at least for the answer; `null`: as configured. */
  readonly answerMs: number | null;
  /** The id that the kernel gives its cluster; `null`: it tells none. */
  readonly identity: string | null;
}

/** Reads the facts and explains them. Refuses a reading that contradicts itself (P7-D1). */
export async function explain(
  command: ConfirmedCommandName,
  { args, cluster, engine, kernel }: Accepted,
): Promise<Result<Explained>> {
  const target = { ...args, node: args.node ?? '' };
  if (command === 'run_diagnostics') {
    const cost = await kernel.declareDiagnosticsCost(target.node);
    if (!cost.ok) return cost;
    const { endpoint, observed } = cost.value;
    return success({
      explanation: explainDiagnostics(target, cluster, cost.value, engine),
      document: cost.value.words.document,
      state: kernelState(cost.value, {}),
      endpoint,
      controlVersion: observed.controlVersion,
      answerMs: null,
      identity: null,
    });
  }
  const facts =
    command === 'request_demotion'
      ? await kernel.explainDemotion(target.node)
      : await kernel.explainPromotion(target.node, COMMANDS[command].forced ? 'forced' : 'validated');
  if (!facts.ok) return facts;
  const { endpoint, observed, view } = facts.value;
  if (observed.controlVersion !== view.controlVersion) {
    return failure(
      refusal(
        'PHASE7_INCONSISTENT_SNAPSHOT',
        `The kernel's explanation is of control version ${view.controlVersion}, its answer of ` +
          `${observed.controlVersion ?? 'none'}: the state changed in between. No explanation is shown and ` +
          'nothing was sent.',
      ),
    );
  }
  return success({
    explanation: explainControl(command, target, cluster, facts.value, engine),
    document: facts.value.words.document,
    state: kernelState(facts.value, view),
    endpoint,
    controlVersion: view.controlVersion,
    answerMs: view.answerMs,
    identity: view.clusterId,
  });
}
