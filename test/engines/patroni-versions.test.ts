/**
 * What differs between versions of Patroni stands in one place of the sources, and the table of the documentation says
 * the same.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { behaviourOf, commonBehaviour, KNOWN_VERSIONS } from '../../src/engines/patroni/versions.ts';

const docs = readFileSync('docs/patroni.md', 'utf8');
const table =
  /<!-- versions -->\n([^]*?)<!-- \/versions -->/u
    .exec(docs)?.[1]
    ?.trim()
    .split('\n')
    .map(line =>
      line
        .split('|')
        .slice(1, -1)
        .map(cell => cell.trim()),
    ) ?? [];

describe('versions of Patroni', () => {
  it('the table of docs/patroni.md says what the sources know of each version', () => {
    const row = (name: string, words: (known: (typeof KNOWN_VERSIONS)[number]) => string): void =>
      assert.deepEqual(
        table.find(([first]) => first === name),
        [name, ...KNOWN_VERSIONS.map(words)],
        name,
      );
    row('', ({ series }) => series);
    row('`synchronous_mode: quorum`', ({ quorumCommit }) => (quorumCommit ? 'quorum commit' : 'counts as off'));
    row('failover to a member that is no synchronous standby, in synchronous mode', ({ failoverToAsynchronous }) =>
      failoverToAsynchronous === 'executed'
        ? 'carried out'
        : 'taken back by a living leader (503); carried out without one',
    );
    row('`synchronous_mode` in a standby cluster', ({ standbyClusterIsSynchronous }) =>
      standbyClusterIsSynchronous ? 'counts' : 'does not count',
    );
    row('tag `failover_priority: 0`', ({ failoverPriority }) =>
      failoverPriority ? 'keeps a member from leading' : 'means nothing',
    );
    row('a standby lost before it had become synchronous, in synchronous mode', ({ waitsForLostStandby: releases }) =>
      releases === null ? 'nobody waits for it' : `commits wait for it${/ before .*/u.exec(releases)?.[0] ?? ''}`,
    );
    for (const { tested } of KNOWN_VERSIONS)
      assert.ok(docs.includes(`| ${tested} | Debian`), `${tested} is named as tested`);
  });

  it('a version is known by its first two numbers; any other one is not, whatever it looks like', () => {
    assert.deepEqual(
      ['3.0.2', '4.0.7', '4.1.5', '4.1', '4.1.99'].map(version => behaviourOf(version)?.series),
      ['3.0', '4.0', '4.1', '4.1', '4.1'],
    );
    for (const unknown of ['3.1.0', '3.3.2', '4.2.0', '4.10.0', '40.1', '', 'four', '4', 'v4.1.5', 'constructor', null])
      assert.equal(behaviourOf(unknown), null, String(unknown));
  });

  it('members of different versions have no behaviour in common that is known', () => {
    assert.equal(commonBehaviour(['4.1.5', '4.1.4'])?.series, '4.1');
    for (const mixed of [
      ['4.1.5', '4.0.7'],
      ['3.0.2', '4.1.5'],
      ['4.1.5', null],
      [null, '4.1.5'],
      [null, null],
      ['9.9', '9.9'],
      [],
    ])
      assert.equal(commonBehaviour(mixed), null, mixed.join());
  });
});
