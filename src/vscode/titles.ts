/** The titles of commands and authorities in the editor's display language. */
import * as vscode from 'vscode';
import type { Authority } from '../control-plane/commands/authority.ts';
import { commandSpec, type CommandName } from '../control-plane/commands/commands.ts';

/** The title of a command as in the palette. The audit log and explanations use the title of the command table. */
export function commandTitle(command: CommandName): string {
  return vscode.l10n.t(commandSpec(command).title);
}

/** "Observer", "Operator of orders". The three levels have the same name in every language. */
export function authorityLabel(authority: Authority): string {
  return authority.level === 'Operator' ? vscode.l10n.t('Operator of {0}', authority.cluster) : authority.level;
}
