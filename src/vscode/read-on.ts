/** What a person can read next after a result, as links. Nothing is contacted until the person clicks one. */
import * as vscode from 'vscode';
import * as z from 'zod/mini';
import type { CommandName } from '../control-plane/commands/commands.ts';
import type { ControlError } from '../control-plane/model/errors.ts';
import type { CommandResult } from '../control-plane/request/result.ts';
import { commandId } from './command-ids.ts';
import { commandTitle } from './titles.ts';

/** A link of a panel. The editor keeps where it leads; the panel knows only its text and its place in the list. */
export interface Link {
  readonly label: string;
  readonly open: () => void;
}

interface NamedNode {
  readonly nodeId: string;
  readonly name: string;
}

const denialDetails = z.object({ checks: z.array(z.object({ result: z.string(), observed: z.string() })) });

/** The name of a node when its cluster was last read. */
export type NodeName = (cluster: string, node: string) => string | undefined;

/**
 * Links to the record, to the promotion state with this request, and to the members that a failed check or a denial
 * names.
 */
export function linksOf(result: CommandResult, nodeName: NodeName, looksUpRequests: boolean): readonly Link[] {
  return [...recordLink(result), ...(looksUpRequests ? lookupLink(result) : []), ...nodeLinks(result, nodeName)];
}

function recordLink({ requestId, recorded }: CommandResult): readonly Link[] {
  return recorded.position === null
    ? []
    : [
        {
          label: vscode.l10n.t('Record #{0} in the audit log', recorded.position.seq.toString()),
          open: () => void vscode.commands.executeCommand('aerodb.openAuditLog', { requestId }),
        },
      ];
}

function lookupLink(result: CommandResult): readonly Link[] {
  const { requestId, cluster } = result;
  if (result.kind === 'answered' || (result.kind === 'failed' && result.sent !== true)) return [];
  const node = result.kind === 'executed' ? result.target.nodeId : result.target;
  return node === null || cluster === null
    ? []
    : [
        inspection('inspect_promotion_state', vscode.l10n.t('Promotion state with this request'), {
          cluster,
          node,
          lookup: requestId,
        }),
      ];
}

function nodeLinks(result: CommandResult, nodeName: NodeName): readonly Link[] {
  const { cluster } = result;
  if (cluster === null) return [];
  return namedNodes(result, node => nodeName(cluster, node)).map(({ nodeId, name }) =>
    inspection('inspect_node', `${commandTitle('inspect_node')}: ${name}`, { cluster, node: nodeId }),
  );
}

function namedNodes(result: CommandResult, nameOf: (node: string) => string | undefined): readonly NamedNode[] {
  if (result.kind === 'executed') return [];
  if (result.kind === 'failed') {
    const told = notPassed(result.error);
    return (result.explanation?.kernel?.members ?? []).filter(
      ({ name, nodeId }) => isNamedIn(told, name) || isNamedIn(told, nodeId),
    );
  }
  const { answer } = result;
  switch (answer.command) {
    case 'inspect_cluster_state':
      return answer.reading.view.members.filter(({ haltReason }) => haltReason !== null);
    case 'inspect_promotion_state': {
      const { lastAttempt } = answer.reading.view;
      const target = lastAttempt?.denial === null ? null : (lastAttempt?.target ?? null);
      return target === null ? [] : [{ nodeId: target, name: nameOf(target) ?? target }];
    }
    case 'inspect_node':
    case 'inspect_replication_status':
    case 'inspect_wal':
    case 'inspect_snapshots':
    case 'run_diagnostics':
      return [];
  }
}

/** What the kernel says about each check that failed or is unknown, and about the denial itself. */
function notPassed({ message, kernel }: ControlError): string {
  const parsed = denialDetails.safeParse(kernel?.details);
  const checks = parsed.success
    ? parsed.data.checks.filter(({ result }) => result === 'fail' || result === 'unknown')
    : [];
  return [kernel === undefined ? '' : message, ...checks.map(({ observed }) => observed)].join('\n');
}

/** Whether a text contains a name as a whole: "node-10" does not contain "node-1". */
export function isNamedIn(text: string, name: string): boolean {
  const isPart = (character: string | undefined): boolean =>
    character !== undefined && /[\p{L}\p{N}_.-]/u.test(character);
  for (let at = text.indexOf(name); name !== '' && at !== -1; at = text.indexOf(name, at + 1)) {
    const after = text.slice(at + name.length);
    if (!isPart(text[at - 1]) && !isPart(after[0] === '.' && !isPart(after[1]) ? undefined : after[0])) return true;
  }
  return false;
}

function inspection(
  command: CommandName,
  label: string,
  target: { readonly cluster: string; readonly node: string; readonly lookup?: string },
): Link {
  return { label, open: () => void vscode.commands.executeCommand(commandId(command), target) };
}
