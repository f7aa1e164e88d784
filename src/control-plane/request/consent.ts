/** Steps 4 and 5 of a request: asks a person under a single-use token; the person confirms, declines or is too late. */
import type { ClusterConfig } from '../clusters/cluster.ts';
import { commandSpec, type ConfirmedCommandName } from '../commands/commands.ts';
import { digest } from '../model/digest.ts';
import { refusal, type ControlError } from '../model/errors.ts';
import type { ConfirmationAnswer, ConfirmationPrompt, Confirmer, Kernel } from '../ports.ts';
import type { AcceptedCommand } from './accepted.ts';
import { confirmationVoided, incompleteConsent, type ConfirmationBinding } from './confirmation.ts';
import { consentText } from './consent-text.ts';
import type { ExplainedCommand } from './explained.ts';
import type { Flow, FlowFailure } from './flow.ts';
import type { RecordFields } from './recorder.ts';
import type { Session } from './session.ts';

/** What a person consented to, as the later records hold it. */
export type Consent = NonNullable<RecordFields['confirmation']>;

/** Asks, and records the answer. The token is used up before anything is sent. */
export async function consent(
  session: Session,
  flow: Flow,
  command: ConfirmedCommandName,
  { cluster, kernel, args }: AcceptedCommand,
  { explanation, document, controlVersion }: ExplainedCommand,
): Promise<{ readonly kind: 'confirmed'; readonly consent: Consent } | FlowFailure> {
  const { env, confirmations } = session;
  const explanationDigest = digest(explanation);

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
    controlVersion: controlVersion?.toString() ?? null,
    clusterDigest: digest(current),
    authoritySession: session.authoritySession,
  });
  const token = env.ids.uuid();
  const unasked = overtaken(session, flow, cluster);
  if (unasked !== undefined) return flow.fail('confirmation_voided', unasked);
  const signal = confirmations.issue(token, binding(cluster));

  // 5. Confirmed, declined, or voided.
  const answer = await ask(
    env.confirmer,
    {
      requestId: flow.requestId,
      token,
      explanation,
      document,
      explanationDigest,
      type: type === 'enhanced' ? 'enhanced' : 'standard',
      nodeName: explanation.target.name,
      toType: consentText(explanation),
      acknowledge: explanation.acknowledge,
      operator: env.operator,
    },
    signal,
  );
  if (answer.kind === 'declined') {
    confirmations.void(token, 'The confirmation was declined.');
    const declined = `The confirmation was declined (${answer.at}). Nothing was sent.`;
    return flow.fail('confirmation_declined', refusal('PHASE7_CONFIRMATION_DECLINED', declined));
  }
  if (answer.kind === 'voided') {
    confirmations.void(token, answer.why);
    return flow.fail('confirmation_voided', confirmationVoided(answer.why));
  }
  const otherAccess = await accessChanged(session, cluster, kernel);
  if (otherAccess !== undefined) {
    confirmations.void(token, 'The settings or secrets for the connection to the cluster changed.');
    return flow.fail('confirmation_voided', otherAccess);
  }
  const current = env.clusters.find(cluster.name);
  if (!current.ok) confirmations.void(token, `Cluster "${cluster.name}" is no longer configured.`);
  const refused =
    confirmations.consume(answer.token, binding(current.ok ? current.value : cluster)) ??
    incompleteConsent(explanation, answer);
  if (refused !== undefined) {
    confirmations.void(token, 'The confirmation was refused.');
    const stage = refused.code === 'PHASE7_CONFIRMATION_VOIDED' ? 'confirmation_voided' : 'command_rejected';
    return flow.fail(stage, refused);
  }
  const confirmation = { ...bound, acknowledged: answer.acknowledged };
  const given = await flow.record('confirmation_given', { confirmation, outcome: 'pending' });
  return given.position === null ? flow.notRecorded(given) : { kind: 'confirmed', consent: confirmation };
}

async function ask(confirmer: Confirmer, prompt: ConfirmationPrompt, signal: AbortSignal): Promise<ConfirmationAnswer> {
  const gone = new Promise<ConfirmationAnswer>(resolve => {
    signal.addEventListener('abort', () => resolve({ kind: 'voided', why: String(signal.reason) }), { once: true });
  });
  const asked = async (): Promise<ConfirmationAnswer> => {
    try {
      return await confirmer.confirm(prompt, signal);
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      return { kind: 'voided', why: `The confirmation could not be shown (${cause}).` };
    }
  };
  return Promise.race([gone, asked()]);
}

/** Why a consent no longer holds: the session, the cluster's configuration or its secrets changed. */
export async function outdated(
  session: Session,
  flow: Flow,
  { cluster, kernel }: Pick<AcceptedCommand, 'cluster' | 'kernel'>,
): Promise<ControlError | undefined> {
  return (await accessChanged(session, cluster, kernel)) ?? overtaken(session, flow, cluster);
}

/**
 * P7-A1, P7-A2: the explanation and the consent hold only for this authority and for the cluster as it is configured
 * now.
 */
function overtaken(session: Session, flow: Flow, cluster: ClusterConfig): ControlError | undefined {
  if (session.authority !== flow.authority)
    return confirmationVoided('The authority changed before the request was sent.');
  const current = session.env.clusters.find(cluster.name);
  return current.ok && digest(current.value) === digest(cluster)
    ? session.observedElsewhere(cluster)
    : confirmationVoided(`The configuration of cluster "${cluster.name}" changed before the request was sent.`);
}

/** P7-A2: the consent covers the secrets, too. Reads them again and contacts nobody. */
async function accessChanged(
  session: Session,
  cluster: ClusterConfig,
  kernel: Kernel,
): Promise<ControlError | undefined> {
  const now = await session.connect(cluster);
  if (!now.ok)
    return confirmationVoided(
      `The connection to cluster "${cluster.name}" could not be prepared again after the confirmation: ` +
        now.error.message,
    );
  return now.value.access === kernel.access
    ? undefined
    : confirmationVoided(
        `A token, a password, a key, a certificate or a CA of cluster "${cluster.name}" changed while the ` +
          'confirmation was open.',
      );
}
