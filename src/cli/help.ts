/** The help: what each command does, what it needs and asks, and how it ends. Derived from the command table. */
import { commandSpec, COMMAND_NAMES, type CommandName, type CommandSpec } from '../control-plane/commands/commands.ts';
import { PROGRAM } from '../control-plane/commands/command-line.ts';
import { ENGINES } from '../engines/registry.ts';
import { EXIT_MEANINGS } from './exit-codes.ts';
import { optionSpec, type OptionName } from './options.ts';
import { facts, paragraph, type Fact } from './text/layout.ts';
import { AUDIT_VERBS } from './given.ts';
import { argumentOptions, auditOptions, displayOptions, sharedOptions, verb } from './usage.ts';

/** The subject of a help text; `null` is the program. */
export type Topic = CommandName | 'audit' | 'completion' | null;

const ABOUT: Readonly<Record<CommandName, string>> = {
  inspect_cluster_state:
    'Shows the topology as one node knows it: members, roles, replication states, positions and lags. The ' +
    'configured addresses are asked in order; the answer says which one gave it and why the earlier ones did not.',
  inspect_node: 'Shows one node as it reports itself: role, replication state, health, durable position.',
  inspect_replication_status:
    'Shows what the node that answers knows of each replica: received, applied and acknowledged offsets, lag in ' +
    'bytes and commits, the reason where replication is halted. Only the primary knows what was acknowledged.',
  inspect_promotion_state:
    "Shows the promotion state machine, the last attempt and the kernel's events. With --request-id and " +
    "--node: what that node's ledger says of one request; another node may know it when this one does not. " +
    'With --node alone: the history that this node keeps. The newest events come first; the command line ' +
    'below them shows older ones.',
  run_diagnostics:
    'Asks one node to collect its diagnostics. The node reads much of its disk for that, so it declares ' +
    'the cost first, and the collection has to be confirmed.',
  inspect_wal: "Shows the bounds, checkpoints and segments of one node's write-ahead log.",
  inspect_snapshots: 'Shows the snapshots and checkpoints of one node.',
  request_promotion:
    "Asks a replica to become the primary, if the kernel's own validation allows it. A hand-over is two " +
    'commands, each confirmed separately: the primary is demoted, then another node is promoted.',
  request_demotion:
    'Asks the primary to give up write authority and become a replica. From then on no node accepts writes until ' +
    'a promotion succeeds.',
  force_promotion:
    'Asks a replica to become the primary on your own word that the old primary is down. Your assertion stands ' +
    'in for what the kernel could not find out, and for nothing else: a check that fails stays a denial.',
};

/** What holds for every engine, followed by the differences of single engines. */
function about(command: CommandName): string {
  return [ABOUT[command], ...ENGINES.flatMap(({ help }) => help[command] ?? [])].join(' ');
}

const CLASS: Readonly<Record<CommandSpec['class'], string>> = {
  inspection: 'inspection: reads, changes nothing',
  diagnostic: 'diagnostic: reads, changes nothing, may cost',
  control: 'control: asks the kernel to change something; the kernel decides',
};

const CONFIRMATION: Readonly<Record<CommandSpec['confirmation'], string>> = {
  none: 'none',
  standard: 'at a terminal: the explanation is shown, then the name of the node is typed',
  enhanced:
    'at a terminal: the explanation is shown, each overridden invariant is acknowledged separately, the name of ' +
    'the node is typed, responsibility is taken by typing the account',
};

/** The help of one subject, or of the program. */
export function helpText(topic: Topic): readonly string[] {
  if (topic === null) return overview();
  if (topic === 'audit') return auditHelp();
  return topic === 'completion' ? completionHelp() : commandHelp(topic);
}

function overview(): readonly string[] {
  return [
    ...paragraph(
      `${PROGRAM}: look at a database cluster, see what a dangerous action would do, ask for exactly that one ` +
        'thing, and find it in the audit log.',
    ),
    '',
    ...paragraph(
      'It asks; the kernel decides. One line is one command, one command is at most one request that changes ' +
        'something, and every command leaves records. Nothing is retried.',
    ),
    '',
    ...paragraph(
      'Anyone may look. Asking for something needs --operator, reviewing the log --auditor (see Authority).',
    ),
    '',
    'Look',
    ...verbs(spec => spec.confirmation === 'none'),
    '',
    'Ask for something (explained first, confirmed by a person at a terminal)',
    ...verbs(spec => spec.confirmation !== 'none'),
    '',
    'Review',
    ...facts([
      ['audit show', 'the requests in the audit log, and its records'],
      ['audit verify', 'whether the log is intact'],
      ['audit export', 'records as they stand in the log, for another machine'],
      ['audit reconstruct', 'what happened, from several logs and histories'],
    ]),
    '',
    'Besides',
    ...facts([
      ['help COMMAND', 'explains one command; so does COMMAND --help'],
      ['completion SHELL', 'completions for bash, zsh or fish'],
    ]),
    '',
    'Clusters',
    ...paragraph(
      'A cluster is named by --cluster, from a configuration file, or by --url for each of its nodes. The file ' +
        'is clusters.json in ~/.config/aerodb (or in $XDG_CONFIG_HOME/aerodb), or the one that --config names:',
      2,
    ),
    '',
    `    { "clusters": [ { "name": "orders", "kind": "${ENGINES[0].id}",`,
    ...exampleAddresses(),
    '        "environment": "production" } ],',
    '      "tokenFiles": { "orders": "/home/anna/.config/aerodb/orders.token" } }',
    '',
    ...paragraph(
      'A secret comes from a file that only you can read, named per cluster in the configuration (the one that goes ' +
        'with an address also by --token-file), or from a variable; never from an option.',
      2,
    ),
    ...facts(secretPlaces()),
    '',
    'Authority',
    ...paragraph(
      'A run starts as Observer: it may look. --operator assumes Operator authority for that one cluster and ' +
        'that one run, --auditor becomes Auditor; both are recorded. Authority is no confirmation: there is no ' +
        'option that answers a question.',
      2,
    ),
    '',
    'Exit codes',
    ...facts(Object.entries(EXIT_MEANINGS)),
    '',
    'Options',
    ...optionList(sharedOptions()),
  ];
}

function verbs(which: (spec: CommandSpec) => boolean): readonly string[] {
  return facts(
    COMMAND_NAMES.filter(name => which(commandSpec(name))).map(
      (name): Fact => [verb(name), firstSentence(ABOUT[name])],
    ),
  );
}

function commandHelp(command: CommandName): readonly string[] {
  const spec = commandSpec(command);
  const own = argumentOptions(command);
  const usage = [
    ...own.map(({ name, required }) =>
      required ? `--${name} ${String(optionSpec(name).value)}` : `[--${name} ${String(optionSpec(name).value)}]`,
    ),
    ...(spec.authority === 'operator' ? ['--operator'] : []),
    '[OPTIONS]',
  ].join(' ');
  return [
    ...paragraph(`${PROGRAM} ${verb(command)} ${usage}`),
    '',
    ...paragraph(`${spec.title} (${command})`),
    ...paragraph(about(command), 2),
    '',
    ...facts([
      ['Class', CLASS[spec.class]],
      ['Authority', spec.authority === 'any' ? 'any' : 'Operator of the cluster (--operator)'],
      ['Confirmation', CONFIRMATION[spec.confirmation]],
    ]),
    '',
    ...(spec.class === 'control'
      ? [
          'What happens',
          ...paragraph(
            '1. The request is recorded, whatever follows. 2. The kernel is asked what it would decide, and on ' +
              'what. 3. The explanation is shown and recorded. 4. You are asked; an empty line, Ctrl-C, the end of ' +
              'input or a closed terminal ends it, and nothing is sent. 5. The intent is recorded. 6. One request ' +
              'is sent, with the state that you saw; if that state has moved, the kernel refuses it. 7. The ' +
              'outcome is recorded, then shown. It is executed, not executed, or unknown.',
            2,
          ),
          '',
        ]
      : []),
    'Arguments',
    ...optionList(own.map(({ name }) => name)),
    '',
    'Options',
    ...optionList([...displayOptions(command), ...sharedOptions()]),
    '',
    'Exit codes',
    ...facts(
      Object.entries(EXIT_MEANINGS)
        .filter(([code]) => spec.class === 'control' || Number(code) !== 6)
        .filter(([code]) => Number(code) !== 8),
    ),
  ];
}

function auditHelp(): readonly string[] {
  return [
    `${PROGRAM} audit ${AUDIT_VERBS.join('|')} --auditor [OPTIONS]`,
    '',
    ...paragraph(
      "Reads the audit log: audit.jsonl in the platform's state directory, or in the one that --audit-dir names, " +
        'or the file that --file names. Reading needs Auditor or Operator authority and changes nothing; becoming ' +
        'Auditor and the reading itself are recorded in the log that this session writes, before it is read.',
    ),
    '',
    ...facts([
      [
        'show',
        'Prints one line for each request: when, who, what, where, how it ended and why; --records and --full print ' +
          'records. An intent without an outcome is shown as unknown. It does not check the chain.',
      ],
      [
        'verify',
        'Reads the whole chain and says: intact, intact selection, torn tail, record edited, records missing, ' +
          'forked, truncated, replaced, export edited or unreadable. Exit code 0 for the first two, 8 for anything ' +
          'else. A chain cannot show ' +
          'that its own end was cut; --head, a position known from elsewhere, can. --file takes every export and ' +
          'bundle too, lines that a filter took out of a log (--selection), a pipe, and - for standard input. With ' +
          '--signature, --allowed-signers and --signer it says who signed the file; 8 when that does not hold.',
      ],
      [
        'export',
        'Prints the chosen lines byte for byte, or writes them to a new file. The whole log, exported, can be ' +
          'verified elsewhere with --file. --bundle makes one file of evidence: the chosen records, stubs for those ' +
          'between them, the files that --evidence names, the heads that they hold, and a digest of all of it; ' +
          '--sign KEY signs it.',
      ],
      [
        'reconstruct',
        'Puts one course of events together from this log and from every source that --with names: what ' +
          'happened to a request, to a cluster, in a period. Between sources, an order is shown only where ' +
          'it is proven. It contacts nobody. Exit code 8 where a source is not what was written, or two ' +
          'contradict each other; what is intact is shown.',
      ],
    ]),
    '',
    'Options',
    ...optionList([...new Set(AUDIT_VERBS.flatMap(auditOptions))], OF_THE_LOG),
  ];
}

function completionHelp(): readonly string[] {
  return [
    `${PROGRAM} completion bash|zsh|fish`,
    '',
    ...paragraph('Prints completions for a shell. They complete verbs, options and files; they contact nobody.'),
    '',
    ...facts([
      ['bash', `source <(${PROGRAM} completion bash)`],
      ['zsh', `${PROGRAM} completion zsh > a directory of $fpath, as _${PROGRAM}`],
      ['fish', `${PROGRAM} completion fish | source`],
    ]),
  ];
}

/** Addresses in the form of the first engine, one on each line. */
function exampleAddresses(): readonly string[] {
  const addresses = ENGINES[0].addresses.example.split(', ');
  return addresses.map((address, index) => {
    const [begin, end] = [index === 0 ? '"endpoints": [' : ' '.repeat(14), index === addresses.length - 1 ? '],' : ','];
    return `        ${begin}"${address}"${end}`;
  });
}

/** Each kind of secret with the member of the configuration that names its files, and with its variable. */
function secretPlaces(): readonly Fact[] {
  return ENGINES.flatMap(({ id, secrets }) =>
    secrets.map(({ editor, terminal, form }): Fact => {
      const asked = form?.asked ?? null;
      const place = `"${terminal.files}" or ${terminal.variable}`;
      return [`${id}: ${editor.label}`, asked === null ? place : `${place}, as ${asked}`];
    }),
  );
}

/** What some options mean when they select records of the log. */
const OF_THE_LOG: Partial<Readonly<Record<OptionName, string>>> = {
  'request-id': 'Only records of this request. For show: a summary of it first.',
  cluster: 'Only records of this cluster. With --operator: the cluster whose Operator you become.',
};

function optionList(
  options: readonly OptionName[],
  instead: Partial<Readonly<Record<OptionName, string>>> = {},
): readonly string[] {
  return facts(
    options.map((name): Fact => {
      const { value, help } = optionSpec(name);
      return [value === undefined ? `--${name}` : `--${name} ${value}`, instead[name] ?? help];
    }),
  );
}

function firstSentence(text: string): string {
  return text.slice(0, text.search(/[.:;](?:\s|$)/u)).replace(/^./u, letter => letter.toLowerCase());
}
