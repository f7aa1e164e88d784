/**
 * Explanations are held to what happens: in each mode of a real cluster a request is explained, confirmed and sent
 * through the terminal program, and every sentence of the explanation is compared with what the cluster did. A sentence
 * that nobody can hold to account fails as well.
 */
import assert from 'node:assert/strict';
import type { Verdict } from '../support/claims.ts';
import { hold } from './claims.ts';
import type { Explained } from '../support/explained.ts';
import { GROUPS, type Mode } from './modes.ts';
import { changed } from './observation.ts';
import { COMMANDS, Pairs, type Command, type Pair } from './pairs.ts';
import { CLAIMS } from './sentences.ts';

const MODES: readonly Mode[] = GROUPS.flatMap(({ modes }) => modes);

/** What is said of some versions only: of these it can never be tried. */
const SAID_SINCE_4 = ['quorum', 'the quorum is ignored', 'the quorum is not looked at', 'fails over to any member'];
const SAID_BEFORE_4 = ['reported role', 'goes on waiting', 'takes back a failover to any member'];

describe('explanations are held to what happens', function () {
  this.timeout(600_000);
  let groups: readonly Pairs[] = [];
  const tried = new Map<string, number>();

  before('start the clusters', () => {
    groups = GROUPS.map(group => new Pairs(group));
  });
  after('stop the clusters', async () => {
    await Promise.all(groups.map(group => group.end()));
  });

  function pair(mode: Mode, command: Command): Promise<Pair> {
    const at = GROUPS.findIndex(({ modes }) => modes.includes(mode));
    return groups[at]?.of(mode, command) ?? assert.fail();
  }

  for (const mode of MODES)
    for (const command of Object.keys(COMMANDS) as Command[]) {
      it(`${mode.name}: what is said before a ${command} is what happens`, async () => {
        const { explained, output, observed } = await pair(mode, command);
        if (explained === null) {
          assert.ok(!changed(observed), `the program refused, and Patroni carries it out:\n${output}`);
          return;
        }
        const verdict = hold(explained, observed);
        for (const id of verdict.tried) tried.set(id, (tried.get(id) ?? 0) + 1);
        assert.deepEqual(verdict.contradictions, []);
      });
    }

  it('a sentence that is not true, that nobody holds to account, or that is missing is found', async () => {
    const altered = async (
      name: string,
      command: Command,
      change: (explained: Explained) => Partial<Explained>,
    ): Promise<Verdict['contradictions']> => {
      const { explained, observed } = await pair(MODES.find(mode => mode.name === name) ?? assert.fail(), command);
      assert.ok(explained !== null);
      return hold({ ...explained, ...change(explained) }, observed).contradictions;
    };
    const adding =
      (text: string) =>
      ({ consequences }: Explained): Partial<Explained> => ({
        consequences: [...consequences, { scope: 'cluster', text }],
      });
    for (const [name, command, change, found] of [
      [
        'asynchronous',
        'request_promotion',
        adding('All will be well.'),
        /nobody holds to account: All will be well\./u,
      ],
      [
        'asynchronous',
        'request_promotion',
        adding(
          'The cluster is paused: Patroni does not replace a leader that fails, and the cluster stays ' +
            'paused after this request.',
        ),
        /it is not paused/u,
      ],
      [
        'asynchronous',
        'force_promotion',
        ({ changes }) => ({
          changes: changes.map(each =>
            each.component === 'timeline' ? { ...each, after: `${each.before ?? ''}, no new one` } : each,
          ),
        }),
        /change of timeline/u,
      ],
      [
        'asynchronous',
        'force_promotion',
        ({ facts }) => ({ facts: facts.map(fact => (fact.name === 'Paused' ? { ...fact, value: 'yes' } : fact)) }),
        /fact: Paused: yes — it is no/u,
      ],
      ['synchronous', 'request_promotion', adding('Synchronous mode is off.'), /there are synchronous standbys/u],
      [
        'synchronous, asynchronous candidate',
        'request_promotion',
        () => ({ rejection: [] }),
        /the explanation did not say that it may/u,
      ],
      ['host dead', 'force_promotion', () => ({ acknowledge: ['P6-A1'] }), /P6-S1 was not asked or said/u],
      ['agent dead', 'force_promotion', () => ({ acknowledge: ['P6-S1'] }), /P6-A1 was not asked or said/u],
      [
        'agent dead',
        'request_promotion',
        ({ changes }) => ({
          changes: changes.map(each =>
            each.after?.startsWith('unknown') === true ? { ...each, after: 'replica' } : each,
          ),
        }),
        /change of role .* → replica — it is/u,
      ],
    ] as const satisfies readonly (readonly [
      string,
      Command,
      (explained: Explained) => Partial<Explained>,
      RegExp,
    ])[]) {
      const contradictions = await altered(name, command, change);
      assert.equal(contradictions.length, 1, contradictions.join('\n'));
      assert.match(contradictions[0] ?? '', found);
    }
  });

  it('everything that is said has been in a situation in which it could have been contradicted', () => {
    process.stdout.write(
      `${[...tried].map(([id, times]) => `      ${String(times).padStart(3)} × ${id}`).join('\n')}\n`,
    );
    const [first] = groups;
    assert.ok(first !== undefined);
    const never = CLAIMS.map(({ id }) => id).filter(id => !tried.has(id));
    assert.deepEqual(
      never,
      CLAIMS.map(({ id }) => id).filter(id =>
        (first.cluster.isAtLeast(4, 0) ? SAID_BEFORE_4 : SAID_SINCE_4).includes(id),
      ),
    );
  });
});
