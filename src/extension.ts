/**
 * What the editor loads first: registers the view, the commands and the status bar, and returns. The session, which is
 * nearly all of the code, is loaded right afterwards; what a person asks for earlier waits for it.
 */
import * as vscode from 'vscode';
import { COMMAND_NAMES } from './control-plane/commands/commands.ts';
import type { EditorSession } from './extension-session.ts';
import { commandId, PRESENTATION_COMMANDS } from './vscode/command-ids.ts';
import { LateTree } from './vscode/late-tree.ts';
import { PANEL_TYPE } from './vscode/panel-html.ts';
import { StatusBar } from './vscode/status-bar.ts';
import { notify } from './vscode/surfaces.ts';

/** Contacts no cluster, starts no process, exports nothing. */
export function activate(context: vscode.ExtensionContext): void {
  const statusBar = new StatusBar();
  let loading: Promise<EditorSession> | undefined;
  const session = (): Promise<EditorSession> => (loading ??= load(context, statusBar));
  const treeDataProvider = new LateTree(async () => (await session()).tree);
  context.subscriptions.push(
    statusBar,
    vscode.window.createTreeView('aerodb.clusters', { treeDataProvider, showCollapseAll: true }),
    ...COMMAND_NAMES.map(name =>
      vscode.commands.registerCommand(commandId(name), async (argument: unknown) =>
        (await session()).run(name, argument),
      ),
    ),
    ...PRESENTATION_COMMANDS.map(id =>
      vscode.commands.registerCommand(id, async (argument: unknown) => (await session()).present[id](argument)),
    ),
  );
  // The serializer is never unregistered: a closing window asks for it when it decides which panels to keep, and the
  // extension may already have been deactivated then.
  vscode.window.registerWebviewPanelSerializer(PANEL_TYPE, {
    deserializeWebviewPanel: async webview => (await session()).restore(webview),
  });
  setImmediate(() => void session().catch(tell));
}

async function load(context: vscode.ExtensionContext, statusBar: StatusBar): Promise<EditorSession> {
  const { startSession } = await import('./extension-session.ts');
  return startSession(context, statusBar);
}

/** Without its session the extension can do nothing at all. */
function tell(error: unknown): void {
  const cause = error instanceof Error ? error.message : String(error);
  void notify(
    'error',
    vscode.l10n.t('AeroDB could not be loaded: {0}. Nothing was asked. Reload the window to try again.', cause),
  );
}
