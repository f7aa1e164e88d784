/**
 * The head that the editor keeps outside of the log: what was cut off or rewritten stays shown, however much is
 * appended afterwards.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { openAuditLog } from '../../src/audit/log.ts';
import { openAuditReader } from '../../src/audit/reader.ts';
import type { AuditPosition } from '../../src/control-plane/model/audit-position.ts';
import { KnownHead, type Storage } from '../../src/vscode/known-head.ts';
import { appendMany, temporaryDirectory, writtenLog } from '../audit/support.ts';

/** The editor's storage, which outlives its windows. */
function storage(): Storage & { readonly kept: Map<string, unknown> } {
  const kept = new Map<string, unknown>();
  return {
    kept,
    get: key => kept.get(key),
    update: (key, value) => {
      kept.set(key, value);
      return Promise.resolve();
    },
  };
}

/** A window that appends some records, and keeps the head after each as the extension does. */
async function window(state: Storage, directory: string, records: number): Promise<KnownHead> {
  const head = new KnownHead(state, openAuditReader({ directory }));
  const kept: Promise<void>[] = [];
  const log = openAuditLog({ directory, onAppended: (position: AuditPosition) => void kept.push(head.keep(position)) });
  await appendMany(log, 1, records);
  await Promise.all(kept);
  return head;
}

describe('the known head of the editor', () => {
  it('moves on with the log, from window to window, and says that it is intact', async () => {
    const { directory, file } = await writtenLog(3);
    const state = storage();
    assert.equal((await window(state, directory, 2)).get()?.seq, 5n);
    const head = await window(state, directory, 2);
    assert.equal(head.get()?.seq, 7n);
    await head.keep({ seq: 6n, hash: 'f'.repeat(64) });
    assert.equal(head.get()?.seq, 7n, 'an earlier position replaces no later one');
    assert.equal((await openAuditReader({ file }).verify(head.get())).kind, 'intact');
  });

  it('is looked for in the log once in a window, not with every record', async () => {
    const { directory, positions } = await writtenLog(4);
    const state = storage();
    const [first, ...others] = positions;
    assert.ok(first);
    await new KnownHead(state, openAuditReader({ directory })).keep(first);
    let looked = 0;
    const reader = openAuditReader({ directory });
    const head = new KnownHead(state, {
      path: reader.path,
      verify: known => reader.verify(known),
      lines: () => reader.lines(),
      verifyHeads: heads => {
        looked += 1;
        return reader.verifyHeads(heads);
      },
    });
    for (const position of others) await head.keep(position);
    assert.deepEqual([looked, head.get()?.seq], [1, 4n]);
  });

  it('also P7-O3, freeze/tamper-evident: truncate and continue, beyond the known head too, stays found', async () => {
    const directory = temporaryDirectory();
    const state = storage();
    await window(state, directory, 10);
    const file = openAuditReader({ directory }).path;
    writeFileSync(file, `${readFileSync(file, 'utf8').split('\n').slice(0, 4).join('\n')}\n`);
    const head = await window(state, directory, 20);
    assert.equal(head.get()?.seq, 10n, 'the record that was cut off is still the one that is known');
    assert.equal((await openAuditReader({ file }).verify(head.get())).kind, 'replaced');
    assert.equal((await window(state, directory, 1)).get()?.seq, 10n);
  });

  it(
    'also P7-O3, freeze/tamper-evident: a log that was rewritten whole, or begun anew, and continued beyond the ' +
      'known head stays found',
    async () => {
      for (const records of [2, 30]) {
        const directory = temporaryDirectory();
        const state = storage();
        await window(state, directory, 10);
        const forged = await writtenLog(records, { detail: 'something else' });
        const file = openAuditReader({ directory }).path;
        writeFileSync(file, readFileSync(forged.file));
        const head = await window(state, directory, 20);
        assert.equal((await openAuditReader({ file }).verify(head.get())).kind, 'replaced');
      }
    },
  );

  it('a log in another directory has a head of its own, and what is kept of the other one stays', async () => {
    const [first, second] = [temporaryDirectory(), temporaryDirectory()];
    const state = storage();
    await window(state, first, 5);
    const other = await window(state, second, 2);
    assert.equal(other.get()?.seq, 2n);
    assert.equal((await openAuditReader({ directory: second }).verify(other.get())).kind, 'intact');
    assert.equal(new KnownHead(state, openAuditReader({ directory: first })).get()?.seq, 5n);
  });

  it('what stands in the storage and is no position counts for none', () => {
    const state = storage();
    const head = new KnownHead(state, openAuditReader({ directory: temporaryDirectory() }));
    for (const value of [null, 'x', { seq: 5, hash: 'x' }, { seq: '-1', hash: 'x' }, { seq: '1' }, []]) {
      state.kept.set([...state.kept.keys()][0] ?? 'none', value);
      assert.equal(head.get(), null);
    }
  });
});
