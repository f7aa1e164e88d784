/**
 * Pictures of every sample panel: `node test/webview/screenshots.ts FOLDER [THEME…] [-- PANEL…]`. For looking at, not
 * for comparing.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Bundle, launch, openPanel, THEMES, type ThemeName } from './page.ts';
import { PANELS } from './samples.ts';

const [folder = 'out/panels', ...rest] = process.argv.slice(2);
const split = rest.indexOf('--');
const named = split === -1 ? rest : rest.slice(0, split);
const wanted = split === -1 ? Object.keys(PANELS) : rest.slice(split + 1);
const themes: readonly ThemeName[] = named.length === 0 ? THEMES : THEMES.filter(theme => named.includes(theme));
const WIDTH = Number(process.env['WIDTH'] ?? 1000);

await mkdir(folder, { recursive: true });
await using bundle = await Bundle.make();
const browser = await launch();
try {
  for (const theme of themes) {
    const panel = await openPanel(browser, bundle, theme, { width: WIDTH, height: 900 });
    for (const name of wanted) {
      const message = PANELS[name];
      if (message === undefined) throw new Error(`There is no sample named ${name}.`);
      await panel.show(message);
      await panel.page.screenshot({ path: join(folder, `${name}.${theme}.png`), fullPage: true });
    }
    if (panel.troubles.length > 0) process.stderr.write(`${theme}: ${panel.troubles.join('\n')}\n`);
    await panel.page.context().close();
  }
} finally {
  await browser.close();
}
