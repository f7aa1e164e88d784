/** The form in which a node tells its peers what it is. */
import * as z from 'zod';
import { decimal } from './decimal.ts';
import { HALT_REASONS, REPLICATION_STATES, ROLES } from './vocabulary.ts';

const positionSchema = z.strictObject({ offset: decimal, chain: z.number(), epoch: decimal, commitId: decimal });

/** What a node reports of itself to its peers: true at that moment, a report from then on. */
export const testimonySchema = z.strictObject({
  nodeId: z.string(),
  role: z.enum(ROLES),
  state: z.enum(REPLICATION_STATES),
  haltReason: z.enum(HALT_REASONS).nullable(),
  epoch: decimal,
  candidate: z.string(),
  primary: z.strictObject({ epoch: decimal, node_id: z.string() }),
  /** The epoch whose log this node serves to the others: it is, or was until its demotion, primary in it. */
  serving: decimal.nullable(),
  /** The end of its log, fsynced or not. */
  position: positionSchema,
  durable: positionSchema,
  applied: positionSchema,
  visible: positionSchema,
});

export type Testimony = Readonly<z.infer<typeof testimonySchema>>;

/**
 * Whether the node is a witness. Halted, uninitialized and disabled nodes are none: they may no longer hold what they
 * once acknowledged.
 */
export function isWitness(testimony: Testimony): boolean {
  return testimony.state === 'ReplicaActive' || testimony.state === 'PrimaryActive';
}
