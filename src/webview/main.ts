/** The webview's entry: says that it is ready, then draws whatever the editor says is to be shown. */
import './no-eval.ts';
import { html, render } from 'lit';
import './panel.css';
import './audit/audit.css';
import './reconstruction/reconstruction.css';
import { app } from './app.ts';
import { CopyName } from './copy-name.ts';
import { AuditLogElement } from './audit/log.ts';
import { ReconstructionElement } from './reconstruction/panel.ts';
import { parseEditorMessage, type PanelRequest } from '../panel-protocol/messages.ts';
import type { ShowPanel } from '../panel-protocol/panels.ts';
import { t } from './words.ts';

/** What the editor gives to a webview. */
interface Editor {
  readonly postMessage: (message: PanelRequest) => void;
  readonly setState: (state: { readonly title: string }) => void;
}

declare function acquireVsCodeApi(): Editor;

const editor = acquireVsCodeApi();
let root = document.querySelector<HTMLElement>('#app') ?? document.body.appendChild(document.createElement('div'));

/**
 * The title alone outlives a reload, so that the editor can say what is gone; nothing that a kernel said does (1-rules:
 * State).
 */
function remember({ panel }: ShowPanel): void {
  editor.setState({ title: panel.kind === 'explanation' ? panel.explanation.title : panel.title });
}

/** Draws a panel, and keeps the keyboard in it. */
function show(draw: () => void): void {
  const focused = document.activeElement !== null && document.activeElement !== document.body;
  try {
    draw();
  } catch (error) {
    notDrawn(String(error));
  }
  // What had the focus may be gone with the old content: then the new heading has it.
  if (focused && document.activeElement === document.body) document.querySelector('h1')?.focus();
}

/** A panel that cannot be drawn says so; an old one must not stay as if it were the new one. */
function notDrawn(why: string): void {
  const fresh = document.createElement('div');
  root.replaceWith(fresh);
  root = fresh;
  const title = t('This answer could not be drawn');
  render(html`<main class="panel"><h1 tabindex="-1">${title}</h1><p role="alert">${why}</p></main>`, root);
}

addEventListener('message', (event: MessageEvent<unknown>) => {
  const message = parseEditorMessage(event.data);
  const log = root.querySelector('aerodb-audit');
  const reconstruction = root.querySelector('aerodb-reconstruction');
  if (message?.type === 'show') {
    show(() => {
      remember(message);
      render(
        app(message, request => editor.postMessage(request)),
        root,
      );
    });
  } else if (message?.type === 'audit' && log instanceof AuditLogElement) {
    log.receive(message);
  } else if (message?.type === 'reconstruction' && reconstruction instanceof ReconstructionElement) {
    reconstruction.receive(message);
  } else if (message?.type === 'malformed') {
    show(() =>
      notDrawn(t('What the editor sent does not have the form of a panel ({0}: {1}).', message.of, message.at)),
    );
  }
});
document.addEventListener(CopyName.NAME, event => {
  if (event instanceof CopyName) editor.postMessage({ type: 'copy-name', text: event.text });
});
editor.postMessage({ type: 'ready' });
