/**
 * A real cluster behind proxies, and one Operator's session before them: the real control plane, boundary and log. Only
 * the person is scripted.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { ENGINES } from '../../src/engines/registry.ts';
import { openAuditLog } from '../../src/audit/log.ts';
import { openAuditReader } from '../../src/audit/reader.ts';
import type { AuditPosition } from '../../src/control-plane/model/audit-position.ts';
import type { ClusterConfig } from '../../src/control-plane/clusters/cluster.ts';
import type { CommandName, ControlCommandName } from '../../src/control-plane/commands/commands.ts';
import { ControlPlane } from '../../src/control-plane/control-plane.ts';
import type { CommandResult } from '../../src/control-plane/request/result.ts';
import { success } from '../../src/control-plane/model/errors.ts';
import { connect, type Timeouts } from '../../src/engines/connect.ts';
import { removeFolder, temporaryFolder } from '../support/folders.ts';
import { TestCluster, type TestNode, at, demote, promote, textAt, until } from '../support/test-cluster.ts';
import { wholeLines } from '../support/records-in.ts';
import { CutProxy, type Harm } from '../support/proxy.ts';
import { TlsFront, type TlsIdentity } from './tls-front.ts';

/** A record as it stands in the file. */
export interface Line {
  readonly seq: string;
  readonly hash: string;
  readonly stage: string;
  readonly request_id?: string;
  readonly outcome?: string;
  readonly kernel_response?: { readonly accepted: boolean };
}

/** What the kernel itself says of a request and of the node that it was sent to. */
export interface Truth {
  readonly known: boolean;
  readonly outcome: string | null;
  readonly code: string | null;
  readonly role: string;
  readonly epoch: bigint;
}

/** One command through the control plane, and all that was seen of it outside. */
export interface Ordered {
  readonly result: CommandResult;
  /** The node before and after; `after` is what became of the request in the end. */
  readonly before: Truth;
  readonly after: Truth;
  readonly records: readonly Line[];
  /** The last record that was on disk when the first connection came, before a byte of it was read. */
  readonly atArrival: Line | undefined;
}

/** Reads the log as it grows; what was read once is not read again. */
class GrowingLog {
  readonly #path: string;
  readonly lines: Line[] = [];
  #offset = 0;

  constructor(path: string) {
    this.#path = path;
  }

  read(): readonly Line[] {
    const file = openSync(this.#path, 'r');
    try {
      const bytes = Buffer.alloc(fstatSync(file).size - this.#offset);
      readSync(file, bytes, 0, bytes.length, this.#offset);
      const lines = wholeLines(bytes.toString());
      for (const line of lines) this.#offset += Buffer.byteLength(line) + 1;
      this.lines.push(...lines.map(line => JSON.parse(line) as Line));
    } finally {
      closeSync(file);
    }
    return this.lines;
  }
}

const CLUSTER = 'bench';
/** Longer than anything here takes; a control request that has to be given up is given less. */
const LONG: Timeouts = { connectMs: 5_000, readMs: 10_000, controlMs: 20_000 };

export class Stand implements AsyncDisposable {
  readonly cluster: TestCluster;
  readonly folder = temporaryFolder('aerodb-cut-');
  readonly log = new GrowingLog(join(this.folder, 'audit.jsonl'));
  readonly #proxies: ReadonlyMap<string, CutProxy>;
  readonly #fronts: readonly TlsFront[];
  #plane: ControlPlane;
  readonly #tls: TlsIdentity | undefined;
  /** Whether the person says no when asked. */
  declines = false;
  #first = '';
  #controlMs = LONG.controlMs;
  #consented: () => void = () => undefined;

  private constructor(
    cluster: TestCluster,
    proxies: ReadonlyMap<string, CutProxy>,
    fronts: readonly TlsFront[],
    tls: TlsIdentity | undefined,
  ) {
    this.cluster = cluster;
    this.#proxies = proxies;
    this.#fronts = fronts;
    this.#tls = tls;
    this.#plane = this.#session();
  }

  /**
   * With `tls`, each node stands behind a server that speaks TLS for it, and the proxy before that sees only
   * ciphertext.
   */
  static async start(tls?: TlsIdentity): Promise<Stand> {
    const cluster = await TestCluster.start({ flags: ['--faults'] });
    const proxies = new Map<string, CutProxy>();
    const fronts: TlsFront[] = [];
    for (const node of cluster.nodes) {
      let port = Number(new URL(node.url).port);
      if (tls !== undefined) {
        const front = await TlsFront.before(port, tls);
        fronts.push(front);
        ({ port } = front);
      }
      proxies.set(node.id, await CutProxy.before(port, tls === undefined ? 'http' : 'https'));
    }
    const stand = new Stand(cluster, proxies, fronts, tls);
    await stand.becomeOperator();
    return stand;
  }

  async becomeOperator(): Promise<void> {
    assert.ok((await this.#plane.changeAuthority({ level: 'Operator', cluster: CLUSTER })).ok);
  }

  async giveUpAuthority(): Promise<void> {
    assert.ok((await this.#plane.changeAuthority({ level: 'Observer' })).ok);
  }

  /** The window is reloaded: the session ends, and another begins as Observer on the same log. */
  reload(): void {
    this.#plane.end();
    this.#plane = this.#session();
  }

  /** One command as anybody would ask for it, with nothing done to any connection. */
  ask(command: CommandName, args: Readonly<Record<string, string>> = {}): Promise<CommandResult> {
    this.#consented = () => undefined;
    return this.#plane.execute(command, { cluster: CLUSTER, ...args });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#plane.end();
    await Promise.all([...this.#proxies.values(), ...this.#fronts].map(server => server.close()));
    await this.cluster.stop();
    removeFolder(this.folder);
  }

  proxy(node: TestNode): CutProxy {
    return this.#proxies.get(node.id) ?? assert.fail('no proxy');
  }

  /**
   * One command to `node`; the connection of its control request suffers `harm`. Returns when the kernel is done with
   * it.
   */
  async order(
    command: ControlCommandName,
    node: TestNode,
    harm: Harm | undefined,
    controlMs = LONG.controlMs,
  ): Promise<Ordered> {
    const proxy = this.proxy(node);
    // Authority ends with an outcome that is unknown; who goes on assumes it again.
    if (this.#plane.authority.level !== 'Operator') await this.becomeOperator();
    const before = await this.#truth(node, randomUUID());
    let atArrival: Line | undefined;
    const first = this.log.read().length;
    this.#first = proxy.url;
    this.#controlMs = controlMs;
    this.#consented = () => {
      for (const other of this.#proxies.values()) if (other !== proxy) other.arm(undefined);
      proxy.arm(harm, () => (atArrival ??= this.log.read().at(-1)));
    };
    const result = await this.#plane.execute(command, { cluster: CLUSTER, node: node.id, reason: 'a cut' });
    await Promise.all([...this.#proxies.values()].map(each => each.idle()));
    await Promise.all(this.#fronts.map(each => each.idle()));
    return {
      result,
      before,
      after: await this.#settled(node, result.requestId),
      records: this.log.read().slice(first),
      atArrival,
    };
  }

  /** How many connections and control requests came after the consent, at any node. */
  counted(): { readonly connections: number; readonly requests: number } {
    const all = [...this.#proxies.values()];
    return {
      connections: all.reduce((sum, { passed }) => sum + passed.length, 0),
      requests: all.reduce((sum, { controlRequests }) => sum + controlRequests, 0),
    };
  }

  /** Brings the primary back, or down again, past the control plane: what no case asked for. */
  async setPrimary(node: TestNode, wanted: boolean): Promise<void> {
    const answer = await (wanted ? promote(node) : demote(node));
    assert.equal(answer.status, 200, answer.text);
  }

  /**
   * Makes `force_promotion` of `target` something that the kernel approves: its primary is cut off from its peers, and
   * falls silent to them.
   */
  async silence(primary: TestNode, target: TestNode): Promise<void> {
    await primary.faults({ cut: 'both' });
    await until(
      `${target.name} could be forced`,
      async () =>
        at((await target.get(`/v1/explain/promotion?target=${target.id}&mode=forced`)).body, 'data.decision') ===
        'approve',
    );
  }

  /** After `primary` forced itself into office: the old one hears of it, halts, is demoted, and follows. */
  async reconcile(old: TestNode, primary: TestNode): Promise<void> {
    await old.faults({});
    await until(
      `${old.name} halts`,
      async () =>
        at((await old.get(`/v1/explain/promotion?target=${old.id}&mode=validated`)).body, 'data.checks.0.result') ===
          'fail' && at(await old.member(), 'halt_reason') === 'AuthorityAmbiguity',
    );
    await this.setPrimary(old, false);
    await until(`${old.name} has what ${primary.name} has`, async () => {
      const [one, other] = await Promise.all([old.member(), primary.member()]);
      return (
        at(one, 'replication_state') === 'ReplicaActive' && at(one, 'durable_offset') === at(other, 'durable_offset')
      );
    });
  }

  /** The verdict on the whole log, which has to hold every head that a kernel was sent. */
  async verify(heads: readonly AuditPosition[]): Promise<void> {
    const { verdict, heads: found } = await openAuditReader({ directory: this.folder }).verifyHeads(heads);
    assert.equal(verdict.kind, 'intact', verdict.message);
    assert.ok(found.every(head => head.found === 'held'));
  }

  /** The node's ledger as it lies on disk: every entry that was ever written. */
  ledger(node: TestNode): readonly LedgerEntry[] {
    return readFileSync(join(this.cluster.directory(node), 'ledger.log'), 'utf8')
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line.slice(line.indexOf('{'))) as LedgerEntry);
  }

  #session(): ControlPlane {
    return new ControlPlane({
      engines: ENGINES,
      audit: openAuditLog({ directory: this.folder }),
      clusters: {
        find: () => success(this.#config()),
        entries: () => [this.#config()],
        connect: config => connect(config, { timeouts: { ...LONG, controlMs: this.#controlMs } }),
      },
      confirmer: {
        unavailable: () => undefined,
        confirm: prompt => {
          this.#consented();
          if (this.declines) return Promise.resolve({ kind: 'declined', at: 'the test' });
          return Promise.resolve({
            kind: 'confirmed',
            token: prompt.token,
            typedName: prompt.nodeName,
            acknowledged: prompt.acknowledge,
          });
        },
      },
      clock: { name: 'system-utc', now: () => new Date().toISOString() },
      ids: { uuid: randomUUID },
      operator: { account: 'cutter', host: 'bench', name: null },
    });
  }

  #config(): ClusterConfig {
    const urls = [...this.#proxies.values()].map(({ url }) => url);
    return {
      name: CLUSTER,
      kind: 'aerodb',
      endpoints: urls.toSorted((a, b) => Number(b === this.#first) - Number(a === this.#first)),
      ...(this.#tls === undefined ? {} : { tls: { ca: this.#tls.caFile } }),
    };
  }

  /** The fate of a request once the kernel is no longer at work on it. */
  async #settled(node: TestNode, requestId: string): Promise<Truth> {
    let truth: Truth | undefined;
    await until('the kernel is done', async () => {
      truth = await this.#truth(node, requestId);
      return !truth.known || truth.outcome !== 'unknown';
    });
    return truth ?? assert.fail('not asked');
  }

  async #truth(node: TestNode, requestId: string): Promise<Truth> {
    const { body } = await node.get(`/v1/promotion?limit=1&request_id=${requestId}`);
    const member = await node.member();
    const text = (path: string): string | null => (at(body, path) === null ? null : textAt(body, path));
    return {
      known: at(body, 'data.request.known') === true,
      outcome: text('data.request.outcome'),
      code: text('data.request.code'),
      role: textAt(member, 'role'),
      epoch: BigInt(textAt(member, 'epoch')),
    };
  }
}

/** An entry of a node's ledger. */
export type LedgerEntry =
  | { readonly entry: 'request'; readonly attempt: { readonly request_id: string } }
  | { readonly entry: 'outcome'; readonly request_id: string; readonly fate: { readonly outcome: string } }
  | {
      readonly entry: 'event';
      readonly event: {
        readonly type: string;
        readonly request_id: string | null;
        readonly audit_head: { readonly seq: string; readonly hash: string } | null;
        readonly operator: { readonly id: string } | null;
      };
    };
