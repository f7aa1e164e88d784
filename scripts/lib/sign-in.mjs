/**
 * Opening the editor with one click without leaving it open to everybody on the machine. Loopback is shared by all
 * users of a machine, so code-server asks for a password of this run; a page behind an unguessable address fills it in.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

/** @returns {string} 128 random bits */
export function newSecret() {
  return randomBytes(16).toString('base64url');
}

/**
 * @typedef {object} SignIn
 * @property {string} url to be opened by the person
 * @property {() => void} close
 */

/**
 * @param {{ port: number, editor: string, password: string }} options port: of the page; editor: address of code-server
 * @returns {Promise<SignIn>}
 */
export function startSignIn({ port, editor, password }) {
  const key = newSecret();
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (request.method !== 'GET' || !isSame(searchParams.get('key') ?? '', key)) {
      response.writeHead(403, { 'content-type': 'text/plain' }).end('Open the address that npm start printed.\n');
      return;
    }
    const nonce = newSecret();
    const policy = [
      "default-src 'none'",
      `script-src 'nonce-${nonce}'`,
      `form-action ${editor}`,
      "frame-ancestors 'none'",
    ];
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-security-policy': policy.join('; '),
    });
    response.end(page({ action: `${editor}/login?ew=true`, password, nonce }));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const close = () => {
        server.close();
        server.closeAllConnections();
      };
      resolve({ url: `http://127.0.0.1:${port}/?key=${key}`, close });
    });
  });
}

/**
 * @param {string} given
 * @param {string} wanted
 * @returns {boolean}
 */
function isSame(given, wanted) {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/**
 * @param {{ action: string, password: string, nonce: string }} values none of them needs escaping: addresses and
 *   base64url
 * @returns {string}
 */
function page({ action, password, nonce }) {
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Opening VS Code</title>
<form method="post" action="${action}">
<input type="hidden" name="password" value="${password}"><noscript><button>Open VS Code</button></noscript>
</form>
<script nonce="${nonce}">document.forms[0].submit()</script>
</html>
`;
}
