/** axe-core, inside a frame of the real workbench, in every theme that VS Code ships for everybody's eyes. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Frame } from 'playwright-core';
import { THEMES, type Editor } from './driver/editor.ts';
import { PATIENCE_MS } from './driver/wait.ts';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What depends on colours alone; everything else that axe knows is the same in every theme. */
const OF_COLOUR = ['color-contrast', 'link-in-text-block'];

interface Axe {
  readonly run: (
    context: object,
    options: object,
  ) => Promise<{
    readonly violations: readonly {
      readonly id: string;
      readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
    }[];
  }>;
}

/**
 * What axe complains of in a panel as it stands, one line each. Rows beyond the twentieth of a table are like those
 * before them.
 */
export async function violations(frame: Frame, rules?: readonly string[]): Promise<readonly string[]> {
  if (!(await frame.evaluate(() => 'axe' in globalThis))) await frame.evaluate(source);
  return frame.evaluate(async only => {
    const { axe } = globalThis as unknown as { readonly axe: Axe };
    const found = await axe.run(
      { exclude: [['tbody tr:nth-child(n+20)']] },
      { resultTypes: ['violations'], ...(only === undefined ? {} : { runOnly: only }) },
    );
    return found.violations.map(
      ({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200) ?? ''} ${nodes[0]?.failureSummary ?? ''}`,
    );
  }, rules);
}

/** The same in all four themes, beginning with the one that is shown: each line says in which. */
export async function violationsInEveryTheme(editor: Editor, frame: Frame): Promise<readonly string[]> {
  const shown = await themeOf(frame);
  const found = (await violations(frame)).map(line => `${shown}: ${line}`);
  for (const theme of Object.values(THEMES).filter(one => one !== shown)) {
    editor.chooseTheme(theme);
    await frame.locator(`body[data-vscode-theme-id="${theme}"]`).waitFor({ timeout: PATIENCE_MS });
    found.push(...(await violations(frame, OF_COLOUR)).map(line => `${theme}: ${line}`));
  }
  return found;
}

async function themeOf(frame: Frame): Promise<string> {
  return frame.evaluate(() => document.body.dataset['vscodeThemeId'] ?? '');
}
