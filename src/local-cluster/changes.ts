/** What a promotion or a demotion changed on its node, in the form of the contract. */
import type { Testimony } from './testimony.ts';

export interface Change {
  readonly component: string;
  readonly node_id: string;
  readonly before: string;
  readonly after: string;
}

function components(testimony: Testimony): Readonly<Record<string, string>> {
  const { role, state, haltReason, epoch } = testimony;
  return {
    role,
    replication_state: haltReason === null ? state : `${state}(${haltReason})`,
    epoch: epoch.toString(),
  };
}

/** Every component that differs between two testimonies of one node. */
export function changesBetween(before: Testimony, after: Testimony): readonly Change[] {
  const earlier = components(before);
  return Object.entries(components(after)).flatMap(([component, now]) =>
    earlier[component] === now
      ? []
      : [{ component, node_id: after.nodeId, before: earlier[component] ?? '', after: now }],
  );
}
