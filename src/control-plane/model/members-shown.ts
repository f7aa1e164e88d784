/** What a document shows about the members: the topology, and the table whose rows are its nodes. */
import type { Document, Table, Topology } from './document.ts';

/** The first topology of a document; the tree makes its rows from it. */
export function topologyOf({ sections }: Document): Topology | undefined {
  for (const { blocks } of sections) for (const block of blocks) if (block.is === 'topology') return block.topology;
  return undefined;
}

/** The table whose rows are the nodes of the topology, in the same order. */
export function memberTableOf({ sections }: Document): Table | undefined {
  for (const { blocks } of sections)
    for (const block of blocks)
      if (block.is === 'table' && block.table.columns[0]?.key === 'member') return block.table;
  return undefined;
}
