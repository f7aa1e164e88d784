/** Tests the lint rules: each forbidden construct is planted in a source file, and ESLint has to find it. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import { root } from '../../scripts/lib/paths.mjs';
import { PlantedProject } from './planted.ts';

/** A forbidden construct, and how its error begins: the id of the rule, and its message where the rule has several. */
interface Construct {
  readonly error: string;
  readonly text: string;
}

const CONFIGURES = 'no-restricted-syntax: A constant that configures';
const GLOBALS = 'no-restricted-globals: ';
const PROPERTIES = 'no-restricted-properties: ';
const CLOCK = 'no-restricted-syntax: P7-D1: the clock';

/**
 * What the control plane must never ask the machine for: the clock and ids come in through ports, and nothing happens
 * later.
 */
const IN_CONTROL_PLANE: Readonly<Record<string, Construct>> = {
  'Date.now': { error: PROPERTIES, text: 'export function planted(): number { return Date.now(); }\n' },
  'new Date()': { error: CLOCK, text: 'export function planted(): Date { return new Date(); }\n' },
  'Date()': { error: CLOCK, text: 'export function planted(): string { return Date(); }\n' },
  'Math.random': { error: PROPERTIES, text: 'export function planted(): number { return Math.random(); }\n' },
  'crypto.randomUUID': {
    error: PROPERTIES,
    text: 'export function planted(): string { return crypto.randomUUID(); }\n',
  },
  'randomUUID of node:crypto': {
    error: 'no-restricted-imports: ',
    text: "import { randomUUID } from 'node:crypto';\nexport function planted(): string { return randomUUID(); }\n",
  },
  globalThis: { error: GLOBALS, text: 'export function planted(): number { return globalThis.Date.now(); }\n' },
  setTimeout: {
    error: GLOBALS,
    text: 'export function planted(): unknown { return setTimeout(() => undefined, 1); }\n',
  },
  setInterval: {
    error: GLOBALS,
    text: 'export function planted(): unknown { return setInterval(() => undefined, 1); }\n',
  },
  setImmediate: {
    error: GLOBALS,
    text: 'export function planted(): unknown { return setImmediate(() => undefined); }\n',
  },
  fetch: {
    error: GLOBALS,
    text: "export async function planted(): Promise<unknown> { return fetch('http://127.0.0.1/'); }\n",
  },
  process: { error: GLOBALS, text: 'export function planted(): string { return process.version; }\n' },
  performance: { error: GLOBALS, text: 'export function planted(): number { return performance.now(); }\n' },
};

/** What no source may do. */
const ANYWHERE: Readonly<Record<string, Construct>> = {
  'a default export': { error: 'no-restricted-exports: ', text: 'export default 1;\n' },
  any: {
    error: '@typescript-eslint/no-explicit-any: ',
    text: 'export function planted(value: any): unknown { return value; }\n',
  },
  'a non-null assertion': {
    error: '@typescript-eslint/no-non-null-assertion: ',
    text: 'export function planted(value: string | undefined): string { return value!; }\n',
  },
  'a promise without await': {
    error: '@typescript-eslint/no-floating-promises: ',
    text: 'export function planted(work: () => Promise<void>): void { work(); }\n',
  },
  'a forgotten case': {
    error: '@typescript-eslint/switch-exhaustiveness-check: ',
    text: "export function planted(value: 'a' | 'b'): void { switch (value) { case 'a': break; } }\n",
  },
  'an array of any length as arguments': {
    error: 'no-restricted-syntax: The stack ends',
    text: 'export function planted(numbers: readonly number[]): number { return Math.max(...numbers); }\n',
  },
  'a dictionary for foreign words': {
    error: 'no-restricted-syntax: A foreign word',
    text:
      'const planted: Readonly<Record<string, number>> = { a: 1 };\n' +
      'export function find(word: string): number | undefined { return planted[word]; }\n',
  },
  'a function in a constant': {
    error: 'no-restricted-syntax: Declare it',
    text: 'export const planted = (): number => 1;\n',
  },
  'a number that configures, in small letters': { error: CONFIGURES, text: 'export const planted = 1;\n' },
  'a pattern that configures, in small letters': { error: CONFIGURES, text: 'export const planted = /x/u;\n' },
  'a set that configures, in small letters': {
    error: CONFIGURES,
    text: "export const planted: ReadonlySet<string> = new Set(['x']);\n",
  },
  console: { error: 'no-console: ', text: "export function planted(): void { console.log('x'); }\n" },
};

/** Ways to the editor's surfaces that do not make foreign words harmless. */
const IN_EDITOR: Readonly<Record<string, Construct>> = Object.fromEntries(
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
    {
      error: 'no-restricted-syntax: What is shown may be foreign',
      text: `import * as vscode from 'vscode';\nexport function planted(): unknown { return vscode.window.${name}; }\n`,
    },
  ]),
);

const FOLDERS = readdirSync(join(root, 'src'), { withFileTypes: true })
  .filter(entry => entry.isDirectory())
  .map(({ name }) => name);
const PLANTED = [
  ...Object.entries(IN_CONTROL_PLANE).map(([says, construct]) => ({ folder: 'control-plane', says, ...construct })),
  ...Object.entries(IN_EDITOR).map(([says, construct]) => ({ folder: 'vscode', says, ...construct })),
  ...FOLDERS.flatMap(folder => Object.entries(ANYWHERE).map(([says, construct]) => ({ folder, says, ...construct }))),
].map(({ folder, says, error, text }, index) => ({
  file: `src/${folder}/planted-${index}.ts`,
  says: `${says} in src/${folder}`,
  error,
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

  for (const { file, says, error } of PLANTED) {
    it(`refuses ${says}`, () => {
      const found = errors.get(file) ?? [];
      assert.ok(
        found.some(each => each.startsWith(error)),
        `${file} went unnoticed by ${error}\n${found.join('\n')}`,
      );
    });
  }

  it('leaves digests and given times alone', () => {
    assert.deepEqual(errors.get('src/control-plane/fine.ts'), []);
  });
});
