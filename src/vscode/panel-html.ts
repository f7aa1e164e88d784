/** The one HTML page of every panel: nothing but the bundled application, and no way to load anything else. */

/** What the page needs to know; all of it comes from the editor, none of it from a kernel. */
export interface PanelPage {
  /** URI of `dist/webview.js` as the webview may load it. */
  readonly script: string;
  /** URI of `dist/webview.css`; the icon font lies beside it. */
  readonly style: string;
  /** `webview.cspSource`: where fonts may come from. */
  readonly cspSource: string;
  /** Fresh for every page, from a cryptographic source. */
  readonly nonce: string;
  /** The editor's display language, as `vscode.env.language`. */
  readonly language: string;
  /** Labels by their English, in that language; `vscode.l10n.bundle`. None: English. */
  readonly dictionary?: Readonly<Record<string, string>> | undefined;
}

/**
 * The page holds no data but the labels of this extension, as inert JSON: the application says that it is ready and is
 * then sent what to show, so nothing that a kernel said is ever part of a document. Scripts and styles need the nonce;
 * images, frames, forms and connections are not possible at all.
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
  // A closing tag in a word must not end the script that holds it.
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
