/**
 * An operator of a real cluster: the real control plane, boundary and audit log. Only the person who is asked is
 * scripted.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ENGINES } from '../../src/engines/registry.ts';
import { realFiles, type AuditFiles } from '../../src/audit/files.ts';
import { openAuditLog } from '../../src/audit/log.ts';
import type { ControlCommandName } from '../../src/control-plane/commands/commands.ts';
import { ControlPlane } from '../../src/control-plane/control-plane.ts';
import { type ControlError, type Outcome, failure, refusal, success } from '../../src/control-plane/model/errors.ts';
import {
  AuditUnavailable,
  type AuditLog,
  type ConfirmationAnswer,
  type ConfirmationPrompt,
} from '../../src/control-plane/ports.ts';
import type { Stage } from '../../src/control-plane/model/record.ts';
import type { RequestFate } from '../../src/control-plane/model/views.ts';
import { type Timeouts, connect } from '../../src/engines/connect.ts';
import { removeFolder, temporaryFolder } from '../support/folders.ts';
import type { TestCluster, TestNode } from '../support/test-cluster.ts';

/** Shorter than an operator's, longer than anything that a node waits for by itself. */
export const TIMEOUTS: Timeouts = { connectMs: 1_000, readMs: 2_500, controlMs: 4_500 };

/** What the operator was told about one request. Times are of `performance.now()`. */
export interface Told {
  readonly requestId: string;
  readonly command: ControlCommandName;
  readonly node: TestNode;
  readonly outcome: Outcome;
  /** Null: executed. */
  readonly error: ControlError | null;
  /** When the person consented; null: nobody was asked, or consent was refused. */
  readonly consented: number | null;
  readonly ended: number;
  /** Whether its end stands in the audit log. */
  readonly recorded: boolean;
}

export interface Manner {
  /** What happens while the confirmation is open. */
  readonly meanwhile?: (() => Promise<void>) | undefined;
  readonly declines?: boolean;
  /** The log refuses the first record of this stage. */
  readonly unrecorded?: Stage | undefined;
}

interface Asked {
  readonly manner: Manner;
  consented: number | null;
}

function consent(prompt: ConfirmationPrompt): ConfirmationAnswer {
  return {
    kind: 'confirmed',
    token: prompt.token,
    typedName: prompt.nodeName,
    acknowledged: prompt.acknowledge,
  };
}

/** One session, Operator of the cluster. Its audit log is a directory of its own; `close` removes it. */
export class TestOperator {
  readonly directory = temporaryFolder('aerodb-audit-');
  readonly told: Told[] = [];
  readonly #asked = new Map<string, Asked>();
  readonly #refusedStages = new Set<Stage>();
  readonly #stages: Stage[] = [];
  readonly #plane: ControlPlane;
  #assuming: Promise<void> | undefined;
  /** How many bytes the disk of the log still takes before it is full for once; `null`: any number. */
  #room: number | null = null;

  private constructor(endpoints: string[], limits: Timeouts) {
    const config = { name: 'local', kind: 'aerodb' as const, endpoints };
    this.#plane = new ControlPlane({
      engines: ENGINES,
      audit: this.#log(),
      clusters: {
        find: name =>
          name === config.name
            ? success(config)
            : failure(refusal('PHASE7_MALFORMED_REQUEST', `There is no cluster ${name}.`, 'cluster')),
        entries: () => [config],
        connect: one => connect(one, { timeouts: limits }),
      },
      confirmer: { unavailable: () => undefined, confirm: prompt => this.#answer(prompt) },
      clock: { name: 'system-utc', now: () => new Date().toISOString() },
      ids: { uuid: randomUUID },
      operator: { account: 'torturer', host: 'bench', name: null },
    });
  }

  /** `urls`: where the nodes are reached, in place of their own addresses. */
  static async open(
    cluster: TestCluster,
    limits = TIMEOUTS,
    urls: readonly string[] = cluster.nodes.map(({ url }) => url),
  ): Promise<TestOperator> {
    const operator = new TestOperator([...urls], limits);
    await operator.#assume();
    return operator;
  }

  /** One command, from request to recorded outcome; at most one at a time for a node. */
  async order(command: ControlCommandName, node: TestNode, manner: Manner = {}): Promise<Told> {
    const asked: Asked = { manner, consented: null };
    this.#asked.set(node.id, asked);
    // Authority ends with an outcome that is unknown; this operator goes on, and so assumes it again.
    if (this.#plane.authority.level !== 'Operator') await this.#assume();
    if (manner.unrecorded !== undefined) this.#refusedStages.add(manner.unrecorded);
    const result = await this.#plane.execute(command, { cluster: 'local', node: node.id, reason: 'an incident' });
    if (manner.unrecorded !== undefined) this.#refusedStages.delete(manner.unrecorded);
    if (result.kind === 'answered') throw new Error(`${command} was answered as a read`);
    const error = result.kind === 'failed' ? result.error : null;
    const told: Told = {
      requestId: result.requestId,
      command,
      node,
      outcome: error?.outcome ?? 'executed',
      error,
      consented: asked.consented,
      ended: performance.now(),
      recorded: result.recorded.position !== null,
    };
    this.told.push(told);
    return told;
  }

  /** Once, also where two orders at the same time find that it has ended. */
  #assume(): Promise<void> {
    this.#assuming ??= this.#assumeNow().finally(() => {
      this.#assuming = undefined;
    });
    return this.#assuming;
  }

  async #assumeNow(): Promise<void> {
    const assume = (): ReturnType<ControlPlane['changeAuthority']> =>
      this.#plane.changeAuthority({ level: 'Operator', cluster: 'local' });
    let changed = await assume();
    // Where the log cannot be written there is no Operator: whoever is one makes room first.
    if (!changed.ok && changed.error.code === 'PHASE7_AUDIT_UNAVAILABLE') {
      this.mendLog();
      changed = await assume();
    }
    if (!changed.ok) throw new Error(changed.error.message);
  }

  /** The stages recorded so far, in order. */
  stages(): readonly string[] {
    return this.#stages;
  }

  /** What the node says of a request, asked through the control plane as any operator would ask. */
  async fate(node: TestNode, requestId: string, attempts = 5): Promise<RequestFate> {
    const result = await this.#plane.execute('inspect_promotion_state', {
      cluster: 'local',
      node: node.id,
      lookup: requestId,
    });
    // A busy machine answers late; an operator would ask once more, too.
    if (result.kind === 'failed' && result.error.domain === 'TRANSPORT_ERROR' && attempts > 1)
      return this.fate(node, requestId, attempts - 1);
    if (result.kind !== 'answered' || result.answer.command !== 'inspect_promotion_state')
      throw new Error(
        `${node.name} does not tell the fate of ${requestId}: ${result.kind === 'failed' ? result.error.message : ''}`,
      );
    const { request } = result.answer.reading.view;
    if (request === null) throw new Error(`${node.name} answered another question`);
    return request;
  }

  close(): void {
    this.#plane.end();
    removeFolder(this.directory);
  }

  /** Something goes wrong with the log, for once or until it is mended. */
  spoilLog(how: 'unlocked' | 'named twice' | 'full', room: number): void {
    const log = join(this.directory, 'audit.jsonl');
    if (how === 'unlocked') rmSync(join(this.directory, 'audit.lock'), { force: true });
    else if (how === 'full') this.#room = room;
    else if (existsSync(log) && !existsSync(this.#second)) linkSync(log, this.#second);
  }

  /** Its disk has room again, and it has one name. */
  mendLog(): void {
    this.#room = null;
    rmSync(this.#second, { force: true });
  }

  get #second(): string {
    return join(this.directory, 'second.jsonl');
  }

  /** The real disk, which may be full at any byte of a record. */
  #disk(): AuditFiles {
    return {
      ...realFiles,
      open: (file, create) => {
        const open = realFiles.open(file, create);
        const append = (bytes: Uint8Array): number => {
          if (this.#room === null) return open.append(bytes);
          if (this.#room === 0) {
            this.#room = null;
            throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
          }
          const taken = open.append(bytes.subarray(0, this.#room));
          this.#room -= taken;
          return taken;
        };
        return { ...open, append };
      },
    };
  }

  #log(): AuditLog {
    const log = openAuditLog({ directory: this.directory, files: this.#disk() });
    return {
      append: async entry => {
        if (this.#refusedStages.delete(entry.stage))
          throw new AuditUnavailable('The log refuses this record, on request.');
        const position = await log.append(entry);
        this.#stages.push(entry.stage);
        return position;
      },
    };
  }

  async #answer(prompt: ConfirmationPrompt): Promise<ConfirmationAnswer> {
    const asked = this.#asked.get(prompt.explanation.target.nodeId);
    if (asked === undefined) return { kind: 'declined', at: 'nobody expected this' };
    await asked.manner.meanwhile?.();
    if (asked.manner.declines === true) return { kind: 'declined', at: 'the test' };
    asked.consented = performance.now();
    return consent(prompt);
  }
}
