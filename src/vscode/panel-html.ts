/** The one HTML page of every panel. It holds only the bundled application and cannot load anything else. */

/** The type of every panel: by it the editor asks for the panels of a window that was reloaded. */
export const PANEL_TYPE = 'aerodb.panel';

/** What the page needs to know. All of it comes from the editor, never from a kernel. */
export interface PanelPage {
  /** URI of `dist/webview.js` as the webview may load it. */
  readonly script: string;
  /** URI of `dist/webview.css`; the icon font lies beside it. */
  readonly style: string;
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
 */
export function panelHtml({ script, style, cspSource, nonce, language, dictionary = {} }: PanelPage): string {
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
<link rel="stylesheet" nonce="${attribute(nonce)}" href="${attribute(style)}">
<title>AeroDB</title>
</head>
<body>
<div id="app"></div>
<script type="application/json" id="dictionary" nonce="${attribute(nonce)}">${words}</script>
<script type="module" nonce="${attribute(nonce)}" src="${attribute(script)}"></script>
</body>
</html>
`;
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
