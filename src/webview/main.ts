/** The webview's entry: says that it is ready, then draws whatever the editor says is to be shown. */
import { html, render } from 'lit';
import './panel.css';
import './audit/audit.css';
import { app } from './app.ts';
import { AuditLogElement } from './audit/log.ts';
import type { AuditMessage, PanelRequest, ShowPanel } from './protocol.ts';

/** What the editor gives to a webview. */
interface Editor {
  readonly postMessage: (message: PanelRequest) => void;
  readonly setState: (state: { readonly title: string }) => void;
}

declare function acquireVsCodeApi(): Editor;

const editor = acquireVsCodeApi();
let root = document.querySelector<HTMLElement>('#app') ?? document.body.appendChild(document.createElement('div'));

const KINDS: readonly ShowPanel['panel']['kind'][] = ['asking', 'answer', 'explanation', 'executed', 'failed', 'audit', 'refused', 'gone'];

/**
 * The message comes from the editor's own side of the one protocol, built in the same build and typed end to end: so its envelope is
 * checked, and whatever else arrives is ignored.
 */
function isShowPanel(message: unknown): message is ShowPanel {
  if (typeof message !== 'object' || message === null || !('type' in message) || message.type !== 'show' || !('panel' in message)) return false;
  const { panel } = message;
  return typeof panel === 'object' && panel !== null && 'kind' in panel && KINDS.some((kind) => kind === panel.kind);
}

/** A part of the audit log that the panel asked for; the same side of the same protocol. */
function isAuditMessage(message: unknown): message is AuditMessage {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'audit' && 'part' in message;
}

/** The title alone outlives a reload, so that the editor can say what is gone; nothing that a kernel said does (1-rules: State). */
function remember({ panel }: ShowPanel): void {
  editor.setState({ title: panel.kind === 'explanation' ? panel.explanation.title : panel.title });
}

/** A panel that cannot be drawn says so; an old one must not stay as if it were the new one. */
function show(message: ShowPanel): void {
  const focused = document.activeElement !== null && document.activeElement !== document.body;
  try {
    remember(message);
    render(app(message, (request) => editor.postMessage(request)), root);
  } catch (error) {
    const fresh = document.createElement('div');
    root.replaceWith(fresh);
    root = fresh;
    render(html`<main class="panel"><h1 tabindex="-1">This answer could not be drawn</h1><p role="alert">${String(error)}</p></main>`, root);
  }
  // What had the focus may be gone with the old content: then the new heading has it.
  if (focused && document.activeElement === document.body) document.querySelector('h1')?.focus();
}

addEventListener('message', (event: MessageEvent<unknown>) => {
  if (isShowPanel(event.data)) show(event.data);
  const log = root.querySelector('aerodb-audit');
  if (isAuditMessage(event.data) && log instanceof AuditLogElement) log.receive(event.data);
});
editor.postMessage({ type: 'ready' });
