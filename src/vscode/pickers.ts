/**
 * How a person chooses a cluster or a node, or types a reason. Nothing is sorted, filtered or preselected by role or
 * state (P7-A3).
 */
import * as vscode from 'vscode';
import { endpointsOf, endpointToText, type ClusterConfig } from '../control-plane/clusters/cluster.ts';
import type { CommandResult } from '../control-plane/request/result.ts';
import { isClusterName, isNodeName, WITHHELD } from '../control-plane/model/plausible.ts';
import { nameAmong } from '../control-plane/model/views.ts';
import { byName } from '../text/natural.ts';
import { clusterLabel, type ConfiguredClusters } from './clusters.ts';
import { askText, notify, pick, underWay } from './surfaces.ts';

/** The answer; `undefined` when the person cancelled. Then nothing was requested. */
export type PickResult = string | undefined;

/** Asks for a cluster, in configured order. */
export async function pickCluster(clusters: ConfiguredClusters, title: string): Promise<PickResult> {
  const configured = clusters.list();
  if (configured.length === 0) {
    const add = vscode.l10n.t('Add Cluster…');
    const answer = await notify(
      'information',
      vscode.l10n.t('AeroDB: no cluster is configured on this machine. Nothing was asked.'),
      add,
    );
    if (answer === add) await vscode.commands.executeCommand('aerodb.addCluster');
    return undefined;
  }
  const items = configured.map(({ name, config }) => ({
    name,
    label: config.ok ? clusterLabel(config.value) : name,
    description: config.ok ? endpointsOf(config.value).map(endpointToText).join(', ') : config.error.message,
  }));
  return (await pick(items, { title, placeHolder: vscode.l10n.t('Cluster') }))?.name;
}

/** A node and its name. */
export interface PickedNode {
  readonly node: string;
  readonly label: string;
}

/**
 * Asks for a node, by name, from one recorded reading of the cluster. If the reading fails, the person types the id.
 */
export async function pickNode(
  title: string,
  cluster: string,
  inspect: () => Promise<CommandResult>,
): Promise<PickedNode | undefined> {
  const result = await underWay(
    vscode.ProgressLocation.Notification,
    vscode.l10n.t('AeroDB: asking {0} for its nodes', isClusterName(cluster) ? cluster : WITHHELD),
    inspect,
  );
  const reading =
    result.kind === 'answered' && result.answer.command === 'inspect_cluster_state' ? result.answer.reading : undefined;
  if (reading === undefined) {
    const why = result.kind === 'failed' ? `${result.error.code}: ${result.error.message}` : '';
    const typed = await askText({
      title,
      placeHolder: vscode.l10n.t('Node id'),
      prompt: vscode.l10n.t(
        'The nodes could not be read ({0}). Type the id of the node. Escape asks for nothing.',
        why,
      ),
    });
    return typed === undefined
      ? undefined
      : { node: typed.trim(), label: isNodeName(typed.trim()) ? typed.trim() : WITHHELD };
  }
  const items = byName(reading.view.members).map(member => ({
    node: member.nodeId,
    name: member.name,
    label: member.name,
    description: member.nodeId,
  }));
  const told = nameAmong(reading.view.members, reading.observed.nodeId) ?? reading.observed.nodeId ?? reading.endpoint;
  const picked = await pick(items, {
    title,
    placeHolder: vscode.l10n.t('Node (as read from {0} at {1})', told, reading.observed.time),
    matchOnDescription: true,
  });
  return picked === undefined ? undefined : { node: picked.node, label: picked.name };
}

/**
 * Asks which configured endpoint to read from. They are in configured order, with the name of the node when it is
 * known.
 */
export async function pickEndpoint(title: string, cluster: ClusterConfig, told: CommandResult): Promise<PickResult> {
  const items = endpointsOf(cluster).map(({ url, member }) => {
    const name = member ?? nameAt(url, told);
    return { url, label: name ?? url, ...(name === undefined ? {} : { description: url }) };
  });
  const placeHolder = vscode.l10n.t('Endpoint to ask, in configured order. Only this one is asked, once.');
  return (await pick(items, { title, placeHolder, matchOnDescription: true }))?.url;
}

/**
 * The name of the node at an address, according to the shown answer; `undefined` when it does not say, or several nodes
 * fit.
 */
function nameAt(url: string, told: CommandResult): string | undefined {
  if (told.kind !== 'answered') return undefined;
  const { reading } = told.answer;
  const { observer } = reading.document();
  if (reading.endpoint === url && observer !== undefined) return observer.name;
  const members = 'members' in reading.view ? reading.view.members : [];
  const [only, ...more] = members.filter(({ apiUrl }) => apiUrl?.replace(/\/+$/u, '') === url.replace(/\/+$/u, ''));
  return more.length === 0 ? only?.name : undefined;
}

/** Asks for the operator's reason. It is recorded and sent as typed, and the prompt says so. */
export async function askReason(title: string, required: boolean): Promise<PickResult> {
  return askText({
    title,
    placeHolder: vscode.l10n.t('Reason'),
    prompt: required
      ? vscode.l10n.t(
          'Why? Required. It is sent to the kernel and recorded exactly as typed, so it must hold no secret. ' +
            'Escape asks for nothing.',
        )
      : vscode.l10n.t(
          'Why? May be left empty. It is sent to the kernel and recorded exactly as typed, so it must hold no ' +
            'secret. Escape asks for nothing.',
        ),
    validateInput: typed => (required && typed.trim() === '' ? vscode.l10n.t('A reason is required.') : undefined),
  });
}

/** Asks for a request id to look up. An empty answer reads the promotion state without a look-up. */
export async function askLookup(title: string): Promise<PickResult> {
  return askText({
    title,
    placeHolder: vscode.l10n.t('Request id'),
    prompt: vscode.l10n.t(
      'The id of a request whose outcome you want to look up. When empty, only the promotion state is ' +
        'read. Escape asks for nothing.',
    ),
  });
}
