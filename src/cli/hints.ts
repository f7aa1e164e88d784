/** What a person can type when something typed, or left out, caused the error. States a fact and gives no advice. */
import { ARGUMENT_OPTIONS, PROGRAM } from '../control-plane/commands/command-line.ts';
import { isOwn, type ControlError } from '../control-plane/model/errors.ts';
import { isClusterName, isPath } from '../control-plane/model/plausible.ts';
import type { Act } from '../control-plane/request/permit.ts';
import { visible } from '../text/foreign.ts';
import type { Hint } from './text/errors.ts';

/** What is known when an error is shown. */
export interface Place {
  /** The configured clusters, by what the file calls them. */
  readonly clusters: readonly string[];
  readonly file: string;
  /** The one act that would permit what was refused. */
  readonly act: Act | undefined;
}

/** `undefined` when the message of the error is enough. */
export function hintFor(error: ControlError, { clusters, file, act }: Place): Hint {
  if (isOwn(error, 'PHASE7_MISSING_ARGUMENT')) return missing(error.field, clusters);
  if (isOwn(error, 'PHASE7_MALFORMED_REQUEST') && error.field === 'cluster')
    return clusters.length === 0 ? undefined : `The configured clusters are ${list(clusters)}.`;
  // The text given as a path may be a secret, so it is not shown.
  if (act !== undefined) return ACTS[act](isPath(file) ? visible(file) : 'the file that --config names');
  if (isOwn(error, 'PHASE7_INVALID_NODE_ID'))
    return (
      `Name a node with --${ARGUMENT_OPTIONS.node}, by its name or its id: "${PROGRAM} inspect cluster" shows ` +
      'both.'
    );
  return undefined;
}

const ACTS: Readonly<Record<Act, (file: string) => string>> = {
  assume_operator: () => 'Assume Operator authority for this cluster and this run with --operator.',
  become_auditor: () => 'Become Auditor for this run with --auditor.',
  give_up_authority: () => 'A run has one authority: name one of --operator and --auditor.',
  edit_cluster: file => `The cluster is configured in ${file}.`,
  set_secret: file =>
    `The access token comes from the file that --token-file names, from one that ${file} names, or from a ` +
    `variable: "${PROGRAM} --help" lists them.`,
};

function missing(field: string | undefined, clusters: readonly string[]): Hint {
  switch (field) {
    case 'cluster':
      return `Name a cluster with --${ARGUMENT_OPTIONS.cluster} ${
        clusters.length === 0 ? 'NAME' : `(${list(clusters)})`
      } or --url URL.`;
    case 'node':
      return `Name a node with --${ARGUMENT_OPTIONS.node} NODE, by its name or its id.`;
    case 'reason':
      return `Say why with --${ARGUMENT_OPTIONS.reason} TEXT.`;
    case undefined:
    default:
      return undefined;
  }
}

function list(names: readonly string[]): string {
  return names.map(visible).join(', ');
}

/** The names of the configured clusters. A text that does not look like a name is left out. */
export function clusterNames(entries: readonly unknown[]): readonly string[] {
  return entries.flatMap(entry =>
    typeof entry === 'object' &&
    entry !== null &&
    'name' in entry &&
    typeof entry.name === 'string' &&
    isClusterName(entry.name)
      ? [entry.name]
      : [],
  );
}
