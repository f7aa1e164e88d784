/**
 * The part of the audit log that its filter names: as a reconstruction takes it, and as the record of a reading holds
 * it.
 */
import type { ReconstructionQuery } from '../reconstruction/model.ts';

/** A part of the log, with the names that its filter uses. `from` and `to` both belong to the part. */
export interface ReconstructedPart {
  readonly requestId?: string;
  readonly cluster?: string;
  readonly from?: string;
  readonly to?: string;
}

/** The part as a reconstruction takes it; its period excludes `until`. `null` when a time is not valid. */
export function askedOf({ requestId, cluster, from, to }: ReconstructedPart): ReconstructionQuery | null {
  const [since, until] = [instant(from, 0), instant(to, 1)];
  return since === undefined || until === undefined
    ? null
    : { requestId: requestId ?? null, cluster: cluster ?? null, since, until };
}

/** The filter as the record of a reading holds it. */
export function recordedFilter({
  requestId,
  cluster,
  since,
  until,
}: ReconstructionQuery): Readonly<Record<string, string>> {
  const named = { request_id: requestId, cluster, since, until };
  return Object.fromEntries(Object.entries(named).flatMap(([name, text]) => (text === null ? [] : [[name, text]])));
}

function instant(time: string | undefined, laterMs: number): string | null | undefined {
  if (time === undefined) return null;
  const at = Date.parse(time) + laterMs;
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}
