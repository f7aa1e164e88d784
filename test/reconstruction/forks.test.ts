/** Logs that were forked, rewritten or put into one file: records of which no order is proven are shown in none. */
import assert from 'node:assert/strict';
import { LogCollector } from '../../src/reconstruction/collect.ts';
import type { Reconstruction } from '../../src/reconstruction/model.ts';
import { reconstruct, type Given } from '../../src/reconstruction/reconstruct.ts';
import { ALL, collected, pieces } from './made.ts';

function shown(logs: Given['logs'], asked = ALL): Reconstruction {
  return reconstruct({ asked, logs, evidence: [] });
}

/** Each record by its detail: its source, and the details of those that are shown to be before it. */
function orderOf({ entries }: Reconstruction): Readonly<Record<string, string>> {
  const before = new Map<number, Set<number>>();
  const last = new Map<string, number>();
  const names = new Map<number, string>();
  for (const entry of entries) {
    const own = new Set<number>();
    for (const n of [last.get(entry.source), ...entry.after.map(each => each.entry)])
      if (n !== undefined) for (const each of [n, ...(before.get(n) ?? [])]) own.add(each);
    before.set(entry.n, own);
    last.set(entry.source, entry.n);
    if (entry.is === 'record') names.set(entry.n, entry.text);
  }
  return Object.fromEntries(
    [...names].map(([n, name]) => [
      name,
      [...(before.get(n) ?? [])]
        .flatMap(each => names.get(each) ?? [])
        .sort()
        .join(''),
    ]),
  );
}

/** A log of records that are named by letters. */
function log(letters: string, cluster: (letter: string) => string = () => 'orders') {
  return pieces(
    'anna',
    Array.from(letters, letter => ({ stage: 'log_read' as never, detail: letter, cluster: cluster(letter) })),
  );
}

describe('a log that is not one chain', () => {
  const forked = { a: '', b: 'a', c: 'ab', d: 'abc', x: 'ab', y: 'abx', z: 'abxy' };

  it('in two files: what both hold is before each fork, and no fork is before the other', () => {
    const made = shown([collected('one', log('abcd')), collected('two', log('abxyz'))]);
    assert.deepEqual(orderOf(made), forked);
    assert.match(String(made.contradictions), /Two records #3 of the log of anna@host are given/);
    assert.equal(made.sources.length, 2);
    assert.doesNotMatch(made.entries.map(({ text }) => text).join(), /not in what was given/);
  });

  it('in one file: a number that comes again begins another source', () => {
    const file = [...log('abcd'), ...log('abxyz').slice(2)];
    assert.deepEqual(orderOf(shown([collected('one', file)])), forked);
  });

  it('in one file, record by record', () => {
    const [one, two] = [log('abcd'), log('abxyz')];
    const file = [...one.slice(0, 3), two[2], one[3], two[3], two[4]].filter(each => each !== undefined);
    assert.deepEqual(orderOf(shown([collected('one', file)])), forked);
  });

  it('a fork is found too where the records that tell are not asked for', () => {
    const asked = { ...ALL, cluster: 'asked' };
    const of = (letter: string): string => ('bdz'.includes(letter) ? 'asked' : 'another');
    const logs = ['abcd', 'abxyz'].map((letters, index) => collected(String(index), log(letters, of), asked));
    assert.deepEqual(orderOf(shown(logs, asked)), { b: '', d: 'b', z: 'b' });
  });

  it('two logs that stand behind each other in one file are two', () => {
    const made = shown([collected('both', [...log('abc'), ...log('xyz')])]);
    assert.deepEqual(orderOf(made), { a: '', b: 'a', c: 'ab', x: '', y: 'x', z: 'xy' });
    assert.equal(made.sources.length, 2);
  });

  it('what does not name the record before it is not shown behind it', () => {
    const [one, two] = [log('abc'), log('vwxyz')];
    const made = shown([collected('a', [...one, ...two.slice(3)], ALL, 'records_missing')]);
    assert.deepEqual(orderOf(made), { a: '', b: 'a', c: 'ab', y: '', z: 'y' });
  });

  it('a file of more chains than there may be sources is refused', () => {
    const [piece] = log('a');
    assert.ok(piece);
    const collector = new LogCollector(ALL);
    assert.throws(() => {
      for (let count = 0; count <= 200; count += 1) collector.take(piece);
    }, /belong to more than 200 chains/);
  });

  it('a file without any record is a source with its verdict', () => {
    const made = shown([collected('empty', [{ is: 'damage', line: 1n, bytes: 9n }], ALL, 'unreadable')]);
    assert.deepEqual(
      made.sources.map(({ label, files }) => [label, files[0]?.verdict]),
      [['log empty', 'unreadable']],
    );
    assert.match(made.entries[0]?.text ?? '', /9 bytes of line 1 are not a record/);
  });

  it('what two files of one log say of the same place is said once', () => {
    const times = ['2026-11-01T00:00:00.000Z', '2026-10-01T00:00:00.000Z'];
    const back = pieces(
      'anna',
      times.map(time => ({ time })),
    );
    const made = shown([collected('one', back), collected('two', back)]);
    assert.equal(made.entries.filter(({ is }) => is === 'gap').length, 1);
  });
});
