/**
 * A rehearsed incident under a real Patroni, read from its reconstruction. Patroni knows no request ids and no audit
 * heads, and has no dry run: its history holds the timelines that ended, and the report may claim no more of it. The
 * denial is a login that Patroni asks for, because a switchover from a leader without power is not refused: it waits.
 */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PatroniCluster } from '../../scripts/lib/patroni-cluster.mjs';
import type { Reconstruction } from '../../src/reconstruction/model.ts';
import { builtProgram, closeTerminals, scratch } from '../support/terminal.ts';
import { CutProxy } from '../support/proxy.ts';
import { given, Person } from '../incident/people.ts';
import { compareOrder, isLaterByTheOneClock, ProvenOrder, sheetOf, unwrapped } from '../incident/report.ts';
import { isPending, lapse, others, powerOff, settled, until } from './support.ts';
import { sharedClusters } from './terminal.ts';

describe('a rehearsed incident under Patroni, read from the report alone', function () {
  this.timeout(180_000);
  const folder = scratch();
  const person = (name: string): Person => new Person(folder, name, { kind: 'patroni' });
  const [anna, ben, cara] = [person('Anna'), person('Ben'), person('Cara')];
  let requests: { readonly denied: string; readonly forced: string; readonly cut: string };
  let ended: readonly string[];
  let report: Reconstruction;
  let text: string;

  before('the incident, and its reconstruction by a third person', async () => {
    await builtProgram();
    const [cluster] = await sharedClusters();
    const leader = await settled(cluster);
    try {
      requests = await act(cluster, leader);
    } finally {
      cluster.startMember(leader);
      await settled(cluster);
    }
    const files = await histories(cluster);
    report = await cara.reconstruct(...files);
    text = unwrapped((await cara.review('reconstruct', ...given(files))).stdout);
  });
  after(closeTerminals);

  /** The old leader without power; a denial; a force; an answer that is cut off. */
  async function act(cluster: PatroniCluster, leader: string): Promise<typeof requests> {
    const [replica, other] = others(cluster, leader);
    const urls = cluster.members.map(({ url }) => url);
    for (const each of [anna, ben]) assert.equal((await each.look('inspect cluster', urls)).code, 0);
    await powerOff(cluster, leader);

    await guarded(cluster, [replica, other], { username: 'operator', password: 'of-the-trial' });
    const denied = await anna.ask('promote', urls, replica, { node: replica }, '--reason', 'db1 is silent');
    await guarded(cluster, [replica, other], undefined);
    assert.equal(denied.code, 4, denied.output);

    const forcing = ben.ask(
      'force-promote',
      urls,
      replica,
      { node: replica, invariants: ['P6-A1', 'P6-S1'] },
      '--reason',
      'its rack has no power',
    );
    await until('the failover is asked for', () => isPending(cluster));
    await lapse(cluster);
    const forced = await forcing;
    assert.equal(forced.code, 0, forced.output);
    await until('the candidate leads', async () => (await cluster.settled(2)) === replica);

    await using proxy = await CutProxy.before(cluster.member(other).restPort);
    const cut = await anna.ask(
      'promote',
      cluster.members.map(({ name, url }) => (name === other ? { url: proxy.url, member: name } : url)),
      other,
      {
        node: other,
        beforeTheLast: () => proxy.arm({ how: 'close', side: 'response', where: { kind: 'answer', n: 0 } }),
      },
      '--reason',
      'the other disk is newer',
    );
    assert.deepEqual([cut.code, proxy.controlRequests], [6, 1], cut.output);
    await until('it is carried out all the same', async () => (await cluster.settled(2)) === other);
    return { denied: denied.requestId, forced: forced.requestId, cut: cut.requestId };
  }

  /** What every member tells of the one history, each read by one of the two; the logs last, so that they hold it. */
  async function histories(cluster: PatroniCluster): Promise<readonly string[]> {
    const given = join(folder, 'given');
    mkdirSync(given);
    const evidence: string[] = [];
    for (const [index, { name }] of cluster.members.entries()) {
      const reader = index === 0 ? anna : ben;
      const urls = cluster.members.map(({ url }) => url);
      const { code, stdout, stderr } = await reader.look('inspect promotion', urls, '--node', name, '--json');
      assert.equal(code, 0, stderr);
      const file = join(given, `${name}.json`);
      writeFileSync(file, stdout);
      evidence.push(file);
    }
    const logs = [anna, ben].map(each => {
      const file = join(given, `${each.name}.jsonl`);
      copyFileSync(each.log, file);
      return file;
    });
    ended = JSON.parse((await cluster.ask(cluster.members[0]?.name ?? '', 'GET', '/history')).body) as string[];
    return [...logs, ...evidence];
  }

  it('also P7-O3: says of each request who, why, with which outcome, and that no kernel source names it', () => {
    for (const [which, name, command, reason, outcome] of [
      ['denied', 'Anna', 'request_promotion', 'db1 is silent', 'not_executed'],
      ['forced', 'Ben', 'force_promotion', 'its rack has no power', 'executed'],
      ['cut', 'Anna', 'request_promotion', 'the other disk is newer', 'unknown'],
    ] as const) {
      const sheet = sheetOf(report, requests[which]);
      assert.deepEqual([sheet.command, sheet.reason, sheet.outcome], [command, reason, outcome]);
      assert.ok(sheet.who?.startsWith(`${name} (`));
      assert.deepEqual([sheet.kernelSays, sheet.disagreements], [[], []], 'nothing is guessed from times');
      assert.ok(sheet.unknown.some(words => words.endsWith('no kernel answer that was read names this request.')));
    }
    assert.equal(report.requests.length, 3);
    // Twice for each request: as a fact, and among what is not known.
    assert.equal(text.split('no kernel answer that was read names this request').length - 1, 6);
  });

  it('also P7-O2: says that nothing was asked beforehand, what was overridden, and that nobody checked it', () => {
    const forced = sheetOf(report, requests.forced);
    assert.deepEqual(
      [forced.explanation?.kernel?.decision, forced.overridden, forced.acknowledged, forced.confirmation],
      [null, ['P6-A1', 'P6-S1'], ['P6-A1', 'P6-S1'], 'enhanced'],
    );
    assert.ok(text.includes('not asked beforehand: this engine has no dry run'));
    assert.ok(text.includes('P6-A1 Single write authority: unchecked (old_leader_has_stopped_writing)'), text);
    const nobody = /^The kernel does not check whether \w+ \(P6-A1\) holds: .*The operator's word stood in for it\.$/u;
    assert.ok(
      forced.unknown.some(words => nobody.test(words)),
      forced.unknown.join('\n'),
    );
    const denied = sheetOf(report, requests.denied);
    assert.deepEqual([denied.overridden, denied.kernelAnswer?.code], [[], 'PATRONI_HTTP_401']);
    assert.ok(
      text.includes('the entry of a dead member stays there until its time to live ends'),
      'what "running" is worth',
    );
  });

  it('three members tell the one history in the same words: no contradiction, every end of a timeline once', () => {
    assert.deepEqual([report.contradictions, report.missing, report.isSound], [[], [], true]);
    const events = report.entries.filter(({ is }) => is === 'event');
    assert.equal(events.length, ended.length);
    assert.ok(events.length >= 2);
    assert.equal(report.sources.filter(({ kind }) => kind === 'history').length, 1);
  });

  it('orders nothing falsely: who saw a timeline saw it after the one before it had ended', () => {
    const { pairs, ordered } = compareOrder(report, isLaterByTheOneClock);
    process.stdout.write(`      ${pairs} pairs of entries of two sources: ${ordered} ordered, none falsely\n`);
    const proven = new ProvenOrder(report);
    const cut = sheetOf(report, requests.cut);
    const forced = sheetOf(report, requests.forced);
    const before = report.entries.find(
      entry => entry.is === 'event' && entry.epoch === String(BigInt(cut.state?.epoch ?? '0') - 1n),
    );
    assert.ok(before !== undefined, 'the end of the timeline that the force ended');
    assert.ok(proven.isBefore(before.n, cut.sentAt?.entry ?? 0), 'the timeline after it was seen');
    // Patroni names nobody: that this end is that of the force, and not another's, is nowhere recorded.
    assert.ok(!proven.isBefore(forced.sentAt?.entry ?? 0, before.n));
  });
});

/** Lets some members ask for a login before they change anything, or for none. */
async function guarded(
  cluster: PatroniCluster,
  names: readonly string[],
  auth: { readonly username: string; readonly password: string } | undefined,
): Promise<void> {
  for (const name of names) cluster.guard(name, { auth });
  const status = auth === undefined ? 404 : 401;
  await until(`changes are answered with ${status}`, async () => {
    const answers = await Promise.all(names.map(name => cluster.ask(name, 'DELETE', '/switchover')));
    return answers.every(answer => answer.status === status);
  });
}
