/** PostgreSQL's way of writing a WAL position. */

/** "0/5000148" for the byte position 83886408. */
export function lsn(position: bigint): string {
  const hex = (part: bigint): string => part.toString(16).toUpperCase();
  return `${hex(position >> 32n)}/${hex(position & 0xffff_ffffn)}`;
}
