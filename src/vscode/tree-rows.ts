/**
 * The rows of the tree, except those of clusters: groups, nodes, available commands, unavailable ones with the reason,
 * errors.
 */
import * as vscode from 'vscode';
import type { CommandName } from '../control-plane/commands/commands.ts';
import { isOwn, type ControlError } from '../control-plane/model/errors.ts';
import { visible } from '../text/foreign.ts';
import { commandId } from './command-ids.ts';
import { commandTitle } from './titles.ts';
import { markWords } from './tree-marks.ts';
import { isSilent, nodeDescription, nodeFacts, skippedWords, type ShownNode } from './tree-nodes.ts';

/** A row. A command that is run on the row uses its `cluster` and `node`. */
export type Row =
  | { readonly row: 'group'; readonly group: string; readonly clusters: readonly string[] }
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

/** The commands that the cluster's engine does not support, each with the reason. */
export type Unavailable = ReadonlyMap<CommandName, string>;

type Subject =
  | 'inspect_cluster_state'
  | 'inspect_replication_status'
  | 'inspect_promotion_state'
  | 'inspect_wal'
  | 'inspect_snapshots';

const SUBJECTS: Readonly<Record<Subject, { readonly label: () => string; readonly icon: string }>> = {
  inspect_cluster_state: { label: () => vscode.l10n.t('Overview'), icon: 'type-hierarchy-sub' },
  inspect_replication_status: { label: () => vscode.l10n.t('Replication'), icon: 'git-compare' },
  inspect_promotion_state: { label: () => vscode.l10n.t('Promotion'), icon: 'arrow-swap' },
  inspect_wal: { label: () => vscode.l10n.t('WAL'), icon: 'list-ordered' },
  inspect_snapshots: { label: () => vscode.l10n.t('Snapshots'), icon: 'device-camera' },
};

/**
 * The shape carries the meaning. Colours only repeat what the kernel or the connection reports; they are no judgement
 * of ours.
 */
const ICONS = {
  halted: new vscode.ThemeIcon('circle-slash', new vscode.ThemeColor('list.errorForeground')),
  silent: new vscode.ThemeIcon('debug-disconnect', new vscode.ThemeColor('list.warningForeground')),
  failed: new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground')),
  unreachable: new vscode.ThemeIcon('debug-disconnect', new vscode.ThemeColor('list.errorForeground')),
  invalid: new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground')),
} as const;

/**
 * The role as icon and word. A halted node and a node that does not answer have other shapes, not only other colours.
 */
export function nodeItem({ cluster, shown, unavailable }: Row & { readonly row: 'node' }): vscode.TreeItem {
  const item = new vscode.TreeItem(visible(shown.name), vscode.TreeItemCollapsibleState.Collapsed);
  item.id = `node/${cluster}/${shown.nodeId}`;
  // package.json looks for these words to hide menu entries that the engine does not support.
  item.contextValue = ['node', ...[...unavailable.keys()].map(command => `without_${command}`)].join(' ');
  item.iconPath = nodeIcon(shown);
  item.description = visible(nodeDescription(shown));
  const { name, health, state, skipped } = shown;
  item.accessibilityInformation = {
    label: [
      vscode.l10n.t('Node {0}, {1}, health {2}, state {3}', name, nodeDescription(shown), health, state),
      ...(skipped === undefined ? [] : [skippedWords(skipped)]),
    ]
      .map(visible)
      .join('. '),
  };
  item.command = {
    command: commandId('inspect_node'),
    title: commandTitle('inspect_node'),
    arguments: [{ cluster, node: shown.nodeId }],
  };
  return item;
}

function nodeIcon(shown: ShownNode): vscode.ThemeIcon {
  const { role, health } = shown;
  if (health === 'halted') return ICONS.halted;
  if (isSilent(shown)) return ICONS.silent;
  if (health === 'unknown' || role === 'unknown') return new vscode.ThemeIcon('question');
  return new vscode.ThemeIcon(role === 'primary' ? 'circle-filled' : 'circle-outline');
}

/** The tooltip: everything that the table of members says about the node, and which commands are not available. */
export function nodeTooltip({ shown, unavailable }: Row & { readonly row: 'node' }): string {
  const { name, nodeId, mark, skipped } = shown;
  return [
    `${name} (${nodeId})`,
    ...(mark === undefined ? [] : [markWords(mark)]),
    ...(skipped === undefined ? [] : [skippedWords(skipped)]),
    ...nodeFacts(shown),
    ...[...unavailable].map(([command, reason]) => notAvailable(command, reason)),
  ]
    .map(visible)
    .join('\n');
}

/** A group of clusters that a person configured. Expanding it contacts nothing. */
export function groupItem({ group, clusters }: Row & { readonly row: 'group' }): vscode.TreeItem {
  const item = new vscode.TreeItem(visible(group), vscode.TreeItemCollapsibleState.Expanded);
  item.id = `group/${group}`;
  item.contextValue = 'group';
  item.iconPath = new vscode.ThemeIcon('folder');
  item.description =
    clusters.length === 1 ? vscode.l10n.t('1 cluster') : vscode.l10n.t('{0} clusters', clusters.length);
  item.tooltip = [group, ...clusters].map(visible).join('\n');
  item.accessibilityInformation = { label: visible(vscode.l10n.t('Group {0}, {1}', group, item.description)) };
  return item;
}

/** A subject that a person can read. */
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

/** A command that the engine does not support. The row says why and runs nothing. */
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
  item.iconPath = errorIcon(error);
  item.description = visible(error.code);
  item.tooltip = [`${error.domain} ${error.code} [${error.invariants.join(', ')}]`, error.message]
    .map(visible)
    .join('\n');
  item.accessibilityInformation = {
    label: visible(vscode.l10n.t('Not available. {0}: {1}', error.code, error.message)),
  };
  return item;
}

/** Whether nothing answered. A wrong answer or a refusal is something else. */
export function isUnreachable(error: ControlError): boolean {
  return error.domain === 'TRANSPORT_ERROR' && !isOwn(error, 'PHASE7_INVALID_KERNEL_RESPONSE');
}

/** The icon of a cluster that gave no answer, or whose answer was an error. */
export function errorIcon(error: ControlError): vscode.ThemeIcon {
  return isUnreachable(error) ? ICONS.unreachable : ICONS.failed;
}

/** The icon of a cluster whose configuration is not valid. */
export function invalidIcon(): vscode.ThemeIcon {
  return ICONS.invalid;
}
