/** Position of one record in the audit log: its sequence number from 1, and its hash, lower-case hex. */
export interface AuditPosition {
  readonly seq: bigint;
  readonly hash: string;
}
