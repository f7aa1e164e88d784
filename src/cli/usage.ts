/** Which options belong to which verb: derived from the command table, for help and completions. */
import { ARGUMENT_OPTIONS, TERMINAL_WORDS } from '../control-plane/commands/command-line.ts';
import { commandSpec, type CommandName } from '../control-plane/commands/commands.ts';
import { CONNECTION, GENERAL, isOptionName, SESSION, type OptionName } from './options.ts';
import type { AuditVerb } from './parse.ts';

/** Options that carry the command's own arguments, required ones first told apart. */
export function argumentOptions(
  command: CommandName,
): readonly { readonly name: OptionName; readonly required: boolean }[] {
  const { target, reason } = commandSpec(command);
  return [
    { name: ARGUMENT_OPTIONS.cluster, required: true },
    ...(target === 'none' ? [] : [{ name: ARGUMENT_OPTIONS.node, required: target !== 'optional-node' }]),
    ...(target === 'optional-node' ? [{ name: ARGUMENT_OPTIONS.lookup, required: false }] : []),
    ...(reason === 'none' ? [] : [{ name: ARGUMENT_OPTIONS.reason, required: reason === 'required' }]),
  ];
}

/** Every option that a command line of this command may hold. */
export function commandOptions(command: CommandName): readonly OptionName[] {
  return [...argumentOptions(command).map(({ name }) => name), ...sharedOptions()];
}

/** Options of every command, in the order of the tables. */
export function sharedOptions(): readonly OptionName[] {
  return names({ ...CONNECTION, ...SESSION, ...GENERAL });
}

const SELECTION = [
  'cluster',
  'command',
  'operator-account',
  'outcome',
  'request-id',
  'since',
  'until',
] as const satisfies readonly OptionName[];

/** Every option that an audit verb may hold. */
export function auditOptions(verb: AuditVerb): readonly OptionName[] {
  return [
    'file',
    ...(verb === 'verify' ? (['head'] as const) : SELECTION),
    ...(verb === 'export' ? (['output'] as const) : []),
    'auditor',
    'operator',
    ...(verb === 'verify' ? (['cluster'] as const) : []),
    'config',
    'audit-dir',
    'json',
    'help',
  ];
}

/** "inspect cluster", "promote". */
export function verb(command: CommandName): string {
  return TERMINAL_WORDS[command].join(' ');
}

function names(table: Readonly<Record<string, unknown>>): readonly OptionName[] {
  return Object.keys(table).filter(isOptionName);
}
