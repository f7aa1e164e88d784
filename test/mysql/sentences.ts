/**
 * The sentences that explanations of a switch and a forced group are made of, as patterns with named parts; what would
 * have to happen for each to be contradicted; and when that was possible at all.
 */
import { patternOf } from '../support/claims.ts';
import type { Case, Claim } from './claims.ts';
import { errno, executed, listedBefore, untouched, type Note } from './observation.ts';

type Held = (at: Case) => string | false | undefined;
type Tried = (at: Case) => boolean;

function always(): boolean {
  return true;
}

const whenExecuted: Tried = ({ seen }) => executed(seen);

function noted(note: Note): Tried {
  return ({ seen }) => seen.notes.has(note);
}

function answered(number: string): Tried {
  return ({ seen }) => errno(seen) === number;
}

function holds(): undefined {
  return undefined;
}

/** A whole sentence: `{name}` is a quoted member, `{name:…}` what the expression after the colon matches. */
function claim(id: string, sentence: string, tried: Tried, contradicted: Held): Claim {
  return { id, pattern: patternOf(sentence), tried, contradicted };
}

/** A member takes writes by its own word. */
function leads({ seen }: Case, name: string): boolean {
  const is = seen.after.get(name);
  return is?.role === 'PRIMARY' && !is.isReadOnly;
}

function follows({ seen }: Case, name: string): boolean {
  const is = seen.after.get(name);
  return is?.role === 'SECONDARY' && is.isReadOnly;
}

/** Those who are neither the target nor the old primary. */
function bystanders({ seen }: Case): readonly string[] {
  return [...seen.after.keys()].filter(name => name !== seen.target && name !== seen.oldPrimary);
}

function unreachable({ seen }: Case): number {
  return [...listedBefore(seen).values()].filter(({ state }) => state === 'UNREACHABLE').length;
}

const writesThen: Held = at => executed(at.seen) && !leads(at, at.seen.target) && 'it takes no writes';

const nothingLost: Held = ({ seen }) =>
  executed(seen) && seen.rows.held < seen.rows.acknowledged && `${seen.rows.held} of ${seen.rows.acknowledged} rows`;

/** A refusal by this number leaves all as it was. */
function changesNothing(number: string): Held {
  return ({ seen }) => errno(seen) === number && !untouched(seen) && 'something has changed';
}

/** Whether two lists name the same, in whatever order. */
function isList(said: string | undefined, is: string): boolean {
  return said?.split(', ').sort().join() === is.split(', ').sort().join();
}

/** What is untrue could only be seen by another test, which is named. */
function elsewhere(id: string, sentence: string): Claim {
  return claim(id, sentence, always, holds);
}

const SWITCH: readonly Claim[] = [
  claim(
    'asks for a switch',
    'Ask MySQL to make {target} the primary of the group in place of {old}: one engine operation, ' +
      'group_replication_set_as_primary, changes both roles.',
    whenExecuted,
    at =>
      executed(at.seen) &&
      !(leads(at, at.part['target'] ?? '') && follows(at, at.part['old'] ?? '')) &&
      'the roles have not changed',
  ),
  claim(
    'the old primary finishes',
    '{old} finishes the transactions that are open on it, and becomes a secondary, with super_read_only ON.',
    whenExecuted,
    at =>
      executed(at.seen) &&
      ((at.seen.open > 0 && !at.seen.notes.has('what was open is there') && 'what was open is not there') ||
        (!follows(at, at.part['old'] ?? '') && 'it is no secondary')),
  ),
  claim(
    'the target takes writes',
    '{target} applies what it has received, and then takes writes.',
    whenExecuted,
    writesThen,
  ),
  claim(
    'waits for open transactions',
    'The switch waits without limit for transactions that are open on the old primary, even for one that ' +
      'only reads or has done nothing since BEGIN.',
    ({ seen }) => seen.open > 0,
    ({ seen }) => executed(seen) && seen.open > 0 && !seen.notes.has('it waited') && 'it did not wait',
  ),
  claim(
    'open transactions',
    'Open on {old} now: {count:\\d+}{longest:(?:, the longest for \\d+ s)?}.',
    always,
    ({ part, seen }) => Number(part['count']) !== seen.open && `${seen.open} are open`,
  ),
  claim('open transactions unknown', 'How many are open on {old} is unknown: {why:.+}.', always, ({ seen }) =>
    listedBefore(seen).get(seen.oldPrimary)?.state === 'ONLINE' ? 'the primary answers' : undefined,
  ),
  claim(
    'new writes meanwhile',
    'Until then {old} accepts new writes.',
    ({ seen }) => seen.open > 0,
    ({ seen }) =>
      executed(seen) &&
      seen.open > 0 &&
      !seen.notes.has('the old primary took a write meanwhile') &&
      'it took no write meanwhile',
  ),
  claim(
    'listed before it takes writes',
    '{target} can be listed as the primary before it takes writes: as long as it still applies what it received, its ' +
      'super_read_only is ON, and reads on it can wait.',
    noted('listed before it was writable'),
    holds,
  ),
  elsewhere('cannot be called back (trap 1)', 'A switch that has begun cannot be cancelled.'),
  elsewhere('nothing ends it (trap 1)', 'Neither the end of the connection nor a time limit nor KILL ends it.'),
  elsewhere(
    'the target dies (trap 5)',
    'If {target} dies during the switch, it can still be listed as the primary until the group expels it ' +
      'and elects another member.',
  ),
  claim(
    'the others follow',
    'The other members follow {target}.',
    whenExecuted,
    at =>
      executed(at.seen) &&
      !bystanders(at).every(
        name => follows(at, name) && at.seen.after.get(name)?.listed.get(at.seen.target)?.role === 'PRIMARY',
      ) &&
      'they do not',
  ),
  claim(
    'the view stays',
    'No member leaves the group, and its view does not change.',
    whenExecuted,
    ({ seen }) =>
      executed(seen) &&
      [...seen.after].some(
        ([name, is]) => is?.view !== seen.before.get(name)?.view || is?.listed.size !== seen.before.size,
      ) &&
      'the view is another',
  ),
  claim(
    'what is committed stays',
    'What the group has committed stays: {target} applies all of it before it takes writes.',
    ({ seen }) => executed(seen) && seen.rows.acknowledged > 0,
    nothingLost,
  ),
  claim(
    'what waits to be applied',
    'It reports that it has {count:\\d+|an unknown number of} received transactions to apply.',
    always,
    ({ part, seen }) =>
      executed(seen) &&
      seen.mode === 'validated' &&
      Number(part['count']) > 0 !== seen.notes.has('listed before it was writable') &&
      'it was another number',
  ),
  claim(
    'no transaction is cut',
    'No transaction is cut off: the operation is requested without a time limit of its own.',
    ({ seen }) => seen.open > 0,
    ({ seen }) =>
      executed(seen) && seen.open > 0 && !seen.notes.has('what was open is there') && 'a transaction was cut',
  ),
  claim(
    'an empty set',
    'The statement does nothing, and answers with an empty set, if {target} finds a primary other than ' +
      '{old}, a view other than {view:[\\d:]+}, or that it is not an ONLINE secondary itself.',
    noted('the state had moved'),
    ({ part, seen }) =>
      (part['view'] !== seen.before.get(seen.target)?.view && 'it was another view') ||
      (seen.notes.has('the state had moved') && seen.answer.code !== 'MYSQL_EMPTY_SET' && seen.answer.code),
  ),
  claim(
    'an echo is unknown',
    'This same request, delivered twice, can have caused that, so it is reported as unknown.',
    noted('the state had moved'),
    ({ seen }) => seen.answer.code === 'MYSQL_EMPTY_SET' && seen.answer.outcome !== 'unknown' && seen.answer.outcome,
  ),
  claim(
    'refused before anything happens',
    'MySQL refuses it before anything happens (1123) when the login lacks GROUP_REPLICATION_ADMIN, {target} is not ' +
      'ONLINE or has lost its majority, or any member is RECOVERING or UNREACHABLE.',
    answered('1123'),
    at =>
      changesNothing('1123')(at) ||
      (['UNREACHABLE', 'RECOVERING'].some(state =>
        [...listedBefore(at.seen).values()].some(each => each.state === state),
      ) &&
        errno(at.seen) !== '1123' &&
        `it answered ${at.seen.answer.code}`),
  ),
  claim('what hinders now', 'Now {list:"[^"]+" is [A-Z]+(?:, "[^"]+" is [A-Z]+)*}.', always, ({ part, seen }) => {
    const hindering = [...listedBefore(seen)].filter(([, { state }]) => state !== 'ONLINE');
    const list = hindering.map(([name, { state }]) => `"${name}" is ${state}`).join(', ');
    return !isList(part['list'], list) && `it is ${list}`;
  }),
  elsewhere('another action (trap 6)', 'MySQL refuses it (3910) while another configuration action is under way.'),
  elsewhere('an echo of an action (trap 6)', 'That can be this same request, so it is reported as unknown.'),
  elsewhere('how long a switch is waited for (trap 1)', 'This program waits for the answer as long as is configured.'),
  elsewhere(
    'no answer to a switch (trap 1)',
    'If none comes, or the connection ends, the outcome is unknown, and the switch goes on.',
  ),
  elsewhere('undo of a switch', 'Handing the role back is another switch, with its own explanation and confirmation.'),
  claim(
    'the statement compares',
    'The statement carries the primary and the view {view:[\\d:]+}, as they were read, and the member that ' +
      'carries it out compares them with its own before it begins.',
    noted('the state had moved'),
    ({ seen }) => seen.notes.has('the state had moved') && executed(seen) && 'it was carried out all the same',
  ),
  elsewhere(
    'the group does not compare (trap 6)',
    'The group as a whole does not compare them: a change after that is not noticed.',
  ),
];

const FORCE: readonly Claim[] = [
  claim(
    'asks for a force',
    'Ask {target} to force a new group that contains only itself: group_replication_force_members with its ' +
      'own address in the group, {address:[\\d.:]+}.',
    whenExecuted,
    ({ part, seen }) =>
      executed(seen) &&
      seen.after.get(seen.target)?.forced !== part['address'] &&
      `it is ${seen.after.get(seen.target)?.forced ?? ''}`,
  ),
  claim(
    'leaves all others out',
    '{target} leaves all other members out, makes a new group of one, and elects itself as the primary.',
    whenExecuted,
    at =>
      executed(at.seen) &&
      !(leads(at, at.seen.target) && at.seen.after.get(at.seen.target)?.listed.size === 1) &&
      'it did not',
  ),
  elsewhere(
    'accepted, not writable',
    "MySQL's answer says that the group was accepted, not that it already takes writes.",
  ),
  claim(
    'neither stopped nor told',
    'The members that are left out are neither stopped nor told: {list:none|"[^"]+" \\([A-Z]+\\)(?:, "[^"]+" ' +
      '\\([A-Z]+\\))*}.',
    always,
    ({ part, seen }) => {
      const others = [...listedBefore(seen)].filter(([name]) => name !== seen.target);
      const list = others.map(([name, { state }]) => `"${name}" (${state})`).join(', ');
      return !isList(part['list'], list === '' ? 'none' : list) && `it is ${list}`;
    },
  ),
  claim(
    'two groups',
    'A member that is only cut off, stopped or hung can go on with the old group when it wakes; if several ' +
      'of them are its majority, that group can take writes too, and then there are two groups.',
    noted('whom it left out woke'),
    holds,
  ),
  claim(
    'autorejoin',
    'A member that finds itself left out can try to join the new group by itself: ' +
      'group_replication_autorejoin_tries is {tries:\\d+} on {target}.',
    always,
    ({ part }) => part['tries'] !== '3' && 'it is 3',
  ),
  claim(
    'the value stays',
    'group_replication_force_members keeps its value afterwards.',
    whenExecuted,
    ({ seen }) => executed(seen) && seen.after.get(seen.target)?.forced === '' && 'it is empty',
  ),
  claim(
    'it has to be emptied',
    'MySQL documents that it has to be emptied; that is a second action, which this request does not contain.',
    whenExecuted,
    ({ seen }) => executed(seen) && seen.after.get(seen.target)?.forced === '' && 'it is empty',
  ),
  claim(
    'nobody follows',
    'At first no member follows {target}.',
    whenExecuted,
    ({ seen }) => executed(seen) && seen.after.get(seen.target)?.listed.size !== 1 && 'somebody does',
  ),
  elsewhere(
    'the others have to join',
    'Each other member has to join the new group; a member that holds transactions which {target} does not ' +
      'hold cannot join.',
  ),
  elsewhere(
    'a majority is enough to acknowledge',
    'A write is acknowledged once a majority has received it, and that majority can consist of members ' +
      'that are left out (P6-S1).',
  ),
  elsewhere('what is not received', 'What {target} has not received is not in the new group.'),
  elsewhere(
    '3100 (trap 8)',
    'A client whose commit waits for a majority can get an error (3100), and its write can still exist, in ' +
      'the new group or in the old one.',
  ),
  claim(
    'refused with a majority',
    'MySQL refuses it (4118) as long as {target} reaches a majority of its group.',
    at => unreachable(at) * 2 < listedBefore(at.seen).size && at.seen.before.get(at.seen.target)?.state === 'ONLINE',
    at =>
      changesNothing('4118')(at) ||
      (executed(at.seen) && unreachable(at) * 2 < listedBefore(at.seen).size && 'it was carried out'),
  ),
  claim(
    'what it does not reach',
    'It does not reach {count:\\d+} of {all:\\d+} members{now:(?:, so it reaches a majority now)?}.',
    always,
    at => {
      const all = listedBefore(at.seen).size;
      const count = unreachable(at);
      return (
        (Number(at.part['all']) !== all ||
          Number(at.part['count']) !== count ||
          (at.part['now'] !== '') !== count * 2 < all) &&
        `${count} of ${all}`
      );
    },
  ),
  claim(
    'an echo of a force',
    'After a success it answers the same to a second delivery, so that answer is reported as unknown.',
    noted('its value was there before'),
    ({ seen }) =>
      seen.notes.has('its value was there before') && seen.answer.outcome !== 'unknown' && seen.answer.outcome,
  ),
  claim(
    'refused when not ONLINE',
    'MySQL refuses it (4118) when {target} is not ONLINE or is leaving the group, which it does once it ' +
      'has been without its majority for group_replication_unreachable_majority_timeout ({seconds:\\d+} s; 0 ' +
      'is never).',
    ({ seen }) => seen.before.get(seen.target)?.state !== 'ONLINE',
    at =>
      changesNothing('4118')(at) ||
      (at.seen.before.get(at.seen.target)?.state !== 'ONLINE' && errno(at.seen) !== '4118' && at.seen.answer.code),
  ),
  claim('its state now', 'Now it is {state:[A-Z]+}.', always, ({ part, seen }) => {
    const state = seen.before.get(seen.target)?.state;
    return part['state'] !== state && `it is ${state ?? 'silent'}`;
  }),
  elsewhere(
    'rights and another server (rights)',
    'MySQL refuses it when the login lacks SYSTEM_VARIABLES_ADMIN (1227), or the server is another one or ' +
      'has no address in the group (1231).',
  ),
  elsewhere(
    'another option',
    'MySQL refuses it (3724) while an option of Group Replication is being set, or while Group Replication ' +
      'is being started or stopped.',
  ),
  elsewhere('how long a force is waited for', 'This program waits {seconds:\\d+} seconds for the answer.'),
  elsewhere(
    'no answer to a force',
    'If none comes, or the connection ends, the outcome is unknown: the request can have been executed.',
  ),
  elsewhere(
    'undo of a force',
    'The members that are left out can only join the new group, each by itself, and those that hold ' +
      'transactions of their own cannot join.',
  ),
  elsewhere('names the target (rights)', 'The statement names the target, and a server with another id refuses it.'),
  elsewhere(
    'compares nothing',
    'Nothing else protects against acting on an old view: MySQL compares neither the primary nor the view.',
  ),
  claim(
    'check: whom the target lists',
    'The target lists: {list:no other member|\\S+ [A-Z]+(?:, \\S+ [A-Z]+)*}.',
    always,
    ({ part, seen }) => {
      const others = [...listedBefore(seen)].filter(([name]) => name !== seen.target);
      const list = others.map(([name, { state }]) => `${name} ${state}`).join(', ');
      return !isList(part['list'], list === '' ? 'no other member' : list) && `it is ${list}`;
    },
  ),
  claim(
    'check: whether they are dead',
    'MySQL does not check that the members that are left out are dead and stay dead.',
    noted('whom it left out woke'),
    holds,
  ),
  claim(
    'check: what lives',
    'Members behind a stopped process, a cut network or a hung machine are still alive: together they can ' +
      'be a majority of the old group, and two groups can take writes.',
    noted('whom it left out woke'),
    holds,
  ),
  claim(
    'check: what it has executed',
    'The target has executed {executed:\\S+}; received and not applied: {waiting:\\S+}.',
    always,
    ({ part, seen }) => {
      const is = seen.before.get(seen.target)?.executed.replaceAll(/\s/gu, '');
      return part['executed'] !== is && `it has executed ${is ?? 'unknown'}`;
    },
  ),
  elsewhere('check: acknowledged writes', 'MySQL does not check that every acknowledged write is on the target.'),
  elsewhere(
    'check: lost',
    'A write is acknowledged once a majority has received it; a write that only left-out members hold is lost.',
  ),
];

const BOTH: readonly Claim[] = [
  elsewhere('no dry run', 'MySQL has no dry run, so it was not asked beforehand what it would decide.'),
  elsewhere('decides then', 'It decides when the request arrives.'),
  elsewhere('no undo', 'There is no undo.'),
  elsewhere(
    'no ledger',
    'MySQL counts no control version and keeps no ledger: it does not know request ids, and would not recognise a ' +
      'request that another window has sent.',
  ),
];

export const CLAIMS: readonly Claim[] = [...SWITCH, ...FORCE, ...BOTH];
