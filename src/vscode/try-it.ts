/**
 * Try It on a Local Cluster. The cluster that ships with the extension runs in a visible terminal and ends with it. Its
 * program writes the addresses of its nodes to a file; the extension adds them to the settings, after asking the
 * person, and contacts none of them.
 */
import { join } from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod/mini';
import type { Engine } from '../control-plane/engine.ts';
import { parse } from '../control-plane/model/parse.ts';
import type { ConfiguredClusters } from './clusters.ts';
import { ask, notify } from './surfaces.ts';

/** The name of the entry in the settings. It shows everywhere that this is the local trial cluster. */
export const TRIAL_NAME = 'local cluster (try it)';

/** What the program writes when its nodes are ready, or when it could not start them. */
const ready = z.union([
  z.object({ pid: z.number(), nodes: z.array(z.object({ url: z.string() })).check(z.minLength(1)) }),
  z.object({ pid: z.number(), error: z.string() }),
]);
type Ready = z.infer<typeof ready>;

/** What this command needs. */
export interface Trial {
  readonly clusters: ConfiguredClusters;
  /** The program of the local cluster. */
  readonly program: string;
  /** The folder of the extension in which each start gets its own folder. */
  readonly storage: string;
  /** The text of a file, once it is written; `undefined` when it will never be written. */
  readonly arrival: (file: string, gone: AbortSignal) => Promise<string | undefined>;
}

/** Starts the local cluster after asking the person, or shows the one that runs. */
export async function tryIt(trial: Trial): Promise<void> {
  const running = vscode.window.terminals.find(({ name, exitStatus }) => name === title() && exitStatus === undefined);
  if (running !== undefined) {
    running.show();
    void notify('information', vscode.l10n.t('AeroDB: the local cluster runs already, in this terminal.'));
    return;
  }
  const folder = join(trial.storage, new Date().toISOString().replaceAll(':', '.'));
  if (!(await wanted(trial.clusters, folder))) return;
  await removeEnded(trial.storage);
  await vscode.workspace.fs.createDirectory(vscode.Uri.file(folder));
  await run(trial, folder);
}

function title(): string {
  return vscode.l10n.t('AeroDB local cluster');
}

/** The one question. It says what starts, where its data is, how it ends, and what is written to the settings. */
async function wanted(clusters: ConfiguredClusters, folder: string): Promise<boolean> {
  const start = vscode.l10n.t('Start and Add');
  const before = clusters.list().find(({ name }) => name === TRIAL_NAME);
  const answer = await ask(
    vscode.l10n.t('Start a local cluster to try AeroDB on?'),
    [
      vscode.l10n.t(
        'Three nodes start on loopback of the machine on which this extension runs, in a terminal of this window. ' +
          'Ctrl-C there, or closing the terminal or the window, ends them.',
      ),
      '',
      vscode.l10n.t('It starts without data, in {0}. Data that earlier local clusters left there is removed.', folder),
      '',
      before === undefined
        ? vscode.l10n.t('"{0}" is added to this machine\'s settings. No node is contacted by that.', TRIAL_NAME)
        : vscode.l10n.t(
            '"{0}" in this machine\'s settings gets the new addresses instead of its present ones. No node is ' +
              'contacted by that.',
            TRIAL_NAME,
          ),
    ],
    vscode.l10n.t('Do Nothing'),
    start,
  );
  return answer === start;
}

/** Opens the terminal, and adds the entry to the settings when its nodes are ready. */
async function run(trial: Trial, folder: string): Promise<void> {
  const file = join(folder, 'ready.json');
  const gone = new AbortController();
  const written = trial.arrival(file, gone.signal);
  const terminal = vscode.window.createTerminal({
    name: title(),
    // The Node of this editor. On the desktop its program is Electron, which acts as Node only with
    // ELECTRON_RUN_AS_NODE.
    shellPath: process.execPath,
    shellArgs: [
      '--disable-warning=ExperimentalWarning',
      trial.program,
      ...['--data', join(folder, 'data'), '--port', '0', '--rehearsal', '--ready-file', file],
      // Without this, the editor would keep the terminals of a window that lost its connection, and this one too, for
      // hours.
      ...['--while-pid', String(process.pid)],
    ],
    env: { ELECTRON_RUN_AS_NODE: '1' },
    cwd: folder,
    iconPath: new vscode.ThemeIcon('server-process'),
    // Closing or reloading the window ends the terminal: no cluster must run where nobody sees it.
    isTransient: true,
  });
  const closed = vscode.window.onDidCloseTerminal(one => {
    if (one === terminal) gone.abort();
  });
  terminal.show();
  try {
    const text = await written;
    await conclude(trial.clusters, text === undefined ? undefined : ready.parse(JSON.parse(text)));
  } finally {
    closed.dispose();
  }
}

async function conclude(clusters: ConfiguredClusters, told: Ready | undefined): Promise<void> {
  if (told === undefined || 'error' in told) {
    const why = told?.error ?? vscode.l10n.t('its terminal was closed');
    void notify(
      'error',
      vscode.l10n.t('AeroDB: the local cluster did not start: {0}. Nothing was added to the settings.', why),
    );
    return;
  }
  const [engine]: readonly [Engine, ...unknown[]] = clusters.engines;
  await clusters.readdress({ name: TRIAL_NAME, kind: engine.id, endpoints: told.nodes.map(({ url }) => url) });
  const inspect = vscode.l10n.t('Inspect');
  const answer = await notify(
    'information',
    vscode.l10n.t(
      'AeroDB: "{0}" runs in its terminal and was added to this machine\'s settings. It has not been contacted.',
      TRIAL_NAME,
    ),
    inspect,
  );
  if (answer === inspect) await vscode.commands.executeCommand('aerodb.inspectClusterState', { cluster: TRIAL_NAME });
}

/** Removes the folders of earlier starts whose program has ended. A folder whose program may still run stays. */
async function removeEnded(storage: string): Promise<void> {
  const { fs } = vscode.workspace;
  const root = vscode.Uri.file(storage);
  await fs.createDirectory(root);
  for (const [name, type] of await fs.readDirectory(root)) {
    const folder = vscode.Uri.joinPath(root, name);
    if (type === vscode.FileType.Directory && (await hasEnded(folder))) await fs.delete(folder, { recursive: true });
  }
}

async function hasEnded(folder: vscode.Uri): Promise<boolean> {
  try {
    const text = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, 'ready.json'));
    const told = parse(ready, JSON.parse(new TextDecoder().decode(text)));
    return told.ok && !isAlive(told.value.pid);
  } catch (error) {
    if (error instanceof vscode.FileSystemError || error instanceof SyntaxError) return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
