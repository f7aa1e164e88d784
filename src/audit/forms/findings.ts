/** Findings that every form can have, in one wording. */
import { counted, type Finding } from './form.ts';

/** A record whose hash does not match its bytes. */
export function edited(line: bigint): Finding {
  return {
    kind: 'record_edited',
    line,
    seq: null,
    message: `Line ${line} holds a record that is not what was written: its hash is not that of its bytes.`,
  };
}

/** A record whose number is known with another hash. */
export function notTheKnown(line: bigint, seq: bigint): Finding {
  return {
    kind: 'replaced',
    line,
    seq,
    message: `Line ${line} holds a record ${seq} that is not the record ${seq} that is known: it was rewritten.`,
  };
}

/** What is true for an intact part, and what it cannot show. */
export function intactPart(records: bigint, absence: string): Finding {
  return {
    kind: 'intact_selection',
    line: null,
    seq: null,
    message:
      records === 0n
        ? 'It holds no record: nothing was selected, or everything was removed.'
        : `Each of ${counted(records, 'record', 'records')} is what its hash stands for, and neighbours ` +
          `belong together. ${absence} A selection cannot show what else the log holds, or whether it ` +
          'contains everything that was asked for.',
  };
}
