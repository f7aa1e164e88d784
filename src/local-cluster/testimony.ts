/** The form in which a node reports to its peers what it is. */
import * as z from 'zod';
import { decimal } from './decimal.ts';
import { HALT_REASONS, REPLICATION_STATES, ROLES } from './vocabulary.ts';

const positionSchema = z.strictObject({ offset: decimal, chain: z.number(), epoch: decimal, commitId: decimal });

/** What a node reports about itself to its peers: true at that moment, afterwards only a report. */
export const testimonySchema = z.strictObject({
  nodeId: z.string(),
  role: z.enum(ROLES),
  state: z.enum(REPLICATION_STATES),
  haltReason: z.enum(HALT_REASONS).nullable(),
  epoch: decimal,
  candidate: z.string(),
  primary: z.strictObject({ epoch: decimal, node_id: z.string() }),
  /** The epoch whose log this node serves to the others: it is primary in it, or was until its demotion. */
  serving: decimal.nullable(),
  /** The end of its log, with or without fsync. */
  position: positionSchema,
  durable: positionSchema,
  applied: positionSchema,
  visible: positionSchema,
});

export type Testimony = Readonly<z.infer<typeof testimonySchema>>;

/**
 * Whether the node is a witness. Halted, uninitialized and disabled nodes are not: they may have lost what they once
 * acknowledged.
 */
export function isWitness(testimony: Testimony): boolean {
  return testimony.state === 'ReplicaActive' || testimony.state === 'PrimaryActive';
}
