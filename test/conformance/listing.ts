/**
 * Loaded before mocha lists the tests. Lets suites of the extension host be read outside of it (`vscode` is there, with
 * what sources make when they load), and notes for each test the file and the line of its `it`.
 */
import { registerHooks } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import Mocha from 'mocha';
import { root } from '../../scripts/lib/paths.mjs';

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'vscode'
      ? { url: 'data:text/javascript,export class ThemeColor {} export class ThemeIcon {}', shortCircuit: true }
      : next(specifier, context),
});

const OWN = relative(root, import.meta.filename).replaceAll('\\', '/');
/** So many calls lie between a test and mocha at most, helpers that make tests among them. */
const FRAMES = 30;
const CALL = /\((file:\/\/[^)]*?):(\d+):\d+\)|at (file:\/\/\S*?):(\d+):\d+/u;

/** The nearest call in a file of `test/`: `it` itself, also where a loop or a function of the file calls it. */
function callInTests(stack: string): { readonly file: string; readonly line: number } | undefined {
  for (const frame of stack.split('\n')) {
    const call = CALL.exec(frame);
    if (call === null) continue;
    const file = relative(root, fileURLToPath(call[1] ?? call[3] ?? '')).replaceAll('\\', '/');
    if (file.startsWith('test/') && file !== OWN) return { file, line: Number(call[2] ?? call[4]) };
  }
  return undefined;
}

/** mocha's own, which is called with its block as `this`. */
const { addTest: add } = Mocha.Suite.prototype as { addTest: (this: Mocha.Suite, test: Mocha.Test) => Mocha.Suite };
Mocha.Suite.prototype.addTest = function (test) {
  const depth = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  const place = callInTests(new Error('where a test is added').stack ?? '');
  Error.stackTraceLimit = depth;
  return add.call(this, Object.assign(test, { place }));
};
