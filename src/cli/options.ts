/** The options of the terminal program as data. Parsing, help and completions are derived from them. */
import { ENGINES } from '../engines/registry.ts';
import { ARGUMENT_OPTIONS } from '../control-plane/commands/command-line.ts';

/** One option. Options without `value` are switches. */
export interface OptionSpec {
  readonly value?: string;
  /** The option may be given several times. */
  readonly many?: true;
  /** What a shell may offer to complete the value. */
  readonly complete?: 'file' | 'directory' | readonly string[];
  readonly help: string;
}

/** Arguments of commands. The control plane decides which command takes which argument. */
export const ARGUMENTS = {
  [ARGUMENT_OPTIONS.cluster]: {
    value: 'NAME',
    help: 'The configured cluster to ask, by its name in the configuration file. There is no default.',
  },
  [ARGUMENT_OPTIONS.node]: {
    value: 'NODE',
    help:
      'The node, by its id, or by its name where exactly one member has it: then the cluster is read first, which ' +
      'is recorded as a request of its own ("inspect cluster" shows names and ids).',
  },
  [ARGUMENT_OPTIONS.lookup]: { value: 'UUID', help: 'A request whose outcome is looked up at --node.' },
  [ARGUMENT_OPTIONS.before]: {
    value: 'POSITION',
    help: 'Show what is older than this position, as an answer named it. The line is printed below each part.',
  },
  [ARGUMENT_OPTIONS.from]: {
    value: 'ENDPOINT',
    help: 'Ask this configured endpoint, by its address or its member, and no other in its place.',
  },
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

/** Options that say how a cluster is found and reached. */
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

/** Options that say who asks, where it is recorded and how the answer is written. */
export const SESSION = {
  operator: { help: 'Assume Operator authority for this cluster and this run. Recorded.' },
  auditor: { help: 'Become Auditor for this run. Recorded.' },
  'audit-dir': { value: 'DIR', complete: 'directory', help: 'The directory of the audit log, audit.jsonl.' },
  'audit-copy-dir': {
    value: 'DIR',
    complete: 'directory',
    help:
      'A directory on another disk for a second copy of the audit log: what cannot be recorded in both is ' +
      'not done.',
  },
  wide: { help: 'Show every column and every fact of an answer, and in full where and when it was read.' },
  json: { help: 'Write one JSON document to standard output, for programs.' },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** An option that commands with a confirmation and `audit show` share. */
const FULL = {
  help:
    'With promote, demote, force-promote and diag diagnostics: the explanation in full. With audit show: ' +
    'every record in full.',
} as const;

/** Options that say how much is shown. A command for which they have no effect refuses them. */
export const DISPLAY = {
  full: FULL,
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** Options of the audit verbs, besides those of the session. */
export const AUDIT = {
  file: {
    value: 'FILE',
    complete: 'file',
    help:
      'Read this file instead of the log that this session writes: a copy, an export, a bundle, a pipe. For verify, ' +
      '- is standard input.',
  },
  copy: {
    value: 'FILE',
    complete: 'file',
    help: 'Compare the log with this second copy of it. Without --file the configured one is compared anyway.',
  },
  head: {
    value: 'SEQ:HASH',
    help: "A head of the log known from elsewhere, such as a kernel's event: finds a cut end and a rewritten log.",
  },
  selection: { help: 'The file is meant to hold only some records of a log.' },
  signature: { value: 'FILE', complete: 'file', help: 'A signature of the file, made by ssh-keygen -Y sign.' },
  'allowed-signers': {
    value: 'FILE',
    complete: 'file',
    help: 'Who may sign, with their keys, in the form of ssh-keygen ("ALLOWED SIGNERS").',
  },
  signer: { value: 'IDENTITY', help: 'The expected signer, as the file of allowed signers names them.' },
  command: {
    value: 'COMMAND',
    help: 'Only records of this command, by its name in the log, such as inspect_node. Another word finds nothing.',
  },
  'operator-account': { value: 'NAME', help: 'Only records of this account.' },
  outcome: {
    value: 'OUTCOME',
    complete: ['executed', 'not_executed', 'unknown', 'pending'],
    help: 'Only records with this outcome; of a read that was answered it is executed. Another word finds nothing.',
  },
  changes: { help: 'Only what asks a kernel for a change: promotions and demotions.' },
  reads: { help: 'Only what reads: inspections and diagnostics.' },
  records: { help: 'For show: one line for each record, instead of one for each request.' },
  full: FULL,
  since: { value: 'TIME', help: 'Only records at or after this time (RFC 3339).' },
  until: { value: 'TIME', help: 'Only records before this time (RFC 3339).' },
  output: {
    value: 'FILE',
    complete: 'file',
    help: 'Write the export to this new file; an existing file is never replaced.',
  },
  with: {
    value: 'FILE',
    many: true,
    complete: 'file',
    help:
      "For reconstruct: another source. A log, an export or a bundle, somebody else's too, or what " +
      '"inspect promotion --json" printed. May be repeated.',
  },
  html: {
    value: 'FILE',
    complete: 'file',
    help: 'For reconstruct: write one HTML file, without scripts, to this new file.',
  },
  bundle: {
    help: 'Export a bundle: the selected records, stubs for those between them, evidence, and a digest of all of it.',
  },
  evidence: {
    value: 'FILE',
    many: true,
    complete: 'file',
    help: 'With --bundle: a file to include, such as the answer of "inspect promotion --json". May be repeated.',
  },
  chain: {
    value: 'HOW',
    complete: ['neighbours', 'to_end'],
    help: 'With --bundle: to the last selected record (neighbours) or to the end of the log (to_end).',
  },
  sign: {
    value: 'KEY',
    complete: 'file',
    help: 'With --bundle and --output: sign the file with this SSH key by ssh-keygen, which alone reads the key.',
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** Options of every verb. */
export const GENERAL = {
  help: { help: 'Explain the command instead of running it.' },
  version: { help: 'Print the version.' },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export const OPTIONS = {
  ...ARGUMENTS,
  ...CONNECTION,
  ...SESSION,
  ...DISPLAY,
  ...AUDIT,
  ...GENERAL,
} as const satisfies Readonly<Record<string, OptionSpec>>;

export type OptionName = keyof typeof OPTIONS;

/** Whether a name is an option of the program. */
export function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(OPTIONS, name);
}

/** One option, seen as the general type. */
export function optionSpec(name: OptionName): OptionSpec {
  return OPTIONS[name];
}
