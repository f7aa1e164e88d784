/** The entry of the webview: reports that it is ready, then draws what the editor sends. */
import './no-eval.ts';
import { html, render } from 'lit';
import './panel.css';
import './audit/audit.css';
import './reconstruction/reconstruction.css';
import { app } from './app.ts';
import { CopyName } from './copy-name.ts';
import { AuditLogElement } from './audit/log.ts';
import { ReconstructionElement } from './reconstruction/panel.ts';
import { parseEditorMessage } from '../panel-protocol/editor-messages.ts';
import type { PanelRequest } from '../panel-protocol/messages.ts';
import type { ShowPanel } from '../panel-protocol/panels.ts';
import { Pauses } from './pauses.ts';
import { t } from './words.ts';

/** What the editor offers to a webview. */
interface Editor {
  readonly postMessage: (message: PanelRequest) => void;
  readonly setState: (state: { readonly title: string }) => void;
}

declare function acquireVsCodeApi(): Editor;

const editor = acquireVsCodeApi();
let root = document.querySelector<HTMLElement>('#app') ?? document.body.appendChild(document.createElement('div'));

/**
 * Only the title is kept through a reload, so that the editor can say what is gone. Nothing that a kernel said is kept.
 */
function remember({ panel }: ShowPanel): void {
  editor.setState({ title: panel.kind === 'explanation' ? panel.explanation.title : panel.title });
}

/** Draws a panel, and keeps the keyboard focus in it. */
function show(draw: () => void): void {
  const focused = document.activeElement !== null && document.activeElement !== document.body;
  try {
    draw();
  } catch (error) {
    notDrawn(String(error));
  }
  // The focused element may be gone with the old content; the new heading then gets the focus.
  if (focused && document.activeElement === document.body) document.querySelector('h1')?.focus();
}

/** Says that a panel could not be drawn. The old content must not stay, because it would look like the new content. */
function notDrawn(why: string): void {
  const fresh = document.createElement('div');
  root.replaceWith(fresh);
  root = fresh;
  const title = t('This answer could not be drawn');
  render(html`<main class="panel"><h1 tabindex="-1">${title}</h1><p role="alert">${why}</p></main>`, root);
}

async function receive(data: unknown): Promise<void> {
  const pauses = new Pauses();
  const message = await parseEditorMessage(data, () => pauses.whenDue());
  await pauses.end();
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
      notDrawn(t('This panel cannot show what the editor sent: it is not valid ({0}: {1}).', message.of, message.at)),
    );
  }
}

/** Messages are handled one after the other: a part of a panel must find its panel drawn. */
let handled = Promise.resolve();
addEventListener('message', (event: MessageEvent<unknown>) => {
  handled = handled.then(() => receive(event.data)).catch((error: unknown) => show(() => notDrawn(String(error))));
});
document.addEventListener(CopyName.NAME, event => {
  if (event instanceof CopyName) editor.postMessage({ type: 'copy-name', text: event.text });
});
editor.postMessage({ type: 'ready' });
