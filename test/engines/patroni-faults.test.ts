/**
 * One odd field never voids a view: at every place of every recorded answer of a real Patroni, of each version, a value
 * is taken away or replaced. What nothing could be said without is refused by its name; everything else becomes
 * unknown, alone.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '../../src/control-plane/model/parse.ts';
import { toWire } from '../../src/control-plane/model/views.ts';
import { detailsOf, memberOf, membersOf, notesOf } from '../../src/engines/patroni/members.ts';
import { shownSettings, loopWait, replicationOf } from '../../src/engines/patroni/settings.ts';
import * as schema from '../../src/engines/patroni/schema.ts';
import { cluster, CONFIG, explainedOf, json, REPLICA, type Cluster } from './patroni.ts';
import { closeAll } from '../support/servers.ts';
import { errorOf } from '../support/wire.ts';

type Path = readonly (string | number)[];

const ABSENT = Symbol('absent');
/** Other forms of a value: none, and one of each that JSON has. */
const FAULTS: readonly unknown[] = [ABSENT, null, '', 'odd', -1, 1.5, 2 ** 53, true, {}, [], { odd: 1 }, ['odd']];

/** Every place of a JSON value, the whole apart. */
function placesIn(value: unknown, at: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return at.length === 0 ? [] : [at];
  const inside = Object.keys(value).flatMap(key =>
    placesIn((value as Readonly<Record<string, unknown>>)[key], [...at, Array.isArray(value) ? Number(key) : key]),
  );
  return at.length === 0 ? inside : [at, ...inside];
}

/** The same value with a fault at one place. */
function withFault(value: unknown, [key, ...rest]: Path, fault: unknown): unknown {
  if (key === undefined) return fault;
  const inner = (member: unknown): unknown => (rest.length === 0 ? fault : withFault(member, rest, fault));
  if (Array.isArray(value))
    return value.flatMap((member: unknown, index) =>
      index !== key ? [member] : inner(member) === ABSENT ? [] : [inner(member)],
    );
  return Object.fromEntries(
    Object.entries(value as Readonly<Record<string, unknown>>).flatMap(([name, member]) =>
      name !== key ? [[name, member]] : inner(member) === ABSENT ? [] : [[name, inner(member)]],
    ),
  );
}

interface Capture {
  readonly name: string;
  readonly path: string;
  readonly body: unknown;
}

const FOLDER = join(import.meta.dirname, 'patroni/captures');
const captures: readonly Capture[] = globSync('**/*.json', { cwd: FOLDER })
  .toSorted()
  .flatMap(name => {
    const { request, status, body } = JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as {
      readonly request: { readonly method: string; readonly path: string };
      readonly status: number;
      readonly body: string;
    };
    return request.method === 'GET' &&
      status === 200 &&
      ['/cluster', '/patroni', '/history', '/config'].includes(request.path)
      ? [{ name, path: request.path, body: JSON.parse(body) as unknown }]
      : [];
  });

/** What becomes of an answer: the view, or the place and the words of the refusal. */
function viewOf(path: string, body: unknown): { readonly view: unknown } | { readonly refused: string } {
  const readAs = <T>(parsed: ReturnType<typeof parse<T>>, show: (value: T) => unknown): ReturnType<typeof viewOf> =>
    parsed.ok ? { view: toWire(show(parsed.value)) } : { refused: parsed.misfit.path.map(String).join('.') };
  switch (path) {
    case '/cluster':
      return readAs(parse(schema.cluster(), body), value => [membersOf(value), notesOf(value)]);
    case '/patroni':
      return readAs(parse(schema.node(), body), value => [memberOf('pg1', null, value), detailsOf(value)]);
    case '/history':
      return readAs(parse(schema.history(), body), value => value);
    default:
      return readAs(parse(schema.anything(), body), value => [
        replicationOf(value, null),
        shownSettings(value),
        loopWait(value),
      ]);
  }
}

/** What no view can do without: the list of members, and that each has a name. */
function isNeeded(path: string, at: Path): boolean {
  return path === '/cluster' && at[0] === 'members' && (at.length <= 2 || (at.length === 3 && at[2] === 'name'));
}

describe('odd fields in the answers of Patroni', () => {
  afterEach(closeAll);

  it('also P7-D1: no field that no decision needs voids a view, wherever a fault is placed in a recorded answer', () => {
    let placed = 0;
    for (const { name, path, body } of captures) {
      for (const at of placesIn(body).filter(place => !isNeeded(path, place))) {
        for (const fault of FAULTS) {
          const seen = viewOf(path, withFault(body, at, fault));
          assert.ok(
            'view' in seen,
            `${name}: ${at.join('.')} as ${fault === ABSENT ? 'absent' : JSON.stringify(fault)} voids the ` +
              `view: ${'refused' in seen ? seen.refused : ''}`,
          );
          placed += 1;
        }
      }
    }
    process.stdout.write(`      ${placed} faults placed in ${captures.length} answers\n`);
    assert.ok(placed > 20_000, String(placed));
  });

  it('also P7-D1: a fault in one member changes nothing of the others, and what it hits becomes unknown', () => {
    for (const { name, body } of captures.filter(({ path }) => path === '/cluster')) {
      const whole = parse(schema.cluster(), body);
      assert.ok(whole.ok);
      const truth = membersOf(whole.value);
      for (const at of placesIn(body).filter(
        place => place[0] === 'members' && place.length === 3 && place[2] !== 'name',
      )) {
        for (const fault of [ABSENT, null, { odd: 1 }]) {
          const parsed = parse(schema.cluster(), withFault(body, at, fault));
          assert.ok(parsed.ok);
          const seen = membersOf(parsed.value);
          const [, index, field] = at;
          assert.deepEqual(
            seen.filter((_member, place) => place !== index),
            truth.filter((_member, place) => place !== index),
            `${name}: ${at.join('.')}`,
          );
          const shown = seen[Number(index)];
          const values: Readonly<Record<string, unknown>> = {
            role: shown?.patroni.role,
            state: shown?.replicationState,
            api_url: shown?.apiUrl,
            timeline: shown?.patroni.timeline,
            lag: shown?.lagBytes,
          };
          if (typeof field === 'string' && field in values)
            assert.ok(
              [null, 'unknown'].includes(values[field] as string | null),
              `${name}: ${at.join('.')} is ${String(values[field])}`,
            );
        }
      }
    }
  });

  it('what no view can do without is refused by its name', () => {
    const [first] = captures.filter(({ path }) => path === '/cluster');
    assert.ok(first);
    for (const [at, said] of [
      [['members'], 'members'],
      [['members', 1], 'members.1'],
      [['members', 0, 'name'], 'members.0.name'],
    ] as const) {
      const seen = viewOf('/cluster', withFault(first.body, at, 7));
      assert.deepEqual(seen, { refused: said });
    }
    assert.deepEqual(viewOf('/patroni', { hello: 1 }), { refused: '' }, "an object of other forms is not Patroni's");
  });

  describe('before a decision', () => {
    let demo: Cluster;
    beforeEach(async () => {
      demo = await cluster();
    });

    const bent = (path: string, bend: (truth: unknown) => unknown, of: 'pg1' | 'pg2' | 'both') => {
      for (const node of of === 'both' ? [demo.pg1, demo.pg2] : [demo[of]]) {
        const truth = node.truth;
        node.answer = request => {
          if (request.path !== path) return undefined;
          const answer = truth(request);
          return typeof answer === 'string' ? answer : json(bend(JSON.parse(answer.body)));
        };
      }
    };

    it('every fault in what an explanation rests on leaves it whole with that value unknown, or refuses it by name', async () => {
      const kernel = await demo.kernel();
      const truth = { '/cluster': demo.view(), '/patroni': REPLICA, '/config': CONFIG };
      let explained = 0;
      for (const [path, body] of Object.entries(truth)) {
        for (const at of placesIn(body)) {
          for (const fault of [ABSENT, null, { odd: 1 }, 'odd']) {
            bent(path, answer => withFault(answer, at, fault), path === '/cluster' ? 'both' : 'pg2');
            const result = await kernel.explainPromotion('pg2', 'forced');
            if (result.ok) explained += 1;
            else
              assert.match(
                result.error.message,
                /members|no member|was not contacted|answered where/u,
                `${path} ${at.join('.')} ` +
                  `as ${fault === ABSENT ? 'absent' : JSON.stringify(fault)}: ${result.error.message}`,
              );
          }
        }
      }
      assert.ok(explained > 150, String(explained));
    });

    it('without a readable role nobody is known to lead, and a switchover is refused with the names', async () => {
      bent('/cluster', answer => withFault(answer, ['members', 0, 'role'], 7), 'both');
      const error = errorOf(await (await demo.kernel()).explainPromotion('pg2', 'validated'));
      assert.match(error.message, /reports no leader .* The role of pg1 cannot be read there/u);
    });

    it('freeze/least-safe: a mode or a version that is not known asks for the least safe acknowledgements', async () => {
      const kernel = await demo.kernel();
      const asked = async (mode: unknown, version: unknown): Promise<unknown> => {
        demo.pg1.answer = demo.pg2.answer = ({ path }) =>
          path === '/cluster'
            ? json(demo.view({ pg2: { role: 'sync_standby' } }))
            : path === '/config'
              ? json({ synchronous_mode: mode })
              : path === '/patroni'
                ? json({ state: 'running', role: 'replica', patroni: { version, scope: 'demo' } })
                : undefined;
        const { view, facts } = explainedOf(await kernel.explainPromotion('pg2', 'forced'));
        return [facts.replication.mode, view.overriddenInvariants];
      };
      const all = ['P6-A1', 'P6-S1'];
      for (const on of [true, 'on', 'True', 'yes', 1])
        assert.deepEqual(await asked(on, '4.1.5'), ['synchronous', ['P6-A1']], String(on));
      for (const off of [false, 'off', 'no', 0, null])
        assert.deepEqual(await asked(off, '4.1.5'), ['asynchronous', all], String(off));
      assert.deepEqual(await asked('quorum', '4.1.5'), ['quorum', all]);
      assert.deepEqual(await asked('quorum', '3.0.2'), ['asynchronous', all], 'it is none there, and counts as off');
      assert.deepEqual(await asked('quorum', '3.3.1'), ['unknown', all]);
      assert.deepEqual(await asked('remote_apply_to_all', '4.1.5'), ['unknown', all]);
      for (const version of ['5.0.0', '3.3.1', '4', null, 7])
        assert.deepEqual(await asked(true, version), ['synchronous', all], `version ${String(version)}`);
    });
  });
});
