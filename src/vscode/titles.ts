/** What commands and authorities are called in the display language of the editor. */
import * as vscode from 'vscode';
import type { Authority } from '../control-plane/commands/authority.ts';
import { commandSpec, type CommandName } from '../control-plane/commands/commands.ts';

/** The title of a command as the palette has it. What the audit log and an explanation say is the table's own. */
export function commandTitle(command: CommandName): string {
  return vscode.l10n.t(commandSpec(command).title);
}

/** "Observer", "Operator of orders": the three names are the same in every language. */
export function authorityLabel(authority: Authority): string {
  return authority.level === 'Operator' ? vscode.l10n.t('Operator of {0}', authority.cluster) : authority.level;
}
