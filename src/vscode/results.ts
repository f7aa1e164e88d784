/** Shows how a command ended: a notification with the fact, and a panel with the details. All errors are shown here. */
import * as vscode from 'vscode';
import * as z from 'zod/mini';
import { isReading } from '../control-plane/commands/commands.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { engineOf, type Engine } from '../control-plane/engine.ts';
import type { CommandResult } from '../control-plane/request/result.ts';
import type { ControlError } from '../control-plane/model/errors.ts';
import type { FlowFailure } from '../control-plane/request/flow.ts';
import { toWire } from '../control-plane/model/views.ts';
import type { ClusterLabel, LastReport, Panel } from '../panel-protocol/panels.ts';
import type { ConfiguredClusters } from './clusters.ts';
import { requestPanel } from './confirmer.ts';
import { evidenceOf, saveEvidence, type WriteFile } from './evidence.ts';
import { meaningsIn } from './meanings.ts';
import { offerOf, type Offer } from './offers.ts';
import { withoutAnswer } from './last-known.ts';
import { recordedAt, sourceOf } from './origin.ts';
import type { PanelContent, Panels } from './panels.ts';
import { linksOf, type NodeName } from './read-on.ts';
import { failureSentence, isNeutral, notRecorded, refusalSentence } from './sentences.ts';
import { logLine, notify } from './surfaces.ts';

const denialDetails = z.object({ checks: z.array(z.object({ invariant: z.string() })) });

/** A result as the terminal prints it. */
export type TextOf = (result: CommandResult, cluster: ClusterLabel | null) => Promise<string>;

/** What is needed to show results. */
export interface Surroundings {
  readonly panels: Panels;
  readonly clusters: ConfiguredClusters;
  readonly log: vscode.LogOutputChannel;
  readonly write: WriteFile;
  readonly permittingAct: ControlPlane['permittingAct'];
  readonly nodeName: NodeName;
  readonly textOf: TextOf;
  /** What the tree of this window shows about a node. */
  readonly lastReport: (cluster: string, node: string) => LastReport | undefined;
}

/** Shows results in panels and notifications. */
export class Results {
  readonly #with: Surroundings;

  constructor(surroundings: Surroundings) {
    this.#with = surroundings;
  }

  /** Shows, in the panel that will hold the answer, that the request was sent. */
  asking(key: string, title: string, cluster: string): void {
    this.#with.panels.show(key, { title, panel: { kind: 'asking', title, cluster: this.clusterLabel(cluster) } });
  }

  /**
   * Shows the end of an inspection in its panel. A failure replaces the old content, so that no outdated view remains.
   */
  inspected(
    key: string,
    title: string,
    result: CommandResult,
    ways: Pick<PanelContent, 'refresh' | 'older' | 'newest' | 'another' | 'compare'>,
  ): void {
    const { panels } = this.#with;
    const content = { ...this.#content(title, result), ...ways };
    // Does not bring the panel to the front: a late answer must not cover what the person reads now.
    if (panels.has(key)) panels.replace(key, content);
    else panels.show(key, content, { preserveFocus: true });
    void this.#notify(title, result, key);
  }

  /** Shows the end of a confirmed command in the panel of its explanation, if that is still open. */
  concluded(title: string, result: CommandResult): void {
    const { panels } = this.#with;
    const key = requestPanel(result.requestId);
    const content = this.#content(title, result);
    const show = (): void => panels.show(key, content);
    if (result.kind === 'failed') panels.update(key, content);
    else show();
    void this.#notify(title, result, key, show);
  }

  /** Notifies how a reading ended whose answer is shown elsewhere. The details of a failure are one click away. */
  read(title: string, result: CommandResult): void {
    if (result.kind === 'failed') this.concluded(title, result);
    else void this.#notify(title, result, requestPanel(result.requestId));
  }

  /**
   * Shows an error outside of a request: a change of authority, an unreadable log. `cluster`: the cluster that it
   * concerns, if any.
   */
  error(title: string, error: ControlError, cluster: string | null = null): void {
    this.#logError(refusalSentence(title, error), error);
    const offer = this.offer(error, cluster);
    const showLog = vscode.l10n.t('Show Log');
    const buttons = [...(offer === undefined ? [] : [offer.label]), showLog];
    void notify('error', refusalSentence(title, error), ...buttons).then(answer => {
      if (answer === showLog) this.#with.log.show();
      else if (answer !== undefined && answer === offer?.label) offer.take();
    });
  }

  /** The one act that would permit what was refused. It does not repeat the request. */
  offer(error: ControlError, cluster: string | null): Offer | undefined {
    const act = this.#with.permittingAct(error, cluster);
    return act === undefined ? undefined : offerOf(act, cluster);
  }

  #content(title: string, result: CommandResult): PanelContent {
    return {
      title,
      ...this.#shown(title, result),
      cited: cited(result),
      links: linksOf(result, this.#with.nodeName, this.#engine(result.cluster)?.looksUpRequests ?? false),
      meanings: result.cluster === null ? undefined : this.#meanings(result, result.cluster),
      ...(result.kind === 'failed' ? { offer: this.offer(result.error, result.cluster) } : {}),
    };
  }

  #meanings(result: CommandResult, cluster: string): PanelContent['meanings'] {
    const engine = this.#engine(cluster);
    return engine === undefined ? [] : meaningsIn(result, engine.meanings);
  }

  #engine(cluster: string | null): Engine | undefined {
    const { clusters } = this.#with;
    const config = cluster === null ? undefined : clusters.find(cluster);
    return config?.ok === true ? engineOf(clusters.engines, config.value) : undefined;
  }

  /** The panel and what can be copied from it: an answer or an execution as the kernel gave it. */
  #shown(title: string, result: CommandResult): Pick<PanelContent, 'panel' | 'json' | 'saveEvidence' | 'text'> {
    const recorded = recordedAt(result.recorded);
    const { requestId } = result;
    const named = result.cluster === null ? null : this.clusterLabel(result.cluster);
    const text = (): Promise<string> => this.#with.textOf(result, named);
    switch (result.kind) {
      case 'answered': {
        const cluster = this.clusterLabel(result.cluster);
        const { reading } = result.answer;
        const source = sourceOf(reading);
        return {
          text,
          panel: { kind: 'answer', title, cluster, source, document: reading.document(), requestId, recorded },
          json: { kind: 'answer', title, cluster, answer: toWire(result.answer), requestId, recorded },
          ...(result.answer.command === 'inspect_promotion_state'
            ? { saveEvidence: () => void saveEvidence(evidenceOf(result, cluster), this.#with.write) }
            : {}),
        };
      }
      case 'executed': {
        const cluster = this.clusterLabel(result.cluster);
        const { execution, target, force } = result;
        const { sentence } = execution;
        return {
          text,
          panel: {
            kind: 'executed',
            title,
            cluster,
            sentence,
            document: execution.document(),
            requestId,
            recorded,
            ...(force === undefined ? {} : { force }),
          },
          json: { kind: 'executed', title, cluster, target, execution: toWire(execution), requestId, recorded },
        };
      }
      case 'failed':
        return { text, panel: this.#silence(title, result) ?? this.#failure(title, result) };
    }
  }

  /**
   * The panel that says that a node gave no answer, with what the tree remembers of it. No node is contacted for this.
   */
  #silence(title: string, result: FlowFailure): Panel | undefined {
    const { cluster, requestId, error } = result;
    const node = withoutAnswer(result);
    if (cluster === null || node === undefined) return undefined;
    const lastReport = this.#with.lastReport(cluster, node) ?? null;
    return {
      kind: 'silent',
      title,
      cluster: this.clusterLabel(cluster),
      name: lastReport?.name ?? node,
      error: toWire(error),
      requestId,
      recorded: recordedAt(result.recorded),
      lastReport,
    };
  }

  #failure(title: string, result: FlowFailure): Panel {
    return {
      kind: 'failed',
      title,
      cluster: result.cluster === null ? null : this.clusterLabel(result.cluster),
      target: result.target,
      error: toWire(result.error),
      requestId: result.requestId,
      recorded: recordedAt(result.recorded),
      ...(result.authorityEnded === undefined ? {} : { authorityEnded: recordedAt(result.authorityEnded) }),
      ...(result.force === undefined ? {} : { force: result.force }),
      ...(isReading(result.command) ? { reads: true } : {}),
    };
  }

  /**
   * Notifies of a result. A visible panel already shows it, so then only a missing record is notified. The editor cuts
   * a notification without a button to one line; when the whole text matters, there is a button.
   */
  async #notify(title: string, result: CommandResult, key: string, details?: () => void): Promise<void> {
    const { log, panels } = this.#with;
    const missing = notRecorded(result.recorded);
    const isSaid = missing.length === 0 && panels.isVisible(key);
    if (result.kind === 'failed') {
      const sentence = failureSentence(title, result);
      if (isNeutral(result.error)) logLine(log, 'info', `${sentence} request ${result.requestId}`);
      else this.#logError(`${sentence} request ${result.requestId}`, result.error);
      if (isSaid) return;
      const severity = isNeutral(result.error) && missing.length === 0 ? 'information' : 'error';
      await this.#ask(severity, sentence, this.offer(result.error, result.cluster), details);
      return;
    }
    logLine(log, 'info', `${title}: ${result.kind}, request ${result.requestId}`);
    if (isSaid) return;
    if (result.kind === 'executed') {
      const severity = missing.length === 0 ? 'information' : 'error';
      await this.#ask(severity, [`AeroDB: ${result.execution.sentence}`, ...missing].join(' '), undefined, details);
    } else if (missing.length > 0) {
      await notify('warning', [`AeroDB: ${title}.`, ...missing].join(' '));
    }
  }

  async #ask(
    severity: Parameters<typeof notify>[0],
    sentence: string,
    offer: Offer | undefined,
    details: (() => void) | undefined,
  ): Promise<void> {
    const show = vscode.l10n.t('Show Details');
    const buttons = [...(offer === undefined ? [] : [offer.label]), ...(details === undefined ? [] : [show])];
    const answer = await notify(severity, sentence, ...buttons);
    if (answer === show) details?.();
    else if (answer !== undefined && answer === offer?.label) offer.take();
  }

  #logError(sentence: string, { code, invariants }: ControlError): void {
    logLine(this.#with.log, 'error', `${sentence} (${[code, ...invariants].join(', ')})`);
  }

  /** The cluster as every panel names it. */
  clusterLabel(cluster: string): ClusterLabel {
    const config = this.#with.clusters.find(cluster);
    return config.ok
      ? { name: cluster, kind: config.value.kind, environment: config.value.environment ?? null }
      : { name: cluster, kind: '', environment: null };
  }
}

/** The invariants that a result names by id; their text is shown beside them. */
function cited(result: CommandResult): readonly string[] {
  if (result.kind === 'failed') return [...result.error.invariants, ...checkInvariants(result.error.kernel?.details)];
  if (result.kind !== 'answered' || result.answer.command !== 'inspect_promotion_state') return [];
  const denial = result.answer.reading.view.lastAttempt?.denial;
  return denial === null || denial === undefined ? [] : [denial.invariant];
}

/** The invariants of the checks in a kernel's denial; none for any other details. */
function checkInvariants(details: unknown): readonly string[] {
  const parsed = denialDetails.safeParse(details);
  return parsed.success ? parsed.data.checks.map(check => check.invariant) : [];
}
