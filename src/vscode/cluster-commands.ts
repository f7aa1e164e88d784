/**
 * Editing and removing configured clusters, setting their secrets, and refreshing a row. None of these sends a
 * control request.
 */
import * as vscode from 'vscode';
import type { ClusterConfig } from '../control-plane/clusters/cluster.ts';
import type { SecretKind } from '../control-plane/engine.ts';
import { clusterOf } from './authority-commands.ts';
import type { ClusterTree } from './cluster-tree.ts';
import type { CommandContext } from './commands.ts';
import { pickCluster } from './pickers.ts';
import { ask, askText, notify, pick } from './surfaces.ts';

/**
 * Opens the settings of the machine. When the extension runs on a remote machine, these settings have their own tab,
 * and the user settings do not show them.
 */
export async function editClusters(): Promise<void> {
  await vscode.commands.executeCommand(
    vscode.env.remoteName === undefined ? 'workbench.action.openSettings' : 'workbench.action.openRemoteSettings',
    { query: 'aerodb.clusters' },
  );
}

/** Asks for the cluster that `row` does not name, and whether to remove it. */
export async function removeCluster({ clusters }: CommandContext, row: unknown): Promise<void> {
  const name = clusterOf(row) ?? (await pickCluster(clusters, vscode.l10n.t('AeroDB: Remove Cluster')));
  if (name === undefined) return;
  const go = vscode.l10n.t('Remove from Settings');
  const answer = await ask(
    vscode.l10n.t('Remove "{0}" from this machine\'s settings?', name),
    [
      vscode.l10n.t(
        'The secrets that were given for its addresses are removed from the secret store too. The cluster itself ' +
          'is not contacted, and what the audit log says of it stays.',
      ),
    ],
    vscode.l10n.t('Do Nothing'),
    go,
  );
  if (answer !== go) return;
  try {
    await clusters.remove(name);
  } catch (error) {
    void notify('error', vscode.l10n.t('AeroDB: "{0}" was removed; its secrets were not: {1}.', name, causeOf(error)));
  }
}

/** Asks for the cluster that `row` does not name, and for its secret. */
export async function setToken({ clusters, results }: CommandContext, tree: ClusterTree, row: unknown): Promise<void> {
  const title = vscode.l10n.t('AeroDB: Set or Clear Access Token');
  const name = clusterOf(row) ?? (await pickCluster(clusters, title));
  if (name === undefined) return;
  const cluster = clusters.find(name);
  if (!cluster.ok) {
    results.error(title, cluster.error, name);
    return;
  }
  const kinds = clusters.secretsOf(cluster.value);
  const kind = kinds.length === 1 ? kinds[0] : await pickSecret(title, kinds);
  if (kind === undefined) return;
  const secret = await askSecret(`${title}: ${name}`, kind, cluster.value);
  if (secret === undefined) return;
  if (!(await kept(() => clusters.setSecret(cluster.value, kind, secret), name))) return;
  tree.clustersChanged(); // which commands are available may depend on the secret
  void notify('information', vscode.l10n.t(secret === '' ? kind.editor.removed : kind.editor.kept, name));
}

/** Whether the secret was stored or deleted as requested. If not, the person is told why. */
async function kept(set: () => Promise<void>, name: string): Promise<boolean> {
  try {
    await set();
    return true;
  } catch (error) {
    void notify('error', vscode.l10n.t('AeroDB: the secret of "{0}" was not changed: {1}.', name, causeOf(error)));
    return false;
  }
}

function causeOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Asks for a secret of one kind; an empty answer deletes it. */
async function askSecret(
  title: string,
  { editor, form, account }: SecretKind,
  cluster: ClusterConfig,
): Promise<string | undefined> {
  return askText({
    title,
    password: true,
    placeHolder: vscode.l10n.t(editor.placeHolder, account?.(cluster) ?? ''),
    prompt: vscode.l10n.t(editor.prompt),
    validateInput: typed =>
      typed === '' || form === undefined || form.holds(typed) ? undefined : vscode.l10n.t(form.misfit),
  });
}

async function pickSecret(title: string, kinds: readonly SecretKind[]): Promise<SecretKind | undefined> {
  const items = kinds.map(secret => ({ label: vscode.l10n.t(secret.editor.label), secret }));
  return (await pick(items, { title }))?.secret;
}

/** Reads a cluster again. */
export async function refresh({ clusters }: CommandContext, tree: ClusterTree, row: unknown): Promise<void> {
  const name = clusterOf(row) ?? (await pickCluster(clusters, vscode.l10n.t('AeroDB: Refresh')));
  if (name !== undefined) await tree.refresh(name);
}
