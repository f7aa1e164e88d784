import assert from 'node:assert/strict';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import { House } from './planted.ts';

/** What the control plane must never ask the machine for: the clock and ids come in through ports, and nothing happens later. */
const inControlPlane: Readonly<Record<string, string>> = {
  'Date.now': 'export const planted = (): number => Date.now();\n',
  'new Date()': 'export const planted = (): Date => new Date();\n',
  'Date()': 'export const planted = (): string => Date();\n',
  'Math.random': 'export const planted = (): number => Math.random();\n',
  'crypto.randomUUID': 'export const planted = (): string => crypto.randomUUID();\n',
  'randomUUID of node:crypto':
    "import { randomUUID } from 'node:crypto';\nexport const planted = (): string => randomUUID();\n",
  globalThis: 'export const planted = (): number => globalThis.Date.now();\n',
  setTimeout: 'export const planted = (): unknown => setTimeout(() => undefined, 1);\n',
  setInterval: 'export const planted = (): unknown => setInterval(() => undefined, 1);\n',
  setImmediate: 'export const planted = (): unknown => setImmediate(() => undefined);\n',
  fetch: "export const planted = async (): Promise<unknown> => fetch('http://127.0.0.1/');\n",
  process: 'export const planted = (): string => process.version;\n',
  performance: 'export const planted = (): number => performance.now();\n',
};

/** What no source may do. */
const anywhere: Readonly<Record<string, string>> = {
  'a default export': 'export default 1;\n',
  any: 'export const planted = (value: any): unknown => value;\n',
  'a non-null assertion': 'export const planted = (value: string | undefined): string => value!;\n',
  'a promise that nobody waits for': 'export const planted = (work: () => Promise<void>): void => { work(); };\n',
  'a forgotten case': "export const planted = (value: 'a' | 'b'): void => { switch (value) { case 'a': break; } };\n",
  'numbers without an end as arguments':
    'export const planted = (numbers: readonly number[]): number => Math.max(...numbers);\n',
  'a dictionary for foreign words':
    'const planted: Readonly<Record<string, number>> = { a: 1 };\nexport const find = (word: string): number | undefined => planted[word];\n',
  console: "export const planted = (): void => { console.log('x'); };\n",
};

/** Ways to the editor's surfaces that do not make foreign words harmless. */
const inEditor: Readonly<Record<string, string>> = Object.fromEntries(
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
    `import * as vscode from 'vscode';\nexport const planted = (): unknown => vscode.window.${name};\n`,
  ]),
);

const folders = ['text', 'control-plane', 'kernel', 'audit', 'files', 'vscode', 'cli', 'local-cluster', 'webview'];
const planted = [
  ...Object.entries(inControlPlane).map(([says, text]) => ({ folder: 'control-plane', says, text })),
  ...Object.entries(inEditor).map(([says, text]) => ({ folder: 'vscode', says, text })),
  ...folders.flatMap(folder => Object.entries(anywhere).map(([says, text]) => ({ folder, says, text }))),
].map(({ folder, says, text }, index) => ({
  file: `src/${folder}/planted-${index}.ts`,
  says: `${says} in src/${folder}`,
  text,
}));
const harmless = {
  'src/control-plane/fine.ts':
    "import { createHash } from 'node:crypto';\nexport const digest = (text: string): string => createHash('sha256').update(text).digest('hex');\nexport const day = (time: string): Date => new Date(time);\n",
};

describe('lint', function () {
  this.timeout(120_000);
  const errors = new Map<string, readonly string[]>();

  before('check a house in which every forbidden thing is planted', async () => {
    const house = new House({ ...harmless, ...Object.fromEntries(planted.map(({ file, text }) => [file, text])) });
    try {
      const lint = new ESLint({ cwd: house.folder, overrideConfigFile: join(house.folder, 'eslint.config.js') });
      for (const { filePath, messages } of await lint.lintFiles(['src'])) {
        errors.set(
          filePath.slice(house.folder.length + 1),
          messages
            .filter(({ severity }) => severity === 2)
            .map(({ ruleId, message }) => `${ruleId ?? 'parser'}: ${message}`),
        );
      }
    } finally {
      house.remove();
    }
  });

  for (const { file, says } of planted) {
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
