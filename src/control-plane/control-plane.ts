/**
 * The path of a request. The control plane grants the ability to ask, never the ability to decide: it checks,
 * explains, asks for consent, forwards exactly one request and records what happened. The kernel decides.
 */
import { invalidArguments, parseArguments } from './arguments.ts';
import { authorityChangeRefused, authorityText, commandRefused, OBSERVER, type Authority } from './authority.ts';
import type { ClusterConfig } from './cluster.ts';
import {
  COMMAND_NAMES,
  commandSpec,
  isCommandName,
  type CommandName,
  type ConfirmedCommandName,
  type ControlCommandName,
} from './commands.ts';
import { Confirmations, confirmationVoided, incompleteConsent, type ConfirmationBinding } from './confirmation.ts';
import { digest } from './digest.ts';
import { engineOf, type Engines } from './engine.ts';
import { failure, refusal, success, transportFailure, type ControlError, type Result } from './errors.ts';
import { explain, type Accepted, type Explained } from './explained.ts';
import { consentText } from './consent-text.ts';
import { explainExecution, type Execution, type Explanation } from './explanation.ts';
import { attempt, Flow, stageOfFailure, type FlowFailure } from './flow.ts';
import type { Operator } from './operator.ts';
import type { AuditPosition } from './audit-position.ts';
import { isClusterName, quotedName, WITHHELD } from './plausible.ts';
import type {
  AuditLog,
  Clock,
  Clusters,
  ConfirmationAnswer,
  Confirmer,
  ControlRequest,
  Ids,
  Kernel,
  KernelOperation,
} from './ports.ts';
import type { ExecutedControl } from './words.ts';
import { answeredState, readView, type AnsweredView, type InspectCommandName } from './reads.ts';
import { recordedError, Recorder, type Recorded } from './recorder.ts';
import { observedOnlyElsewhere, ToldIdentities } from './same-cluster.ts';
import { toWire } from './views.ts';

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

/** A read was answered; nothing changed. */
export interface Answered {
  readonly kind: 'answered';
  readonly requestId: string;
  readonly cluster: string;
  readonly answer: AnsweredView;
  readonly recorded: Recorded;
}

/** The kernel says that it executed the request. */
export interface Executed {
  readonly kind: 'executed';
  readonly requestId: string;
  readonly command: ControlCommandName;
  readonly cluster: string;
  readonly target: Explanation['target'];
  readonly execution: Execution;
  readonly recorded: Recorded;
}

/** How a command ended. A failure carries its outcome in `error.outcome`: not executed, unknown, or even executed. */
export type CommandResult = Answered | Executed | FlowFailure;

const KERNEL_OPERATIONS: Readonly<Record<CommandName, readonly KernelOperation[]>> = {
  inspect_cluster_state: ['readCluster'],
  inspect_node: ['readNode'],
  inspect_replication_status: ['readReplication'],
  inspect_promotion_state: ['readPromotion'],
  run_diagnostics: ['declareDiagnosticsCost', 'collectDiagnostics'],
  inspect_wal: ['readWal'],
  inspect_snapshots: ['readSnapshots'],
  request_promotion: ['explainPromotion', 'promote'],
  request_demotion: ['explainDemotion', 'demote'],
  force_promotion: ['explainPromotion', 'promote'],
};

function unsupported(command: CommandName, kernel: Kernel): string | undefined {
  return KERNEL_OPERATIONS[command]
    .map(operation => kernel.unsupported[operation])
    .find(reason => reason !== undefined);
}

/** One window's or terminal's session: starts as Observer, keeps nothing, restores nothing. */
export class ControlPlane {
  readonly #env: Environment;
  readonly #recorder: Recorder;
  readonly #session: string;
  readonly #confirmations = new Confirmations();
  readonly #requestIds = new Set<string>();
  readonly #pending = new Set<string>();
  readonly #listeners = new Set<() => void>();
  readonly #told = new ToldIdentities();
  #authority: Authority = OBSERVER;
  #authorityGeneration = 0;

  constructor(env: Environment) {
    this.#env = env;
    this.#session = env.ids.uuid();
    this.#recorder = new Recorder(env.audit, env.clock, env.operator, this.#session);
  }

  /** The session's present authority. */
  get authority(): Authority {
    return this.#authority;
  }

  /** Calls back after every change of authority; returns the way to stop. */
  onAuthorityChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Changes the session's authority and voids any pending confirmation. Gaining Operator must be recorded first;
   * giving it up and becoming Auditor never depend on the log: then the result says that it was not recorded.
   */
  async changeAuthority(to: Authority): Promise<Result<Recorded>> {
    const from = this.#authority;
    const error = this.changeRefusal(to);
    const record = (detail: string): Promise<Recorded> =>
      this.#recorder.record('authority_changed', to, {
        ...(to.level === 'Operator' ? { cluster: to.cluster } : {}),
        detail,
      });
    const refuse = async (why: ControlError): Promise<Result<Recorded>> => {
      // Nothing but a configured name passes; what was given in its place need not be one.
      const isWithheld = to.level === 'Operator' && !isClusterName(to.cluster);
      await this.#recorder.record('command_rejected', this.#authority, {
        detail: `${authorityText(from)} asked to become ${authorityText(isWithheld ? { ...to, cluster: WITHHELD } : to)}`,
        error: recordedError(why),
        outcome: why.outcome,
        ...(isWithheld ? { redacted: ['cluster'] } : {}),
      });
      return failure(why);
    };
    if (error !== undefined) return refuse(error);
    const detail = `${authorityText(from)} became ${authorityText(to)}`;
    if (to.level !== 'Operator') {
      this.#setAuthority(to);
      return success(await record(detail));
    }
    const recorded = await record(detail);
    if (recorded.position === null) {
      return failure(
        refusal(
          'PHASE7_AUDIT_UNAVAILABLE',
          `The change of authority could not be recorded: ${recorded.cause} The authority is unchanged.`,
        ),
      );
    }
    if (this.#authority !== from) {
      // The record before this one says that the change was made: the log must not be left saying so.
      return refuse(
        refusal(
          'PHASE7_INSUFFICIENT_AUTHORITY',
          'The authority changed while this change was being recorded: ambiguous authority is no authority. Only ' +
            'the other change counts.',
        ),
      );
    }
    this.#setAuthority(to);
    return success(recorded);
  }

  /** Why this session may not change its authority so; presentation asks too, so that nobody is asked in vain. */
  changeRefusal(to: Authority): ControlError | undefined {
    const cluster = to.level === 'Operator' ? this.#env.clusters.find(to.cluster) : undefined;
    if (cluster?.ok === false) return cluster.error;
    return (
      authorityChangeRefused(this.#authority, to, cluster?.value) ??
      (cluster === undefined ? undefined : this.#observedElsewhere(cluster.value))
    );
  }

  /**
   * Whether this session may ask for the command on this cluster now: presentation, so that nobody is asked in vain.
   */
  authorityRefusal(command: CommandName, cluster: string): ControlError | undefined {
    const config = this.#env.clusters.find(cluster);
    return config.ok ? this.#refused(command, this.#authority, config.value) : config.error;
  }

  /** What this cluster's engine cannot be asked for, with the reason: presentation, found out without any traffic. */
  async unavailable(cluster: string): Promise<ReadonlyMap<CommandName, string>> {
    const config = this.#env.clusters.find(cluster);
    const kernel = config.ok ? await this.#connect(config.value) : config;
    if (!kernel.ok) return new Map();
    return new Map(
      COMMAND_NAMES.flatMap(command => {
        const reason = unsupported(command, kernel.value);
        return reason === undefined ? [] : [[command, reason] as const];
      }),
    );
  }

  /** To be called when a cluster's configuration was changed or removed: what was confirmed for it no longer holds. */
  clusterChanged(): void {
    this.#confirmations.voidAll('The configured clusters changed while the confirmation was open.');
  }

  /** To be called when a secret was changed or removed. */
  secretChanged(): void {
    this.#confirmations.voidAll('A secret changed while the confirmation was open.');
  }

  /** To be called when the session ends: nothing that is pending may be accepted any more (P7-F2). */
  end(): void {
    this.#confirmations.voidAll('The session ended while the confirmation was open.');
    this.#authority = { ...OBSERVER };
  }

  /**
   * Carries one command along the path of a request, from receipt to recorded outcome. Takes no shortcut:
   * no argument stands for a confirmation. Once it has its id it never throws; every end is a result.
   */
  async execute(command: string, input: Readonly<Record<string, unknown>>): Promise<CommandResult> {
    const flow = new Flow(this.#recorder, this.#authority, this.#env.ids.uuid(), command, input, (cluster, requestId) =>
      this.#endOperator(cluster, requestId),
    );
    try {
      return await this.#carryOut(flow, command, input);
    } catch (error) {
      return flow.brokeOff(error);
    }
  }

  async #carryOut(flow: Flow, command: string, input: Readonly<Record<string, unknown>>): Promise<CommandResult> {
    // 1. Received: it has an id and gets a record, whatever follows.
    const received = await flow.record('command_requested', { outcome: 'pending' });
    if (received.position === null) return flow.notRecorded(received);
    if (this.#requestIds.has(flow.requestId)) {
      return flow.refuse(
        refusal(
          'PHASE7_DUPLICATE_REQUEST',
          `Request id ${flow.requestId} was used before in this session. Nothing was sent.`,
        ),
      );
    }
    this.#requestIds.add(flow.requestId);

    // 2. Authorized, or refused.
    const accepted = await this.#accept(flow, command, input);
    if (!accepted.ok) return flow.refuse(accepted.error);
    const { command: name } = accepted.value;
    if (
      name !== 'run_diagnostics' &&
      name !== 'request_promotion' &&
      name !== 'request_demotion' &&
      name !== 'force_promotion'
    ) {
      return this.#read(flow, name, accepted.value);
    }

    const key = digest([name, accepted.value.cluster.name, accepted.value.args.node]);
    if (this.#pending.has(key)) {
      return flow.refuse(
        refusal(
          'PHASE7_DUPLICATE_REQUEST',
          `"${commandSpec(name).title}" for this node is already waiting for its confirmation or its answer in ` +
            'this session. Nothing was sent.',
        ),
      );
    }
    this.#pending.add(key);
    try {
      return await this.#confirmAndDispatch(flow, name, accepted.value);
    } finally {
      this.#pending.delete(key);
    }
  }

  async #accept(flow: Flow, command: string, input: Readonly<Record<string, unknown>>): Promise<Result<Accepted>> {
    if (!isCommandName(command)) {
      return failure(
        refusal('PHASE7_SCOPE_VIOLATION', `${quotedName(command)} is not one of the ten commands. Nothing was sent.`),
      );
    }
    const args = parseArguments(input);
    if (!args.ok) return args;
    const cluster = this.#env.clusters.find(args.value.cluster);
    if (!cluster.ok) return cluster;
    const spec = commandSpec(command);
    const engine = engineOf(this.#env.engines, cluster.value);
    const refused =
      this.#refused(command, flow.authority, cluster.value) ??
      invalidArguments(spec, args.value, engine) ??
      (spec.class === 'control' && this.#env.operator.account === ''
        ? refusal(
            'PHASE7_OPERATOR_UNKNOWN',
            'The operating system names no account for this session, so nobody can be held responsible for a ' +
              'control command. Nothing was sent.',
          )
        : undefined) ??
      (spec.confirmation === 'none' ? undefined : this.#env.confirmer.unavailable());
    if (refused !== undefined) return failure(refused);
    const kernel = await this.#connect(cluster.value);
    if (!kernel.ok) return kernel;
    const reason = unsupported(command, kernel.value);
    return reason === undefined
      ? success({ command, args: args.value, cluster: cluster.value, engine, kernel: kernel.value })
      : failure(refusal('PHASE7_OPERATION_UNSUPPORTED', `${reason} Nothing was sent.`));
  }

  #refused(command: CommandName, authority: Authority, cluster: ClusterConfig): ControlError | undefined {
    const spec = commandSpec(command);
    return (
      (spec.authority === 'any' ? undefined : this.#observedElsewhere(cluster)) ??
      commandRefused(spec, authority, cluster)
    );
  }

  /** P7-A1: what may only be looked at is not controlled under another name. */
  #observedElsewhere(cluster: ClusterConfig): ControlError | undefined {
    return observedOnlyElsewhere(cluster, this.#env.clusters.entries(), this.#told);
  }

  /** The way to a kernel may break before it begins: an editor's secret store that cannot be opened, say. */
  async #connect(cluster: ClusterConfig): Promise<Result<Kernel>> {
    try {
      return await this.#env.clusters.connect(cluster);
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

  async #read(flow: Flow, command: InspectCommandName, { kernel, args, cluster }: Accepted): Promise<CommandResult> {
    const answer = await attempt(() => readView(kernel, command, args), 'not_executed');
    if (!answer.ok) return flow.fail('read_failed', answer.error);
    flow.knowsNode();
    if (answer.value.command === 'inspect_cluster_state') {
      const { clusterId, members } = answer.value.reading.view;
      this.#told.learn(cluster.name, { identity: clusterId, addresses: announced(members) });
    }
    return this.#answered(flow, cluster, answer.value);
  }

  async #answered(flow: Flow, cluster: ClusterConfig, answer: AnsweredView): Promise<Answered> {
    const { redacted = [] } = answer.reading;
    const recorded = await flow.record('command_answered', {
      kernel_state: answeredState(answer),
      outcome: 'executed',
      ...(redacted.length === 0 ? {} : { redacted }),
    });
    return { kind: 'answered', requestId: flow.requestId, cluster: cluster.name, answer, recorded };
  }

  async #confirmAndDispatch(flow: Flow, command: ConfirmedCommandName, accepted: Accepted): Promise<CommandResult> {
    const { cluster, kernel, args } = accepted;

    // 3. Explained, from one read of the kernel.
    const explained = await attempt(() => explain(command, accepted), 'not_executed');
    if (!explained.ok) return flow.fail('read_failed', explained.error);
    const { explanation, state } = explained.value;
    flow.knowsNode();
    this.#told.learn(cluster.name, {
      identity: explained.value.identity,
      addresses: announced(explanation.kernel?.members ?? []),
    });
    const watched = this.#observedElsewhere(cluster);
    if (watched !== undefined) return flow.refuse(watched);
    const explanationDigest = digest(explanation);
    const presented = await flow.record('explanation_presented', {
      explanation: toWire(explanation),
      kernel_state: state,
      outcome: 'pending',
    });
    if (presented.position === null) return flow.notRecorded(presented);

    // 4. Confirmation requested: a single-use token, bound to all that it stands for.
    const { confirmation: type } = commandSpec(command);
    const bound = { type, acknowledged: [] as readonly string[], explanation_digest: explanationDigest };
    const requested = await flow.record('confirmation_requested', { confirmation: bound, outcome: 'pending' });
    if (requested.position === null) return flow.notRecorded(requested);
    const binding = (current: ClusterConfig): ConfirmationBinding => ({
      requestId: flow.requestId,
      command,
      argumentsDigest: digest(args),
      explanationDigest,
      controlVersion: explained.value.controlVersion?.toString() ?? null,
      clusterDigest: digest(current),
      authoritySession: this.#authoritySession(),
    });
    const token = this.#env.ids.uuid();
    const unasked = this.#overtaken(flow, cluster);
    if (unasked !== undefined) return flow.fail('confirmation_voided', unasked);
    const signal = this.#confirmations.issue(token, binding(cluster));

    // 5. Confirmed, declined, or voided. The token is consumed before anything is sent.
    const answer = await this.#ask(
      {
        requestId: flow.requestId,
        token,
        explanation,
        explanationDigest,
        type: type === 'enhanced' ? 'enhanced' : 'standard',
        nodeName: explanation.target.name,
        toType: consentText(explanation),
        acknowledge: explanation.acknowledge,
        operator: this.#env.operator,
      },
      signal,
    );
    if (answer.kind === 'declined') {
      this.#confirmations.void(token, 'The confirmation was declined.');
      return flow.fail(
        'confirmation_declined',
        refusal('PHASE7_CONFIRMATION_DECLINED', `The confirmation was declined (${answer.at}). Nothing was sent.`),
      );
    }
    if (answer.kind === 'voided') {
      this.#confirmations.void(token, answer.why);
      return flow.fail('confirmation_voided', confirmationVoided(answer.why));
    }
    const otherAccess = await this.#accessChanged(cluster, kernel);
    if (otherAccess !== undefined) {
      this.#confirmations.void(token, 'What the cluster is reached with changed.');
      return flow.fail('confirmation_voided', otherAccess);
    }
    const current = this.#env.clusters.find(cluster.name);
    if (!current.ok) this.#confirmations.void(token, `Cluster "${cluster.name}" is no longer configured.`);
    const refused =
      this.#confirmations.consume(answer.token, binding(current.ok ? current.value : cluster)) ??
      incompleteConsent(explanation, answer);
    if (refused !== undefined) {
      this.#confirmations.void(token, 'The confirmation was refused.');
      return flow.fail(
        refused.code === 'PHASE7_CONFIRMATION_VOIDED' ? 'confirmation_voided' : 'command_rejected',
        refused,
      );
    }
    const confirmation = { ...bound, acknowledged: answer.acknowledged };
    const given = await flow.record('confirmation_given', { confirmation, outcome: 'pending' });
    if (given.position === null) return flow.notRecorded(given);

    if (command === 'run_diagnostics') {
      const overtaken = (await this.#accessChanged(cluster, kernel)) ?? this.#overtaken(flow, cluster);
      if (overtaken !== undefined) return flow.fail('confirmation_voided', overtaken);
      const diagnostics = await attempt(
        () => kernel.collectDiagnostics(explanation.target.nodeId, explained.value.endpoint),
        'not_executed',
      );
      return diagnostics.ok
        ? this.#answered(flow, cluster, { command, reading: diagnostics.value })
        : flow.fail('read_failed', diagnostics.error);
    }

    // An unknown control version is never sent as 0: without one the request has no precondition, unless the engine has
    // none to offer.
    const { controlVersion } = explained.value;
    if (controlVersion === null && kernel.hasControlVersion) {
      return flow.refuse(
        refusal(
          'PHASE7_INCONSISTENT_SNAPSHOT',
          'The explanation carries no control version, so nothing would protect against acting on an old view. ' +
            'Nothing was sent.',
        ),
      );
    }

    // 6. Intent recorded: on disk before the first byte goes out.
    const intent = await flow.record('dispatch_intent', { confirmation, kernel_state: state, outcome: 'pending' });
    if (intent.position === null) return flow.notRecorded(intent);
    const overtaken = (await this.#accessChanged(cluster, kernel)) ?? this.#overtaken(flow, cluster);
    if (overtaken !== undefined) return flow.fail('dispatch_failed', overtaken);

    // 7. Dispatched: exactly one request. 8. Outcome recorded, then shown.
    return this.#dispatch(flow, command, accepted, explained.value, answer.acknowledged, intent.position);
  }

  /**
   * P7-A1, P7-A2: what was explained and consented to holds under this authority and for this cluster as it is
   * configured, and for no other.
   */
  #overtaken(flow: Flow, cluster: ClusterConfig): ControlError | undefined {
    if (this.#authority !== flow.authority)
      return confirmationVoided('The authority changed before the request was sent.');
    const current = this.#env.clusters.find(cluster.name);
    return current.ok && digest(current.value) === digest(cluster)
      ? this.#observedElsewhere(cluster)
      : confirmationVoided(`The configuration of cluster "${cluster.name}" changed before the request was sent.`);
  }

  /** P7-A2: consent holds for the secrets too with which the request goes out. Reads them anew and contacts nobody. */
  async #accessChanged(cluster: ClusterConfig, kernel: Kernel): Promise<ControlError | undefined> {
    const now = await this.#connect(cluster);
    if (!now.ok)
      return confirmationVoided(
        `The connection to cluster "${cluster.name}" could not be prepared once more after the ` +
          `confirmation: ${now.error.message}`,
      );
    return now.value.access === kernel.access
      ? undefined
      : confirmationVoided(
          `A token, a password, a key, a certificate or a CA of cluster "${cluster.name}" changed while the ` +
            'confirmation was open.',
        );
  }

  async #dispatch(
    flow: Flow,
    command: ControlCommandName,
    { kernel, args, cluster }: Accepted,
    { explanation, endpoint, controlVersion, answerMs }: Explained,
    acknowledged: readonly string[],
    auditHead: AuditPosition,
  ): Promise<CommandResult> {
    const { account, host } = this.#env.operator;
    const request: ControlRequest = {
      endpoint,
      requestId: flow.requestId,
      target: explanation.target.nodeId,
      targetName: explanation.target.name,
      reason: args.reason ?? '',
      operator: { id: `${account}@${host}`, authority: 'Operator' },
      controlVersion,
      answerMs,
      auditHead,
    };
    const primaryId = explanation.kernel?.primaryId ?? null;
    flow.sending();
    const answer = await attempt((): Promise<Result<ExecutedControl>> => {
      switch (command) {
        case 'request_promotion':
          return kernel.promote({ ...request, mode: 'validated', acknowledgedInvariants: [], primaryId });
        case 'force_promotion':
          return kernel.promote({ ...request, mode: 'forced', acknowledgedInvariants: acknowledged, primaryId });
        case 'request_demotion':
          return kernel.demote(request);
      }
    }, 'unknown');
    if (!answer.ok) return flow.fail(stageOfFailure(answer.error), answer.error);
    const { body } = answer.value;
    const recorded = await flow.record('command_executed', {
      kernel_response: { accepted: true, code: null, invariant: null, message: null, body },
      outcome: 'executed',
    });
    flow.executed(recorded);
    const { target } = explanation;
    return {
      kind: 'executed',
      requestId: flow.requestId,
      command,
      cluster: cluster.name,
      target,
      execution: explainExecution(answer.value),
      recorded,
    };
  }

  async #ask(prompt: Parameters<Confirmer['confirm']>[0], signal: AbortSignal): Promise<ConfirmationAnswer> {
    const gone = new Promise<ConfirmationAnswer>(resolve => {
      signal.addEventListener('abort', () => resolve({ kind: 'voided', why: String(signal.reason) }), { once: true });
    });
    const asked = async (): Promise<ConfirmationAnswer> => {
      try {
        return await this.#env.confirmer.confirm(prompt, signal);
      } catch (error) {
        return {
          kind: 'voided',
          why: `The confirmation could not be shown (${error instanceof Error ? error.message : String(error)}).`,
        };
      }
    };
    return Promise.race([gone, asked()]);
  }

  /**
   * P7-A1: while nobody knows what a request did, whatever is asked for next is a new decision: Operator authority over
   * its cluster ends, and with it every open confirmation. A person has to assume it anew. It ends whether or not that
   * can be recorded.
   */
  #endOperator(cluster: string | undefined, requestId: string): (() => Promise<Recorded>) | undefined {
    const from = this.#authority;
    if (from.level !== 'Operator' || from.cluster !== cluster) return undefined;
    this.#setAuthority(OBSERVER);
    return () =>
      this.#recorder.record('authority_changed', OBSERVER, {
        detail: `${authorityText(from)} became ${authorityText(OBSERVER)}: the outcome of request ${requestId} is unknown`,
      });
  }

  #authoritySession(): string {
    return `${this.#session}/${this.#authorityGeneration}`;
  }

  /**
   * Every change makes an object of its own: what was begun under another one is told apart by it, also where both say
   * the same.
   */
  #setAuthority(authority: Authority): void {
    this.#authority = { ...authority };
    this.#authorityGeneration += 1;
    this.#confirmations.voidAll('The authority changed while the confirmation was open.');
    for (const listener of this.#listeners) {
      try {
        listener();
      } catch {
        // Whoever shows the authority answers for showing it; the change stands, and is recorded.
      }
    }
  }
}

function announced(members: readonly { readonly apiUrl: string | null }[]): readonly string[] {
  return members.flatMap(({ apiUrl }) => (apiUrl === null ? [] : [apiUrl]));
}
