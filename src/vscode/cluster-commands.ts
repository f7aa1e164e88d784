/**
 * Adding, editing and removing configured clusters, their tokens, and refreshing a row: none of it sends a control
 * request.
 */
import * as vscode from 'vscode';
import { endpointFromText, parseClusterConfig, type ClusterConfig } from '../control-plane/cluster.ts';
import { isClusterName } from '../control-plane/plausible.ts';
import { clusterOf } from './authority-commands.ts';
import type { ClusterTree } from './cluster-tree.ts';
import type { ConfiguredClusters, Secret } from './clusters.ts';
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
  const kind = await pick(
    [
      { label: 'AeroDB', engine: 'aerodb' },
      { label: vscode.l10n.t('PostgreSQL under Patroni'), engine: 'patroni' },
    ],
    { title, placeHolder: vscode.l10n.t('What runs there') },
  );
  if (kind === undefined) return;
  const build = (typed: string): ReturnType<typeof parseClusterConfig> =>
    parseClusterConfig({
      name: name.trim(),
      kind: kind.engine,
      endpoints: typed
        .split(/[\s,]+/)
        .filter(part => part !== '')
        .map(endpointFromText),
    });
  const endpoints = await askText({
    title,
    placeHolder:
      kind.engine === 'patroni'
        ? 'https://db1.example:8008, https://db2.example:8008'
        : 'https://node-1.example:9191, https://node-2.example:9191',
    prompt:
      kind.engine === 'patroni'
        ? vscode.l10n.t(
            "The addresses of its members' REST APIs, in the order in which they are to be asked; " +
              'member=https://host:port where an address leads to a member that announces another one (a tunnel). ' +
              'Plain http is accepted to loopback only. Escape adds nothing.',
          )
        : vscode.l10n.t(
            'The addresses of its nodes, in the order in which they are to be asked. Plain http is accepted to ' +
              'loopback only. Escape adds nothing.',
          ),
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
  const token = await askToken(title, built.value);
  if (token === undefined) return;
  const cluster: ClusterConfig = {
    ...built.value,
    ...(environment.trim() === '' ? {} : { environment: environment.trim() }),
  };
  await clusters.add(cluster);
  try {
    if (token !== '') await clusters.setSecret(cluster, 'token', token);
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
  const which = cluster.value.database === undefined ? 'token' : await pickSecret(title);
  if (which === undefined) return;
  if (which === 'database') {
    await setDatabasePassword(clusters, tree, cluster.value, title);
    return;
  }
  const token = await askToken(`${title}: ${name}`, cluster.value);
  if (token === undefined) return;
  if (!(await kept(() => clusters.setSecret(cluster.value, 'token', token), name))) return;
  void notify(
    'information',
    token === ''
      ? vscode.l10n.t('AeroDB: the access token of "{0}" was removed from the secret store.', name)
      : vscode.l10n.t(
          'AeroDB: the access token of "{0}" is in the editor\'s secret store. It is sent to the configured ' +
            'endpoints only.',
          name,
        ),
  );
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

/** The secret that goes along with every request: Patroni knows a user and a password. */
async function askToken(title: string, { kind }: ClusterConfig): Promise<string | undefined> {
  return askText(
    kind === 'patroni'
      ? {
          title,
          password: true,
          placeHolder: vscode.l10n.t('user:password'),
          prompt: vscode.l10n.t(
            "User and password of Patroni's REST API, as user:password. Kept in the editor's secret store, never " +
              'in settings or logs. Left empty: none. Escape changes nothing.',
          ),
          validateInput: typed =>
            typed === '' || /^[^:]+:.+$/u.test(typed) ? undefined : vscode.l10n.t('Not of the form user:password.'),
        }
      : {
          title,
          password: true,
          placeHolder: vscode.l10n.t('Access token'),
          prompt: vscode.l10n.t(
            "Kept in the editor's secret store, never in settings or logs. Left empty: no token. Escape changes " +
              'nothing.',
          ),
        },
  );
}

async function pickSecret(title: string): Promise<Secret | undefined> {
  const picked = await pick(
    [
      { label: vscode.l10n.t("User and password of Patroni's REST API"), secret: 'token' },
      { label: vscode.l10n.t('Password of the database login'), secret: 'database' },
    ] as const satisfies readonly { readonly label: string; readonly secret: Secret }[],
    { title },
  );
  return picked?.secret;
}

async function setDatabasePassword(
  clusters: ConfiguredClusters,
  tree: ClusterTree,
  cluster: ClusterConfig,
  title: string,
): Promise<void> {
  const password = await askText({
    title: `${title}: ${cluster.name}`,
    password: true,
    placeHolder: vscode.l10n.t('Password of {0}', cluster.database?.user ?? ''),
    prompt: vscode.l10n.t(
      "Kept in the editor's secret store, never in settings or logs. Left empty: none. Escape changes nothing.",
    ),
  });
  if (password === undefined) return;
  if (!(await kept(() => clusters.setSecret(cluster, 'database', password), cluster.name))) return;
  tree.clustersChanged(); // what can be asked of this cluster depends on it
  void notify(
    'information',
    password === ''
      ? vscode.l10n.t('AeroDB: the database password of "{0}" was removed from the secret store.', cluster.name)
      : vscode.l10n.t(
          'AeroDB: the database password of "{0}" is in the editor\'s secret store. It is sent to the configured ' +
            'database addresses only.',
          cluster.name,
        ),
  );
}

async function refresh({ clusters }: CommandContext, tree: ClusterTree, row: unknown): Promise<void> {
  const name = clusterOf(row) ?? (await pickCluster(clusters, vscode.l10n.t('AeroDB: Refresh')));
  if (name !== undefined) await tree.refresh(name);
}
