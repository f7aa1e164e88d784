/**
 * The control plane of one session. It grants the ability to ask, never the ability to decide: it checks, explains,
 * asks for consent, forwards exactly one request and records what happened. The kernel decides. The path of a request
 * is `request/path.ts`.
 */
import type { Authority } from './commands/authority.ts';
import { changeAuthority, changeRefusal } from './commands/authority-change.ts';
import type { CommandName } from './commands/commands.ts';
import type { ControlError, Result } from './model/errors.ts';
import type { LogRead } from './model/record.ts';
import { accept } from './request/accepted.ts';
import { Flow } from './request/flow.ts';
import { recordLogRead } from './request/log-read.ts';
import { carryOut } from './request/path.ts';
import { permittingAct, type Act } from './request/permit.ts';
import { preflight, unavailable, type Preflight } from './request/preflight.ts';
import type { Recorded } from './request/recorder.ts';
import type { CommandResult } from './request/result.ts';
import { Session, type Environment } from './request/session.ts';

/** The session of one window or terminal: it starts as Observer, keeps nothing and restores nothing. */
export class ControlPlane {
  readonly #session: Session;
  readonly #underWay = new Set<string>();

  constructor(env: Environment) {
    this.#session = new Session(env);
  }

  /** The session's current authority. */
  get authority(): Authority {
    return this.#session.authority;
  }

  /** Calls back after every change of authority; returns a function that stops this. */
  onAuthorityChanged(listener: () => void): () => void {
    return this.#session.onAuthorityChanged(listener);
  }

  /**
   * Changes the session's authority and voids every pending confirmation. To become Operator, the record must be
   * written first. Giving Operator up and becoming Auditor never depend on the log; then the result says that nothing
   * was recorded.
   */
  changeAuthority(to: Authority): Promise<Result<Recorded>> {
    return changeAuthority(this.#session, to);
  }

  /** Why this session may not change to this authority. Interfaces ask first, so that they ask no person in vain. */
  changeRefusal(to: Authority): ControlError | undefined {
    return changeRefusal(this.#session, to);
  }

  /**
   * The one act of a person that would permit what was refused; `cluster`: the cluster of the refused request. Contacts
   * nobody.
   */
  permittingAct(error: ControlError, cluster: string | null): Act | undefined {
    return permittingAct(this.#session, error, cluster);
  }

  /**
   * Records that a person reads the log. Call it before the reading. The reading never depends on it: if the result
   * holds no position, the reading is shown as not recorded.
   */
  recordLogRead(read: LogRead): Promise<Recorded> {
    return recordLogRead(this.#session, read);
  }

  /** What would be refused already, and what the interface still has to ask a person. Contacts nobody. */
  preflight(command: CommandName, cluster: string): Promise<Preflight> {
    return preflight(this.#session, command, cluster);
  }

  /** Why a request would be refused before any traffic, whichever node it is about; `undefined` if it would not. */
  async refusal(command: CommandName, input: Readonly<Record<string, unknown>>): Promise<ControlError | undefined> {
    const accepted = await accept(this.#session, this.#session.authority, command, input, 'any');
    return accepted.ok ? undefined : accepted.error;
  }

  /** The commands that this cluster's engine does not support, with the reason. Contacts nobody. */
  unavailable(cluster: string): Promise<ReadonlyMap<CommandName, string>> {
    return unavailable(this.#session, cluster);
  }

  /** Call it when a cluster's configuration was changed or removed: confirmations given for it no longer hold. */
  clusterChanged(): void {
    this.#session.confirmations.voidAll('The configured clusters changed while the confirmation was open.');
  }

  /** Call it when a secret was changed or removed. */
  secretChanged(): void {
    this.#session.confirmations.voidAll('A secret changed while the confirmation was open.');
  }

  /** Call it when the session ends: from then on no pending confirmation is accepted (P7-F2). */
  end(): void {
    this.#session.end();
  }

  /** Whether this session is carrying out that request now. */
  isUnderWay(requestId: string): boolean {
    return this.#underWay.has(requestId);
  }

  /**
   * Carries out one command along the path of a request. Never throws once the request has its id: every end is a
   * result.
   */
  async execute(command: string, input: Readonly<Record<string, unknown>>): Promise<CommandResult> {
    const session = this.#session;
    const requestId = session.env.ids.uuid();
    const flow = new Flow(session.recorder, session.authority, requestId, command, input, (cluster, id) =>
      session.endOperator(cluster, id),
    );
    this.#underWay.add(requestId);
    try {
      return await carryOut(session, flow, command, input);
    } catch (error) {
      return await flow.brokeOff(error);
    } finally {
      this.#underWay.delete(requestId);
    }
  }
}
