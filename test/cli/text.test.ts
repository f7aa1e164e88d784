/** Text for people: 80 columns, unknown as a word, and nothing that could steer the terminal. */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { CommandViews } from '../../src/control-plane/model/reads.ts';
import { columns, facts, paragraph, quote, shellLine, table, WIDTH, wrap } from '../../src/cli/text/layout.ts';
import { paintFor } from '../../src/cli/text/paint.ts';
import { recordText } from '../../src/cli/text/records.ts';
import { resultText } from '../../src/cli/text/results.ts';
import { known } from '../../src/cli/text/safe.ts';
import { safeJson } from '../../src/text/json.ts';
import { documentText } from '../../src/cli/text/document.ts';
import { kernelRejection } from '../../src/control-plane/model/errors.ts';
import { visible } from '../../src/text/foreign.ts';
import { seedFrom } from '../support/seed.ts';
import { anyOf } from '../support/pattern.ts';
import {
  DESCRIBED_BY_AERODB,
  documented,
  DESCRIBED_BY_PATRONI,
  type PatroniViews,
  type Undocumented,
} from '../support/documents.ts';

fc.configureGlobal({ seed: seedFrom('FUZZ_SEED') });

// What a terminal acts upon, or what changes how its neighbours look without being seen.
const STEERING = anyOf(
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c]/u,
  /[\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e0fff}]/u,
);
const PLAIN = paintFor({ isTTY: false }, {});
// Any text, and text of what terminals act upon, which would otherwise be rare.
const nasty = fc.constantFrom(
  '\u001b[2J',
  '\u009b31m',
  '\u0007',
  '\r',
  '\n',
  '\u202e',
  '\u2028',
  '\u200b',
  '\ufeff',
  '\u{e0041}',
  '\u3164',
  '\u0000',
  '\u007f',
  'a',
  ' ',
  '日',
  '\ud800',
);
const foreign = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ unit: nasty, maxLength: 60 }));

function fits(lines: readonly string[]): void {
  for (const line of lines) {
    assert.ok(columns(line) <= WIDTH, `${columns(line)} columns: ${JSON.stringify(line)}`);
    assert.doesNotMatch(line, STEERING);
    assert.doesNotMatch(line, /\n/);
  }
}

describe('layout', () => {
  it('keeps every character of what it wraps, in 80 columns', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 120 }).map(visible)),
        fc.integer({ min: 4, max: 80 }),
        (words, width) => {
          const text = words.join(' ');
          const lines = wrap(text, width);
          for (const line of lines) assert.ok(columns(line) <= width || Array.from(line).length <= 2);
          assert.equal(lines.join('').replaceAll(' ', ''), text.replaceAll(' ', ''));
        },
      ),
    );
  });

  it('tables of anything fit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(foreign.map(known), { minLength: 8, maxLength: 8 }), { minLength: 1, maxLength: 5 }),
        rows => {
          fits(
            table(
              Array.from({ length: 8 }, (_, index) => ({
                title: `COLUMN ${index}`,
                ...(index % 2 === 0 ? { right: true as const } : {}),
              })),
              rows,
            ),
          );
          fits(facts(rows.map(([label = '', value = '']) => [label, value] as const)));
          fits(quote(rows.flat()));
          fits(rows.flat().flatMap(text => paragraph(text, 4)));
        },
      ),
    );
  });

  it('counts wide and combining characters as a terminal does', () => {
    assert.deepEqual(['abc', '日本', 'e\u0301', '👍', ''].map(columns), [3, 4, 1, 2, 0]);
  });

  it('breaks a command line between words only, so that it can be pasted', () => {
    const line =
      "aerodb-control promote --url http://127.0.0.1:9191 --url http://127.0.0.1:9192 --node 6f0c --reason 'two  " +
      "words, and a '\\''quote'\\''' --operator";
    const lines = shellLine(line, 2);
    assert.ok(lines.length > 1);
    assert.equal(lines.map(part => part.trim().replace(/ \\$/, '')).join(' '), line);
  });
});

describe('foreign text', () => {
  it('terminal escape sequences, bidirectional overrides and false line ends are written as their numbers', () => {
    assert.equal(
      visible('\u001b]0;owned\u0007\u001b[2Jok\r\nOutcome executed\u202e\u009b31m'),
      '<U+001B>]0;owned<U+0007><U+001B>[2Jok<U+000D><U+000A>Outcome executed<U+202E><U+009B>31m',
    );
    fc.assert(fc.property(foreign, text => assert.doesNotMatch(visible(text), STEERING)));
  });

  it('JSON keeps its value and loses what could steer', () => {
    fc.assert(
      fc.property(foreign, text => {
        assert.deepEqual(JSON.parse(safeJson({ text })), { text });
        assert.doesNotMatch(safeJson({ text }, 2), STEERING);
      }),
    );
  });

  it('also freeze/never-zero: null is unknown, and unknown is never 0 and never nothing', () => {
    assert.deepEqual([null, '', 0n, 0, false, 'unknown'].map(known), [
      'unknown',
      '(empty)',
      '0',
      '0',
      'false',
      'unknown',
    ]);
  });

  it('a kernel that speaks in escape sequences cannot write outside its own lines', () => {
    fc.assert(
      fc.property(foreign, foreign, fc.dictionary(foreign, foreign), (code, message, details) => {
        const error = kernelRejection(code, message, [code], 'not_executed', { status: 409, body: message, details });
        const lines = resultText(
          {
            kind: 'failed',
            requestId: 'r',
            command: code,
            cluster: message,
            target: null,
            error,
            recorded: { position: null, cause: message },
          },
          null,
          PLAIN,
        );
        fits(lines);
      }),
    );
    const lines = resultText(
      {
        kind: 'failed',
        requestId: 'r',
        command: 'request_promotion',
        cluster: 'c',
        target: null,
        recorded: { position: { seq: 1n, hash: '' }, time: '2026-11-21T10:00:00.000Z' },
        error: kernelRejection('X', 'no\nY \u00b7 recorded as #9', ['P6-A1'], 'not_executed', {
          status: 409,
          body: '',
          details: null,
        }),
      },
      null,
      PLAIN,
    );
    assert.ok(lines.includes('  | Y \u00b7 recorded as #9'), lines.join('\n'));
    assert.deepEqual(
      lines.filter(line => /^\S.*recorded as/u.test(line)),
      ['X \u00b7 P6-A1 \u00b7 recorded as #1'],
    );
  });

  it('a record of the log cannot write outside its own lines, whole or in short', () => {
    fc.assert(
      fc.property(
        fc.dictionary(foreign, fc.jsonValue() as fc.Arbitrary<unknown>),
        foreign,
        fc.boolean(),
        (record, text, whole) => {
          fits(recordText({ line: 1n, text, record }, { whole, unknown: false, paint: PLAIN }));
          fits(recordText({ line: 1n, text, record: null }, { whole, unknown: true, paint: PLAIN }));
        },
      ),
    );
  });
});

describe('views', () => {
  const member = {
    nodeId: '6f0c1f3e-0000-4000-8000-000000000001',
    name: 'node-1',
    apiUrl: 'https://db-1.example:9191',
    role: 'unknown',
    replicationState: 'ReplicationHalted',
    haltReason: null,
    health: 'unknown',
    healthBasis: '',
    durableOffset: null,
    durableCommitId: null,
    lagBytes: null,
    lagCommits: null,
    lastContact: null,
  } as const;
  const huge = {
    ...member,
    health: 'halted',
    haltReason: 'AuthorityAmbiguity',
    durableOffset: 2n ** 64n - 1n,
    durableCommitId: 2n ** 64n - 1n,
    lagBytes: 2n ** 64n - 1n,
    lagCommits: 2n ** 64n - 1n,
  } as const;
  const observed = {
    snapshot: 'live',
    commitId: null,
    controlVersion: null,
    nodeId: member.nodeId,
    time: '2026-11-21T10:00:00.000Z',
    clock: 'c',
  };
  const reading = { observed, endpoint: 'https://db-1.example:9191', skipped: [], notes: [] };
  const of = ({ command, view }: { readonly command: string; readonly view: unknown }): readonly string[] => {
    const shown = { command, reading: { ...reading, view } } as Undocumented<CommandViews>;
    return documentText(documented(DESCRIBED_BY_AERODB, shown).reading.document());
  };

  it('what the kernel does not know is shown as unknown, in every view', () => {
    const views = [
      of({
        command: 'inspect_cluster_state',
        view: { clusterId: 'c', name: 'n', epoch: 1n, primaryId: null, members: [member] },
      }),
      of({ command: 'inspect_node', view: { member, source: 'reported', epoch: 1n } }),
      of({
        command: 'inspect_replication_status',
        view: {
          primaryId: null,
          epoch: 1n,
          committedOffset: null,
          replicas: [
            {
              nodeId: member.nodeId,
              name: null,
              state: 's',
              haltReason: null,
              receivedOffset: null,
              appliedOffset: null,
              acknowledgedOffset: null,
              lagBytes: null,
              lagCommits: null,
              lastAcknowledgedAt: null,
            },
          ],
        },
      }),
      of({
        command: 'inspect_wal',
        view: {
          segments: [],
          appendOffset: null,
          durableOffset: null,
          oldestOffset: null,
          truncationOffset: null,
          totalBytes: null,
          checksumStatus: 'unchecked',
          verifiedToOffset: null,
          checkpoints: null,
          nextBefore: null,
          nextAfter: null,
          total: null,
        },
      }),
      of({
        command: 'inspect_snapshots',
        view: {
          items: [
            {
              kind: 'snapshot',
              id: 'a',
              commitId: null,
              walFirstOffset: null,
              walEndOffset: null,
              createdAt: null,
              durable: null,
              source: null,
            },
          ],
          nextBefore: null,
          nextAfter: null,
          total: null,
        },
      }),
    ];
    for (const lines of views) {
      fits(lines);
      assert.ok(lines.join('\n').split('unknown').length > 4, lines.join('\n'));
      assert.doesNotMatch(lines.join('\n'), /\bnull\b|\bundefined\b|\bNaN\b/);
    }
  });

  describe('under Patroni what does not exist is no unknown', () => {
    const from = {
      observed: { snapshot: 'live', commitId: null, controlVersion: null, nodeId: 'pg1', time: 't', clock: 'c' },
      endpoint: 'e',
      skipped: [],
      notes: [],
    };
    const shown = (view: Undocumented<PatroniViews>): string => {
      const lines = documentText(documented(DESCRIBED_BY_PATRONI, view).reading.document());
      fits(lines);
      return lines.join('\n');
    };
    const leader = {
      ...member,
      name: 'pg1',
      nodeId: 'pg1',
      role: 'primary' as const,
      lagBytes: null,
      patroni: { role: 'leader', timeline: 1n, written: 5n, received: null, replayed: null, marks: null },
    };

    it('a leader has no lag, and a replica that reports itself none either', () => {
      const told = shown({
        command: 'inspect_node',
        reading: { ...from, view: { member: leader, source: 'self', epoch: 1n } },
      });
      assert.match(told, /^ {4}Lag \(bytes\) +-$/mu);
      assert.match(
        shown({
          command: 'inspect_node',
          reading: { ...from, view: { member: { ...leader, role: 'replica' }, source: 'reported', epoch: 1n } },
        }),
        /^ {4}Lag \(bytes\) +unknown$/mu,
      );
      assert.match(
        shown({
          command: 'inspect_node',
          reading: { ...from, view: { member: { ...leader, role: 'replica' }, source: 'self', epoch: 1n } },
        }),
        /^ {4}Lag \(bytes\) +not reported by the node itself$/mu,
      );
      assert.match(told, /^ {4}Received +-$/mu);
    });

    it('a cluster has no id', () => {
      assert.doesNotMatch(
        shown({
          command: 'inspect_cluster_state',
          reading: { ...from, view: { clusterId: null, name: null, epoch: 1n, primaryId: 'pg1', members: [leader] } },
        }),
        /^ {2}Cluster/mu,
      );
    });

    it('a replica inserts no WAL', () => {
      const wal = {
        segments: [],
        checkpoints: null,
        appendOffset: null,
        durableOffset: 5n,
        oldestOffset: 1n,
        truncationOffset: null,
        totalBytes: 1n,
        checksumStatus: 'unchecked' as const,
        verifiedToOffset: null,
        nextBefore: null,
        nextAfter: null,
        total: null,
      };
      assert.match(shown({ command: 'inspect_wal', reading: { ...from, view: wal } }), /^ {4}Inserted +-$/mu);
    });

    it('the time of a checkpoint stands in one piece', () => {
      const checkpoint = {
        kind: 'checkpoint' as const,
        id: '1F/5A000060',
        commitId: null,
        walFirstOffset: 0x1f5a000028n,
        walEndOffset: 0x1f5a000060n,
        createdAt: '2026-11-21T18:17:42Z',
        durable: true,
        source: 'pg_control_checkpoint(), timeline 12',
      };
      assert.match(
        shown({
          command: 'inspect_snapshots',
          reading: { ...from, view: { items: [checkpoint], nextBefore: null, nextAfter: null, total: null } },
        }),
        /^ {2}1F\/5A000060 +2026-11-21T18:17:42Z +pg_control_checkpoint\(\), timeline 12$/mu,
      );
    });
  });

  it(
    'replicas are called by their names, with the ids beside them, in 80 columns; by their ids where a name is ' +
      "nobody's own",
    () => {
      const [one, two] = ['6f0c1f3e-0000-4000-8000-000000000001', '6f0c1f3e-0000-4000-8000-000000000002'];
      const shown = (names: readonly (string | null)[]): string => {
        const lines = of({
          command: 'inspect_replication_status',
          view: {
            primaryId: null,
            epoch: 1n,
            committedOffset: 4096n,
            replicas: [one, two].map((nodeId, index) => ({
              nodeId,
              name: names[index] ?? null,
              state: 'ReplicationHalted',
              haltReason: null,
              receivedOffset: 4096n,
              appliedOffset: 4096n,
              acknowledgedOffset: 4096n,
              lagBytes: 4096n,
              lagCommits: 4096n,
              lastAcknowledgedAt: '2026-11-21T10:00:00.000Z',
            })),
          },
        });
        fits(lines);
        return lines.join('\n');
      };
      const named = shown(['node-1', 'node-2']);
      for (const [name, id] of [
        ['node-1', one],
        ['node-2', two],
      ] as const) {
        assert.match(named, new RegExp(`^  ${name} +${id}$`, 'mu'));
        assert.equal(named.split(`\n  ${name} `).length, 5, 'each table says it');
        assert.equal(named.split(id).length, 2, 'the id stands there once');
      }
      for (const names of [
        [null, null],
        [one, two],
      ]) {
        const byId = shown(names);
        assert.doesNotMatch(byId, /NODE ID/u);
        for (const id of [one, two]) assert.equal(byId.split(`\n  ${id} `).length, 4);
      }
      for (const names of [
        ['node', 'node'],
        [two, null],
      ]) {
        const both = shown(names);
        assert.ok(both.includes(`  ${names[0] ?? ''} `) && both.includes(`(${one})`), both);
      }
    },
  );

  it('the largest numbers and the longest states fit and are whole', () => {
    const lines = of({
      command: 'inspect_cluster_state',
      view: { clusterId: 'c', name: 'n', epoch: 2n ** 64n - 1n, primaryId: member.nodeId, members: [huge, huge] },
    });
    fits(lines);
    assert.equal(lines.join('').replaceAll(/\s/g, '').includes('AuthorityAmbiguity'), true);
  });

  it('also P7-A3: members are sorted by name, in natural order, so that the order recommends none', () => {
    const lines = of({
      command: 'inspect_cluster_state',
      view: {
        clusterId: 'c',
        name: 'n',
        epoch: 1n,
        primaryId: 'b',
        members: ['10', '2', '1'].map(id => ({ ...member, nodeId: id, name: `name-${id}` })),
      },
    });
    assert.deepEqual([...new Set(lines.join('\n').match(/name-\d+(?= +unknown)/g))], ['name-1', 'name-2', 'name-10']);
  });
});

describe('emphasis', () => {
  it('NO_COLOR, dumb terminals, unnamed terminals and files get none', () => {
    const strong = (isTTY: boolean, env: Readonly<Record<string, string>>): string =>
      paintFor({ isTTY }, env).strong('x');
    assert.notEqual(strong(true, { TERM: 'xterm' }), 'x');
    assert.notEqual(strong(true, { TERM: 'xterm', NO_COLOR: '' }), 'x');
    for (const [isTTY, env] of [
      [false, { TERM: 'xterm' }],
      [true, { TERM: 'dumb' }],
      [true, {}],
      [true, { TERM: 'xterm', NO_COLOR: '1' }],
    ] as const)
      assert.equal(strong(isTTY, env), 'x');
  });
});
