/** Cluster and authority, always visible: as a word and an icon, in the warning colour while Operator. */
import * as vscode from 'vscode';
import type { Authority } from '../control-plane/commands/authority.ts';
import { visible } from '../text/foreign.ts';
import { statusText } from './surfaces.ts';
import { authorityLabel } from './titles.ts';

/** A status bar item that shows what `show` received last. */
export class StatusBar implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('aerodb.authority', vscode.StatusBarAlignment.Left, 50);

  constructor() {
    this.#item.name = vscode.l10n.t('AeroDB cluster and authority');
    this.#item.command = 'aerodb.showAuthority';
    this.show({ level: 'Observer' });
    this.#item.show();
  }

  show(authority: Authority): void {
    const icon = { Observer: 'eye', Operator: 'key', Auditor: 'book' }[authority.level];
    const text = authorityLabel(authority);
    this.#item.text = statusText(icon, `AeroDB: ${text}`);
    this.#item.backgroundColor =
      authority.level === 'Operator' ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    this.#item.tooltip = {
      Observer: vscode.l10n.t('This session may inspect. It may not run diagnostics or control commands.'),
      Operator: vscode.l10n.t(
        'This session may ask the kernel of this one cluster for control commands. Click to give Operator up.',
      ),
      Auditor: vscode.l10n.t(
        'This session may inspect, and review and verify the audit log. It may not control anything.',
      ),
    }[authority.level];
    this.#item.accessibilityInformation = { label: visible(vscode.l10n.t('AeroDB authority: {0}', text)) };
  }

  dispose(): void {
    this.#item.dispose();
  }
}
