/**
 * The sentences for an answer that holds a part of an ordered list: which part it is, and what lies before and after
 * it.
 */
import { sentence, type Block, type Plain, type Sentence } from '../control-plane/model/document.ts';
import { failure, refusal } from '../control-plane/model/errors.ts';
import { plain } from './documents.ts';

/** A part as a view has it on the wire. */
export interface Part {
  readonly nextBefore: string | null;
  readonly nextAfter: string | null;
  readonly total: string | null;
}

/** What an engine calls the items of the list. */
export interface PartWords {
  readonly newestOf: (shown: Plain, total: Plain, older: Plain) => Sentence;
  readonly newest: (shown: Plain) => Sentence;
  /** A part that is not the newest, by its first and its last item. */
  readonly between: (first: Plain, last: Plain) => Sentence;
}

export const EVENT_WORDS: PartWords = {
  newestOf: (...values) => sentence('Showing the newest {0} of {1} events; {2} older.', ...values),
  newest: (...values) => sentence('Showing the newest {0} events; there are older ones.', ...values),
  between: (...values) => sentence('Showing events #{0} to #{1}.', ...values),
};

/**
 * Empty if the answer holds the whole list. `items`: the names of the part's items, oldest first. `unreadable`: how
 * many more items the part has.
 */
export function partBlocks(
  { nextBefore, nextAfter, total }: Part,
  items: readonly Plain[],
  words: PartWords,
  unreadable = 0n,
): readonly Block[] {
  if (nextBefore === null && nextAfter === null) return [];
  return [{ is: 'part', sentences: sentences() }];

  function sentences(): readonly Sentence[] {
    const shown = BigInt(items.length);
    const older = total === null ? 0n : BigInt(total) - shown - unreadable;
    if (nextAfter === null)
      return [
        older > 0n ? words.newestOf(count(shown), plain('number', total), count(older)) : words.newest(count(shown)),
      ];
    const [first, last] = [items[0], items.at(-1)];
    return [
      first === undefined || last === undefined ? sentence('This part is empty.') : words.between(first, last),
      nextBefore === null
        ? sentence('There are newer ones and no older ones.')
        : sentence('There are older ones and newer ones.'),
      ...(total === null ? [] : [sentence('{0} in all.', plain('number', total))]),
    ];
  }
}

function count(number: bigint): Plain {
  return plain('number', number.toString());
}

/** The error if an older part is asked for and the engine always returns its lists whole. */
export function noOlderPart(what: string): ReturnType<typeof failure> {
  return failure(
    refusal('PHASE7_OPERATION_UNSUPPORTED', `${what} There is no older part to ask for. Nothing was sent.`, 'before'),
  );
}
