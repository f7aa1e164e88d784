/** Taking and giving up authority. Each is an explicit act of a person, for one cluster, and is recorded. */
import * as vscode from 'vscode';
import { auditReviewRefused } from '../control-plane/commands/authority.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { isClusterName } from '../control-plane/model/plausible.ts';
import { clusterLabel } from './clusters.ts';
import type { CommandContext } from './commands.ts';
import { pickCluster } from './pickers.ts';
import { ask, notify } from './surfaces.ts';
import { authorityLabel } from './titles.ts';

/** Asks for the cluster that `row` does not name, and for consent. */
export async function assumeOperator({ plane, clusters, results }: CommandContext, row: unknown): Promise<void> {
  const title = vscode.l10n.t('Assume Operator Authority');
  const name = clusterOf(row) ?? (await pickCluster(clusters, `AeroDB: ${title}`));
  if (name === undefined) return;
  const config = clusters.find(name);
  const label = config.ok ? clusterLabel(config.value) : name;
  // When the control plane will refuse the change, the person is not asked first; the refusal is recorded.
  const confirmed =
    plane.changeRefusal({ level: 'Operator', cluster: name }) !== undefined || (await wanted(plane, name, label));
  if (!confirmed) return;
  const changed = await plane.changeAuthority({ level: 'Operator', cluster: name });
  if (!changed.ok) results.error(title, changed.error, name);
}

async function wanted(plane: ControlPlane, name: string, label: string): Promise<boolean> {
  const go = vscode.l10n.t('Become Operator of {0}', name);
  const answer = await ask(
    vscode.l10n.t('{0}: assume Operator authority?', label),
    [
      vscode.l10n.t(
        'As Operator this session may run diagnostics and ask the kernel of this one cluster for promotions and ' +
          'demotions, each explained and confirmed by itself.',
      ),
      '',
      vscode.l10n.t(
        'The change is recorded in the audit log. It ends with this window, with another authority, with a ' +
          'control request whose outcome is unknown, or when you give it up.',
      ),
      ...(plane.authority.level === 'Operator'
        ? ['', vscode.l10n.t('This session is {0}; that authority ends.', authorityLabel(plane.authority))]
        : []),
    ],
    vscode.l10n.t('Do Nothing'),
    go,
  );
  return answer === go;
}

/**
 * Giving up authority and becoming Auditor work even when the log cannot be written; the person is told that the change
 * was not recorded.
 */
export async function changeAuthority(
  { plane, results }: CommandContext,
  level: 'Observer' | 'Auditor',
): Promise<void> {
  const before = authorityLabel(plane.authority);
  const changed = await plane.changeAuthority({ level });
  const title = level === 'Observer' ? vscode.l10n.t('Give Up Authority') : vscode.l10n.t('Become Auditor');
  if (!changed.ok) {
    results.error(title, changed.error);
  } else if (changed.value.position === null) {
    void notify(
      'warning',
      vscode.l10n.t(
        'AeroDB: {0} became {1}. This could not be recorded in the audit log: {2}',
        before,
        level,
        changed.value.cause,
      ),
    );
  } else {
    void notify(
      'information',
      vscode.l10n.t('AeroDB: {0} became {1}. Recorded as #{2}.', before, level, changed.value.position.seq.toString()),
    );
  }
}

/** Says what the session may do, and offers to change it. */
export async function showAuthority(context: CommandContext): Promise<void> {
  const { authority } = context.plane;
  const mayReview = auditReviewRefused(authority) === undefined;
  const giveUp = vscode.l10n.t('Give Up Authority');
  const log = vscode.l10n.t('Open Audit Log');
  const assume = vscode.l10n.t('Assume Operator Authority…');
  const answer = await notify(
    'information',
    vscode.l10n.t(
      'AeroDB: this session is {0}. Authority is held in memory and ends with the window.',
      authorityLabel(authority),
    ),
    ...(authority.level === 'Observer' ? [assume] : [giveUp]),
    ...(mayReview ? [log] : []),
  );
  if (answer === giveUp) await changeAuthority(context, 'Observer');
  if (answer === log) await vscode.commands.executeCommand('aerodb.openAuditLog');
  if (answer === assume) await assumeOperator(context, undefined);
}

/**
 * The cluster of a tree row. Another caller's text would be shown in questions, so a text that is not a valid name is
 * ignored, and the person is asked for the cluster.
 */
export function clusterOf(row: unknown): string | undefined {
  return typeof row === 'object' &&
    row !== null &&
    'cluster' in row &&
    typeof row.cluster === 'string' &&
    isClusterName(row.cluster)
    ? row.cluster
    : undefined;
}
