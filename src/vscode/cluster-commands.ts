/**
 * Adding, editing and removing configured clusters, their tokens, and refreshing a row: none of it sends a control
 * request.
 */
import * as vscode from 'vscode';
import { endpointFromText, type ClusterConfig } from '../control-plane/clusters/cluster.ts';
import { parseClusterConfig } from '../control-plane/clusters/configuration.ts';
import type { SecretKind } from '../control-plane/engine.ts';
import { isClusterName } from '../control-plane/model/plausible.ts';
import { clusterOf } from './authority-commands.ts';
import type { ClusterTree } from './cluster-tree.ts';
import type { CommandContext } from './commands.ts';
import { pickCluster } from './pickers.ts';
import { ask, askText, notify, pick } from './surfaces.ts';

/** Registers the presentation commands about configured clusters. */
export function registerClusterCommands(context: () => CommandContext, tree: () => ClusterTree): vscode.Disposable[] {
  return [
    vscode.commands.registerCommand('aerodb.addCluster', () => add(context())),
    vscode.commands.registerCommand('aerodb.editCluster', edit),
    vscode.commands.registerCommand('aerodb.removeCluster', (row: unknown) => remove(context(), row)),
    vscode.commands.registerCommand('aerodb.setToken', (row: unknown) => setToken(context(), tree(), row)),
    vscode.commands.registerCommand('aerodb.refresh', (row: unknown) => refresh(context(), tree(), row)),
  ];
}

async function add({ clusters }: CommandContext): Promise<void> {
  const title = vscode.l10n.t('AeroDB: Add Cluster');
  const name = await askText({
    title,
    prompt: vscode.l10n.t('The name by which you know the cluster. Escape adds nothing.'),
    placeHolder: vscode.l10n.t('Name'),
    validateInput: typed =>
      typed.trim() === ''
        ? vscode.l10n.t('A name is required.')
        : (notAName(typed) ??
          (clusters.list().some(cluster => cluster.name === typed.trim())
            ? vscode.l10n.t('A cluster called "{0}" is configured already.', typed.trim())
            : undefined)),
  });
  if (name === undefined) return;
  const picked = await pick(
    clusters.engines.map(engine => ({ label: vscode.l10n.t(engine.label), engine })),
    { title, placeHolder: vscode.l10n.t('What runs there') },
  );
  if (picked === undefined) return;
  const { engine } = picked;
  const build = (typed: string): ReturnType<typeof parseClusterConfig> =>
    parseClusterConfig(
      {
        name: name.trim(),
        kind: engine.id,
        endpoints: typed
          .split(/[\s,]+/)
          .filter(part => part !== '')
          .map(endpointFromText),
      },
      clusters.engines,
    );
  const endpoints = await askText({
    title,
    placeHolder: engine.addresses.example,
    prompt: vscode.l10n.t(engine.addresses.prompt),
    validateInput: typed => {
      const built = build(typed);
      return built.ok ? undefined : built.error.message;
    },
  });
  const built = endpoints === undefined ? undefined : build(endpoints);
  if (built?.ok !== true) return;
  const environment = await askText({
    title,
    placeHolder: vscode.l10n.t('Environment'),
    prompt: vscode.l10n.t(
      'Your own label, such as "production", shown wherever the cluster is named. May be left empty. Escape adds ' +
        'nothing.',
    ),
    validateInput: typed => (typed.trim() === '' ? undefined : notAName(typed)),
  });
  if (environment === undefined) return;
  const [secretKind] = engine.secrets;
  const secret = await askSecret(title, secretKind, built.value);
  if (secret === undefined) return;
  const cluster: ClusterConfig = {
    ...built.value,
    ...(environment.trim() === '' ? {} : { environment: environment.trim() }),
  };
  await clusters.add(cluster);
  try {
    if (secret !== '') await clusters.setSecret(cluster, secretKind, secret);
  } catch (error) {
    void notify(
      'error',
      vscode.l10n.t(
        'AeroDB: cluster "{0}" was added; its access token was not kept: {1}. Nothing has been contacted.',
        cluster.name,
        causeOf(error),
      ),
    );
    return;
  }
  void notify(
    'information',
    vscode.l10n.t(
      'AeroDB: cluster "{0}" was added to this machine\'s settings. Nothing has been contacted.',
      cluster.name,
    ),
  );
}

/** A secret that is typed into the wrong box stays in no settings. */
function notAName(typed: string): string | undefined {
  return isClusterName(typed.trim())
    ? undefined
    : vscode.l10n.t('This does not look like a name. It would be shown and recorded wherever the cluster is named.');
}

/**
 * Settings of the machine: where the extension runs on another one than the window, they have a tab of their own, and
 * the person's tab has none of them.
 */
async function edit(): Promise<void> {
  await vscode.commands.executeCommand(
    vscode.env.remoteName === undefined ? 'workbench.action.openSettings' : 'workbench.action.openRemoteSettings',
    { query: 'aerodb.clusters' },
  );
}

async function remove({ clusters }: CommandContext, row: unknown): Promise<void> {
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

async function setToken({ clusters, results }: CommandContext, tree: ClusterTree, row: unknown): Promise<void> {
  const title = vscode.l10n.t('AeroDB: Set or Clear Access Token');
  const name = clusterOf(row) ?? (await pickCluster(clusters, title));
  if (name === undefined) return;
  const cluster = clusters.find(name);
  if (!cluster.ok) {
    results.error(title, cluster.error);
    return;
  }
  const kinds = clusters.secretsOf(cluster.value);
  const kind = kinds.length === 1 ? kinds[0] : await pickSecret(title, kinds);
  if (kind === undefined) return;
  const secret = await askSecret(`${title}: ${name}`, kind, cluster.value);
  if (secret === undefined) return;
  if (!(await kept(() => clusters.setSecret(cluster.value, kind, secret), name))) return;
  tree.clustersChanged(); // what can be asked of this cluster may depend on it
  void notify('information', vscode.l10n.t(secret === '' ? kind.editor.removed : kind.editor.kept, name));
}

/** Whether a secret was kept or forgotten as a person said; where it was not, that is told. */
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

/** Asks for a secret of one kind; an empty one forgets it. */
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

async function refresh({ clusters }: CommandContext, tree: ClusterTree, row: unknown): Promise<void> {
  const name = clusterOf(row) ?? (await pickCluster(clusters, vscode.l10n.t('AeroDB: Refresh')));
  if (name !== undefined) await tree.refresh(name);
}
