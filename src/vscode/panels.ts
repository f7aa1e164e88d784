/** Webview panels: one for each cluster and subject, reused. A restored panel never shows its old content. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { invariant } from '../control-plane/model/invariants.ts';
import {
  parsePanelRequest,
  type AuditRequest,
  type PanelRequest,
  type ReconstructionRequest,
} from '../panel-protocol/messages.ts';
import type { AuditMessage } from '../panel-protocol/audit.ts';
import type { Meaning, Panel, ShowPanel } from '../panel-protocol/panels.ts';
import type { ReconstructionMessage } from '../panel-protocol/reconstruction.ts';
import { isSeen } from '../text/foreign.ts';
import { inert, tabTitle } from './foreign.ts';
import type { Offer } from './offers.ts';
import { PANEL_TYPE, panelHtml, type PanelProgram } from './panel-html.ts';
import type { Link } from './read-on.ts';

/** What a panel shows, and what its buttons do. */
export interface PanelContent {
  readonly title: string;
  readonly panel: Panel;
  /** What is copied as JSON. For an answer, the panel shows its document, but the answer itself is copied. */
  readonly json?: unknown;
  /** Sends the same command again. Absent for control commands, because sending them again is a new request. */
  readonly refresh?: () => void;
  /** Reads the next older part of what is shown, or the newest part; absent when there is none. */
  readonly older?: () => void;
  readonly newest?: () => void;
  /** What the person decided after reading the explanation: whether to go on to the dialogs. */
  readonly decide?: (goOn: boolean) => void;
  /** Answers requests that only the panel of the audit log makes. */
  readonly audit?: (request: AuditRequest) => void;
  /** Answers requests that only the panel of a reconstruction makes. */
  readonly reconstruction?: (request: ReconstructionRequest) => void;
  /** Saves the answer as evidence. */
  readonly saveEvidence?: () => void;
  /** Lets the person choose another endpoint, and reads from it; absent when there is no other. */
  readonly another?: () => void;
  /** Lets the person choose an earlier reading to compare with; absent when this window has none. */
  readonly compare?: () => void;
  /** The same result as the terminal prints it. */
  readonly text?: () => Promise<string>;
  /** Invariants that the panel names by id. */
  readonly cited?: readonly string[];
  /** The one act that would permit what was refused. */
  readonly offer?: Offer | undefined;
  /** What a person can read next. */
  readonly links?: readonly Link[];
  /** What the words in the answer mean. */
  readonly meanings?: readonly Meaning[] | undefined;
}

/** The colour that a person gave to a cluster. */
type ColorOf = (cluster: string) => ShowPanel['color'];

interface Open {
  readonly webview: vscode.WebviewPanel;
  readonly colorOf: ColorOf;
  content: PanelContent;
}

export class Panels {
  readonly #open = new Map<string, Open>();
  readonly #extensionUri: vscode.Uri;
  readonly #program: PanelProgram;
  readonly #colorOf: ColorOf;
  #restored = 0;

  constructor(extensionUri: vscode.Uri, program: PanelProgram, colorOf: ColorOf) {
    this.#extensionUri = extensionUri;
    this.#program = program;
    this.#colorOf = colorOf;
  }

  /** A panel that stayed open when the window was reloaded says that it must be opened again. */
  restore(webview: vscode.WebviewPanel): void {
    this.#restored += 1;
    this.#adopt(`gone/${this.#restored}`, webview, {
      title: webview.title,
      panel: { kind: 'gone', title: webview.title },
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
        PANEL_TYPE,
        tabTitle(content.title),
        { viewColumn: vscode.ViewColumn.Active, preserveFocus: options.preserveFocus ?? false },
        // Keeps the scroll position in a long table while another tab is in front. All other panels are drawn again
        // from the editor's data.
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

  /** Whether a person can see the panel now; then its result needs no notification. */
  isVisible(key: string): boolean {
    return this.#open.get(key)?.webview.visible ?? false;
  }

  /** Replaces what an open panel shows, without bringing it to the front. */
  replace(key: string, content: PanelContent): void {
    const open = this.#open.get(key);
    if (open === undefined) return;
    open.content = content;
    post(open);
  }

  /** Sends an open panel a part of its content. */
  tell(key: string, message: AuditMessage | ReconstructionMessage): void {
    void this.#open.get(key)?.webview.webview.postMessage(message);
  }

  /** Calls back when the panel with this key is closed. */
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
    const open: Open = { webview, content, colorOf: this.#colorOf };
    this.#open.set(key, open);
    const icon = (theme: string): vscode.Uri => vscode.Uri.joinPath(this.#extensionUri, 'media', `tab-${theme}.svg`);
    webview.iconPath = { light: icon('light'), dark: icon('dark') };
    webview.webview.options = this.#options();
    webview.onDidDispose(() => this.#open.delete(key));
    webview.webview.onDidReceiveMessage((message: unknown) => {
      const request = parsePanelRequest(message);
      if (request?.type === 'ready') post(open);
      if (request?.type === 'refresh') open.content.refresh?.();
      if (request?.type === 'older') open.content.older?.();
      if (request?.type === 'newest') open.content.newest?.();
      if (request?.type === 'copy') void copy(open.content);
      if (request?.type === 'copy-text') void copyText(open.content);
      if (request?.type === 'another') open.content.another?.();
      if (request?.type === 'compare') open.content.compare?.();
      if (request?.type === 'copy-name') void copyName(request.text);
      if (request?.type === 'continue') open.content.decide?.(true);
      if (request?.type === 'decline') open.content.decide?.(false);
      if (request?.type === 'save-evidence') open.content.saveEvidence?.();
      if (request?.type === 'offer') open.content.offer?.take();
      if (request?.type === 'read-on') open.content.links?.[request.link]?.open();
      if (request !== undefined && isAuditRequest(request)) open.content.audit?.(request);
      if (request !== undefined && isReconstructionRequest(request)) open.content.reconstruction?.(request);
    });
    webview.webview.html = panelHtml({
      ...this.#program,
      font: webview.webview.asWebviewUri(vscode.Uri.joinPath(this.#extensionUri, 'dist', 'codicon.ttf')).toString(),
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

function isReconstructionRequest(request: PanelRequest): request is ReconstructionRequest {
  return request.type.startsWith('reconstruction-');
}

function post({ webview, content, colorOf }: Open): void {
  const cluster = clusterIn(content.panel);
  const color = cluster === undefined ? undefined : colorOf(cluster);
  const message: ShowPanel = {
    type: 'show',
    panel: content.panel,
    refreshable: content.refresh !== undefined,
    ...(content.older === undefined ? {} : { older: true }),
    ...(content.newest === undefined ? {} : { newest: true }),
    cited: (content.cited ?? []).map(invariant),
    ...(content.saveEvidence === undefined ? {} : { savable: true }),
    ...(content.offer === undefined ? {} : { offer: content.offer.label }),
    ...(content.links === undefined ? {} : { links: content.links.map(({ label }) => label) }),
    ...(content.meanings === undefined ? {} : { meanings: content.meanings }),
    ...(color === undefined ? {} : { color }),
    ...(content.another === undefined ? {} : { another: true }),
    ...(content.compare === undefined ? {} : { comparable: true }),
    ...(content.text === undefined ? {} : { textual: true }),
  };
  void webview.webview.postMessage(message);
}

function clusterIn(panel: Panel): string | undefined {
  if (panel.kind === 'explanation') return panel.explanation.cluster.name;
  return 'cluster' in panel ? panel.cluster?.name : undefined;
}

async function copy({ panel, json = panel }: PanelContent): Promise<void> {
  await vscode.env.clipboard.writeText(`${JSON.stringify(json, null, 2)}\n`);
  vscode.window.setStatusBarMessage(vscode.l10n.t('AeroDB: copied as JSON'), 4000);
}

async function copyText({ text }: PanelContent): Promise<void> {
  if (text === undefined) return;
  await vscode.env.clipboard.writeText(await text());
  vscode.window.setStatusBarMessage(vscode.l10n.t('AeroDB: copied as text'), 4000);
}

/** Copies the name or the id of a node, as the panel shows it. */
async function copyName(text: string): Promise<void> {
  // Refuses text with invisible or control characters: when pasted elsewhere, it could do more than the person can see.
  if (!isSeen(text)) return;
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(vscode.l10n.t('AeroDB: copied "{0}"', inert(tabTitle(text))), 4000);
}
