/** The options of the terminal program, once, as data: parsing, help and completions are derived from here. */
import { ENGINES } from '../engines/registry.ts';
import { ARGUMENT_OPTIONS } from '../control-plane/commands/command-line.ts';

/** One option. Options without `value` are switches. */
export interface OptionSpec {
  readonly value?: string;
  /** May be given several times. */
  readonly many?: true;
  /** What a shell may complete the value with. */
  readonly complete?: 'file' | 'directory' | readonly string[];
  readonly help: string;
}

/** What a command takes as its arguments; whether a given command takes one is the control plane's to say. */
export const ARGUMENTS = {
  [ARGUMENT_OPTIONS.cluster]: {
    value: 'NAME',
    help: 'The configured cluster to ask, by its name in the configuration file. There is no default.',
  },
  [ARGUMENT_OPTIONS.node]: { value: 'ID', help: 'The node, by its id ("inspect cluster" shows the ids).' },
  [ARGUMENT_OPTIONS.lookup]: { value: 'UUID', help: 'A request whose fate is looked up at --node.' },
  [ARGUMENT_OPTIONS.reason]: {
    value: 'TEXT',
    help: 'Why, in your own words. Sent to the kernel and recorded as it is: no secrets.',
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

const OTHER_ENGINES = ENGINES.slice(1).map(({ id }) => id);
const NAMING_MEMBERS = ENGINES.filter(({ namesMembers }) => namesMembers).map(({ id }) => id);
const MEMBERS_NAMED =
  NAMING_MEMBERS.length === 0
    ? ''
    : ` With --kind ${NAMING_MEMBERS.join(' or ')} MEMBER=URL says which member an address leads to.`;

/** How a cluster is found and reached. */
export const CONNECTION = {
  url: {
    value: 'URL',
    many: true,
    help: `A node of a cluster that is in no file; give one --url per node. Instead of --cluster.${MEMBERS_NAMED}`,
  },
  kind: {
    value: 'KIND',
    complete: ENGINES.map(({ id }) => id),
    help: `With --url: what runs there, ${[`${ENGINES[0].id} (the default)`, ...OTHER_ENGINES].join(' or ')}.`,
  },
  config: { value: 'FILE', complete: 'file', help: 'The configuration file.' },
  'token-file': {
    value: 'FILE',
    complete: 'file',
    help: 'A file that only you can read (0600) and that holds the access token.',
  },
  timeout: {
    value: 'SECONDS',
    help:
      'How long one exchange with a kernel may take, 1 to 600 seconds. Reads: 10, control requests: 60, and never ' +
      'less than the kernel itself may take.',
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** Who asks, where it is recorded and how the answer is written. */
export const SESSION = {
  operator: { help: 'Assume Operator authority for this cluster and this run. Recorded.' },
  auditor: { help: 'Become Auditor for this run. Recorded.' },
  'audit-dir': { value: 'DIR', complete: 'directory', help: 'The directory of the audit log, audit.jsonl.' },
  json: { help: 'Write one JSON document to standard output, for programs.' },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** What the audit verbs take beside the session's options. */
export const AUDIT = {
  file: {
    value: 'FILE',
    complete: 'file',
    help: 'Read this log, a copy perhaps, instead of the one that this session writes.',
  },
  head: {
    value: 'SEQ:HASH',
    help: "A head of the log known from elsewhere, from a kernel's event say: finds a cut end and a rewritten whole.",
  },
  command: { value: 'COMMAND', help: 'Only records of this command.' },
  'operator-account': { value: 'NAME', help: 'Only records of this account.' },
  outcome: {
    value: 'OUTCOME',
    complete: ['executed', 'not_executed', 'unknown', 'pending'],
    help: 'Only records with this outcome.',
  },
  since: { value: 'TIME', help: 'Only records at or after this time (RFC 3339).' },
  until: { value: 'TIME', help: 'Only records before this time (RFC 3339).' },
  output: {
    value: 'FILE',
    complete: 'file',
    help: 'Write the export to this new file; an existing file is never replaced.',
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** What every verb takes. */
export const GENERAL = {
  help: { help: 'Explain the command instead of running it.' },
  version: { help: 'Print the version.' },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export const OPTIONS = { ...ARGUMENTS, ...CONNECTION, ...SESSION, ...AUDIT, ...GENERAL } as const satisfies Readonly<
  Record<string, OptionSpec>
>;

export type OptionName = keyof typeof OPTIONS;

/** Whether a name is an option of the program. */
export function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(OPTIONS, name);
}

/** The general shape of an option. */
export function optionSpec(name: OptionName): OptionSpec {
  return OPTIONS[name];
}
