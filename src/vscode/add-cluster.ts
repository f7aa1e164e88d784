/**
 * Add Cluster: one question after the other. Each has a way back, and Escape adds nothing. Only the first address is
 * contacted, once, and only if the person asks for its members; this is a recorded reading of the cluster's state.
 */
import * as vscode from 'vscode';
import { addressesIn } from '../control-plane/clusters/address-mistake.ts';
import { endpointFromText, urlsOf, type ClusterConfig } from '../control-plane/clusters/cluster.ts';
import { parseClusterConfig } from '../control-plane/clusters/configuration.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import type { Engine } from '../control-plane/engine.ts';
import type { Result } from '../control-plane/model/errors.ts';
import { isClusterName } from '../control-plane/model/plausible.ts';
import { nameAmong } from '../control-plane/model/views.ts';
import { byName } from '../text/natural.ts';
import { remarkOnAddresses } from './address-words.ts';
import type { ConfiguredClusters } from './clusters.ts';
import type { CommandContext } from './commands.ts';
import {
  askStep,
  BACK,
  notify,
  pickStep,
  refused,
  tickStep,
  underWay,
  type Answer,
  type Remark,
  type Step,
} from './surfaces.ts';

const STEPS = 6;

/** What the person has answered so far. A later answer replaces an earlier one. */
interface Draft {
  readonly name: string;
  readonly engine: Engine | undefined;
  readonly addresses: string;
  readonly environment: string;
  readonly secret: string;
  /** Addresses of the members that the person ticked. */
  readonly members: readonly string[];
}

type Question = (draft: Draft, at: (step: string) => Step) => Promise<Answer<Draft>>;

/** Asks the questions, adds the cluster, and offers to inspect it. */
export async function addCluster({ clusters, plane }: CommandContext): Promise<void> {
  const draft = await askAll([
    askName(clusters),
    askEngine(clusters),
    askAddresses(clusters),
    askEnvironment,
    askSecret(clusters),
    askMembers(clusters, plane),
  ]);
  const cluster = draft === undefined ? undefined : built(clusters, draft);
  if (draft?.engine === undefined || cluster?.ok !== true) {
    void notify('information', vscode.l10n.t('AeroDB: no cluster was added.'));
    return;
  }
  await keep(clusters, cluster.value, draft);
}

/** Undefined when the person cancelled. */
async function askAll(questions: readonly Question[]): Promise<Draft | undefined> {
  let draft: Draft = { name: '', engine: undefined, addresses: '', environment: '', secret: '', members: [] };
  for (let index = 0; index < questions.length; ) {
    const step = index + 1;
    const answer = await questions[index]?.(draft, placeHolder => ({
      title: vscode.l10n.t('AeroDB: Add Cluster'),
      step,
      totalSteps: STEPS,
      placeHolder,
    }));
    if (answer === undefined) return undefined;
    index += answer === BACK ? -1 : 1;
    if (answer !== BACK) draft = answer;
  }
  return draft;
}

function given<K extends keyof Draft>(draft: Draft, key: K, answer: Answer<Draft[K]>): Answer<Draft> {
  return answer === undefined || answer === BACK ? answer : { ...draft, [key]: answer };
}

function askName(clusters: ConfiguredClusters): Question {
  return async (draft, at) => {
    const answer = await askStep({
      ...at(vscode.l10n.t('Name')),
      prompt: vscode.l10n.t('The name by which you know the cluster. Escape adds nothing.'),
      value: draft.name,
      remark: typed => {
        const name = typed.trim();
        if (name === '') return refused(vscode.l10n.t('A name is required.'));
        if (!isClusterName(name)) return notAName();
        return clusters.list().some(cluster => cluster.name === name)
          ? refused(vscode.l10n.t('A cluster called "{0}" is configured already.', name))
          : undefined;
      },
    });
    return given(draft, 'name', typeof answer === 'string' ? answer.trim() : answer);
  };
}

/** A secret that is typed into the wrong box must not be saved in the settings. */
function notAName(): Remark {
  return refused(
    vscode.l10n.t('This does not look like a name. It would be shown and recorded wherever the cluster is named.'),
  );
}

function askEngine(clusters: ConfiguredClusters): Question {
  return async (draft, at) => {
    const items = clusters.engines.map(engine => ({ label: vscode.l10n.t(engine.label), engine }));
    const answer = await pickStep(at(vscode.l10n.t('What runs there')), items);
    if (answer === undefined || answer === BACK) return answer;
    return answer.engine === draft.engine ? draft : { ...draft, engine: answer.engine, secret: '' };
  };
}

function askAddresses(clusters: ConfiguredClusters): Question {
  return async (draft, at) => {
    const { engine } = draft;
    if (engine === undefined) return BACK;
    const answer = await askStep({
      ...at(engine.addresses.example),
      prompt: vscode.l10n.t(engine.addresses.prompt),
      value: draft.addresses,
      remark: typed => remarkOnAddresses(typed, engine, built(clusters, { ...draft, addresses: typed, members: [] })),
    });
    // A secret belongs to the addresses that it was typed for: other addresses start without one.
    const secret = answer === draft.addresses ? draft.secret : '';
    return given({ ...draft, members: [], secret }, 'addresses', answer);
  };
}

async function askEnvironment(draft: Draft, at: (step: string) => Step): Promise<Answer<Draft>> {
  const answer = await askStep({
    ...at(vscode.l10n.t('Environment')),
    prompt: vscode.l10n.t(
      'Your own label, such as "production", shown wherever the cluster is named. May be left empty. Escape adds ' +
        'nothing.',
    ),
    value: draft.environment,
    remark: typed => (typed.trim() === '' || isClusterName(typed.trim()) ? undefined : notAName()),
  });
  return given(draft, 'environment', typeof answer === 'string' ? answer.trim() : answer);
}

function askSecret(clusters: ConfiguredClusters): Question {
  return async (draft, at) => {
    const cluster = built(clusters, draft);
    if (draft.engine === undefined || !cluster.ok) return BACK;
    const [{ editor, form, account }] = draft.engine.secrets;
    const answer = await askStep({
      ...at(vscode.l10n.t(editor.placeHolder, account?.(cluster.value) ?? '')),
      prompt: vscode.l10n.t(editor.prompt),
      isPassword: true,
      value: draft.secret,
      remark: typed =>
        typed === '' || form === undefined || form.holds(typed) ? undefined : refused(vscode.l10n.t(form.misfit)),
    });
    return given(draft, 'secret', answer);
  };
}

/** Asks whether to read the members from the first address, and which of their addresses to add. */
function askMembers(clusters: ConfiguredClusters, plane: ControlPlane): Question {
  return async (draft, at) => {
    const cluster = built(clusters, draft);
    const [first] = cluster.ok ? urlsOf(cluster.value) : [];
    if (draft.engine === undefined || !cluster.ok || first === undefined) return BACK;
    const look = {
      label: vscode.l10n.t('Ask {0} for its members', first),
      detail: vscode.l10n.t(
        'One reading of the cluster, recorded in the audit log. You then tick the addresses that are to be added.',
      ),
    };
    const add = { label: vscode.l10n.t('Add what I typed'), detail: vscode.l10n.t('Nobody is contacted.') };
    const answer = await pickStep(at(vscode.l10n.t('Other members of the cluster')), [add, look]);
    if (answer === undefined || answer === BACK) return answer;
    if (answer === add) return draft;
    const ticked = await tickMembers({ ...cluster.value, endpoints: cluster.value.endpoints.slice(0, 1) }, draft, {
      clusters,
      plane,
      at,
    });
    return ticked === BACK ? askMembers(clusters, plane)(draft, at) : ticked;
  };
}

interface Looking {
  readonly clusters: ConfiguredClusters;
  readonly plane: ControlPlane;
  readonly at: (step: string) => Step;
}

/**
 * Lets the person tick the members that the first address reports. Without an answer, goes back to the question before.
 */
async function tickMembers(asked: ClusterConfig, draft: Draft, looking: Looking): Promise<Answer<Draft>> {
  const { clusters, plane, at } = looking;
  const [first = ''] = urlsOf(asked);
  const result = await underWay(
    vscode.ProgressLocation.Notification,
    vscode.l10n.t('AeroDB: asking {0} for its members', first),
    () =>
      clusters.withDraft(asked, draft.secret, () => plane.execute('inspect_cluster_state', { cluster: asked.name })),
  );
  if (result.kind !== 'answered' || result.answer.command !== 'inspect_cluster_state') {
    const why = result.kind === 'failed' ? result.error.message : '';
    void notify('warning', vscode.l10n.t('AeroDB: {0} did not name its members. Nothing was added. {1}', first, why));
    return BACK;
  }
  const { view, observed, endpoint } = result.answer.reading;
  const told = nameAmong(view.members, observed.nodeId) ?? observed.nodeId ?? endpoint;
  const known = built(clusters, draft);
  const typed = known.ok ? urlsOf(known.value) : [];
  const items = byName(view.members).flatMap(({ name, apiUrl }) => {
    if (apiUrl === null) return [];
    const one = built(clusters, { ...draft, addresses: apiUrl, members: [] });
    const [url = apiUrl] = one.ok ? urlsOf(one.value) : [];
    if (typed.includes(url)) return [];
    return [{ label: name, description: url, ...(one.ok ? {} : { detail: one.error.message }), url, isUsable: one.ok }];
  });
  if (items.length === 0) {
    void notify('information', vscode.l10n.t('AeroDB: {0} reports no address that you have not typed.', told));
    return BACK;
  }
  const answer = await tickStep(at(vscode.l10n.t('Tick what to add ({0}, {1})', told, observed.time)), items);
  if (answer === undefined || answer === BACK) return answer;
  const unusable = answer.filter(({ isUsable }) => !isUsable);
  if (unusable.length === 0) return { ...draft, members: answer.map(({ url }) => url) };
  const names = unusable.map(({ label, detail }) => `${label}: ${detail ?? ''}`).join(' ');
  void notify(
    'warning',
    vscode.l10n.t('AeroDB: nothing was added, because these addresses cannot be used: {0}', names),
  );
  return BACK;
}

/** The cluster as the settings would hold it, or why it is not valid. */
function built({ engines }: ConfiguredClusters, draft: Draft): Result<ClusterConfig> {
  return parseClusterConfig(
    {
      name: draft.name,
      kind: draft.engine?.id,
      endpoints: [...addressesIn(draft.addresses).map(endpointFromText), ...draft.members],
      ...(draft.environment === '' ? {} : { environment: draft.environment }),
    },
    engines,
  );
}

async function keep(clusters: ConfiguredClusters, cluster: ClusterConfig, { engine, secret }: Draft): Promise<void> {
  await clusters.add(cluster);
  const [secretKind] = engine?.secrets ?? [];
  try {
    if (secret !== '' && secretKind !== undefined) await clusters.setSecret(cluster, secretKind, secret);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    void notify(
      'error',
      vscode.l10n.t('AeroDB: cluster "{0}" was added; its access token was not kept: {1}.', cluster.name, cause),
    );
    return;
  }
  const inspect = vscode.l10n.t('Inspect');
  const answer = await notify(
    'information',
    vscode.l10n.t(
      'AeroDB: cluster "{0}" was added to this machine\'s settings, with these addresses: {1}.',
      cluster.name,
      urlsOf(cluster).join(', '),
    ),
    inspect,
  );
  if (answer === inspect) await vscode.commands.executeCommand('aerodb.inspectClusterState', { cluster: cluster.name });
}
