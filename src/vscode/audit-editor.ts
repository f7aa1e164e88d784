/** The audit log in a read-only editor tab, with the verdict of its verification at the top. Operator or Auditor only. */
import * as vscode from 'vscode';
import type { AuditLine, AuditReader, AuditVerdict } from '../control-plane/audit-reader.ts';
import { auditReviewRefused } from '../control-plane/authority.ts';
import type { AuditPosition } from '../control-plane/ports.ts';
import type { CommandContext } from './commands.ts';

const SCHEME = 'aerodb-audit';

/** How the log is reached and what was last known of its end. */
export interface AuditAccess {
  readonly reader: AuditReader;
  /** The last position that this machine's editor saw; finds a cut end or a rewritten whole. */
  readonly knownHead: () => AuditPosition | null;
  /** Ids of requests that were about to be sent and have no recorded outcome. */
  readonly unknownRequests: (lines: readonly AuditLine[]) => readonly string[];
}

/** Registers the document provider and the two commands. */
export function registerAuditEditor(context: () => CommandContext, access: () => AuditAccess): vscode.Disposable[] {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const provider: vscode.TextDocumentContentProvider = {
    onDidChange: changed.event,
    provideTextDocumentContent: () => {
      const refused = auditReviewRefused(context().plane.authority);
      return refused === undefined ? auditText(access()) : `${refused.code}: ${refused.message}\n`;
    },
  };
  const uri = vscode.Uri.parse(`${SCHEME}:/AeroDB Audit Log`);
  return [
    new vscode.Disposable(() => changed.dispose()),
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, provider),
    vscode.commands.registerCommand('aerodb.openAuditLog', async () => {
      if (refusedReview(context())) return;
      changed.fire(uri);
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
    }),
    vscode.commands.registerCommand('aerodb.verifyAuditLog', async () => {
      if (refusedReview(context())) return;
      const { reader, knownHead } = access();
      const verdict = await reader.verify(knownHead());
      const sentence = `AeroDB: ${verdictText(verdict)} (${reader.path})`;
      void (verdict.kind === 'intact' ? vscode.window.showInformationMessage(sentence) : vscode.window.showErrorMessage(sentence));
    }),
  ];
}

function refusedReview({ plane, results }: CommandContext): boolean {
  const refused = auditReviewRefused(plane.authority);
  if (refused !== undefined) results.error(vscode.l10n.t('Open Audit Log'), refused);
  return refused !== undefined;
}

async function auditText({ reader, knownHead, unknownRequests }: AuditAccess): Promise<string> {
  const head = knownHead();
  const verdict = await reader.verify(head);
  const parts = [
    vscode.l10n.t('AeroDB audit log, read only: records are evidence, so nothing here can be edited.'),
    vscode.l10n.t('File: {0}', reader.path),
    vscode.l10n.t('Raw: {0}', vscode.Uri.file(reader.path).toString()),
    vscode.l10n.t('Verification: {0}', verdictText(verdict)),
    head === null ? vscode.l10n.t('Known head: none kept by this editor yet.') : vscode.l10n.t('Known head: #{0} {1}', head.seq.toString(), head.hash),
  ];
  const lines: AuditLine[] = [];
  if (verdict.kind !== 'unreadable') for await (const line of reader.lines()) lines.push(line);
  const unknown = unknownRequests(lines);
  parts.push(unknown.length === 0
    ? vscode.l10n.t('Every request that was about to be sent has a recorded outcome.')
    : vscode.l10n.t('OUTCOME UNKNOWN, an intent without a recorded outcome: {0}', unknown.join(', ')), '');
  return `${[...parts, ...lines.map(lineText)].join('\n')}\n`;
}

function verdictText({ kind, message, line, seq }: AuditVerdict): string {
  const where = line === null ? '' : ` [${vscode.l10n.t('line {0}', line.toString())}${seq === null ? '' : `, #${seq}`}]`;
  return `${kind.replaceAll('_', ' ')}. ${message}${where}`;
}

const SHOWN_FIRST = ['seq', 'time', 'stage', 'outcome', 'command', 'cluster', 'target', 'authority', 'request_id'];

/** One record as an indented block; what is not a record as it stands. */
function lineText({ line, text, record }: AuditLine): string {
  if (record === null) return `${vscode.l10n.t('line {0} is not a record:', line.toString())} ${text}`;
  const { seq, time, stage, command, cluster, outcome, ...rest } = record;
  const summary = [`#${String(seq)}`, time, stage, command, cluster, outcome].filter((part) => typeof part === 'string').join('  ');
  const ordered = Object.entries(rest).sort(([a], [b]) => rank(a) - rank(b));
  return [summary, ...ordered.map(([key, value]) => `    ${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)].join('\n');
}

function rank(key: string): number {
  const index = SHOWN_FIRST.indexOf(key);
  return index < 0 ? SHOWN_FIRST.length : index;
}
