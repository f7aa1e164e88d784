/** Asks which node's history to read: one that the records and answers name, or one that the person types. */
import * as vscode from 'vscode';
import { isNodeName, WITHHELD } from '../control-plane/model/plausible.ts';
import type { NamedMember } from '../reconstruction/missing.ts';
import type { ConfiguredClusters } from './clusters.ts';
import { pickCluster } from './pickers.ts';
import { askText, pick } from './surfaces.ts';

/** A node, the cluster through which it is read, and its name. */
export interface PickedMember {
  readonly cluster: string;
  readonly node: string;
  readonly label: string;
}

/** Asks for one node by name. Nothing is sorted, filtered or preselected by role or state (P7-A3). */
export async function pickMember(
  members: readonly NamedMember[],
  clusters: ConfiguredClusters,
): Promise<PickedMember | undefined> {
  const title = vscode.l10n.t('AeroDB: Read History of a Node');
  const named = members
    .map(({ id, cluster, name, isRead }) => ({
      member: { cluster, node: id, label: name ?? id },
      label: name ?? id,
      description: `${id} · ${cluster}`,
      detail: isRead ? vscode.l10n.t('Its history is among the sources.') : vscode.l10n.t('Its history was not read.'),
    }))
    .toSorted((a, b) => a.label.localeCompare(b.label, 'en', { numeric: true }));
  const picked =
    named.length === 0
      ? OTHER
      : await pick([...named, { ...OTHER, label: vscode.l10n.t('Another node…') }], {
          title,
          placeHolder: vscode.l10n.t('Node, as the records and answers name it'),
          matchOnDescription: true,
        });
  if (picked?.member !== null) return picked?.member;
  const cluster = await pickCluster(clusters, title);
  if (cluster === undefined) return undefined;
  const typed = await askText({
    title,
    placeHolder: vscode.l10n.t('Node id'),
    prompt: vscode.l10n.t('The id of the node whose history is to be read. Escape asks for nothing.'),
  });
  const node = typed?.trim() ?? '';
  return node === '' ? undefined : { cluster, node, label: isNodeName(node) ? node : WITHHELD };
}

const OTHER = { member: null } as const;
