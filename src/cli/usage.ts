/** Which options belong to which verb: derived from the command table, for help and completions. */
import { ARGUMENT_OPTIONS, TERMINAL_WORDS } from '../control-plane/commands/command-line.ts';
import { commandSpec, type CommandName } from '../control-plane/commands/commands.ts';
import { CONNECTION, DISPLAY, GENERAL, isOptionName, SESSION, type OptionName } from './options.ts';
import type { AuditVerb, GivenOptions } from './given.ts';

/** Options that carry the command's own arguments, and whether each is required. */
export function argumentOptions(
  command: CommandName,
): readonly { readonly name: OptionName; readonly required: boolean }[] {
  const { target, isPaged, isAskedInOrder, reason } = commandSpec(command);
  return [
    { name: ARGUMENT_OPTIONS.cluster, required: true },
    ...(target === 'none' ? [] : [{ name: ARGUMENT_OPTIONS.node, required: target !== 'optional-node' }]),
    ...(target === 'optional-node' ? [{ name: ARGUMENT_OPTIONS.lookup, required: false }] : []),
    ...(isPaged ? [{ name: ARGUMENT_OPTIONS.before, required: false }] : []),
    ...(isAskedInOrder ? [{ name: ARGUMENT_OPTIONS.from, required: false }] : []),
    ...(reason === 'none' ? [] : [{ name: ARGUMENT_OPTIONS.reason, required: reason === 'required' }]),
  ];
}

/** Options that say how much is shown. Only a command with a confirmation has an explanation that can be folded. */
export function displayOptions(command: CommandName): readonly OptionName[] {
  return commandSpec(command).confirmation === 'none' ? [] : ['full'];
}

/** Every option that a line of this command may hold. */
export function commandOptions(command: CommandName): readonly OptionName[] {
  return [...argumentOptions(command).map(({ name }) => name), ...displayOptions(command), ...sharedOptions()];
}

/** Options that say how much is shown but have no effect on this command. */
export function strayDisplay(command: CommandName, given: GivenOptions): readonly OptionName[] {
  return names(DISPLAY).filter(name => given[name] !== undefined && !displayOptions(command).includes(name));
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
  'changes',
  'reads',
  'request-id',
  'since',
  'until',
] as const satisfies readonly OptionName[];

const OWN: Readonly<Record<AuditVerb, readonly OptionName[]>> = {
  show: [...SELECTION, 'records', 'full'],
  verify: ['copy', 'head', 'selection', 'signature', 'allowed-signers', 'signer'],
  reconstruct: ['with', 'request-id', 'cluster', 'since', 'until', 'html'],
  export: [...SELECTION, 'output', 'bundle', 'chain', 'evidence', 'head', 'sign'],
};

/** Every option that a line of an audit verb may hold. */
export function auditOptions(verb: AuditVerb): readonly OptionName[] {
  return [
    'file',
    ...OWN[verb],
    'auditor',
    'operator',
    ...(verb === 'verify' ? (['cluster'] as const) : []),
    'config',
    'audit-dir',
    'audit-copy-dir',
    'json',
    'help',
  ];
}

/**
 * An option that has no effect on its audit verb: the person who gave it expects something that would not be done.
 * Connection options are allowed, because Operator authority is for one cluster.
 */
export function strayOption(verb: AuditVerb, given: GivenOptions): OptionName | undefined {
  const known: readonly OptionName[] = [...auditOptions(verb), ...names(CONNECTION)];
  return Object.keys(given)
    .filter(isOptionName)
    .find(name => !known.includes(name));
}

/** "inspect cluster", "promote". */
export function verb(command: CommandName): string {
  return TERMINAL_WORDS[command].join(' ');
}

function names(table: Readonly<Record<string, unknown>>): readonly OptionName[] {
  return Object.keys(table).filter(isOptionName);
}
