/**
 * A rehearsed incident in a real MySQL group, read from its reconstruction. MySQL knows no request ids, no epochs and
 * no dry run, and elects a primary by itself when one dies: the denial is a login without the right to switch, and the
 * force is of the one member that is left when a second machine hangs. Each member's log is its own.
 */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MysqlCluster } from '../../scripts/lib/mysql-cluster.mjs';
import type { Evidence } from '../../src/reconstruction/evidence.ts';
import type { Reconstruction } from '../../src/reconstruction/model.ts';
import { builtProgram, closeTerminals, scratch } from '../support/terminal.ts';
import { CutProxy } from '../support/proxy.ts';
import { given, Person } from '../incident/people.ts';
import { compareOrder, isLaterByTheOneClock, sheetOf, unwrapped } from '../incident/report.ts';
import { CONTROL, LOGINS, roles, sharedGroup, until, writes } from './support.ts';

describe('a rehearsed incident in a MySQL group, read from the report alone', function () {
  this.timeout(300_000);
  const folder = scratch();
  const person = (name: string, control: string): Person =>
    new Person(folder, name, { kind: 'mysql', secrets: { lookLoginFiles: LOGINS.look, controlLoginFiles: control } });
  /** Anna's login for control is one that may only look. */
  const [anna, ben, cara] = [person('Anna', LOGINS.look), person('Ben', LOGINS.control), person('Cara', LOGINS.look)];
  const answers = new Map<string, Evidence>();
  let requests: { readonly denied: string; readonly cut: string; readonly forced: string };
  let report: Reconstruction;
  let text: string;

  before('the incident, and its reconstruction by a third person', async () => {
    await builtProgram();
    mkdirSync(join(folder, 'given'));
    const cluster = await sharedGroup();
    await cluster.heal();
    try {
      requests = await act(cluster);
    } finally {
      for (const index of cluster.members.keys()) if (cluster.isRunning(index)) await cluster.resume(index);
      await cluster.heal();
    }
    await read(cluster, anna, first, 'first, back again');
    await read(cluster, ben, last, 'last, afterwards');
    const logs = [anna, ben].map(each => {
      const file = inFolder(`${each.name}.jsonl`);
      copyFileSync(each.log, file);
      return file;
    });
    const files = [...logs, ...[...answers.keys()].map(name => inFolder(`${name}.json`))];
    report = await cara.reconstruct(...files);
    text = unwrapped((await cara.review('reconstruct', ...given(files))).stdout);
  });
  after(closeTerminals);

  /** The member that was the primary, and the one that is in the end. */
  let first: number;
  let last: number;

  const inFolder = (name: string): string => join(folder, 'given', name);

  /** What a member tells of the past, saved as an evidence file. */
  async function read(cluster: MysqlCluster, reader: Person, index: number, name: string): Promise<void> {
    const { code, stdout, stderr } = await reader.look(
      'inspect promotion',
      cluster.members.map(({ address }) => address),
      '--node',
      cluster.member(index).id,
      '--json',
    );
    assert.equal(code, 0, stderr);
    writeFileSync(inFolder(`${name}.json`), stdout);
    answers.set(name, JSON.parse(stdout) as Evidence);
  }

  async function counted(cluster: MysqlCluster, by: number, state: string): Promise<number> {
    const [row] = await cluster.sql(
      by,
      `SELECT COUNT(*) AS n FROM performance_schema.replication_group_members WHERE MEMBER_STATE = '${state}'`,
    );
    return Number(row?.['n']);
  }

  /** The primary killed; a denial; an answer that is cut off; a second machine that hangs; a force. */
  async function act(cluster: MysqlCluster): Promise<typeof requests> {
    const urls = cluster.members.map(({ address }) => address);
    [first] = await roles(cluster);
    for (const each of [anna, ben]) assert.equal((await each.look('inspect cluster', urls)).code, 0);
    await read(cluster, anna, first, 'first, before');

    await cluster.kill(first);
    let second = first;
    await until('another one is the primary, and the first is expelled', async () => {
      second = (await cluster.primary()) ?? first;
      return second !== first && (await counted(cluster, second, 'ONLINE')) === 2;
    });
    last = [...cluster.members.keys()].find(index => index !== first && index !== second) ?? assert.fail();
    const { id, name, port, address } = cluster.member(last);

    const denied = await anna.ask('promote', urls, id, { node: name }, '--reason', 'the second is overloaded');
    assert.equal(denied.code, 4, denied.output);

    await using before = await CutProxy.before(port, 'mysql', CONTROL);
    await using beside = await CutProxy.before(cluster.member(second).port, 'mysql', CONTROL);
    const cut = await ben.ask(
      'promote',
      [before.url, beside.url],
      id,
      {
        node: name,
        beforeTheLast: () => {
          for (const each of [before, beside])
            each.arm({ how: 'close', side: 'response', where: { kind: 'answer', n: 0 } });
        },
      },
      '--reason',
      'the second is overloaded, with the right login',
    );
    assert.deepEqual([cut.code, before.controlRequests + beside.controlRequests], [6, 1], cut.output);
    await until('it is carried out all the same', async () => (await cluster.primary()) === last);
    await read(cluster, ben, last, 'last, in between');

    await cluster.pause(second);
    await until('the last one has lost its majority', async () => (await counted(cluster, last, 'UNREACHABLE')) === 1);
    const forced = await ben.ask(
      'force-promote',
      [address],
      id,
      { node: name, invariants: ['P6-A1', 'P6-S1'] },
      '--reason',
      'the second hangs, its machine was switched off',
    );
    assert.equal(forced.code, 0, forced.output);
    await until('it takes writes', () => writes(cluster, last));
    return { denied: denied.requestId, cut: cut.requestId, forced: forced.requestId };
  }

  it('also P7-O3: says of each request who, why, with which outcome, and that no kernel source names it', () => {
    for (const [which, name, command, outcome] of [
      ['denied', 'Anna', 'request_promotion', 'not_executed'],
      ['cut', 'Ben', 'request_promotion', 'unknown'],
      ['forced', 'Ben', 'force_promotion', 'executed'],
    ] as const) {
      const sheet = sheetOf(report, requests[which]);
      assert.deepEqual([sheet.command, sheet.outcome], [command, outcome]);
      assert.ok(sheet.who?.startsWith(`${name} (`));
      assert.deepEqual([sheet.kernelSays, sheet.disagreements], [[], []], 'nothing is guessed from times');
      assert.ok(sheet.unknown.some(words => words.endsWith('no kernel answer that was read names this request.')));
    }
    assert.equal(report.requests.length, 3);
    // Twice for each request: as a fact, and among what is not known.
    assert.equal(text.split('no kernel answer that was read names this request').length - 1, 6);
    const { end } = sheetOf(report, requests.denied);
    assert.match(end, /needs SUPER or GROUP_REPLICATION_ADMIN[^]* Known: The login for control needs/u);
  });

  it('also P7-O2: says what was overridden, and that MySQL does not check whether it holds', () => {
    const { overridden, acknowledged, unknown } = sheetOf(report, requests.forced);
    assert.deepEqual(
      [overridden, acknowledged],
      [
        ['P6-A1', 'P6-S1'],
        ['P6-A1', 'P6-S1'],
      ],
    );
    for (const id of overridden)
      assert.ok(
        unknown.some(words => words.includes(`(${id}) holds: `) && words.endsWith("operator's word stood in for it.")),
        unknown.join('\n'),
      );
    assert.ok(text.includes('Not shown P6-A1 Single write authority: unchecked (members_left_out_are_dead_for_good)'));
  });

  it('the time of a message tells it apart, also after the server was killed: each is listed once', () => {
    for (const [earlier, later] of [
      ['first, before', 'first, back again'],
      ['last, in between', 'last, afterwards'],
    ] as const) {
      const [before, after] = [earlier, later].map(name => answers.get(name)?.view.events ?? []);
      assert.ok(before !== undefined && after !== undefined && before.length > 0);
      const times = after.map(({ time }) => time);
      assert.equal(new Set(times).size, times.length, 'no two messages have one time');
      const known = new Map(after.map(event => [event.time, event]));
      for (const message of before) {
        const again = known.get(message.time) ?? assert.fail(`${String(message.time)} is gone`);
        assert.deepEqual({ ...again, seq: null }, { ...message, seq: null }, 'its place is another, and nothing else');
      }
      const node = answers.get(later)?.observed.nodeId ?? '';
      const source = report.sources.find(({ kind, label }) => kind === 'history' && label.includes(node));
      assert.equal(source?.entries, after.length);
    }
    assert.deepEqual([report.contradictions, report.isSound], [[], true]);
  });

  it('names the member whose log was not read, and orders nothing falsely', () => {
    assert.equal(report.missing.length, 1);
    const { pairs, ordered } = compareOrder(report, isLaterByTheOneClock);
    process.stdout.write(`      ${pairs} pairs of entries of two sources: ${ordered} ordered, none falsely\n`);
    const events = report.entries.filter(({ is }) => is === 'event');
    // Two members write of one election, each in its own log: nothing that they name says which wrote first.
    for (const { n, source, unordered } of events)
      for (const other of events.filter(each => each.source !== source))
        assert.ok(unordered.some(range => range.from <= other.n && other.n <= range.to) || other.n === n);
  });
});
