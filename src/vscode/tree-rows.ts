/** The rows of the tree below a cluster: its nodes, what can be asked of them, what cannot and why, and errors. */
import * as vscode from 'vscode';
import type { CommandName } from '../control-plane/commands/commands.ts';
import type { ControlError } from '../control-plane/model/errors.ts';
import { visible } from '../text/foreign.ts';
import { commandId } from './command-ids.ts';
import { commandTitle } from './titles.ts';
import { nodeDescription, nodeFacts, type ShownNode } from './tree-nodes.ts';

/** A row. `cluster` and `node` are what a command that is run on the row is about. */
export type Row =
  | { readonly row: 'cluster'; readonly cluster: string }
  | {
      readonly row: 'node';
      readonly cluster: string;
      readonly node: string;
      readonly shown: ShownNode;
      readonly unavailable: Unavailable;
    }
  | { readonly row: 'subject'; readonly cluster: string; readonly subject: Subject; readonly of?: string }
  | {
      readonly row: 'unavailable';
      readonly cluster: string;
      readonly command: CommandName;
      readonly reason: string;
      readonly of: string;
    }
  | { readonly row: 'error'; readonly cluster: string; readonly error: ControlError };

/** What the cluster's engine cannot be asked for, with the reason. */
export type Unavailable = ReadonlyMap<CommandName, string>;

type Subject = 'inspect_replication_status' | 'inspect_promotion_state' | 'inspect_wal' | 'inspect_snapshots';

const SUBJECTS: Readonly<Record<Subject, { readonly label: () => string; readonly icon: string }>> = {
  inspect_replication_status: { label: () => vscode.l10n.t('Replication'), icon: 'git-compare' },
  inspect_promotion_state: { label: () => vscode.l10n.t('Promotion'), icon: 'arrow-swap' },
  inspect_wal: { label: () => vscode.l10n.t('WAL'), icon: 'list-ordered' },
  inspect_snapshots: { label: () => vscode.l10n.t('Snapshots'), icon: 'device-camera' },
};

/** Role by icon and by word; a halted node has another shape, not only another colour. */
export function nodeItem({ cluster, shown, unavailable }: Row & { readonly row: 'node' }): vscode.TreeItem {
  const item = new vscode.TreeItem(visible(shown.name), vscode.TreeItemCollapsibleState.Collapsed);
  item.id = `node/${cluster}/${shown.nodeId}`;
  // Its menu offers what the engine can be asked for: package.json looks for these words.
  item.contextValue = ['node', ...[...unavailable.keys()].map(command => `without_${command}`)].join(' ');
  item.iconPath = new vscode.ThemeIcon(nodeIcon(shown));
  item.description = visible(nodeDescription(shown));
  item.accessibilityInformation = {
    label: vscode.l10n.t('Node {0}, {1}, health {2}', visible(shown.name), item.description, shown.health),
  };
  item.command = {
    command: commandId('inspect_node'),
    title: commandTitle('inspect_node'),
    arguments: [{ cluster, node: shown.nodeId }],
  };
  return item;
}

function nodeIcon({ role, health }: ShownNode): string {
  if (health === 'halted') return 'circle-slash';
  if (health === 'unknown' || role === 'unknown') return 'question';
  return role === 'primary' ? 'circle-filled' : 'circle-outline';
}

/** What only a hover shows: all that the table of members says of it, and what cannot be asked of it. */
export function nodeTooltip({ shown, unavailable }: Row & { readonly row: 'node' }): string {
  return [
    `${shown.name} (${shown.nodeId})`,
    ...nodeFacts(shown),
    ...[...unavailable].map(([command, reason]) => notAvailable(command, reason)),
  ]
    .map(visible)
    .join('\n');
}

/** A subject that can be asked for. */
export function subjectItem(row: Row & { readonly row: 'subject' }): vscode.TreeItem {
  const { label: words, icon } = SUBJECTS[row.subject];
  const label = words();
  const item = new vscode.TreeItem(label);
  item.tooltip = label;
  item.id = `${row.subject}/${row.cluster}/${row.of ?? ''}`;
  item.contextValue = 'subject';
  item.iconPath = new vscode.ThemeIcon(icon);
  item.command = {
    command: commandId(row.subject),
    title: label,
    arguments: [{ cluster: row.cluster, ...(row.of === undefined ? {} : { node: row.of }) }],
  };
  return item;
}

function notAvailable(command: CommandName, reason: string): string {
  return vscode.l10n.t('{0}: not available. {1}', commandTitle(command), reason);
}

/** What the engine cannot be asked for says why, and is no command. */
export function unavailableItem({
  cluster,
  command,
  reason,
  of,
}: Row & { readonly row: 'unavailable' }): vscode.TreeItem {
  const title = commandTitle(command);
  const item = new vscode.TreeItem(title);
  item.id = `unavailable/${command}/${cluster}/${of}`;
  item.contextValue = 'unavailable';
  item.iconPath = new vscode.ThemeIcon('circle-slash');
  item.description = vscode.l10n.t('not available');
  item.tooltip = visible(reason);
  item.accessibilityInformation = { label: visible(notAvailable(command, reason)) };
  return item;
}

/** Why a cluster has no rows. */
export function errorItem(cluster: string, error: ControlError): vscode.TreeItem {
  const item = new vscode.TreeItem(visible(error.message));
  item.id = `error/${cluster}`;
  item.contextValue = 'error';
  item.iconPath = new vscode.ThemeIcon('error');
  item.description = visible(error.code);
  item.tooltip = [`${error.domain} ${error.code} [${error.invariants.join(', ')}]`, error.message]
    .map(visible)
    .join('\n');
  item.accessibilityInformation = {
    label: visible(vscode.l10n.t('Not available. {0}: {1}', error.code, error.message)),
  };
  return item;
}
