/** An answer for people: what matters stands in the first lines, at every width, and nothing is lost with --wide. */
import assert from 'node:assert/strict';
import type { Member } from '../../src/control-plane/model/views.ts';
import { answerText } from '../../src/cli/text/reading.ts';
import { columns } from '../../src/cli/text/layout.ts';
import { lineWidth, PLAIN } from '../../src/cli/text/paint.ts';
import { DESCRIBED_BY_AERODB, documented } from '../support/documents.ts';

const AT = '2026-11-30T23:50:33.123Z';

function member(index: number, more: Partial<Member> = {}): Member {
  return {
    nodeId: `6f0c1f3e-0000-4000-8000-${String(index).padStart(12, '0')}`,
    name: `node-${index}`,
    apiUrl: `http://127.0.0.1:${9190 + index}`,
    role: index === 1 ? 'primary' : 'replica',
    replicationState: index === 1 ? 'PrimaryActive' : 'ReplicaActive',
    haltReason: null,
    health: 'running',
    healthBasis: 'answered node-2 in their last exchange',
    durableOffset: 4096n,
    durableCommitId: 12n,
    lagBytes: 0n,
    lagCommits: 0n,
    lastContact: AT,
    ...more,
  };
}

const DEAD = {
  health: 'unknown',
  healthBasis: 'did not answer node-2 in their last exchange; its values are its last report',
  lagBytes: null,
  lagCommits: null,
} as const;
const HALTED = { health: 'halted', haltReason: 'AuthorityAmbiguity', replicationState: 'ReplicationHalted' } as const;

interface Given {
  readonly width?: number;
  readonly isWide?: boolean;
  readonly primary?: number | null;
}

function shown(
  members: readonly Member[],
  { width = 100, isWide = false, primary = 1 }: Given = {},
): readonly string[] {
  const view = {
    clusterId: 'c',
    name: 'local',
    epoch: 2n,
    primaryId: primary === null ? null : member(primary).nodeId,
    members,
  };
  const answer = documented(DESCRIBED_BY_AERODB, {
    command: 'inspect_cluster_state',
    reading: {
      view,
      observed: {
        snapshot: 'live',
        commitId: 12n,
        controlVersion: 3n,
        nodeId: member(2).nodeId,
        time: AT,
        clock: 'node-system-utc',
      },
      endpoint: 'http://127.0.0.1:9192',
      skipped: [{ endpoint: 'http://127.0.0.1:9191', reason: 'no connection (connect ECONNREFUSED 127.0.0.1:9191)' }],
      notes: ['A note of the engine.'],
    },
  });
  const around = {
    cluster: 'orders (production)',
    title: 'Inspect Cluster State: orders (production), aerodb',
    trail: [
      ['Request', '6f0c1f3e-0000-4000-8000-00000000000a'],
      ['Audit record', '12'],
    ] as const,
    older: undefined,
  };
  return answerText(answer, around, { width, isWide }, PLAIN);
}

const THREE = [member(1, DEAD), member(2), member(3)];

describe('an answer in a terminal', () => {
  it('also P7-D1: three members with a dead primary take 15 lines, and the first ten answer who, which and when', () => {
    const lines = shown(THREE);
    assert.ok(lines.length <= 15, lines.join('\n'));
    assert.equal(lines[0], 'orders (production) · node-1 is primary, epoch 2 · 3 members · node-1 does not answer');
    assert.equal(lines[1], 'Read from node-2 at 2026-11-30 23:50:33 UTC · epoch 2');
    const ten = lines.slice(0, 10).join('\n');
    assert.match(ten, /^Asked before: http:\/\/127\.0\.0\.1:9191: no connection/mu);
    assert.match(ten, /^ {2}node-1 +primary +unknown +unknown +unknown/mu);
    assert.match(ten, /^ {2}node-3 +replica +running +0 +0/mu);
    const all = lines.join('\n');
    assert.match(all, /^ {4}node-1: did not answer node-2 in their last exchange; its values are its last report$/mu);
    assert.match(all, /^ {4}node-2, node-3: answered/mu);
    assert.match(all, /^ {2}Note: A note of the engine\.$/mu);
  });

  for (const [what, members, primary, expected] of [
    ['all up', [member(1), member(2), member(3)], 1, 'node-1 is primary, epoch 2 · 3 members'],
    ['one halted', [member(1, HALTED), member(2)], 2, 'node-1 is halted: AuthorityAmbiguity'],
    ['two halted', [member(1), member(2, HALTED), member(3, HALTED)], 1, '2 are halted: AuthorityAmbiguity'],
    ['no primary known', [member(2), member(3)], null, 'No primary is known, epoch 2 · 2 members'],
    [
      'one listed as primary, and none told',
      [member(1, { role: 'primary' }), member(2)],
      null,
      'No primary is known, epoch 2 · 2 members · node-1 is listed as primary',
    ],
    [
      'several primaries, as a group may have',
      [member(1), member(2, { role: 'primary' }), member(3)],
      null,
      '3 members · 2 are listed as primary',
    ],
    ['one member', [member(1)], 1, 'node-1 is primary, epoch 2 · 1 member'],
    ['two primaries', [member(1), member(2, { role: 'primary' })], 1, 'node-2 is listed as primary too'],
    ['unknown, and not told why', [member(1), member(2, { health: 'unknown' })], 1, 'health of node-2 unknown'],
    [
      'fifty members',
      Array.from({ length: 50 }, (_none, index) => member(index + 1, index > 46 ? DEAD : {})),
      1,
      '50 members · 3 do not answer',
    ],
  ] as const)
    it(`also P7-D1: the headline says what is reported: ${what}`, () => {
      const [first = ''] = shown(members, { primary, width: 200 });
      assert.ok(first.endsWith(expected) || first.includes(expected), first);
      if (what === 'all up') assert.doesNotMatch(first, /answer|halted|unknown/u);
      if (what === 'unknown, and not told why') assert.doesNotMatch(first, /answer/u);
    });

  it('also P7-D1: fifty members have a line each, by name, and a shared sentence stands once', () => {
    const members = Array.from({ length: 50 }, (_none, index) => member(50 - index));
    const lines = shown(members);
    assert.deepEqual(
      lines.filter(line => /^ {2}node-/u.test(line)).map(line => line.trim().split(' ')[0]),
      Array.from({ length: 50 }, (_none, index) => `node-${index + 1}`),
    );
    assert.equal(lines.filter(line => line.includes('answered node-2')).length, 1);
    assert.ok(lines.length <= 65, String(lines.length));
  });

  it('also P7-D1: who is of which value can be told: "all others" are one group, and the last', () => {
    const bases = [
      'heartbeat answered within five seconds, reported by another node',
      'not heard of since a very long time ago, reported by another node',
    ];
    const members = Array.from({ length: 16 }, (_none, index) =>
      member(index + 1, { healthBasis: bases[index % 2] ?? '' }),
    );
    const text = (all: readonly Member[]): string => shown(all, { width: 80 }).join('\n').replaceAll(/\s+/gu, ' ');
    assert.match(text(members), /node-2, node-4, .*: not heard of since/u);
    assert.match(text(members), /node-1, node-3, .*: heartbeat answered/u);
    assert.doesNotMatch(text(members), /all others/u);
    const most = members.map((one, index) => ({ ...one, healthBasis: bases[index === 3 ? 1 : 0] ?? '' }));
    assert.match(text(most), /node-4: not heard of since [^:]* all others: heartbeat answered/u);
  });

  for (const width of [60, 80, 100, 200])
    it(`also P7-D1: no line is wider than ${width} columns, and no word of a table is broken`, () => {
      const lines = shown([member(1, { ...DEAD, ...HALTED }), member(2), member(10)], { width });
      for (const line of lines) assert.ok(columns(line) <= width, line);
      const table = lines.slice(lines.findIndex(line => line.startsWith('  NODE'))).join('\n');
      for (const word of ['primary', 'AuthorityAmbiguity', 'node-10', '23:50:33', 'COMMIT'])
        assert.ok(table.includes(word), word);
      for (const line of shown(THREE, { width, isWide: true })) assert.ok(columns(line) <= width, line);
    });

  it('also P7-D1: --wide loses nothing: ids, addresses, clock, control version, states and offsets', () => {
    const wide = shown(THREE, { isWide: true, width: 200 }).join('\n');
    for (const text of [
      member(1).nodeId,
      'http://127.0.0.1:9193',
      'node-system-utc',
      'control version 3',
      'PrimaryActive',
      '4096',
      AT,
      'A note of the engine.',
      'Asked before',
    ])
      assert.ok(wide.includes(text), text);
  });

  it('also P7-E3: a hostile name stays text, in the headline too', () => {
    const name = 'node\u001b[2J\nRead from nobody\u202e';
    for (const isWide of [false, true])
      for (const line of shown([member(1, { ...DEAD, name })], { isWide })) {
        assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u202e]/u);
        assert.doesNotMatch(line, /^Read from nobody/u);
      }
  });

  it('COLUMNS counts before the terminal, and without both a line has 100 columns', () => {
    assert.equal(lineWidth({ isTTY: true, columns: 120 }, {}), 120);
    assert.equal(lineWidth({ isTTY: true, columns: 120 }, { COLUMNS: '80' }), 80);
    assert.equal(lineWidth({ isTTY: false, columns: 120 }, {}), 100);
    assert.equal(lineWidth({}, { COLUMNS: 'wide' }), 100);
    assert.equal(lineWidth({}, { COLUMNS: '0' }), 100);
    assert.equal(lineWidth({}, { COLUMNS: '3' }), 40);
  });
});
