/** Parts of AeroDB's ordered lists: asks for a part, and checks that the answer is the part that was asked for. */
import { failure, success, type Result } from '../../control-plane/model/errors.ts';
import type { Reading } from '../../control-plane/model/views.ts';
import { oneLine } from '../http/text.ts';
import { foreign, readError } from './ask.ts';

/** A part of a list as a node reported it, and the notes about it. */
export interface ToldPart<V> {
  readonly view: V;
  readonly notes: readonly string[];
  /** Whether the answer says if there is an older part: a node of an earlier version always returns its oldest part. */
  readonly namesOlder: boolean;
}

/** The query of a paged endpoint. */
export function query(asked: {
  readonly request_id?: string | undefined;
  readonly before?: string | undefined;
}): string {
  const given = Object.entries(asked).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return given.length === 0 ? '' : `?${given.join('&')}`;
}

const OLDEST_FIRST =
  'This node runs a version that answers with the oldest part of a list. The newest entries are not in ' +
  'this answer and cannot be requested there.';

/**
 * The part as reported. If an older part was asked for, everything in it must lie before that position, because a node
 * that does not know `before` may answer with another part.
 */
export function part<V extends { readonly nextAfter: unknown }>(
  read: Result<Reading<ToldPart<V>>>,
  before: string | undefined,
  positions: (view: V) => readonly (bigint | null)[],
): Result<Reading<V>> {
  if (!read.ok) return read;
  const {
    view: { view, notes, namesOlder },
    ...reading
  } = read.value;
  const end = before !== undefined && /^\d{1,30}$/.test(before) ? BigInt(before) : undefined;
  const isOther =
    before !== undefined &&
    (!namesOlder || (end !== undefined && positions(view).some(position => position !== null && position >= end)));
  if (isOther) {
    const reason = `the answer is not the part before ${oneLine(before, 200)} that was asked for`;
    return failure(readError(reading.endpoint, foreign(reason).no));
  }
  const old = namesOlder || view.nextAfter === null ? [] : [OLDEST_FIRST];
  return success({ ...reading, view, notes: [...reading.notes, ...notes, ...old] });
}
