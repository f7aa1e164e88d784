/**
 * What the words in AeroDB's answers mean according to the kernel's contract (its validation and its state machines). A
 * word that the contract only lists, without a meaning, is left out.
 */

/** Keyed by the word in the answer. */
export const MEANINGS: ReadonlyMap<string, string> = new Map([
  ['Uninitialized', 'A node with an empty data directory; it copies snapshot and WAL from the primary.'],
  ['ReplicationHalted', 'Halted: no reads of data, no writes, an operator must act.'],
  [
    'AuthorityAmbiguity',
    'A node that learns of a higher epoch while it believes itself primary halts so. Demoting it makes it a replica ' +
      'of the new history, or leaves it halted with HistoryDivergence.',
  ],
  [
    'HistoryDivergence',
    'Demoting a node that halted with AuthorityAmbiguity makes it a replica of the new history, or leaves it halted ' +
      'so.',
  ],
  ['PrimaryStillActive', 'Write authority is not clear (P6-A1): the old primary answers as primary.'],
  [
    'AuthorityAmbiguous',
    'Write authority is not clear (P6-A1): the old primary does not answer, for whatever reason. Being ' +
      'unreachable is never proof of death.',
  ],
  ['ReplicaBehindWal', "A member that answers is ahead of the target's durable position (P6-S1)."],
  ['WalPositionUnprovable', 'No majority of members, the target among them, answers (P6-S1).'],
  ['InvalidReplicationState', "The target's WAL is not a prefix continuation of the others' (P6-S2)."],
  [
    'MvccVisibilityViolation',
    'Visible snapshots would not stay valid (P6-S3): each one has a commit id at or below what the target has applied.',
  ],
  ['ReplicaNotActive', 'The target of a promotion is ReplicaActive (P6-A3); this one is not.'],
  ['InvalidRequest', 'A force that would override nothing is denied.'],
  ['NotPrimary', 'Only the primary is demoted (P6-A3); this node is not the primary.'],
]);
