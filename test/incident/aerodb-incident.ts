/**
 * The incident, acted on a real local cluster: the primary is killed, a promotion is denied, a force is executed, an
 * answer is cut off, a terminal dies, and the old primary comes back. What truly happened when is written down beside.
 */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry } from '../../src/reconstruction/model.ts';
import { CutProxy } from '../support/proxy.ts';
import { at, caughtUp, haltedWith, listAt, TestCluster, textAt, type TestNode } from '../support/test-cluster.ts';
import { Person } from './people.ts';

export const REASONS = {
  denied: 'db1 does not answer',
  forced: 'rack 4 has no power, seen on the spot',
  cut: 'node-3 is to take over',
  died: 'node-1 is to follow again',
} as const;

/** What everybody may read of the incident afterwards, and what only its author knows. */
export interface Incident {
  readonly anna: Person;
  readonly ben: Person;
  readonly nodes: readonly TestNode[];
  readonly files: { readonly anna: string; readonly ben: string; readonly node1: string; readonly node2: string };
  readonly requests: Readonly<Record<keyof typeof REASONS, string>>;
  /** Whether the first of two entries did not happen before the second. */
  readonly isFalse: (first: Entry, second: Entry) => boolean;
}

/** An act takes three moments: what was recorded before the request went out, what the kernel did, what came of it. */
class Truth {
  readonly #records = new Map<string, number>();
  readonly #events = new Map<string, number>();
  #act = 0;

  async act<T>(people: readonly Person[], nodes: readonly TestNode[], play: () => Promise<T>): Promise<T> {
    const result = await play();
    this.#act += 3;
    for (const person of people) {
      let isSent = false;
      for (const { hash, stage } of person.records()) {
        if (!this.#records.has(String(hash))) this.#records.set(String(hash), this.#act + (isSent ? 2 : 0));
        isSent = stage === 'dispatch_intent';
      }
    }
    for (const node of nodes.filter(({ alive }) => alive))
      for (const event of listAt((await node.get('/v1/promotion')).body, 'data.events')) {
        const key = `${node.id} ${textAt(event, 'seq')}`;
        if (!this.#events.has(key)) this.#events.set(key, this.#act + 1);
      }
    return result;
  }

  moment(entry: Entry): number {
    assert.ok(entry.is !== 'gap');
    const known =
      entry.is === 'record' ? this.#records.get(entry.hash) : this.#events.get(`${entry.nodeId ?? ''} ${entry.seq}`);
    return known ?? assert.fail(`entry ${entry.n} never happened`);
  }
}

export async function act(folder: string): Promise<Incident> {
  const cluster = await TestCluster.start();
  const proxies: CutProxy[] = [];
  const before = async (node: TestNode): Promise<CutProxy> => {
    const proxy = await CutProxy.before(Number(new URL(node.url).port));
    proxies.push(proxy);
    return proxy;
  };
  try {
    const [anna, ben] = [new Person(folder, 'Anna'), new Person(folder, 'Ben')];
    const { nodes } = cluster;
    const [old, next] = [cluster.node(1), cluster.node(2)];
    const truth = new Truth();
    const play = <T>(one: () => Promise<T>): Promise<T> => truth.act([anna, ben], nodes, one);
    const urls = nodes.map(({ url }) => url);
    await caughtUp(next);

    for (const person of [anna, ben]) assert.equal((await play(() => person.look('inspect cluster', urls))).code, 0);
    await play(() => cluster.kill(old));

    const denied = await play(() =>
      anna.ask('promote', urls.slice(1), next.id, { node: next.name }, '--reason', REASONS.denied),
    );
    assert.equal(denied.code, 4, denied.output);
    const forced = await play(() =>
      ben.ask(
        'force-promote',
        urls.slice(1),
        next.id,
        { node: next.name, invariants: ['P6-A1'] },
        '--reason',
        REASONS.forced,
      ),
    );
    assert.equal(forced.code, 0, forced.output);

    const cutting = await before(next);
    const cut = await play(() =>
      anna.ask(
        'demote',
        [cutting.url],
        next.id,
        {
          node: next.name,
          beforeTheLast: () => cutting.arm({ how: 'close', side: 'response', where: { kind: 'byte', n: 0 } }),
        },
        '--reason',
        REASONS.cut,
      ),
    );
    assert.equal(cut.code, 6, cut.output);
    assert.equal(cutting.controlRequests, 1);

    await play(async () => {
      await cluster.restart(old);
      await haltedWith(old, 'AuthorityAmbiguity');
    });
    const holding = await before(old);
    const died = await play(async () => {
      const requestId = await ben.askAndDie(
        'demote',
        [holding.url],
        old.id,
        {
          node: old.name,
          beforeTheLast: () => holding.arm({ how: 'hold', side: 'response', where: { kind: 'byte', n: 0 } }),
        },
        () => holding.reached,
        '--reason',
        REASONS.died,
      );
      holding.letGo();
      return { requestId };
    });
    assert.equal(at(await old.member(), 'role'), 'replica', 'the old primary came back, and follows');

    const files = {
      anna: join(folder, 'given', 'anna.jsonl'),
      ben: join(folder, 'given', 'ben.jsonl'),
      node1: join(folder, 'given', 'node-1.json'),
      node2: join(folder, 'given', 'node-2.json'),
    };
    mkdirSync(join(folder, 'given'));
    for (const [person, node, file] of [
      [anna, old, files.node1],
      [ben, next, files.node2],
    ] as const) {
      const { code, stdout, stderr } = await play(() =>
        person.look('inspect promotion', urls, '--node', node.id, '--json'),
      );
      assert.equal(code, 0, stderr);
      writeFileSync(file, stdout);
    }
    copyFileSync(anna.log, files.anna);
    copyFileSync(ben.log, files.ben);
    const requests = {
      denied: denied.requestId,
      forced: forced.requestId,
      cut: cut.requestId,
      died: died.requestId,
    };
    return {
      anna,
      ben,
      nodes: [...nodes],
      files,
      requests,
      isFalse: (first, second) => truth.moment(first) >= truth.moment(second),
    };
  } finally {
    await Promise.all(proxies.map(proxy => proxy.close()));
    await cluster.stop();
  }
}
