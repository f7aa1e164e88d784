/** Shows how a command ended: a notification for the fact, a panel for the detail. The one place for errors. */
import * as vscode from 'vscode';
import * as z from 'zod/mini';
import type { CommandResult } from '../control-plane/request/result.ts';
import { isOwn, type ControlError, type Outcome } from '../control-plane/model/errors.ts';
import type { Recorded } from '../control-plane/request/recorder.ts';
import type { FlowFailure } from '../control-plane/request/flow.ts';
import { toWire } from '../control-plane/model/views.ts';
import type { ClusterLabel, Panel, RecordedAt } from '../panel-protocol/panels.ts';
import type { ConfiguredClusters } from './clusters.ts';
import { requestPanel } from './confirmer.ts';
import type { PanelContent, Panels } from './panels.ts';
import { logLine, notify } from './surfaces.ts';

const denialDetails = z.object({ checks: z.array(z.object({ invariant: z.string() })) });

/** Gives results their panels and notifications. */
export class Results {
  readonly #panels: Panels;
  readonly #clusters: ConfiguredClusters;
  readonly #log: vscode.LogOutputChannel;

  constructor(panels: Panels, clusters: ConfiguredClusters, log: vscode.LogOutputChannel) {
    this.#panels = panels;
    this.#clusters = clusters;
    this.#log = log;
  }

  /** Says that an inspection has been asked for, in the panel that will show its answer. */
  asking(key: string, title: string, cluster: string): void {
    this.#panels.show(key, { title, panel: { kind: 'asking', title, cluster: this.#label(cluster) } });
  }

  /** Shows the end of an inspection in its panel; a failure replaces what stood there: no stale view remains. */
  inspected(key: string, title: string, result: CommandResult, refresh: () => void): void {
    const content = { title, ...this.#content(title, result), refresh, cited: cited(result) };
    // Wherever that panel is by now: an answer that comes late covers nothing that a person went on to read.
    if (this.#panels.has(key)) this.#panels.replace(key, content);
    else this.#panels.show(key, content, { preserveFocus: true });
    void this.#notify(title, result);
  }

  /** Shows the end of a confirmed command in the panel of its explanation, where that is open. */
  concluded(title: string, result: CommandResult): void {
    const content = { title, ...this.#content(title, result), cited: cited(result) };
    const show = (): void => this.#panels.show(requestPanel(result.requestId), content);
    if (result.kind === 'failed') this.#panels.update(requestPanel(result.requestId), content);
    else show();
    void this.#notify(title, result, show);
  }

  /** An error outside the path of a request: an authority change, an unreadable log. */
  error(title: string, error: ControlError): void {
    logLine(this.#log, 'error', `${title}: ${error.code}: ${error.message}`);
    const button = vscode.l10n.t('Show Log');
    void notify('error', errorSentence(title, error), button).then(answer => {
      if (answer === button) this.#log.show();
    });
  }

  /** The panel, and what of it is copied: an answer and an execution as the kernel gave them. */
  #content(title: string, result: CommandResult): Pick<PanelContent, 'panel' | 'json'> {
    const recorded = recordedAt(result.recorded);
    const { requestId } = result;
    switch (result.kind) {
      case 'answered': {
        const cluster = this.#label(result.cluster);
        const { reading } = result.answer;
        const { observed, endpoint, skipped, notes } = reading;
        const source = toWire({ observed, endpoint, skipped, notes });
        return {
          panel: { kind: 'answer', title, cluster, source, document: reading.document(), requestId, recorded },
          json: { kind: 'answer', title, cluster, answer: toWire(result.answer), requestId, recorded },
        };
      }
      case 'executed': {
        const cluster = this.#label(result.cluster);
        const { execution, target } = result;
        const { sentence } = execution;
        return {
          panel: { kind: 'executed', title, cluster, sentence, document: execution.document(), requestId, recorded },
          json: { kind: 'executed', title, cluster, target, execution: toWire(execution), requestId, recorded },
        };
      }
      case 'failed':
        return { panel: this.#failure(title, result) };
    }
  }

  #failure(title: string, result: FlowFailure): Panel {
    return {
      kind: 'failed',
      title,
      cluster: result.cluster === null ? null : this.#label(result.cluster),
      target: result.target,
      error: toWire(result.error),
      requestId: result.requestId,
      recorded: recordedAt(result.recorded),
      ...(result.authorityEnded === undefined ? {} : { authorityEnded: recordedAt(result.authorityEnded) }),
    };
  }

  /** The editor cuts a notification without a button to one line: where the whole of it matters, there is one. */
  async #notify(title: string, result: CommandResult, details?: () => void): Promise<void> {
    const show = vscode.l10n.t('Show Details');
    const notRecorded =
      result.recorded.position === null
        ? vscode.l10n.t(' This could not be recorded in the audit log: {0}', result.recorded.cause)
        : '';
    if (result.kind === 'failed') {
      const declined = isOwn(result.error, 'PHASE7_CONFIRMATION_DECLINED');
      const sentence =
        errorSentence(title, result.error) +
        (isOwn(result.error, 'PHASE7_AUDIT_UNAVAILABLE') ? '' : notRecorded) +
        (result.authorityEnded === undefined
          ? ''
          : vscode.l10n.t(' Operator authority ended with it and has to be assumed anew.'));
      logLine(this.#log, declined ? 'info' : 'error', `${sentence} request ${result.requestId}`);
      const buttons = details === undefined ? [] : [show];
      const answer = await notify(declined ? 'information' : 'error', sentence, ...buttons);
      if (answer === show) details?.();
      return;
    }
    logLine(this.#log, 'info', `${title}: ${result.kind}, request ${result.requestId}`);
    if (result.kind === 'executed') {
      const sentence = `AeroDB: ${result.execution.sentence}`;
      const answer = await notify(notRecorded === '' ? 'information' : 'error', sentence + notRecorded, show);
      if (answer === show) details?.();
    } else if (notRecorded !== '') {
      await notify('warning', `AeroDB: ${title}.${notRecorded}`);
    }
  }

  #label(cluster: string): ClusterLabel {
    const config = this.#clusters.find(cluster);
    return config.ok
      ? { name: cluster, kind: config.value.kind, environment: config.value.environment ?? null }
      : { name: cluster, kind: '', environment: null };
  }
}

/** The invariants that a result names by id, so that their text can be shown beside them. */
function cited(result: CommandResult): readonly string[] {
  if (result.kind === 'failed') return [...result.error.invariants, ...checkInvariants(result.error.kernel?.details)];
  if (result.kind !== 'answered' || result.answer.command !== 'inspect_promotion_state') return [];
  const denial = result.answer.reading.view.lastAttempt?.denial;
  return denial === null || denial === undefined ? [] : [denial.invariant];
}

/** A denial of the kernel lists its checks, each with its invariant; anything else lists none. */
function checkInvariants(details: unknown): readonly string[] {
  const parsed = denialDetails.safeParse(details);
  return parsed.success ? parsed.data.checks.map(check => check.invariant) : [];
}

/**
 * "AeroDB: OUTCOME UNKNOWN. Request Promotion: orders, node-2. PHASE7_…": the outcome first, where nothing cuts it
 * off.
 */
function errorSentence(title: string, error: ControlError): string {
  const outcome: Readonly<Record<Outcome, string>> = {
    not_executed: vscode.l10n.t('not executed'),
    unknown: vscode.l10n.t('OUTCOME UNKNOWN'),
    executed: vscode.l10n.t('EXECUTED, with an error'),
  };
  return `AeroDB: ${outcome[error.outcome]}. ${title}. ${error.code} [${error.invariants.join(', ')}] ${error.message}`;
}

function recordedAt(recorded: Recorded): RecordedAt {
  return recorded.position === null
    ? { notRecorded: recorded.cause }
    : { seq: recorded.position.seq.toString(), hash: recorded.position.hash };
}
