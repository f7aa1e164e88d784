/** Files that are given to a reconstruction and were made to break it: it refuses, or shows them, and ends. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { givenDiskFile } from '../../src/audit/given-file.ts';
import type { Past } from '../../src/control-plane/engine.ts';
import { PAST } from '../../src/engines/aerodb/past.ts';
import { gather } from '../../src/reconstruction/gather.ts';
import { evidenceIn } from '../../src/reconstruction/evidence.ts';
import { ALL, answerText, event } from './made.ts';
import { TemporaryFolder } from '../support/folders.ts';

async function pastOf(): Promise<Past> {
  return Promise.resolve(PAST);
}

describe('a reconstruction of hostile files', () => {
  it('refuses a history of more events than there may be entries', async () => {
    const events = Array.from({ length: 100_001 }, (_, index) => event(index + 1));
    const given = { is: 'evidence', name: 'many.json', text: answerText(events) } as const;
    const gathered = await gather([given], ALL, pastOf);
    assert.ok(!gathered.ok);
    assert.match(gathered.error.message, /More than 100000 events are given/);
    const half = { is: 'evidence', name: 'half.json', text: answerText(events.slice(0, 60_000)) } as const;
    assert.ok((await gather([half, half], ALL, pastOf)).ok, 'the same events twice are no more events');
  }).timeout(60_000);

  it('refuses more histories than can be held beside each other', async () => {
    const given = Array.from({ length: 201 }, (_, index) => ({
      is: 'evidence' as const,
      name: `${index}.json`,
      text: answerText([event(1)], {}, { observed: { nodeId: `node-${index}`, time: '', clock: '' } }),
    }));
    const gathered = await gather(given, ALL, pastOf);
    assert.ok(!gathered.ok);
    assert.match(gathered.error.message, /Answers of more than 200 histories are given/);
    assert.ok((await gather(given.slice(1), ALL, pastOf)).ok);
  });

  it('refuses an event that is nested deeper than can be written out again', () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    const text = answerText([event(1, { fields: { x: 'HERE' } })]).replace('"HERE"', deep);
    const read = evidenceIn('deep.json', text);
    assert.ok(!read.ok);
    assert.match(read.error.message, /view\.events\.0\.fields is nested more than 100 levels deep/);
  });

  it('an editor does not wait for a pipe, which would stop every later reconstruction', async function () {
    if (process.platform === 'win32') {
      process.stderr.write('      NO PIPES WITH NAMES HERE: NOT TESTED\n');
      this.skip();
    }
    using temporary = new TemporaryFolder('given-');
    const folder = temporary.path;
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await assert.rejects(givenDiskFile(join(folder, 'pipe')), /it is not a file, but a directory, a pipe or a device/);
    await assert.rejects(givenDiskFile(folder), /it is not a file/);
  });
});
