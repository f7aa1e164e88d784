/**
 * What one window's or terminal's session holds while it lasts: its authority, its open confirmations, and what kernels
 * told in it. It begins as Observer, keeps nothing and restores nothing (P7-A1, P7-F2).
 */
import { authorityText, OBSERVER, type Authority } from '../commands/authority.ts';
import type { ClusterConfig } from '../clusters/cluster.ts';
import type { Engines } from '../engine.ts';
import { failure, transportFailure, type ControlError, type Result } from '../model/errors.ts';
import type { Operator } from '../commands/operator.ts';
import type { AuditLog, Clock, Clusters, Confirmer, Ids, Kernel } from '../ports.ts';
import { observedOnlyElsewhere, ToldIdentities } from '../clusters/same-cluster.ts';
import { Confirmations } from './confirmation.ts';
import { Recorder, type Recorded } from './recorder.ts';

/** Everything that the control plane needs from outside. */
export interface Environment {
  readonly audit: AuditLog;
  readonly clusters: Clusters;
  readonly engines: Engines;
  readonly confirmer: Confirmer;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly operator: Operator;
}

export class Session {
  readonly env: Environment;
  readonly recorder: Recorder;
  readonly confirmations = new Confirmations();
  /** The ids of its requests: none is used twice. */
  readonly requestIds = new Set<string>();
  /** What waits for its confirmation or its answer. */
  readonly pending = new Set<string>();
  readonly told = new ToldIdentities();
  readonly #id: string;
  readonly #listeners = new Set<() => void>();
  #authority: Authority = OBSERVER;
  #generation = 0;

  constructor(env: Environment) {
    this.env = env;
    this.#id = env.ids.uuid();
    this.recorder = new Recorder(env.audit, env.clock, env.operator, this.#id);
  }

  get authority(): Authority {
    return this.#authority;
  }

  /** Changes with every change of authority: what was confirmed under another one does not count. */
  get authoritySession(): string {
    return `${this.#id}/${this.#generation}`;
  }

  /** Calls back after every change of authority; returns the way to stop. */
  onAuthorityChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Every change makes an object of its own: what was begun under another one is told apart by it, also where both say
   * the same.
   */
  setAuthority(authority: Authority): void {
    this.#authority = { ...authority };
    this.#generation += 1;
    this.confirmations.voidAll('The authority changed while the confirmation was open.');
    for (const listener of this.#listeners) {
      try {
        listener();
      } catch {
        // Whoever shows the authority answers for showing it; the change stands, and is recorded.
      }
    }
  }

  /** Nothing that is pending may be accepted any more (P7-F2). */
  end(): void {
    this.confirmations.voidAll('The session ended while the confirmation was open.');
    this.#authority = { ...OBSERVER };
  }

  /**
   * P7-A1: while nobody knows what a request did, whatever is asked for next is a new decision: Operator authority over
   * its cluster ends, and with it every open confirmation. A person has to assume it anew. It ends whether or not that
   * can be recorded; what this returns records it, if there was anything to end.
   */
  endOperator(cluster: string | undefined, requestId: string): (() => Promise<Recorded>) | undefined {
    const from = this.#authority;
    if (from.level !== 'Operator' || from.cluster !== cluster) return undefined;
    this.setAuthority(OBSERVER);
    const became = `${authorityText(from)} became ${authorityText(OBSERVER)}`;
    return () =>
      this.recorder.record('authority_changed', OBSERVER, {
        detail: `${became}: the outcome of request ${requestId} is unknown`,
      });
  }

  /** P7-A1: what may only be looked at is not controlled under another name. */
  observedElsewhere(cluster: ClusterConfig): ControlError | undefined {
    return observedOnlyElsewhere(cluster, this.env.clusters.entries(), this.told);
  }

  /** The kernel of a cluster. Preparing it can throw: an editor's secret store that cannot be opened, say. */
  async connect(cluster: ClusterConfig): Promise<Result<Kernel>> {
    try {
      return await this.env.clusters.connect(cluster);
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      return failure(
        transportFailure(
          'PHASE7_CONNECTION_FAILED',
          `The connection to cluster "${cluster.name}" could not be prepared: ${cause}. Nothing was sent.`,
          'not_executed',
        ),
      );
    }
  }
}
