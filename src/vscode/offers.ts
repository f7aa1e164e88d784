/** What a refusal offers: the one act that would permit it, done at a click and by nobody else. */
import * as vscode from 'vscode';
import type { Act } from '../control-plane/request/permit.ts';

/** A button: what it is called, and what it does. What was refused is not resumed by it. */
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

/** The button of an act; `cluster` is the one that it is about. */
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
