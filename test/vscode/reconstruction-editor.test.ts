/** A reconstruction ends with its tab, and with it all that was added; also where authority was lost in between. */
import assert from 'node:assert/strict';
import './editor.ts';
import type { Panels } from '../../src/vscode/panels.ts';
import type { CommandContext } from '../../src/vscode/commands.ts';
import { collected } from '../reconstruction/made.ts';

function fail(title: string, error: unknown): void {
  throw new Error(title, { cause: error });
}

describe('the tab of a reconstruction', () => {
  it('what is opened again in a tab after authority was lost ends with that tab', async () => {
    const { ReconstructionEditor } = await import('../../src/vscode/reconstruction-editor.ts');
    let level = 'Auditor';
    let reads = 0;
    const changed = new Set<() => void>();
    const plane = {
      get authority() {
        return { level };
      },
      recordLogRead: async () => Promise.resolve({ position: null, cause: 'made up' }),
      onAuthorityChanged: (listener: () => void) => {
        changed.add(listener);
        return () => changed.delete(listener);
      },
    };
    const shown = new Map<string, { panel: { kind: string }; refresh: () => void }>();
    const closed: (() => void)[] = [];
    let next = Promise.withResolvers<undefined>();
    const show = (key: string, content: never): void => {
      shown.set(key, content);
      next.resolve(undefined);
    };
    const panels = {
      has: (key: string) => shown.has(key),
      show,
      replace: show,
      onClosed: (_key: string, callback: () => void) => closed.push(callback),
    } as unknown as Panels;
    const root = {
      log: 'log',
      open: async () => {
        reads += 1;
        const { file } = collected('log', []);
        const read = {
          form: 'log',
          verdict: { kind: file.verdict, message: '', line: null, seq: null },
          tolerated: [],
        };
        return Promise.resolve({ is: 'log', name: 'log', read: async () => Promise.resolve(read) });
      },
    };
    const context = { plane, results: { error: fail } } as unknown as CommandContext;
    const editor = new ReconstructionEditor(() => context, root as never, panels);
    const kind = async (act: () => void): Promise<string | undefined> => {
      next = Promise.withResolvers();
      act();
      await next.promise;
      return [...shown.values()][0]?.panel.kind;
    };

    assert.equal(await kind(() => editor.openPart({ cluster: 'orders' })), 'reconstruction');
    level = 'Observer';
    assert.equal(await kind(() => changed.forEach(each => each())), 'refused');
    level = 'Auditor';
    assert.equal(await kind(() => [...shown.values()][0]?.refresh()), 'reconstruction');
    assert.equal(reads, 2);
    assert.equal(changed.size, 1);
    shown.clear();
    for (const each of closed) each();
    assert.equal(changed.size, 0, 'nothing of it listens any more: it was let go of');
  });
});
