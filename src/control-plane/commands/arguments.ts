/** Step 1 of a request: turns what was typed into arguments, or refuses it and names the field. */
import type { CommandSpec } from './commands.ts';
import type { Engine } from '../engine.ts';
import { endpointsOf, type ClusterConfig } from '../clusters/cluster.ts';
import { failure, refusal, success, type ControlError, type Result } from '../model/errors.ts';
import { isClusterName, isName, isNodeName, isPosition, isUuid, quotedName, WITHHELD } from '../model/plausible.ts';

/** Arguments of any command; a field is absent if the command does not take it or nobody gave it. */
export interface CommandArguments {
  readonly cluster: string;
  readonly node?: string;
  /** A request id to look up, for `inspect_promotion_state`. */
  readonly lookup?: string;
  /** Asks for the older part of a list: the part before this position, which an earlier answer named. */
  readonly before?: string;
  /** Asks only this configured endpoint, given by its address or by the member that it leads to. */
  readonly from?: string;
  readonly reason?: string;
}

/** The arguments of a command as typed; every value is text. */
export type RecordedArguments = Readonly<Record<string, string>>;

const FIELDS = ['cluster', 'node', 'lookup', 'before', 'from', 'reason'] as const;
const LIMITS = { cluster: 200, node: 200, lookup: 36, before: 200, from: 1000, reason: 2000 } as const;

/**
 * What a value must look like to be repeated. A reason is the operator's own sentence. The value of an unknown argument
 * is never repeated.
 */
const REPEATED: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['cluster', isClusterName],
  ['node', isNodeName],
  ['lookup', isNodeName],
  ['before', isPosition],
  ['from', isClusterName],
  ['reason', () => true],
]);

/** The arguments as the record holds them, and the names of those whose value is withheld. */
export interface Repeatable {
  readonly args: RecordedArguments;
  readonly withheld: readonly string[];
}

/** The arguments as text for the record, cut where a value is longer than any argument may be. */
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

/** The name of an argument as it may be repeated; it can be a mistyped option. */
function repeatableName(key: string): string {
  return isName(key.replace(/^--/, '')) ? key : WITHHELD;
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    return `${typeof value} ${JSON.stringify(value)}`;
  } catch {
    return typeof value; // JSON.stringify throws for a circular value
  }
}

/** Checks types, lengths and unknown fields, but nothing that depends on the cluster. */
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
  if (!spec.isPaged && args.before !== undefined) return malformed('before', `is not an argument of "${spec.title}"`);
  if (!spec.isAskedInOrder && args.from !== undefined)
    return malformed('from', `is not an argument of "${spec.title}"`);
  if (args.from !== undefined && args.node !== undefined)
    return malformed('from', 'cannot go with a node: a node that is named is asked at its own endpoint');
  if (args.before !== undefined && !isPosition(args.before))
    return malformed('before', 'is not a position as an answer names one (next_before); what was given is withheld');
  if (lookup) {
    if (args.before !== undefined && args.node === undefined)
      return missing('node', 'An older part is asked of the node that told the newer one; no node was named.');
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

/**
 * The address of the endpoint that a person chose: an address as configured, or the only endpoint of the member of that
 * name. Anything else is refused, and nobody is asked.
 */
export function chosenEndpoint({ from }: CommandArguments, cluster: ClusterConfig): Result<string | undefined> {
  if (from === undefined) return success(undefined);
  const endpoints = endpointsOf(cluster);
  const address = withoutSlash(from);
  const found = endpoints.filter(({ url, member }) => withoutSlash(url) === address || member === from);
  const [only] = found;
  if (only !== undefined && found.length === 1) return success(only.url);
  const what = quotedName(from, isClusterName);
  return failure(
    malformed(
      'from',
      found.length === 0
        ? `is not a configured endpoint of cluster "${cluster.name}", neither by its address nor by its member: ${what}`
        : `leads to ${found.length} configured endpoints of cluster "${cluster.name}": ${what}`,
    ),
  );
}

function withoutSlash(address: string): string {
  return address.replace(/\/+$/, '');
}

function malformed(field: string, what: string): ControlError {
  return refusal('PHASE7_MALFORMED_REQUEST', `Argument "${field}" ${what}. Nothing was sent.`, field);
}

function missing(field: string, message: string): ControlError {
  return refusal('PHASE7_MISSING_ARGUMENT', `${message} Nothing was sent.`, field);
}
