/** Asks what to reconstruct, and words it. */
import * as vscode from 'vscode';
import type { ReconstructionQuery } from '../reconstruction/model.ts';
import { clusterLabel, type ConfiguredClusters } from './clusters.ts';
import { askText, pick } from './surfaces.ts';

/** All given sources, without a filter. */
const EVERYTHING: ReconstructionQuery = { requestId: null, cluster: null, since: null, until: null };

/** What is reconstructed, in the display language. */
export function scopeText({ requestId, cluster, since, until }: ReconstructionQuery): string {
  const parts = [
    ...(requestId === null ? [] : [vscode.l10n.t('request {0}', requestId)]),
    ...(cluster === null ? [] : [vscode.l10n.t('cluster {0}', cluster)]),
    ...(since === null ? [] : [vscode.l10n.t('from {0}', since)]),
    ...(until === null ? [] : [vscode.l10n.t('until {0}', until)]),
  ];
  return parts.length === 0 ? vscode.l10n.t('everything that was given') : parts.join(', ');
}

/** Asks what to reconstruct; `undefined` when the person cancelled. */
export async function askScope(clusters: ConfiguredClusters): Promise<ReconstructionQuery | undefined> {
  const title = vscode.l10n.t('AeroDB: Reconstruct What Happened');
  const everything = { asked: EVERYTHING, label: vscode.l10n.t('Everything in the log') };
  const request = { asked: 'request', label: vscode.l10n.t('One request…') } as const;
  const named = clusters.list().map(({ name, config }) => ({
    asked: { ...EVERYTHING, cluster: name },
    label: config.ok ? clusterLabel(config.value) : name,
    description: vscode.l10n.t('Cluster'),
  }));
  const picked = await pick([everything, ...named, request], {
    title,
    placeHolder: vscode.l10n.t('What is to be reconstructed?'),
  });
  if (picked === undefined) return undefined;
  if (picked.asked !== 'request') return picked.asked;
  const typed = await askText({
    title,
    placeHolder: vscode.l10n.t('Request id'),
    prompt: vscode.l10n.t('The whole id of the request. Escape asks for nothing.'),
  });
  const requestId = typed?.trim() ?? '';
  return requestId === '' ? undefined : { ...EVERYTHING, requestId };
}
