/** Webview panels: one per cluster and subject, reused; never restored as truth. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { invariant } from '../control-plane/model/invariants.ts';
import { parsePanelRequest, type AuditRequest, type PanelRequest } from '../panel-protocol/messages.ts';
import type { AuditMessage } from '../panel-protocol/audit.ts';
import type { Panel, ShowPanel } from '../panel-protocol/panels.ts';
import { tabTitle } from './foreign.ts';
import { panelHtml } from './panel-html.ts';

const VIEW_TYPE = 'aerodb.panel';

/** What a panel shows, and what its "refresh" asks for. */
export interface PanelContent {
  readonly title: string;
  readonly panel: Panel;
  /** What is copied as JSON: the answer itself, where the panel shows the document of it. */
  readonly json?: unknown;
  /** Asks the same command anew; absent where asking anew is a new request of its own (control commands). */
  readonly refresh?: () => void;
  /** What the person decided after reading: go on to the dialogs, or not. */
  readonly decide?: (goOn: boolean) => void;
  /** Answers what only the panel of the audit log asks. */
  readonly audit?: (request: AuditRequest) => void;
  /** Invariants that the panel names by id. */
  readonly cited?: readonly string[];
}

interface Open {
  readonly webview: vscode.WebviewPanel;
  content: PanelContent;
}

export class Panels {
  readonly #open = new Map<string, Open>();
  readonly #extensionUri: vscode.Uri;
  #restored = 0;

  /**
   * Panels stay open when the window is reloaded, and then say that they must be asked for again. The serializer is
   * never unregistered: a window that closes asks for it while it decides which panels to keep, and by then the
   * extension may have been told to end already.
   */
  constructor(extensionUri: vscode.Uri) {
    this.#extensionUri = extensionUri;
    vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, {
      deserializeWebviewPanel: webview => {
        this.#restored += 1;
        this.#adopt(`gone/${this.#restored}`, webview, {
          title: webview.title,
          panel: { kind: 'gone', title: webview.title },
        });
        return Promise.resolve();
      },
    });
  }

  /** Shows content under a key; an open panel with that key is reused. */
  show(
    key: string,
    content: PanelContent,
    options: { readonly preserveFocus?: boolean; readonly keepWhenHidden?: boolean } = {},
  ): void {
    const open = this.#open.get(key);
    if (open === undefined) {
      const webview = vscode.window.createWebviewPanel(
        VIEW_TYPE,
        tabTitle(content.title),
        { viewColumn: vscode.ViewColumn.Active, preserveFocus: options.preserveFocus ?? false },
        // A place in a long table is kept while another tab is in front; all other panels are drawn anew from what the
        // editor holds.
        { ...this.#options(), retainContextWhenHidden: options.keepWhenHidden ?? false },
      );
      this.#adopt(key, webview, content);
      return;
    }
    open.content = content;
    open.webview.title = tabTitle(content.title);
    if (!open.webview.visible) open.webview.reveal(undefined, options.preserveFocus ?? false);
    post(open);
  }

  /** Replaces what an open panel shows; does nothing when the person has closed it. */
  update(key: string, content: PanelContent): boolean {
    if (!this.#open.has(key)) return false;
    this.show(key, content, { preserveFocus: true });
    return true;
  }

  has(key: string): boolean {
    return this.#open.has(key);
  }

  /** Replaces what an open panel shows, wherever it is, without bringing it to the front. */
  replace(key: string, content: PanelContent): void {
    const open = this.#open.get(key);
    if (open === undefined) return;
    open.content = content;
    post(open);
  }

  /** Sends an open panel a part of what it shows. */
  tell(key: string, message: AuditMessage): void {
    void this.#open.get(key)?.webview.webview.postMessage(message);
  }

  /** Calls back when the panel under this key is closed. */
  onClosed(key: string, closed: () => void): vscode.Disposable {
    return this.#open.get(key)?.webview.onDidDispose(closed) ?? new vscode.Disposable(() => undefined);
  }

  #options(): vscode.WebviewOptions & vscode.WebviewPanelOptions {
    return {
      enableScripts: true,
      enableCommandUris: false,
      enableForms: false,
      enableFindWidget: true,
      localResourceRoots: [vscode.Uri.joinPath(this.#extensionUri, 'dist')],
    };
  }

  #adopt(key: string, webview: vscode.WebviewPanel, content: PanelContent): void {
    const open: Open = { webview, content };
    this.#open.set(key, open);
    const icon = (theme: string): vscode.Uri => vscode.Uri.joinPath(this.#extensionUri, 'media', `tab-${theme}.svg`);
    webview.iconPath = { light: icon('light'), dark: icon('dark') };
    webview.webview.options = this.#options();
    webview.onDidDispose(() => this.#open.delete(key));
    webview.webview.onDidReceiveMessage((message: unknown) => {
      const request = parsePanelRequest(message);
      if (request?.type === 'ready') post(open);
      if (request?.type === 'refresh') open.content.refresh?.();
      if (request?.type === 'copy') void copy(open.content);
      if (request?.type === 'continue') open.content.decide?.(true);
      if (request?.type === 'decline') open.content.decide?.(false);
      if (request !== undefined && isAuditRequest(request)) open.content.audit?.(request);
    });
    const local = (file: string): string =>
      webview.webview.asWebviewUri(vscode.Uri.joinPath(this.#extensionUri, 'dist', file)).toString();
    webview.webview.html = panelHtml({
      script: local('webview.js'),
      style: local('webview.css'),
      cspSource: webview.webview.cspSource,
      nonce: randomBytes(16).toString('base64url'),
      language: vscode.env.language,
      dictionary: vscode.l10n.bundle,
    });
  }
}

function isAuditRequest(request: PanelRequest): request is AuditRequest {
  return request.type.startsWith('audit-');
}

function post({ webview, content }: Open): void {
  const message: ShowPanel = {
    type: 'show',
    panel: content.panel,
    refreshable: content.refresh !== undefined,
    cited: (content.cited ?? []).map(invariant),
  };
  void webview.webview.postMessage(message);
}

async function copy({ panel, json = panel }: PanelContent): Promise<void> {
  await vscode.env.clipboard.writeText(`${JSON.stringify(json, null, 2)}\n`);
  vscode.window.setStatusBarMessage(vscode.l10n.t('AeroDB: copied as JSON'), 4000);
}
