/**
 * Turns a command line into what it asks for. A line that names one of the ten commands becomes a request as it was
 * typed, even with unknown options: the control plane checks and records it. A line that cannot be understood is no
 * request.
 */
import { parseArgs } from 'node:util';
import { ARGUMENT_OPTIONS, PROGRAM, TERMINAL_WORDS } from '../control-plane/commands/command-line.ts';
import { endpointFromText } from '../control-plane/clusters/cluster.ts';
import { COMMAND_NAMES, type CommandName } from '../control-plane/commands/commands.ts';
import { refusal, type ControlError } from '../control-plane/model/errors.ts';
import { isClusterName, isName, WITHHELD } from '../control-plane/model/plausible.ts';
import { ENGINES } from '../engines/registry.ts';
import { AUDIT_VERBS, SHELLS, type AuditVerb, type Given, type Shell } from './given.ts';
import { isOptionName, OPTIONS, optionSpec, type OptionName } from './options.ts';
import { strayDisplay } from './usage.ts';

export type Invocation =
  | { readonly kind: 'help'; readonly topic: CommandName | 'audit' | 'completion' | null }
  | { readonly kind: 'version' }
  | { readonly kind: 'completion'; readonly shell: Shell }
  | {
      readonly kind: 'command';
      readonly command: CommandName;
      readonly input: Readonly<Record<string, string>>;
      readonly given: Given;
    }
  | { readonly kind: 'audit'; readonly verb: AuditVerb; readonly given: Given }
  | { readonly kind: 'misunderstood'; readonly error: ControlError; readonly json: boolean };

/** Reads the arguments that follow the program's name. */
export function parseCommandLine(argv: readonly string[]): Invocation {
  const read = tokens(argv);
  const given = read.options;
  // Also when --json stands where another option's value belongs: a program that reads the result expects JSON.
  const json = argv.includes('--json');
  const misunderstood = (message: string, field?: string): Invocation => ({
    kind: 'misunderstood',
    error: refusal('PHASE7_MALFORMED_REQUEST', `${message} Nothing was sent.`, field),
    json,
  });
  const words = read.words[0] === 'help' ? read.words.slice(1) : read.words;
  const help = read.words[0] === 'help' || given.help !== undefined || argv.length === 0;
  const command = commandOf(words);
  if (given.version !== undefined) return { kind: 'version' };
  if (help) {
    const topic = command ?? (words[0] === 'audit' || words[0] === 'completion' ? words[0] : null);
    return topic === null && words.length > 0 && !isFamily(words[0])
      ? misunderstood(notAVerb(words))
      : { kind: 'help', topic };
  }
  if (read.broken !== undefined) return misunderstood(read.broken.message, read.broken.option);
  if (given.operator !== undefined && given.auditor !== undefined) {
    return misunderstood('A session is Operator or Auditor, not both.', 'operator');
  }
  const address = badAddress(given);
  if (address !== undefined) return misunderstood(address, 'url');
  if (command !== undefined)
    return {
      kind: 'command',
      command,
      input: commandInput(
        { ...read, unknown: [...read.unknown, ...strayDisplay(command, given)] },
        words.length - TERMINAL_WORDS[command].length,
      ),
      given,
    };
  if (read.unknown.length > 0)
    return misunderstood(
      `${optionText(read.unknown[0])} is not an option of ${PROGRAM}. "${PROGRAM} help COMMAND" lists those of a ` +
        `command, "${PROGRAM} help audit" those of the log.`,
      isName(read.unknown[0] ?? '') ? read.unknown[0] : WITHHELD,
    );
  const [word, second, ...more] = words;
  if (word === 'audit' && more.length === 0) {
    const verb = AUDIT_VERBS.find(known => known === second);
    if (verb !== undefined) return { kind: 'audit', verb, given };
  }
  if (word === 'completion' && more.length === 0) {
    const shell = SHELLS.find(known => known === second);
    if (shell !== undefined) return { kind: 'completion', shell };
  }
  return misunderstood(notAVerb(words));
}

/**
 * Refuses a line that contains a secret: its record would stay for good, and every account can see the arguments of a
 * program.
 */
export function misplacedSecret(variable: string, argv: readonly string[]): Invocation {
  const message =
    `An argument contains the value of the variable ${variable}, so the command was not run, and its line is not ` +
    'repeated here: every account of this machine can see the arguments of a program. Nothing was sent.';
  return {
    kind: 'misunderstood',
    error: refusal('PHASE7_MALFORMED_REQUEST', message, variable),
    json: argv.includes('--json'),
  };
}

/** Addresses are recorded and shown, so an address with credentials is refused and not repeated. */
function badAddress({ url = [], cluster, kind }: Given): string | undefined {
  if (url.length > 0 && cluster !== undefined)
    return '--cluster names a cluster of the configuration file, --url one that is in no file: use one of them.';
  if (url.length === 0 && kind !== undefined) return '--kind says what runs at --url, and no --url was given.';
  return url.some(text => !isClusterName(text) || isName(text) || !SCHEMES.includes(schemeOf(text)))
    ? `--url needs the address of a node (${SCHEMES.join(', ')}), without credentials, query or fragment, and ` +
        'nothing in it that reads like a secret. It is not repeated here.'
    : undefined;
}

const SCHEMES = [...new Set(ENGINES.flatMap(({ addresses }) => Object.keys(addresses.schemes)))];

function schemeOf(text: string): string {
  const endpoint = endpointFromText(text);
  return URL.parse(typeof endpoint === 'string' ? endpoint : endpoint.url)?.protocol.slice(0, -1) ?? '';
}

/** The command that the words of a line begin with. */
function commandOf(words: readonly string[]): CommandName | undefined {
  return COMMAND_NAMES.find(name => TERMINAL_WORDS[name].every((word, index) => words[index] === word));
}

/** Whether a word begins the names of several commands: "inspect", "diag". */
function isFamily(word: string | undefined): boolean {
  return COMMAND_NAMES.some(name => TERMINAL_WORDS[name][0] === word);
}

function notAVerb(words: readonly string[]): string {
  const [word] = words;
  const follows = [
    ...COMMAND_NAMES.map((name): readonly string[] => TERMINAL_WORDS[name]),
    ...AUDIT_VERBS.map(verb => ['audit', verb]),
    ...SHELLS.map(shell => ['completion', shell]),
  ]
    .filter(([begin, next]) => begin === word && next !== undefined)
    .map(([, next]) => String(next));
  const given = words.every(each => isName(each))
    ? `"${words.join(' ')}"`
    : `${WITHHELD} (what was given does not look like a command)`;
  if (follows.length > 0)
    return `${given} names no command: "${String(word)}" is followed by one of ${follows.join(', ')}.`;
  const named = word === undefined ? 'No command was named' : `${given} is not a command of ${PROGRAM}`;
  return `${named}: "${PROGRAM} help" lists them.`;
}

function optionText(name = ''): string {
  return isName(name) ? `--${name}` : `${WITHHELD} (what was given does not look like an option)`;
}

/**
 * A command's arguments, and everything else that was typed like an argument: the control plane refuses that by its
 * name and records it. Values of unknown options are withheld, because they may be secrets.
 */
function commandInput({ options, unknown }: Tokens, extraWords: number): Readonly<Record<string, string>> {
  const fields = Object.entries(ARGUMENT_OPTIONS).flatMap(([field, option]) => {
    const value = options[option]?.[0];
    return value === undefined ? [] : [[field, value] as const];
  });
  const [address] = options.url ?? [];
  return Object.fromEntries([
    ...(address === undefined ? [] : [['cluster', address] as const]),
    ...fields,
    ...unknown.map(name => [`--${name}`, ''] as const),
    ...(extraWords > 0 ? [['extra words', String(extraWords)] as const] : []),
  ]);
}

interface Tokens {
  readonly words: readonly string[];
  readonly options: Given;
  readonly unknown: readonly string[];
  readonly broken: { readonly option: string; readonly message: string } | undefined;
}

function tokens(argv: readonly string[]): Tokens {
  const names = Object.keys(OPTIONS).filter(isOptionName);
  const { tokens: all } = parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: {
      ...Object.fromEntries(
        names.map(name => [
          name,
          { type: optionSpec(name).value === undefined ? 'boolean' : 'string', multiple: true } as const,
        ]),
      ),
      help: { type: 'boolean', short: 'h' },
    },
  });
  const words: string[] = [];
  const options: Partial<Record<OptionName, string[]>> = {};
  const unknown: string[] = [];
  let broken: Tokens['broken'];
  for (const token of all) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    if (!isOptionName(token.name)) {
      unknown.push(token.name);
      continue;
    }
    broken ??= brokenOption(token.name, token.value, token.inlineValue === true, options[token.name] !== undefined);
    (options[token.name] ??= []).push(token.value ?? '');
  }
  return { words, options, unknown, broken };
}

function brokenOption(name: OptionName, value: string | undefined, inline: boolean, before: boolean): Tokens['broken'] {
  const spec = optionSpec(name);
  const broken = (message: string): Tokens['broken'] => ({ option: name, message });
  if (spec.value === undefined)
    return value === undefined ? undefined : broken(`Option --${name} is a switch and takes no value.`);
  if (value === undefined) return broken(`Option --${name} needs a value (${spec.value}); none was given.`);
  // A single hyphen is a value: it means standard input.
  if (!inline && value.startsWith('-') && value !== '-') {
    return broken(
      `Option --${name} needs a value (${spec.value}); another option stands in its place. A value that begins ` +
        `with "-" is written --${name}=VALUE.`,
    );
  }
  return before && spec.many !== true ? broken(`Option --${name} was given more than once.`) : undefined;
}
