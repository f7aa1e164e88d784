/** The one HTML page of every panel. It holds the bundled application, and can load nothing but the font of its icons. */

/** The type of every panel: by it the editor asks for the panels of a window that was reloaded. */
export const PANEL_TYPE = 'aerodb.panel';

/** The application as it was built. esbuild writes no closing tag into either, so that both can stand in a page. */
export interface PanelProgram {
  /** The text of `dist/webview.js`. */
  readonly script: string;
  /** The text of `dist/webview.css`, which names the font as `./codicon.ttf`. */
  readonly style: string;
}

/** What the page needs to know. All of it comes from the editor, never from a kernel. */
export interface PanelPage extends PanelProgram {
  /** URI of the icon font as the webview may load it. */
  readonly font: string;
  /** `webview.cspSource`: where fonts may come from. */
  readonly cspSource: string;
  /** New for every page, from a cryptographic random source. */
  readonly nonce: string;
  /** The editor's display language, as `vscode.env.language`. */
  readonly language: string;
  /** Labels by their English text, in that language: `vscode.l10n.bundle`. Without it, labels are English. */
  readonly dictionary?: Readonly<Record<string, string>> | undefined;
}

/**
 * The page holds no data except the labels of this extension, as inert JSON. The application reports that it is ready
 * and only then receives what to show, so no text of a kernel is ever part of the document. Scripts and styles need the
 * nonce; images, frames, forms and connections are not possible.
 *
 * Script and style stand in the page and not beside it: the editor shows nothing of a panel before everything that it
 * loads has come, one file after the other through its service worker and its file service.
 */
export function panelHtml({ script, style, font, cspSource, nonce, language, dictionary = {} }: PanelPage): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    `font-src ${cspSource}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  // `<` is escaped, because a closing tag in a label would end the script element.
  const words = JSON.stringify(dictionary).replaceAll('<', '\\u003c');
  return `<!DOCTYPE html>
<html lang="${attribute(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${attribute(policy)}">
<style nonce="${attribute(nonce)}">${style.replaceAll('./codicon.ttf', () => font)}</style>
<title>AeroDB</title>
</head>
<body>
<div id="app"></div>
<script type="application/json" id="dictionary" nonce="${attribute(nonce)}">${words}</script>
<script type="module" nonce="${attribute(nonce)}">${script}</script>
</body>
</html>
`;
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
