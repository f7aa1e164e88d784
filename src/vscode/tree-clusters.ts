/** The row of a cluster: its last answer in short, the time of that answer, and what the connection reports. */
import * as vscode from 'vscode';
import { endpointsOf, endpointToText, urlsOf, type ClusterConfig } from '../control-plane/clusters/cluster.ts';
import type { DocumentedReading, Label } from '../control-plane/model/document.ts';
import type { ControlError, Result } from '../control-plane/model/errors.ts';
import { nameAmong, type ClusterView } from '../control-plane/model/views.ts';
import type { CommandResult } from '../control-plane/request/result.ts';
import { visible } from '../text/foreign.ts';
import { clusterLabel } from './clusters.ts';
import { clockOf, markWords, type Mark } from './tree-marks.ts';
import { isSilent, sentenceWords, shownNodes, skippedWords } from './tree-nodes.ts';
import { errorIcon, invalidIcon, isUnreachable } from './tree-rows.ts';

/** What is shown of a cluster: its last answer and when it arrived, by the clock of this window. */
export interface ShownAnswer {
  readonly result: CommandResult;
  readonly time: string;
  readonly mark?: Mark;
}

/** The reading of a cluster, if the result holds one. */
export function clusterReading(result: CommandResult | undefined): DocumentedReading<ClusterView> | undefined {
  return result?.kind === 'answered' && result.answer.command === 'inspect_cluster_state'
    ? result.answer.reading
    : undefined;
}

/** The row of a cluster. `answer` is absent before the first request, and `asking` until it is answered. */
export function clusterItem(
  name: string,
  config: Result<ClusterConfig>,
  answer: ShownAnswer | 'asking' | undefined,
): vscode.TreeItem {
  const item = new vscode.TreeItem(
    visible(config.ok ? clusterLabel(config.value) : name),
    vscode.TreeItemCollapsibleState.Collapsed,
  );
  // The id contains the addresses: another cluster with the same name must not appear expanded.
  item.id = `cluster/${name}/${config.ok ? urlsOf(config.value).join(' ') : ''}`;
  item.contextValue = 'cluster';
  const error = errorIn(answer);
  item.iconPath = !config.ok
    ? invalidIcon()
    : error !== undefined
      ? errorIcon(error)
      : new vscode.ThemeIcon('server-environment', colorOf(config.value));
  const observeOnly = config.ok && config.value.observeOnly === true ? [vscode.l10n.t('observe only')] : [];
  item.description = (
    config.ok ? [...answerWords(config.value, answer), ...observeOnly] : [vscode.l10n.t('configuration not valid')]
  )
    .map(visible)
    .join(' · ');
  item.tooltip = (config.ok ? [...clusterFacts(config.value, answer), ...observeOnly] : [config.error.message])
    .map(visible)
    .join('\n');
  item.accessibilityInformation = {
    label: `${vscode.l10n.t('Cluster {0}', item.label as string)}, ${item.description}`,
  };
  return item;
}

/** The person's colour. It stands beside the words of the environment and never replaces them. */
function colorOf({ color }: ClusterConfig): vscode.ThemeColor | undefined {
  return color === undefined ? undefined : new vscode.ThemeColor(`charts.${color}`);
}

function errorIn(answer: ShownAnswer | 'asking' | undefined): ControlError | undefined {
  return typeof answer === 'object' && answer.result.kind === 'failed' ? answer.result.error : undefined;
}

/**
 * The day of the answer comes last, because a narrow side bar cuts off the end. The tooltip has the kernel's own words.
 */
function answerWords(config: ClusterConfig, answer: ShownAnswer | 'asking' | undefined): readonly string[] {
  if (answer === undefined) return [vscode.l10n.t('not asked yet')];
  if (answer === 'asking') return [vscode.l10n.t('asking…')];
  const mark = answer.mark === undefined ? [] : [markWords(answer.mark)];
  const reading = clusterReading(answer.result);
  if (reading !== undefined) return [...mark, ...headline(config, reading), ...dated(reading.observed.time)];
  const error = errorIn(answer);
  const words =
    error !== undefined && isUnreachable(error) ? vscode.l10n.t('no answer') : vscode.l10n.t('not available');
  return [words, ...dated(answer.time)];
}

/** Which node is primary, and how many are halted or do not answer, as the kernel and the connection report it. */
function headline(config: ClusterConfig, reading: DocumentedReading<ClusterView>): readonly string[] {
  const { headline: [leads] = [] } = reading.document();
  const nodes = shownNodes(reading, endpointsOf(config), undefined);
  const silent = nodes.filter(isSilent).length;
  const halted = nodes.filter(({ health }) => health === 'halted').length;
  return [
    ...(leads === undefined ? primaryWords(reading) : [sentenceWords(leads)]),
    ...(silent === 0
      ? []
      : [silent === 1 ? vscode.l10n.t('1 does not answer') : vscode.l10n.t('{0} do not answer', silent)]),
    ...(halted === 0 ? [] : [vscode.l10n.t('{0} halted', halted)]),
  ];
}

/** "Primary: node-1", with the engine's own word. Used when the document has no headline. */
function primaryWords({ view: { epoch, primaryId, members }, document }: DocumentedReading<ClusterView>): string[] {
  const { terms } = document();
  const unknown = vscode.l10n.t('unknown');
  const at = terms.epoch?.at;
  return [
    `${wordsOf(terms.primary)}: ${nameAmong(members, primaryId) ?? primaryId ?? unknown}`,
    ...(at === undefined ? [] : [wordsOf(at, epoch?.toString() ?? unknown)]),
  ];
}

function wordsOf({ label }: Label, ...values: readonly string[]): string {
  return vscode.l10n.t(label, ...values);
}

/** The time first, then the day. */
function dated(time: string): readonly string[] {
  const [, day] = /^([\d-]+)T/u.exec(time) ?? [];
  return [vscode.l10n.t('as of {0}', clockOf(time)), ...(day === undefined ? [] : [day])];
}

function clusterFacts(config: ClusterConfig, answer: ShownAnswer | 'asking' | undefined): readonly string[] {
  const configured = vscode.l10n.t('Endpoints: {0}', endpointsOf(config).map(endpointToText).join(', '));
  if (typeof answer !== 'object') return [configured];
  const mark = answer.mark === undefined ? [] : [markWords(answer.mark)];
  const reading = clusterReading(answer.result);
  const error = errorIn(answer);
  if (reading === undefined)
    return [
      ...(error === undefined
        ? []
        : [error.message, vscode.l10n.t('Asked at {0} (clock of this window)', answer.time)]),
      configured,
    ];
  const { observed } = reading;
  const { terms, headline: said } = reading.document();
  const unknown = vscode.l10n.t('unknown');
  const counted = [
    ...(terms.countsCommits ? [vscode.l10n.t('Commit {0}', observed.commitId?.toString() ?? unknown)] : []),
    ...(terms.countsControlVersions
      ? [vscode.l10n.t('control version {0}', observed.controlVersion?.toString() ?? unknown)]
      : []),
  ];
  return [
    ...mark,
    ...(said === undefined ? [] : [said.map(sentenceWords).join(' · ')]),
    configured,
    vscode.l10n.t('Answered by node {0} at {1}', observed.nodeId ?? unknown, reading.endpoint),
    ...(counted.length === 0 ? [] : [counted.join(', ')]),
    vscode.l10n.t('Read at {0} (clock: {1})', observed.time, observed.clock),
    ...reading.skipped.map(skippedWords),
  ];
}
