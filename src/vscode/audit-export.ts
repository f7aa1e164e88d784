/** The questions before an export of the audit log: how much of the chain it includes, and which file to write. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { ExportedChain, ExportFormat } from '../control-plane/model/audit-reader.ts';
import { pick } from './surfaces.ts';

/** How much of the chain to include; `undefined` when the person cancelled. */
export async function askChain(format: ExportFormat): Promise<ExportedChain | undefined> {
  const picked = await pick(format === 'bundle' ? bundleChains() : chains(), {
    title: vscode.l10n.t('Proof'),
    placeHolder: vscode.l10n.t('How much of the chain should be exported with the selected records?'),
  });
  return picked?.chain;
}

/** The file to write; `undefined` when the person cancelled. */
export async function askTarget(format: ExportFormat): Promise<vscode.Uri | undefined> {
  return vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export the selected audit records'),
    saveLabel: vscode.l10n.t('Export'),
    defaultUri: vscode.Uri.file(join(homedir(), `audit-export.${format}`)),
    filters: filtersFor(format),
  });
}

function filtersFor(format: ExportFormat): NonNullable<vscode.SaveDialogOptions['filters']> {
  switch (format) {
    case 'jsonl':
      return { 'JSON Lines': ['jsonl'] };
    case 'csv':
      return { CSV: ['csv'] };
    case 'bundle':
      return { Bundle: ['bundle'] };
  }
}

interface ChainItem extends vscode.QuickPickItem {
  readonly chain: ExportedChain;
}

function chains(): readonly ChainItem[] {
  return [
    {
      chain: 'neighbours',
      label: vscode.l10n.t('With the neighbouring records'),
      detail: vscode.l10n.t(
        'The record before and the one after each run of selected records: shows that the selected ones stand ' +
          'unedited in the chain.',
      ),
    },
    {
      chain: 'to_end',
      label: vscode.l10n.t('With the chain to the end of the log'),
      detail: vscode.l10n.t(
        'Every record from the first selected one to the end: can be compared with a head that is known ' +
          'from elsewhere.',
      ),
    },
  ];
}

function bundleChains(): readonly ChainItem[] {
  return [
    {
      chain: 'neighbours',
      label: vscode.l10n.t('To the last selected record'),
      detail: vscode.l10n.t(
        'The selected records, and for each record between them a stub: its number, its hash and the one before it.',
      ),
    },
    {
      chain: 'to_end',
      label: vscode.l10n.t('To the end of the log'),
      detail: vscode.l10n.t('With stubs to the end: can be compared with a head that is known from elsewhere.'),
    },
  ];
}
