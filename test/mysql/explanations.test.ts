/**
 * Explanations are held to what happens: in each state of a real group a switch and a force are explained and sent, and
 * every sentence is compared with what the members say of themselves before and after. A sentence that nobody can hold
 * to account fails as well.
 */
import assert from 'node:assert/strict';
import { RECOVERY } from '../../scripts/lib/mysql-config.mjs';
import type { Kernel } from '../../src/control-plane/ports.ts';
import { explainedFrom, hold } from './claims.ts';
import type { Explained } from '../support/explained.ts';
import { groupState, type GroupState, type Note, type Observation } from './observation.ts';
import {
  addresses,
  errorOf,
  isSwitching,
  kernelAt,
  listedPrimary,
  outcomeOf,
  requestFor,
  settledPrimary,
  valueOf,
  type Mode,
} from './operator.ts';
import { CLAIMS } from './sentences.ts';
import { SqlSession } from './session.ts';
import { cutOff, roles, until, useGroup, writes } from './support.ts';

/** What a state of the group adds to a request. */
interface During {
  /** Transactions that the test holds open. */
  readonly open?: number;
  /** When it was explained and not sent. */
  readonly before?: () => Promise<void>;
  /** When it was sent; answers with what it saw. */
  readonly meanwhile?: (seen: Set<Note>) => Promise<void>;
  /** When it was answered. */
  readonly afterwards?: (seen: Set<Note>) => Promise<void>;
}

describe('MySQL: explanations are held to what happens', function () {
  this.timeout(180_000);
  const use = useGroup();
  const tried = new Map<string, number>();
  const kept: { explained: Explained; observed: Observation }[] = [];
  let kernel: Kernel;
  let primary: number;
  let target: number;
  let other: number;
  let rows = 0;

  beforeEach('who leads, and what is acknowledged', async () => {
    [primary, target, other] = await roles(use.cluster);
    kernel = await kernelAt(addresses(use.cluster, target));
    rows += 1;
    await use.cluster.sql(primary, `INSERT INTO trial.t (v) VALUES ('acknowledged ${rows}')`);
  });

  function nameOf(id: string): string {
    return use.cluster.members.find(member => member.id === id)?.name ?? id;
  }

  function id(index: number): string {
    return use.cluster.member(index).id;
  }

  function judge(explained: Explained, observed: Observation): void {
    const verdict = hold(explained, observed, nameOf);
    for (const each of verdict.tried) tried.set(each, (tried.get(each) ?? 0) + 1);
    assert.deepEqual(verdict.contradictions, []);
    kept.push({ explained, observed });
  }

  /** Explains, sends, and holds the one to the other. */
  async function held(mode: Mode, on: number, during: During = {}): Promise<Observation> {
    const { cluster } = use;
    const before = await groupState(cluster);
    const explained = valueOf(await kernel.explainPromotion(id(on), mode));
    const notes = new Set<Note>();
    await during.before?.();
    const asked = kernel.promote(requestFor(explained, mode));
    await during.meanwhile?.(notes);
    const result = await asked;
    if (result.ok)
      await until('the target takes writes', async () => !(await groupState(cluster)).get(nameOf(id(on)))?.isReadOnly);
    const after = await groupState(cluster);
    await during.afterwards?.(notes);
    const observed: Observation = {
      mode,
      target: nameOf(id(on)),
      oldPrimary: cluster.member(primary).name,
      before,
      after,
      answer: {
        outcome: outcomeOf(result),
        code: result.ok ? '' : result.error.code,
        message: result.ok ? '' : result.error.message,
      },
      open: during.open ?? 0,
      rows: { acknowledged: 1, held: await rowsOn(on) },
      notes,
    };
    judge(explainedFrom(explained), observed);
    return observed;
  }

  async function rowsOn(index: number): Promise<number> {
    return (await use.cluster.sql(index, `SELECT id FROM trial.t WHERE v = 'acknowledged ${rows}'`)).length;
  }

  async function count(index: number, value: string): Promise<string | null | undefined> {
    const [row] = await use.cluster.sql(index, `SELECT COUNT(*) AS n FROM trial.t WHERE v = '${value}'`);
    return row?.['n'];
  }

  function state(seen: GroupState, index: number): string {
    return seen.get(use.cluster.member(index).name)?.state ?? 'silent';
  }

  it('also P7-A3: a whole group: a force is refused as it said, and a switch does what it said', async () => {
    const refused = await held('forced', target);
    assert.deepEqual([refused.answer.code, refused.answer.outcome], ['MYSQL_4118', 'unknown']);
    assert.equal((await held('validated', target)).answer.outcome, 'executed');
  });

  it('also P7-A3: a transaction that is open on the primary: the switch waits, and what was open is there', async () => {
    const { cluster } = use;
    const value = `held ${rows}`;
    await using holder = await SqlSession.on(cluster, primary, 'BEGIN', `INSERT INTO trial.t (v) VALUES ('${value}')`);
    const seen = await held('validated', target, {
      open: 1,
      meanwhile: async notes => {
        await until('the switch waits', () => isSwitching(cluster, primary));
        if ((await listedPrimary(cluster, target)) === id(primary)) notes.add('it waited');
        if (await writes(cluster, primary)) notes.add('the old primary took a write meanwhile');
        await holder.run('COMMIT');
      },
      afterwards: async notes => {
        const found = await cluster.sql(target, `SELECT id FROM trial.t WHERE v = '${value}'`);
        if (found.length === 1) notes.add('what was open is there');
      },
    });
    assert.equal(seen.answer.outcome, 'executed');
  });

  it('also P7-A3: another hand was faster: the statement finds another primary, and does nothing', async () => {
    const { cluster } = use;
    const observed = await held('validated', target, {
      before: async () => {
        await cluster.sql(other, `SELECT group_replication_set_as_primary('${id(other)}')`);
        assert.equal(await settledPrimary(cluster), other);
      },
      meanwhile: notes => Promise.resolve(void notes.add('the state had moved')),
    });
    assert.equal(observed.answer.outcome, 'unknown');
    assert.equal(await settledPrimary(cluster), other);
  });

  it('also P7-A3: a target that lags: it is listed before it takes writes, and applies all of it', async () => {
    const { cluster } = use;
    await using lock = await SqlSession.on(cluster, target, 'LOCK TABLES trial.t READ');
    rows += 1;
    await cluster.sql(primary, `INSERT INTO trial.t (v) VALUES ('acknowledged ${rows}')`);
    await until('the target has received what it has not applied', async () => {
      const explained = valueOf(await kernel.explainPromotion(id(target), 'validated'));
      return explained.words.facts.some(({ value }) => /^[1-9]\d* transactions: /u.test(value));
    });
    const observed = await held('validated', target, {
      meanwhile: async notes => {
        await until('it is listed', async () => (await listedPrimary(cluster, other)) === id(target));
        const own = (await groupState(cluster)).get(nameOf(id(target)));
        if (own?.isReadOnly === true) notes.add('listed before it was writable');
        await lock.end();
      },
    });
    assert.equal(observed.answer.outcome, 'executed');
  });

  it('also P7-A3: one member is UNREACHABLE: both are refused, as was said', async () => {
    const { cluster } = use;
    await cluster.pause(other);
    await until(
      'it is UNREACHABLE',
      async () =>
        (await groupState(cluster)).get(nameOf(id(target)))?.listed.get(nameOf(id(other)))?.state === 'UNREACHABLE',
    );
    const [switched, forced] = [await held('validated', target), await held('forced', target)];
    assert.deepEqual([switched.answer.code, switched.answer.outcome], ['MYSQL_1123', 'not_executed']);
    assert.equal(
      switched.answer.message,
      "Can't initialize function 'group_replication_set_as_primary'; All members in the group must be reachable.",
    );
    assert.deepEqual([forced.answer.code, forced.answer.outcome], ['MYSQL_4118', 'unknown']);
  });

  it('also P7-A3: Group Replication stopped on the target, then RECOVERING: refused, as was said', async () => {
    const { cluster } = use;
    await cluster.leave(target);
    const refused = errorOf(await kernel.explainPromotion(id(target), 'validated'));
    assert.deepEqual([refused.code, refused.outcome], ['PHASE7_OPERATION_UNSUPPORTED', 'not_executed']);
    assert.match(refused.message, /lists no primary/u);
    const stopped = await held('forced', target);
    assert.equal(state(stopped.before, target), 'OFFLINE');
    assert.equal(stopped.answer.code, 'MYSQL_4118');

    // What it lacks it cannot fetch, so it stays RECOVERING.
    await cluster.sql(primary, "INSERT INTO trial.t (v) VALUES ('lacking')");
    await cluster.sql(
      target,
      `CHANGE REPLICATION SOURCE TO SOURCE_USER='${RECOVERY.user}', SOURCE_PASSWORD='wrong' ` +
        "FOR CHANNEL 'group_replication_recovery'; START GROUP_REPLICATION",
      undefined,
      60_000,
    );
    assert.equal(state(await groupState(cluster), target), 'RECOVERING');
    const joining = target;
    const switched = await held('validated', other);
    assert.deepEqual([switched.answer.code, switched.answer.outcome], ['MYSQL_1123', 'not_executed']);
    const forced = await held('forced', joining);
    assert.equal(forced.answer.code, 'MYSQL_4118');
    await cluster.leave(joining);
    await cluster.join(joining);
  });

  it('also P6-A1, P7-A3: the majority lost, the target a secondary: forced; whom it left out was not told', async () => {
    const { cluster } = use;
    await using old = await SqlSession.on(cluster, primary);
    await cutOff(cluster, target);
    const switched = await held('validated', target);
    assert.deepEqual([switched.answer.code, switched.answer.outcome], ['MYSQL_1123', 'not_executed']);
    const observed = await held('forced', target);
    assert.equal(observed.answer.outcome, 'executed');

    const again = await held('forced', target, {
      meanwhile: notes => Promise.resolve(void notes.add('its value was there before')),
      afterwards: async notes => {
        // As clients that go on with the old primary as soon as it wakes.
        const all = Array.from({ length: 200 }, () => old.begin("INSERT INTO trial.t (v) VALUES ('of the old group')"));
        for (const index of [primary, other]) await cluster.resume(index);
        await until('the clients are answered', () => old.output.includes(all.at(-1) ?? ''), 30_000);
        const told = /ERROR [^\n]*/u.exec(old.output)?.[0] ?? 'no error';
        const rowsThen = await Promise.all([primary, other, target].map(index => count(index, 'of the old group')));
        process.stdout.write(`      rows of the old group: ${rowsThen.join(', ')}; its clients: ${told}\n`);
        notes.add('whom it left out woke');
      },
    });
    assert.deepEqual([again.answer.code, again.answer.outcome], ['MYSQL_4118', 'unknown']);
    assert.match(
      errorOf(await kernel.explainPromotion(id(target), 'validated')).message,
      /already reports itself as the primary/u,
    );
  });

  it('also P6-S1, P7-A3: the majority lost, the target the primary: forced, and all that was written is there', async () => {
    const { cluster } = use;
    target = primary;
    kernel = await kernelAt(addresses(cluster, target));
    await cutOff(cluster, target);
    assert.match(
      errorOf(await kernel.explainPromotion(id(target), 'validated')).message,
      /already reports itself as the primary/u,
    );
    const observed = await held('forced', target);
    assert.equal(observed.answer.outcome, 'executed');
  });

  it('a sentence that is not true, or that nobody holds to account, is found', () => {
    const [first] = kept;
    assert.ok(first !== undefined);
    const adding = (text: string): readonly string[] =>
      hold(
        { ...first.explained, consequences: [...first.explained.consequences, { scope: 'cluster', text }] },
        first.observed,
        nameOf,
      ).contradictions;
    assert.match(adding('All will be well.').join('\n'), /nobody holds to account: All will be well\./u);
    assert.match(adding('It does not reach 2 of 3 members.').join('\n'), /0 of 3/u);
  });

  it('everything that is said has been in a situation in which it could have been contradicted', () => {
    process.stdout.write(`${[...tried].map(([name, times]) => `      ${times} × ${name}`).join('\n')}\n`);
    assert.deepEqual(
      CLAIMS.map(({ id: name }) => name).filter(name => !tried.has(name)),
      [],
    );
  });
});
