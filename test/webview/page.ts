/**
 * The panels in a real browser: the shipped page and bundle, with the editor's side of the protocol and its theme
 * played by the test.
 */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import * as esbuild from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { ensureChromium } from '../../scripts/lib/chromium.mjs';
import { root } from '../../scripts/lib/paths.mjs';
import { panelHtml } from '../../src/vscode/panel-html.ts';
import type { ShowPanel } from '../../src/panel-protocol/panels.ts';
import { removeFolder, temporaryFolder } from '../support/folders.ts';

/** What the workbench gives to a webview in one theme, captured by `capture-themes.ts`. */
export interface Theme {
  readonly bodyClass: string;
  readonly themeId: string;
  readonly variables: Readonly<Record<string, string>>;
}

export const THEMES = ['dark', 'light', 'hc-dark', 'hc-light'] as const;
export type ThemeName = (typeof THEMES)[number];

const ORIGIN = 'http://panel.test';
const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css', '.ttf': 'font/ttf' };

/** A bundle as it ships, in a folder of its own. */
export class Bundle implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<Bundle> {
    const folder = temporaryFolder('aerodb-webview-');
    await esbuild.build({
      absWorkingDir: root,
      entryPoints: ['src/webview/main.ts'],
      outfile: join(folder, 'webview.js'),
      bundle: true,
      minify: true,
      platform: 'browser',
      format: 'esm',
      target: 'es2022',
      loader: { '.ttf': 'file' },
      assetNames: '[name]',
      conditions: ['production'],
      legalComments: 'none',
      logLevel: 'error',
    });
    return new Bundle(folder);
  }

  /** The text of one of its files. */
  text(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  [Symbol.asyncDispose](): Promise<void> {
    removeFolder(this.folder);
    return Promise.resolve();
  }
}

/** Starts the browser; Debian's chromium is installed first when it is missing and can be. */
export async function launch(): Promise<Browser> {
  return await chromium.launch({
    executablePath: await ensureChromium(() => undefined),
    args: ['--no-sandbox', '--disable-gpu'],
  });
}

/** Variables of a theme. */
export async function readTheme(name: ThemeName): Promise<Theme> {
  return JSON.parse(await readFile(join(import.meta.dirname, 'themes', `${name}.json`), 'utf8')) as Theme;
}

/** A page with the application in it, ready to be shown something. */
export interface PanelUnderTest {
  readonly page: Page;
  /** Sends a message as the editor does and waits until it is painted. */
  show(message: ShowPanel): Promise<void>;
  /** Loads the page anew, as if it had just been opened. */
  restart(): Promise<void>;
  /** What the application asked of the editor, in order. */
  asked(): Promise<readonly unknown[]>;
  /** What the application asked the editor to keep across a reload. */
  kept(): Promise<unknown>;
  /** Violations of the content security policy and uncaught errors. */
  readonly troubles: string[];
}

interface EditorSide {
  readonly asked: unknown[];
  kept: unknown;
  /** Sends a message; if it shows a panel, waits until the application has drawn it or said that it cannot. */
  readonly send: (message: unknown) => Promise<void>;
}

declare global {
  interface Window {
    editorSide: EditorSide;
  }
}

/** Opens the real page in a theme; `ready` has arrived when this returns. */
export async function openPanel(
  browser: Browser,
  bundle: Bundle,
  themeName: ThemeName,
  size = { width: 1000, height: 900 },
): Promise<PanelUnderTest> {
  const theme = await readTheme(themeName);
  const context = await browser.newContext({ viewport: size, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('pageerror', error => troubles.push(String(error)));
  page.on('console', message => {
    if (message.type() === 'error') troubles.push(message.text());
  });
  await page.route(`${ORIGIN}/**`, async route => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/') {
      await route.fulfill({
        contentType: 'text/html',
        body: panelHtml({
          script: bundle.text('webview.js'),
          style: bundle.text('webview.css'),
          font: `${ORIGIN}/codicon.ttf`,
          cspSource: ORIGIN,
          nonce: 'bm9uY2U',
          language: 'en',
        }),
      });
    } else {
      await route.fulfill({
        contentType: TYPES[extname(pathname)] ?? 'text/plain',
        body: await readFile(join(bundle.folder, pathname)),
      });
    }
  });
  await page.addInitScript(({ bodyClass, variables }: Theme) => {
    const side: EditorSide = {
      asked: [],
      kept: undefined,
      send: async data => {
        side.kept = undefined;
        window.dispatchEvent(new MessageEvent('message', { data }));
        const isShown = typeof data === 'object' && data !== null && 'type' in data && data.type === 'show';
        while (isShown && side.kept === undefined && document.querySelector('main > [role="alert"]') === null)
          await new Promise(done => {
            requestAnimationFrame(done);
          });
      },
    };
    Object.assign(globalThis, {
      editorSide: side,
      acquireVsCodeApi: () => ({
        postMessage: (message: unknown) => side.asked.push(message),
        setState: (state: unknown) => {
          side.kept = state;
        },
      }),
    });
    document.addEventListener('DOMContentLoaded', () => {
      for (const [name, value] of Object.entries(variables)) document.documentElement.style.setProperty(name, value);
      document.body.className = bodyClass;
    });
  }, theme);
  await page.goto(`${ORIGIN}/`);
  const wait = (): Promise<unknown> => page.waitForFunction(() => window.editorSide.asked.length > 0);
  await wait();
  return {
    page,
    restart: async () => {
      await page.reload();
      await wait();
    },
    troubles,
    show: async message => {
      await page.evaluate(async data => {
        await window.editorSide.send(data);
        for (let frame = 0; frame < 3; frame += 1)
          await new Promise(done => {
            requestAnimationFrame(done);
          });
      }, message);
    },
    asked: () => page.evaluate(() => window.editorSide.asked),
    kept: () => page.evaluate(() => window.editorSide.kept),
  };
}
