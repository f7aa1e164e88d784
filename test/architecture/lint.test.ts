/** Tests the lint rules: each forbidden construct is planted in a source file, and ESLint has to find it. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import { PlantedProject } from './planted.ts';

/**
 * What the control plane must never ask the machine for: the clock and ids come in through ports, and nothing happens
 * later.
 */
const IN_CONTROL_PLANE: Readonly<Record<string, string>> = {
  'Date.now': 'export function planted(): number { return Date.now(); }\n',
  'new Date()': 'export function planted(): Date { return new Date(); }\n',
  'Date()': 'export function planted(): string { return Date(); }\n',
  'Math.random': 'export function planted(): number { return Math.random(); }\n',
  'crypto.randomUUID': 'export function planted(): string { return crypto.randomUUID(); }\n',
  'randomUUID of node:crypto':
    "import { randomUUID } from 'node:crypto';\nexport function planted(): string { return randomUUID(); }\n",
  globalThis: 'export function planted(): number { return globalThis.Date.now(); }\n',
  setTimeout: 'export function planted(): unknown { return setTimeout(() => undefined, 1); }\n',
  setInterval: 'export function planted(): unknown { return setInterval(() => undefined, 1); }\n',
  setImmediate: 'export function planted(): unknown { return setImmediate(() => undefined); }\n',
  fetch: "export async function planted(): Promise<unknown> { return fetch('http://127.0.0.1/'); }\n",
  process: 'export function planted(): string { return process.version; }\n',
  performance: 'export function planted(): number { return performance.now(); }\n',
};

/** What no source may do. */
const ANYWHERE: Readonly<Record<string, string>> = {
  'a default export': 'export default 1;\n',
  any: 'export function planted(value: any): unknown { return value; }\n',
  'a non-null assertion': 'export function planted(value: string | undefined): string { return value!; }\n',
  'a promise that nobody waits for': 'export function planted(work: () => Promise<void>): void { work(); }\n',
  'a forgotten case': "export function planted(value: 'a' | 'b'): void { switch (value) { case 'a': break; } }\n",
  'numbers without an end as arguments':
    'export function planted(numbers: readonly number[]): number { return Math.max(...numbers); }\n',
  'a dictionary for foreign words':
    'const planted: Readonly<Record<string, number>> = { a: 1 };\n' +
    'export function find(word: string): number | undefined { return planted[word]; }\n',
  'a function in a constant': 'export const planted = (): number => 1;\n',
  'a number that configures, in small letters': 'export const planted = 1;\n',
  'a pattern that configures, in small letters': 'export const planted = /x/u;\n',
  'a set that configures, in small letters': "export const planted: ReadonlySet<string> = new Set(['x']);\n",
  console: "export function planted(): void { console.log('x'); }\n",
};

/** Ways to the editor's surfaces that do not make foreign words harmless. */
const IN_EDITOR: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'showInformationMessage',
    'showWarningMessage',
    'showErrorMessage',
    'showQuickPick',
    'createQuickPick',
    'showInputBox',
    'createInputBox',
  ].map(name => [
    name,
    `import * as vscode from 'vscode';\nexport function planted(): unknown { return vscode.window.${name}; }\n`,
  ]),
);

const FOLDERS = ['text', 'control-plane', 'engines', 'audit', 'files', 'vscode', 'cli', 'local-cluster', 'webview'];
const PLANTED = [
  ...Object.entries(IN_CONTROL_PLANE).map(([says, text]) => ({ folder: 'control-plane', says, text })),
  ...Object.entries(IN_EDITOR).map(([says, text]) => ({ folder: 'vscode', says, text })),
  ...FOLDERS.flatMap(folder => Object.entries(ANYWHERE).map(([says, text]) => ({ folder, says, text }))),
].map(({ folder, says, text }, index) => ({
  file: `src/${folder}/planted-${index}.ts`,
  says: `${says} in src/${folder}`,
  text,
}));
const HARMLESS = {
  'src/control-plane/fine.ts':
    "import { createHash } from 'node:crypto';\n" +
    "export function digest(text: string): string { return createHash('sha256').update(text).digest('hex'); }\n" +
    'export function day(time: string): Date { return new Date(time); }\n',
};

describe('lint', function () {
  this.timeout(120_000);
  const errors = new Map<string, readonly string[]>();

  before('lint a project in which every forbidden thing is planted', async () => {
    const project = new PlantedProject({
      ...HARMLESS,
      ...Object.fromEntries(PLANTED.map(({ file, text }) => [file, text])),
    });
    try {
      const lint = new ESLint({ cwd: project.folder, overrideConfigFile: join(project.folder, 'eslint.config.js') });
      for (const { filePath, messages } of await lint.lintFiles(['src'])) {
        errors.set(
          filePath.slice(project.folder.length + 1),
          messages
            .filter(({ severity }) => severity === 2)
            .map(({ ruleId, message }) => `${ruleId ?? 'parser'}: ${message}`),
        );
      }
    } finally {
      project.remove();
    }
  });

  for (const { file, says } of PLANTED) {
    it(`refuses ${says}`, () => {
      const found = errors.get(file) ?? [];
      assert.ok(found.length > 0, `${file} went unnoticed`);
      assert.deepEqual(
        found.filter(error => error.startsWith('parser')),
        [],
      );
    });
  }

  it('leaves digests and given times alone', () => {
    assert.deepEqual(errors.get('src/control-plane/fine.ts'), []);
  });
});
