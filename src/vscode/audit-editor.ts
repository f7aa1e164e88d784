/**
 * The audit log in a read-only editor tab, with the verdict of its verification at the top. Operator or Auditor only.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { AuditReview, AuditVerdict, ExportedChain } from '../control-plane/model/audit-reader.ts';
import { auditReviewRefused } from '../control-plane/commands/authority.ts';
import type { AuditLogFacts } from '../panel-protocol/audit.ts';
import type { AuditRequest } from '../panel-protocol/messages.ts';
import { AuditSession } from './audit-session.ts';
import type { CommandContext } from './commands.ts';
import type { Panels } from './panels.ts';
import { notify, pick, underWay } from './surfaces.ts';

const KEY = 'audit-log';

/** Registers the two commands. */
export function registerAuditEditor(
  context: () => CommandContext,
  review: AuditReview,
  panels: Panels,
): vscode.Disposable[] {
  const editor = new AuditEditor(context, review, panels);
  return [
    new vscode.Disposable(() => editor.end()),
    vscode.commands.registerCommand('aerodb.openAuditLog', () => editor.open()),
    vscode.commands.registerCommand('aerodb.verifyAuditLog', async () => {
      if (refusedReview(context())) return;
      const verdict = await review.reader.verify(review.knownHead());
      const sentence = `AeroDB: ${verdictText(verdict)} (${review.reader.path})`;
      void notify(verdict.kind === 'intact' ? 'information' : 'error', sentence);
    }),
  ];
}

class AuditEditor {
  readonly #context: () => CommandContext;
  readonly #review: AuditReview;
  readonly #panels: Panels;
  readonly #title = vscode.l10n.t('AeroDB Audit Log');
  #session: AuditSession | null = null;
  #stopListening: () => void = () => undefined;

  constructor(context: () => CommandContext, review: AuditReview, panels: Panels) {
    this.#context = context;
    this.#review = review;
    this.#panels = panels;
  }

  /** Opens the tab, or brings it to the front and reads anew: it was asked for. */
  async open(): Promise<void> {
    if (refusedReview(this.#context())) return;
    const session = this.#session ?? this.#begin();
    const facts = await underWay(vscode.ProgressLocation.Window, vscode.l10n.t('AeroDB: reading the audit log'), () =>
      session.read(),
    );
    if (session !== this.#session || !this.#mayReview()) return;
    const fresh = !this.#panels.has(KEY);
    this.#panels.show(KEY, this.#content(session, facts), { keepWhenHidden: true });
    if (fresh) this.#panels.onClosed(KEY, () => this.end());
    await session.examine().catch((error: unknown) => this.#complain(error));
  }

  #begin(): AuditSession {
    const session: AuditSession = new AuditSession(this.#review, {
      mayReview: () => session === this.#session && this.#mayReview(),
      tell: message => this.#panels.tell(KEY, message),
      factsChanged: facts => this.#panels.replace(KEY, this.#content(session, facts)),
    });
    this.#session = session;
    this.#stopListening = this.#context().plane.onAuthorityChanged(() => this.#authorityChanged());
    return session;
  }

  /** Lets go of the log; the tab stays as it is. */
  end(): void {
    this.#stopListening();
    void this.#session?.close();
    this.#session = null;
  }

  /** P7-A1: what may no longer be seen goes away, and the log is let go of. */
  #authorityChanged(): void {
    const refused = auditReviewRefused(this.#context().plane.authority);
    if (refused === undefined) return;
    this.end();
    this.#panels.replace(KEY, {
      title: this.#title,
      panel: { kind: 'refused', title: this.#title, code: refused.code, message: refused.message },
      refresh: () => void this.open(),
    });
  }

  #mayReview(): boolean {
    return auditReviewRefused(this.#context().plane.authority) === undefined;
  }

  #content(session: AuditSession, log: AuditLogFacts): Parameters<Panels['show']>[1] {
    return {
      title: this.#title,
      panel: { kind: 'audit', title: this.#title, log },
      refresh: () => void this.open().catch((error: unknown) => this.#complain(error)),
      audit: request => void this.#asked(session, request).catch((error: unknown) => this.#complain(error)),
    };
  }

  async #asked(session: AuditSession, request: AuditRequest): Promise<void> {
    if (session !== this.#session || refusedReview(this.#context())) return;
    if (request.type === 'audit-export') await this.#export(session, request);
    else if (request.type === 'audit-raw') await openRaw(this.#review.reader.path);
    else await session.answer(request);
  }

  async #export(
    session: AuditSession,
    { format, sought }: Extract<AuditRequest, { type: 'audit-export' }>,
  ): Promise<void> {
    const chain = await askChain();
    if (chain === undefined) return;
    const target = await vscode.window.showSaveDialog({
      title: vscode.l10n.t('Export the selected audit records'),
      saveLabel: vscode.l10n.t('Export'),
      defaultUri: vscode.Uri.file(join(homedir(), `audit-export.${format}`)),
      filters: format === 'jsonl' ? { 'JSON Lines': ['jsonl'] } : { CSV: ['csv'] },
    });
    // Between the question and the answer authority may have gone.
    if (target === undefined || session !== this.#session || refusedReview(this.#context())) return;
    if (target.scheme !== 'file')
      throw new Error(vscode.l10n.t('{0} is not a file of the machine on which the log is', target.toString()));
    await underWay(vscode.ProgressLocation.Notification, vscode.l10n.t('Exporting audit records'), () =>
      session.exportTo(target.fsPath, sought, format, chain),
    );
    void notify(
      'information',
      vscode.l10n.t('AeroDB: the selected records and their proof were written to {0}', target.fsPath),
    );
  }

  #complain(error: unknown): void {
    void notify(
      'error',
      vscode.l10n.t('AeroDB, audit log: {0}', error instanceof Error ? error.message : String(error)),
    );
  }
}

async function askChain(): Promise<ExportedChain | undefined> {
  const picked = await pick(
    [
      {
        chain: 'neighbours',
        label: vscode.l10n.t('With the neighbouring records'),
        detail: vscode.l10n.t(
          'The record before and the one after each run of selected records: shows that the selected ones stand ' +
            'unedited in the chain.',
        ),
      },
      {
        chain: 'to_end',
        label: vscode.l10n.t('With the chain to the end of the log'),
        detail: vscode.l10n.t(
          'Every record from the first selected one on: can be held against a head that is known from elsewhere.',
        ),
      },
    ] as const,
    {
      title: vscode.l10n.t('Proof'),
      placeHolder: vscode.l10n.t('How much of the chain goes along with the selected records?'),
    },
  );
  return picked?.chain;
}

/** The file itself, read-only in this editor: one change to it would break the chain. */
async function openRaw(file: string): Promise<void> {
  await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false });
  await vscode.commands.executeCommand('workbench.action.files.setActiveEditorReadonlyInSession');
}

function refusedReview({ plane, results }: CommandContext): boolean {
  const refused = auditReviewRefused(plane.authority);
  if (refused !== undefined) results.error(vscode.l10n.t('Open Audit Log'), refused);
  return refused !== undefined;
}

function verdictText({ kind, message, line, seq }: AuditVerdict): string {
  const where =
    line === null ? '' : ` [${vscode.l10n.t('line {0}', line.toString())}${seq === null ? '' : `, #${seq}`}]`;
  return `${kind.replaceAll('_', ' ')}. ${message}${where}`;
}
