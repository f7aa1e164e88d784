/**
 * Completions for three shells, generated from the table of verbs and options. The scripts run nothing and contact no
 * kernel.
 */
import { PROGRAM } from '../control-plane/commands/command-line.ts';
import { COMMAND_NAMES, COMMANDS } from '../control-plane/commands/commands.ts';
import { optionSpec, OPTIONS, isOptionName, type OptionName } from './options.ts';
import { AUDIT_VERBS, SHELLS, type Shell } from './given.ts';
import { auditOptions, commandOptions, verb } from './usage.ts';

/** One complete verb with the options that it takes. */
interface Line {
  readonly words: readonly string[];
  readonly about: string;
  readonly options: readonly OptionName[];
}

const LINES: readonly Line[] = [
  ...COMMAND_NAMES.map(name => ({
    words: verb(name).split(' '),
    about: COMMANDS[name].title,
    options: commandOptions(name),
  })),
  ...AUDIT_VERBS.map(name => ({ words: ['audit', name], about: `Audit log: ${name}`, options: auditOptions(name) })),
  ...SHELLS.map(name => ({ words: ['completion', name], about: `Completions for ${name}`, options: [] })),
];

const FIRST_WORDS = [...new Set([...LINES.map(({ words }) => words[0] ?? ''), 'help'])];

/** The script for one shell. */
export function completionScript(shell: Shell): string {
  switch (shell) {
    case 'bash':
      return bash();
    case 'zsh':
      return zsh();
    case 'fish':
      return fish();
  }
}

function secondWords(first: string): readonly string[] {
  return LINES.filter(({ words }) => words[0] === first).flatMap(({ words }) => words.slice(1));
}

function options(names: readonly OptionName[]): string {
  return names.map(name => `--${name}`).join(' ');
}

/** Options whose value a shell can complete, by what it completes. */
function valued(): readonly {
  readonly name: OptionName;
  readonly complete: 'file' | 'directory' | readonly string[] | undefined;
}[] {
  return Object.keys(OPTIONS)
    .filter(isOptionName)
    .filter(name => optionSpec(name).value !== undefined)
    .map(name => ({ name, complete: optionSpec(name).complete }));
}

function bash(): string {
  const values = valued().map(({ name, complete }) => {
    const reply =
      complete === 'file'
        ? 'COMPREPLY=($(compgen -f -- "$current"))'
        : complete === 'directory'
          ? 'COMPREPLY=($(compgen -d -- "$current"))'
          : complete === undefined
            ? 'COMPREPLY=()'
            : `COMPREPLY=($(compgen -W '${complete.join(' ')}' -- "$current"))`;
    return `    --${name}) ${reply}; return ;;`;
  });
  const families = FIRST_WORDS.filter(word => secondWords(word).length > 0).map(
    word => `    ${word}) COMPREPLY=($(compgen -W '${secondWords(word).join(' ')}' -- "$current")); return ;;`,
  );
  const lines = LINES.map(
    ({ words, options: names }) =>
      `    '${words.join(' ')}'|'${words.join(' ')} '*) COMPREPLY=($(compgen -W '${options(names)}' -- ` +
      '"$current")); return ;;',
  );
  return [
    `# Completions for ${PROGRAM} in bash: source <(${PROGRAM} completion bash)`,
    '_aerodb_control() {',
    '  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}"',
    '  COMPREPLY=()',
    '  case "$previous" in',
    ...values,
    '  esac',
    '  local words="${COMP_WORDS[*]:1:COMP_CWORD-1}"',
    '  if [ "$COMP_CWORD" -eq 1 ] || [ "$words" = help ]; then',
    `    COMPREPLY=($(compgen -W '${FIRST_WORDS.join(' ')}' -- "$current")); return`,
    '  fi',
    '  words="${words#help }"',
    '  case "$words" in',
    ...families,
    ...lines,
    '  esac',
    '}',
    `complete -F _aerodb_control ${PROGRAM}`,
  ].join('\n');
}

/** What zsh completes the value of an option with. */
function zshAction(complete: ReturnType<typeof optionSpec>['complete']): string {
  if (complete === undefined) return ' ';
  if (complete === 'file') return '_files';
  return complete === 'directory' ? '_files -/' : `(${complete.join(' ')})`;
}

function zsh(): string {
  const action = (name: OptionName): string => {
    const { value, complete, help, many } = optionSpec(name);
    const text = help.replaceAll(/[[\]:'\\]/gu, ' ');
    const what = value === undefined ? '' : `:${value}:${zshAction(complete)}`;
    return `'${many === true ? '*' : ''}--${name}[${text}]${what}'`;
  };
  return [
    `#compdef ${PROGRAM}`,
    `# Completions for ${PROGRAM} in zsh: a file _${PROGRAM} in a directory of $fpath.`,
    '_aerodb_control() {',
    '  local line="${(j: :)${(@)words[2,CURRENT-1]}}"',
    '  line="${line#help }"',
    '  case "$line" in',
    // The words of the verb are removed, because _arguments would read them as arguments.
    ...LINES.filter(({ options: names }) => names.length > 0).map(
      ({ words, options: names }) =>
        `    '${words.join(' ')}'|'${words.join(' ')} '*) words=("$words[1]" ` +
        `"\${(@)words[${words.length + 2},-1]}"); (( CURRENT -= ${words.length} )); ` +
        `_arguments ${names.map(action).join(' ')} ;;`,
    ),
    ...FIRST_WORDS.filter(word => secondWords(word).length > 0).map(
      word => `    ${word}) compadd -- ${secondWords(word).join(' ')} ;;`,
    ),
    `    ''|help) compadd -- ${FIRST_WORDS.join(' ')} ;;`,
    '  esac',
    '}',
    `if [ "$funcstack[1]" = "_${PROGRAM}" ]; then _aerodb_control "$@"; else compdef _aerodb_control ${PROGRAM}; fi`,
  ].join('\n');
}

function fish(): string {
  const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const seen = (word: string): string => `__fish_seen_subcommand_from ${word}`;
  const noneYet = `not ${seen(FIRST_WORDS.join(' '))}`;
  const option = (name: OptionName, when: string): string => {
    const { value, complete, help } = optionSpec(name);
    const what =
      value === undefined
        ? ''
        : complete === 'file'
          ? ' -r -F'
          : complete === 'directory'
            ? " -x -a '(__fish_complete_directories)'"
            : complete === undefined
              ? ' -x'
              : ` -x -a '${complete.join(' ')}'`;
    return `complete -c ${PROGRAM} -n ${quoted(when)} -l ${name}${what} -d ${quoted(help)}`;
  };
  return [
    `# Completions for ${PROGRAM} in fish: ${PROGRAM} completion fish | source`,
    `complete -c ${PROGRAM} -f`,
    ...FIRST_WORDS.map(word => `complete -c ${PROGRAM} -n ${quoted(noneYet)} -a ${word}`),
    ...LINES.flatMap(({ words, about, options: names }) => {
      const [one = '', two] = words;
      const there = two === undefined ? seen(one) : `${seen(one)}; and ${seen(two)}`;
      return [
        ...(two === undefined
          ? []
          : [
              `complete -c ${PROGRAM} -n ${quoted(`${seen(one)}; and not ${seen(secondWords(one).join(' '))}`)} ` +
                `-a ${two} -d ${quoted(about)}`,
            ]),
        ...names.map(name => option(name, there)),
      ];
    }),
  ].join('\n');
}
