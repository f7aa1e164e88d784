/**
 * Writes the variables that the real workbench gives to a webview in each of the four kinds of theme to `themes/`:
 * `node test/webview/capture-themes.ts`. Needed only when VS Code changes its colours; the tests read the files.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { findChromium } from '../../scripts/lib/chromium.mjs';
import { ensureCodeServer } from '../../scripts/lib/code-server-install.mjs';
import { startCodeServer } from '../../scripts/lib/code-server.mjs';
import { QUIET_SETTINGS } from '../../scripts/lib/editor-settings.mjs';
import { temporaryFolder } from '../support/folders.ts';
import { anyOf } from '../support/pattern.ts';
import type { Theme } from './page.ts';

/** Parts of the workbench that no panel is drawn like. */
const ELSEWHERE = anyOf(
  /^--vscode-(?:agents?|activity|banner|breadcrumb|chat|command|comments|debug|diffEditor|dropdown)/u,
  /^--vscode-(?:extension|git|inline|interactive|keybindingTable|markdown|mcp|menu|merge|minimap)/u,
  /^--vscode-(?:multiDiff|notebook|notification|outline|peek|picker|ports|profile|quickInput|scm|search)/u,
  /^--vscode-(?:sideBar|simpleFind|statusBar|symbolIcon|tab|terminal|testing|titleBar|toolbar|tree)/u,
  /^--vscode-(?:walkThrough|welcomePage)/u,
  /^--vscode-editor(?:Bracket|Gutter|Ghost|Group|Hint|Hover|Indent|Inlay|Light|Line|Marker|Minimap)/u,
  /^--vscode-editor(?:Overview|Ruler|Stick|Suggest|Unicode|White)/u,
  /^--vscode-panel(?:Section|Sticky|Title|Input)/u,
);

const THEMES = [
  ['dark', 'Dark Modern'],
  ['light', 'Light Modern'],
  ['hc-dark', 'Default High Contrast'],
  ['hc-light', 'Default High Contrast Light'],
] as const;

async function readTheme(page: Page): Promise<Theme | undefined> {
  for (const frame of page.frames()) {
    const found = await frame
      .evaluate(() => {
        const { style } = document.documentElement;
        const names = Array.from(style).filter(name => name.startsWith('--vscode-'));
        return names.length < 100
          ? undefined
          : {
              bodyClass: [...document.body.classList]
                .filter(name => name.startsWith('vscode-') && name !== 'vscode-body')
                .join(' '),
              themeId: document.body.dataset['vscodeThemeId'] ?? '',
              variables: Object.fromEntries(names.sort().map(name => [name, style.getPropertyValue(name)])),
            };
      })
      .catch(() => undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

const folder = temporaryFolder('ath-');
const program = await ensureCodeServer(line => process.stderr.write(`${line}\n`));
const userData = join(folder, 'd');
const settings = join(userData, 'User', 'settings.json');
function choose(theme: string): void {
  writeFileSync(
    settings,
    JSON.stringify({
      ...QUIET_SETTINGS,
      'security.workspace.trust.enabled': false,
      'window.autoDetectColorScheme': false,
      'workbench.colorTheme': theme,
    }),
  );
}
mkdirSync(join(userData, 'User'), { recursive: true });
mkdirSync(join(folder, 'w'));
writeFileSync(join(folder, 'w', 'page.md'), '# A page\n');
const browser = await chromium.launch({
  executablePath: findChromium() ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  for (const [file, theme] of THEMES) {
    choose(theme);
    const server = await startCodeServer({
      program,
      userData,
      extensions: join(folder, 'e'),
      config: join(folder, 'c.yaml'),
      port: 0,
    });
    try {
      const page = await browser.newPage();
      await page.goto(`${server.url}/?folder=${join(folder, 'w')}`);
      await page.locator('.monaco-workbench').waitFor();
      await page.keyboard.press('Control+p');
      await page.locator('.quick-input-widget input').fill('page.md');
      await page.locator('.quick-input-list .monaco-list-row', { hasText: 'page.md' }).first().waitFor();
      await page.keyboard.press('Enter');
      await page.locator('.monaco-editor .view-line').first().waitFor();
      await page.keyboard.press('Control+Shift+v');
      let found: Theme | undefined;
      for (let tries = 0; tries < 100 && found === undefined; tries += 1) {
        await page.waitForTimeout(200);
        found = await readTheme(page);
      }
      if (found !== undefined)
        found = {
          ...found,
          variables: Object.fromEntries(Object.entries(found.variables).filter(([name]) => !ELSEWHERE.test(name))),
        };
      if (found === undefined) throw new Error(`No webview appeared in ${theme}.`);
      writeFileSync(join(import.meta.dirname, 'themes', `${file}.json`), `${JSON.stringify(found, undefined, 1)}\n`);
      process.stderr.write(`${file}: ${found.themeId}, ${Object.keys(found.variables).length} variables\n`);
      await page.close();
    } finally {
      await server.stop();
    }
  }
} finally {
  await browser.close();
}
