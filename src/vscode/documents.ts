/** Open Documentation: shows the documents of the extension in the editor's own Markdown preview. */
import * as vscode from 'vscode';
import type { Engines } from '../control-plane/engine.ts';
import { pick } from './surfaces.ts';

/** Asks which document to show; `extension` is the folder of the extension. */
export async function openDocumentation(extension: vscode.Uri, engines: Engines): Promise<void> {
  const items = [
    { label: vscode.l10n.t('Overview and first steps'), file: 'readme.md' },
    { label: vscode.l10n.t('The terminal program'), file: 'docs/terminal.md' },
    { label: vscode.l10n.t('The audit log and its verdicts'), file: 'docs/audit-log.md' },
    { label: vscode.l10n.t('Bundles of evidence and signatures'), file: 'docs/evidence.md' },
    { label: vscode.l10n.t('Reconstructing what happened'), file: 'docs/reconstruction.md' },
    ...engines.flatMap(({ label, guide }) => (guide === undefined ? [] : [{ label, file: guide }])),
    { label: vscode.l10n.t('What changed'), file: 'changelog.md' },
  ].map(item => ({ ...item, description: item.file }));
  const picked = await pick(items, {
    title: vscode.l10n.t('AeroDB: Open Documentation'),
    placeHolder: vscode.l10n.t('Document (it ships with the extension; nobody is contacted)'),
    matchOnDescription: true,
  });
  if (picked === undefined) return;
  await vscode.commands.executeCommand('markdown.showPreview', vscode.Uri.joinPath(extension, picked.file));
}
