/**
 * A person's reading of the audit log, as the record holds it: who read, which files, and what the person looked for.
 */
import { isAddress, isClusterName, isName, isNodeName, isPath, WITHHELD } from '../model/plausible.ts';
import type { LogRead } from '../model/record.ts';
import type { Recorded } from './recorder.ts';
import type { Session } from './session.ts';

/**
 * What each field of a filter must look like to be repeated. A person may search the log for a secret, to see whether
 * it got there; the record of that search must not put it there.
 */
const REPEATED: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['cluster', isClusterName],
  ['command', isName],
  ['operator', isOperator],
  ['outcome', isName],
  ['stage', isName],
  ['asks', isName],
  ['from', isTime],
  ['to', isTime],
  ['since', isTime],
  ['until', isTime],
  ['request_id', isNodeName],
  ['text', text => isNodeName(text) || isAddress(text)],
  ['only', isName],
]);

/** Records the reading under the session's current authority; withholds what does not look like what belongs there. */
export function recordLogRead(session: Session, { action, files, filter }: LogRead): Promise<Recorded> {
  const paths = files.map(file => (isPath(file) ? file : WITHHELD));
  const given = Object.entries(filter).map(([name, text]) => ({ name, text, repeats: REPEATED.get(name)?.(text) }));
  const redacted = [
    ...(paths.includes(WITHHELD) ? ['files'] : []),
    ...given.filter(({ repeats }) => repeats !== true).map(({ name }) => `filter.${name}`),
  ];
  return session.recorder.record('log_read', session.authority, {
    log_read: {
      action,
      files: paths,
      filter: Object.fromEntries(given.map(({ name, text, repeats }) => [name, repeats === true ? text : WITHHELD])),
    },
    ...(redacted.length === 0 ? {} : { redacted }),
  });
}

/** An account, `account@host`, or the configured name. */
function isOperator(text: string): boolean {
  return text.split('@').length <= 2 && text.split('@').every(part => isName(part));
}

/** A time, or its beginning. */
function isTime(text: string): boolean {
  return /^\d{4}[\d\-T:.Z+]{0,36}$/.test(text);
}
