/** Step 1 of a request: what was typed becomes arguments, or a refusal that names the field. */
import type { CommandSpec } from './commands.ts';
import type { Engine } from '../engine.ts';
import { failure, refusal, success, type ControlError, type Result } from '../model/errors.ts';
import { isClusterName, isName, isNodeName, isUuid, quotedName, WITHHELD } from '../model/plausible.ts';

/** Arguments of any command; absent members are those that the command does not take or that were left out. */
export interface CommandArguments {
  readonly cluster: string;
  readonly node?: string;
  /** A request id to look up, for `inspect_promotion_state`. */
  readonly lookup?: string;
  readonly reason?: string;
}

/** What a command was asked with, as typed; every value is text. */
export type RecordedArguments = Readonly<Record<string, string>>;

const FIELDS = ['cluster', 'node', 'lookup', 'reason'] as const;
const LIMITS = { cluster: 200, node: 200, lookup: 36, reason: 2000 } as const;

/**
 * What a value has to read like to be repeated. A reason is the operator's own sentence; what no command takes is
 * nobody's, and never repeated.
 */
const REPEATED: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['cluster', isClusterName],
  ['node', isNodeName],
  ['lookup', isNodeName],
  ['reason', () => true],
]);

/** What was typed, as the record holds it, and the names of the arguments whose value is withheld there. */
export interface Repeatable {
  readonly args: RecordedArguments;
  readonly withheld: readonly string[];
}

/** What was typed, as text, for the record; cut where it is longer than any argument may be. */
export function recordedArguments(input: Readonly<Record<string, unknown>>): Repeatable {
  const given = Object.entries(input)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => {
      const written = text(value).slice(0, 4000);
      const repeats = written === '' || REPEATED.get(key)?.(written) === true;
      return {
        name: repeatableName(key),
        value: repeats ? written : WITHHELD,
        repeats: repeats && repeatableName(key) !== WITHHELD,
      };
    });
  return {
    args: Object.fromEntries(given.map(({ name, value }) => [name, value])),
    withheld: given.filter(({ repeats }) => !repeats).map(({ name }) => name),
  };
}

/** The name of an argument: it may be an option that was mistyped. */
function repeatableName(key: string): string {
  return isName(key.replace(/^--/, '')) ? key : WITHHELD;
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    return `${typeof value} ${JSON.stringify(value)}`;
  } catch {
    return typeof value; // it has no text: a circle, say
  }
}

/** Checks types, lengths and unknown fields; says nothing yet about the cluster. */
export function parseArguments(input: Readonly<Record<string, unknown>>): Result<CommandArguments> {
  const unknownField = Object.keys(input).find(key => !FIELDS.some(field => field === key));
  if (unknownField !== undefined)
    return failure(malformed(repeatableName(unknownField), 'is not an argument of any command'));
  const given: Partial<Record<(typeof FIELDS)[number], string>> = {};
  for (const field of FIELDS) {
    const value = input[field];
    if (value === undefined || value === '') continue;
    if (typeof value !== 'string') return failure(malformed(field, 'must be text'));
    if (value.length > LIMITS[field]) return failure(malformed(field, `is longer than ${LIMITS[field]} characters`));
    given[field] = value;
  }
  const { cluster, ...rest } = given;
  return cluster === undefined ? failure(missing('cluster', 'No cluster was named.')) : success({ cluster, ...rest });
}

/** Checks the arguments against the command's row and the cluster's engine. */
export function invalidArguments(spec: CommandSpec, args: CommandArguments, engine: Engine): ControlError | undefined {
  const lookup = spec.target === 'optional-node';
  if (spec.target === 'none' && args.node !== undefined)
    return malformed('node', `is not an argument of "${spec.title}"`);
  if (!lookup && args.lookup !== undefined) return malformed('lookup', `is not an argument of "${spec.title}"`);
  if (spec.reason === 'none' && args.reason !== undefined)
    return malformed('reason', `is not an argument of "${spec.title}"`);
  if (lookup) {
    if (args.lookup === undefined && args.node !== undefined)
      return missing('lookup', `"${spec.title}" names a node only together with the request id to look up there.`);
    if (args.lookup !== undefined && args.node === undefined)
      return missing('node', 'A request id is looked up at the node that it was sent to; no node was named.');
    if (args.lookup !== undefined && !isUuid(args.lookup))
      return malformed('lookup', `${quotedName(args.lookup)} is not a request id: request ids are UUIDs`);
  } else if (spec.target !== 'none' && args.node === undefined) {
    return missing('node', `"${spec.title}" needs a node; none was named.`);
  }
  if (spec.reason === 'required' && (args.reason ?? '').trim() === '')
    return missing('reason', `"${spec.title}" needs a reason in the operator's own words; none was given.`);
  return args.node === undefined ? undefined : engine.invalidNodeId(args.node);
}

function malformed(field: string, what: string): ControlError {
  return refusal('PHASE7_MALFORMED_REQUEST', `Argument "${field}" ${what}. Nothing was sent.`, field);
}

function missing(field: string, message: string): ControlError {
  return refusal('PHASE7_MISSING_ARGUMENT', `${message} Nothing was sent.`, field);
}
