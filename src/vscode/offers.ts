/**
 * The button that a refusal offers: the one act that would permit the request. It happens only when a person clicks.
 */
import * as vscode from 'vscode';
import type { Act } from '../control-plane/request/permit.ts';

/** A button with its text and its action. It does not repeat the refused request. */
export interface Offer {
  readonly label: string;
  readonly take: () => void;
}

const COMMANDS: Readonly<Record<Act, string>> = {
  assume_operator: 'aerodb.assumeOperator',
  become_auditor: 'aerodb.becomeAuditor',
  give_up_authority: 'aerodb.giveUpAuthority',
  edit_cluster: 'aerodb.editCluster',
  set_secret: 'aerodb.setToken',
};

/** The button of an act. `cluster` is the cluster of the request. */
export function offerOf(act: Act, cluster: string | null): Offer {
  const label = {
    assume_operator: vscode.l10n.t('Assume Operator Authority…'),
    become_auditor: vscode.l10n.t('Become Auditor'),
    give_up_authority: vscode.l10n.t('Give Up Authority'),
    edit_cluster: vscode.l10n.t('Edit Cluster…'),
    set_secret: vscode.l10n.t('Set Access Token…'),
  }[act];
  return {
    label,
    take: () => void vscode.commands.executeCommand(COMMANDS[act], ...(cluster === null ? [] : [{ cluster }])),
  };
}
