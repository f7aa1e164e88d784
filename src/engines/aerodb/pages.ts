/** Parts of AeroDB's ordered lists: what is asked for, and whether an answer is the part that was asked for. */
import { failure, success, type Result } from '../../control-plane/model/errors.ts';
import type { Reading } from '../../control-plane/model/views.ts';
import { oneLine } from '../http/text.ts';
import { foreign, readError } from './ask.ts';

/** What a node told of a list, and what is to be said of it. */
export interface ToldPart<V> {
  readonly view: V;
  readonly notes: readonly string[];
  /** Whether the answer names an older part at all: a node of an earlier version answers with its oldest. */
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
  'This node is of a version that answers with the oldest part of a list: the newest are not in this answer, and ' +
  'cannot be asked for there.';

/**
 * The part as it was told. Where an older one was asked for, everything in it lies before that position: a node that
 * does not know what `before` is may have answered with another part.
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
