/** What the ten commands are called in the display language of the editor. */
import * as vscode from 'vscode';
import { commandSpec, type CommandName } from '../control-plane/commands.ts';

/** The title of a command as the palette has it. What the audit log and an explanation say is the table's own. */
export function commandTitle(command: CommandName): string {
  return vscode.l10n.t(commandSpec(command).title);
}
