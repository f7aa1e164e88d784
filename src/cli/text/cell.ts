/**
 * Values of a document as text, one function for each kind of value. Text of ours is English; all other text is
 * foreign.
 */
import type { Cell, Form, Label, Plain, Sentence, Title } from '../../control-plane/model/document.ts';
import { known } from './safe.ts';

/** A label of ours, or a name that others gave. */
export function titleText(title: Title): string {
  return 'foreign' in title ? known(title.foreign) : title.label;
}

/** A label of ours, in its short form for narrow lines. */
export function shortText({ label, short }: Label): string {
  return short ?? label;
}

/** Whether values of this form are aligned to the right. */
export function isRight(form: Form): boolean {
  return form === 'number' || form === 'ordinal';
}

/** A time for people: in UTC, without the date when it is `day`. A text in another form is shown unchanged. */
export function momentText(value: string | null, day: string | null = null): string {
  const [, date, time] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/u.exec(value ?? '') ?? [];
  if (date === undefined || time === undefined) return known(value);
  return date === day ? `${time} UTC` : `${date} ${time} UTC`;
}

/** The date of a time in UTC; `null` when the time has another form. */
export function dayOf(time: string): string | null {
  return /^(\d{4}-\d\d-\d\d)T.*Z$/u.exec(time)?.[1] ?? null;
}

/**
 * A value. What an engine does not have, or what does not apply, is a dash or a word of ours; it is never "unknown".
 */
export function cellText(cell: Cell): string {
  if ('value' in cell) return known(cell.value);
  switch (cell.is) {
    case 'absent':
      return cell.word === undefined ? '-' : shortText(cell.word);
    case 'word':
      return cell.word.label;
    case 'sentence':
      return sentenceText(cell.sentence);
    case 'node':
      return cell.name === cell.nodeId ? known(cell.nodeId) : `${known(cell.name)} (${known(cell.nodeId)})`;
    case 'told_role':
      return known(cell.told);
    case 'state':
      return `${known(cell.state)}: ${known(cell.reason)}`;
  }
}

/** A sentence of ours with its values filled in. */
export function sentenceText(sentence: Sentence): string {
  return filled(sentence, cellText);
}

/** A sentence with its values, and with times in the form for people. */
export function briefSentence(sentence: Sentence, day: string | null): string {
  return filled(sentence, value => (value.is === 'time' ? momentText(value.value, day) : cellText(value)));
}

function filled({ label, values }: Sentence, written: (value: Plain) => string): string {
  return label.replaceAll(/\{(\d+)\}/gu, (whole, index: string) => {
    const value = values[Number(index)];
    return value === undefined ? whole : written(value);
  });
}
