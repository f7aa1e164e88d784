/**
 * The audit log in a read-only editor tab, with the verdict of its verification at the top. Operator or Auditor only.
 */
import * as vscode from 'vscode';
import type { AuditReview, AuditSought, AuditVerdict } from '../control-plane/model/audit-reader.ts';
import { auditReviewRefused } from '../control-plane/commands/authority.ts';
import { isUuid } from '../control-plane/model/plausible.ts';
import type { AuditLogFacts } from '../panel-protocol/audit.ts';
import type { AuditRequest } from '../panel-protocol/messages.ts';
import { AuditReadings, type NotRecorded } from './audit-readings.ts';
import { askChain, askTarget } from './audit-export.ts';
import { AuditSession } from './audit-session.ts';
import type { CommandContext } from './commands.ts';
import type { Panels } from './panels.ts';
import type { ReconstructedPart } from './reconstruction-part.ts';
import { notify, underWay } from './surfaces.ts';

const KEY = 'audit-log';

export class AuditEditor {
  readonly #readings: AuditReadings;
  readonly #context: () => CommandContext;
  readonly #review: AuditReview;
  readonly #panels: Panels;
  readonly #reconstruct: (of: ReconstructedPart) => void;
  readonly #title = vscode.l10n.t('AeroDB Audit Log');
  #session: AuditSession | null = null;
  /** The request that the last opening named. It is sent with the log's facts each time they are sent. */
  #requestId: string | undefined;
  #stopListening: () => void = () => undefined;

  constructor(
    context: () => CommandContext,
    review: AuditReview,
    panels: Panels,
    reconstruct: (of: ReconstructedPart) => void,
  ) {
    this.#reconstruct = reconstruct;
    this.#context = context;
    this.#review = review;
    this.#panels = panels;
    this.#readings = new AuditReadings(() => context().plane, review.reader.path);
  }

  /** Opens the tab, or brings it to the front. `argument`: what names the request to show, if anything. */
  async show(argument: unknown): Promise<void> {
    await this.#show(requestOf(argument));
  }

  /** Verifies the log, and its second copy, without the tab. */
  async verify(): Promise<void> {
    if (refusedReview(this.#context())) return;
    warnNotRecorded(await this.#readings.record('verify'));
    if (refusedReview(this.#context())) return;
    const { reader, knownHead, secondCopy } = this.#review;
    const verdict = await reader.verify(knownHead());
    const copy = (await secondCopy?.compare()) ?? null;
    const held = copy === null || copy.kind === 'same' || copy.kind === 'behind';
    const beside = copy === null ? '' : ` ${copy.message} (${copy.path})`;
    const sentence = `AeroDB: ${verdictText(verdict)} (${reader.path})${beside}`;
    void notify(verdict.kind === 'intact' && held ? 'information' : 'error', sentence);
  }

  /** Reads the log again, because a person asked for it. What fails is said. */
  async #show(requestId?: string): Promise<void> {
    await this.#open(requestId).catch((error: unknown) => this.#complain(error));
  }

  async #open(requestId?: string): Promise<void> {
    if (refusedReview(this.#context())) return;
    const session = this.#session ?? this.#begin();
    const facts = await underWay(
      vscode.ProgressLocation.Window,
      vscode.l10n.t('AeroDB: reading the audit log'),
      async () => session.read(await this.#readings.open()),
    );
    if (session !== this.#session || !this.#mayReview()) return;
    const fresh = !this.#panels.has(KEY);
    this.#requestId = requestId;
    this.#panels.show(KEY, this.#content(session, facts), { keepWhenHidden: true });
    if (fresh) this.#panels.onClosed(KEY, () => this.end());
    await session.examine().catch((error: unknown) => this.#complain(error));
  }

  #begin(): AuditSession {
    const session: AuditSession = new AuditSession(this.#review, {
      mayReview: () => session === this.#session && this.#mayReview(),
      isUnderWay: requestId => this.#context().plane.isUnderWay(requestId),
      tell: message => this.#panels.tell(KEY, message),
      factsChanged: facts => this.#panels.replace(KEY, this.#content(session, facts)),
    });
    this.#session = session;
    this.#stopListening = this.#context().plane.onAuthorityChanged(() => this.#authorityChanged());
    return session;
  }

  /** Closes the log; the tab stays as it is. */
  end(): void {
    this.#stopListening();
    this.#readings.close();
    void this.#session?.close();
    this.#session = null;
  }

  /** P7-A1: removes what the session may no longer see, and closes the log. */
  #authorityChanged(): void {
    const refused = auditReviewRefused(this.#context().plane.authority);
    if (refused === undefined) return;
    this.end();
    this.#panels.replace(KEY, {
      title: this.#title,
      panel: { kind: 'refused', title: this.#title, code: refused.code, message: refused.message },
      refresh: () => void this.#show(),
      offer: this.#context().results.offer(refused, null),
    });
  }

  #mayReview(): boolean {
    return auditReviewRefused(this.#context().plane.authority) === undefined;
  }

  #content(session: AuditSession, log: AuditLogFacts): Parameters<Panels['show']>[1] {
    return {
      title: this.#title,
      panel: {
        kind: 'audit',
        title: this.#title,
        log: this.#requestId === undefined ? log : { ...log, requestId: this.#requestId },
      },
      refresh: () => void this.#show(),
      audit: request => void this.#asked(session, request).catch((error: unknown) => this.#complain(error)),
    };
  }

  async #asked(session: AuditSession, request: AuditRequest): Promise<void> {
    if (this.#mayNotGoOn(session)) return;
    if (request.type === 'audit-export') await this.#export(session, request);
    else if (request.type === 'audit-raw') await this.#raw(session);
    else if (request.type === 'audit-reconstruct') this.#reconstruct(request.of);
    else {
      if (request.type === 'audit-select') await this.#recordFilter(session, request.sought);
      await session.answer(request);
    }
  }

  async #recordFilter(session: AuditSession, sought: AuditSought): Promise<void> {
    const notRecorded = await this.#readings.filter(sought);
    if (typeof notRecorded === 'string') session.notRecorded(notRecorded);
  }

  async #raw(session: AuditSession): Promise<void> {
    warnNotRecorded(await this.#readings.record('open'));
    if (!this.#mayNotGoOn(session)) await openRaw(this.#review.reader.path);
  }

  async #export(
    session: AuditSession,
    { format, sought }: Extract<AuditRequest, { type: 'audit-export' }>,
  ): Promise<void> {
    const chain = await askChain(format);
    if (chain === undefined) return;
    const target = await askTarget(format);
    // The authority may have changed while the person answered.
    if (target === undefined || this.#mayNotGoOn(session)) return;
    if (target.scheme !== 'file')
      throw new Error(vscode.l10n.t('{0} is not a file on the machine that holds the audit log', target.toString()));
    warnNotRecorded(await this.#readings.record('export', sought));
    if (this.#mayNotGoOn(session)) return;
    // From here on, an error message says itself whether the log or the file failed.
    await underWay(vscode.ProgressLocation.Notification, vscode.l10n.t('Exporting audit records'), () =>
      session.exportTo(target.fsPath, sought, format, chain),
    );
    void notify(
      'information',
      vscode.l10n.t('AeroDB: the selected records and their proof were written to {0}', target.fsPath),
    );
  }

  #mayNotGoOn(session: AuditSession): boolean {
    return session !== this.#session || refusedReview(this.#context());
  }

  #complain(error: unknown): void {
    void notify(
      'error',
      vscode.l10n.t('AeroDB, audit log: {0}', error instanceof Error ? error.message : String(error)),
    );
  }
}

/** Reading goes on when it cannot be recorded, but the person is told. */
function warnNotRecorded(cause: NotRecorded): void {
  if (cause !== null)
    void notify('warning', vscode.l10n.t('AeroDB: this reading could not be recorded in the audit log: {0}', cause));
}

/** Opens the log file itself, read-only in this editor: one change to it would break the chain. */
async function openRaw(file: string): Promise<void> {
  await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false });
  await vscode.commands.executeCommand('workbench.action.files.setActiveEditorReadonlyInSession');
}

/** The request that a link names; the palette names none. */
function requestOf(argument: unknown): string | undefined {
  return typeof argument === 'object' &&
    argument !== null &&
    'requestId' in argument &&
    typeof argument.requestId === 'string' &&
    isUuid(argument.requestId)
    ? argument.requestId
    : undefined;
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
