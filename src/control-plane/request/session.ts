/**
 * What the session of one window or terminal holds while it lasts: its authority, its open confirmations, and what
 * kernels told in it. It begins as Observer, keeps nothing and restores nothing (P7-A1, P7-F2).
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
  /** The ids of the session's requests, so that none is used twice. */
  readonly requestIds = new Set<string>();
  /** Requests that wait for their confirmation or their answer. */
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

  /** Changes with every change of authority, so that a confirmation given under another authority does not count. */
  get authoritySession(): string {
    return `${this.#id}/${this.#generation}`;
  }

  /** Calls back after every change of authority; returns a function that stops this. */
  onAuthorityChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Every change makes a new object, so that what was begun under an earlier authority can be told apart even if both
   * say the same.
   */
  setAuthority(authority: Authority): void {
    this.#authority = { ...authority };
    this.#generation += 1;
    this.confirmations.voidAll('The authority changed while the confirmation was open.');
    for (const listener of this.#listeners) {
      try {
        listener();
      } catch {
        // A listener that throws has failed to show the authority; the change still stands, and is recorded.
      }
    }
  }

  /** From now on no pending confirmation is accepted (P7-F2). */
  end(): void {
    this.confirmations.voidAll('The session ended while the confirmation was open.');
    this.#authority = { ...OBSERVER };
  }

  /**
   * P7-A1: while the outcome of a request is unknown, the next request must be a new decision. So Operator authority
   * over its cluster ends, and with it every open confirmation; a person has to assume it again. It ends whether or not
   * that can be recorded. The returned function records it; `undefined`: there was no authority to end.
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

  /** P7-A1: an observe-only cluster cannot be controlled under another name. */
  observedElsewhere(cluster: ClusterConfig): ControlError | undefined {
    return observedOnlyElsewhere(cluster, this.env.clusters.entries(), this.told);
  }

  /**
   * The kernel of a cluster. Connecting can throw, for instance if the editor's secret store cannot be opened; that is
   * reported as a failure.
   */
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
