/** Tests when the extension is activated, how long that takes, and what it leaves alone in its host. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as vscode from 'vscode';

/** undici and Node's own fetch share their default dispatcher through global symbols of these names. */
function sharedByHttpClients(): ReadonlyMap<string, unknown> {
  const symbols = Object.getOwnPropertySymbols(globalThis).filter(
    symbol => Symbol.keyFor(symbol)?.startsWith('undici.') === true,
  );
  return new Map(symbols.map(symbol => [String(symbol), Reflect.get(globalThis, symbol)]));
}

const before = sharedByHttpClients();

function extension(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension('aerodb.aerodb-control-plane');
  assert.ok(found, 'the extension is not installed in this host');
  return found;
}

/**
 * Loads the extension's file and puts a stopwatch around its `activate`, where the host will find it: what the host
 * itself reports includes messages between processes.
 * @returns milliseconds
 */
function timed(file: string): { readonly loading: number; readonly activating: () => number } {
  const started = performance.now();
  const load = createRequire(file);
  const loaded: unknown = load(file);
  assert.ok(isRecord(loaded) && typeof loaded['activate'] === 'function');
  const { activate } = loaded;
  const loading = performance.now() - started;
  let activating = Number.NaN;
  const cached = load.cache[load.resolve(file)];
  assert.ok(cached);
  cached.exports = {
    ...loaded,
    activate: (context: unknown): unknown => {
      const start = performance.now();
      const result: unknown = Reflect.apply(activate, undefined, [context]);
      activating = performance.now() - start;
      return result;
    },
  };
  return { loading, activating: () => activating };
}

describe('activation', () => {
  it('does not happen before somebody asks for something', () => {
    assert.equal(extension().isActive, false);
  });

  it('is done once asked for', async function () {
    const spent = timed(join(extension().extensionPath, 'dist', 'extension.cjs'));
    await extension().activate();
    assert.equal(extension().isActive, true);
    if (this.test !== undefined)
      this.test.title +=
        `: activate() took ${spent.activating().toFixed(1)} ms, ` +
        `loading its file took ${spent.loading.toFixed(1)} ms`;
  });

  it('exports nothing to other extensions', () => {
    assert.equal(extension().exports, undefined);
  });

  it('registers every command that the manifest names', async () => {
    const manifest: unknown = extension().packageJSON;
    const declared = commandsOf(manifest);
    assert.ok(declared.length > 0);
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      declared.filter(command => !registered.has(command)),
      [],
    );
  });

  it("also freeze/shared: leaves the dispatcher of the host's own fetch alone", () => {
    assert.deepEqual(sharedByHttpClients(), before);
    for (const [name, dispatcher] of before) assert.equal(sharedByHttpClients().get(name), dispatcher, name);
  });
});

function commandsOf(manifest: unknown): readonly string[] {
  assert.ok(isRecord(manifest) && isRecord(manifest['contributes']));
  const { commands } = manifest['contributes'];
  assert.ok(Array.isArray(commands));
  return commands.map((entry: unknown) => (isRecord(entry) ? String(entry['command']) : ''));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
