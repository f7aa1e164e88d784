/**
 * Reconstructions in editor tabs: of a request, a cluster, a period or everything. Operator or Auditor only. A person
 * adds evidence one file or one reading at a time; it ends with its tab.
 */
import * as vscode from 'vscode';
import { auditReviewRefused } from '../control-plane/commands/authority.ts';
import type { ControlError, Result } from '../control-plane/model/errors.ts';
import type { ReconstructionRequest } from '../panel-protocol/messages.ts';
import type { ReconstructionFacts } from '../panel-protocol/reconstruction.ts';
import type { Asked } from '../reconstruction/model.ts';
import type { CommandContext } from './commands.ts';
import { evidenceOf, save, saveEvidence, type WriteFile } from './evidence.ts';
import type { PanelContent, Panels } from './panels.ts';
import { pickMember } from './reconstruction-members.ts';
import { askedOf, recordedFilter, type ReconstructedPart } from './reconstruction-part.ts';
import { askScope, scopeText } from './reconstruction-scope.ts';
import type { ReconstructionSession, ReconstructionSources } from './reconstruction-session.ts';
import { commandTitle } from './titles.ts';
import { notify, underWay } from './surfaces.ts';

/**
 * Given by the composition root: access to files, the engines' histories, and the name of the program that writes
 * files.
 */
export interface ReconstructionRoot extends Omit<ReconstructionSources, 'record'> {
  readonly write: WriteFile;
  readonly madeBy: string;
}

interface Opened {
  readonly key: string;
  readonly title: string;
  readonly asked: Asked;
  readonly session: ReconstructionSession;
  /**
   * Whether the session ends when its tab closes. A tab can outlive its session, because a loss of authority ends the
   * session only.
   */
  isTied: boolean;
}

export class ReconstructionEditor {
  readonly #context: () => CommandContext;
  readonly #root: ReconstructionRoot;
  readonly #panels: Panels;
  readonly #open = new Map<string, Opened>();
  #stopListening: () => void = () => undefined;

  constructor(context: () => CommandContext, root: ReconstructionRoot, panels: Panels) {
    this.#context = context;
    this.#root = root;
    this.#panels = panels;
  }

  /**
   * Opens the part that the audit log's filter names. When it names no request, cluster or period, the person is asked.
   */
  openPart(part: ReconstructedPart): void {
    if (Object.keys(part).length === 0) {
      void this.ask();
      return;
    }
    const asked = askedOf(part);
    if (asked === null)
      void notify(
        'error',
        vscode.l10n.t('AeroDB: the period names a day that does not exist. Nothing was reconstructed.'),
      );
    else void this.#show(asked);
  }

  /** Asks what to reconstruct. */
  async ask(): Promise<void> {
    if (this.#isRefused()) return;
    const asked = await askScope(this.#context().clusters);
    if (asked !== undefined) await this.#show(asked);
  }

  /** Opens the tab, or brings it to the front and makes the reconstruction again, because a person asked for it. */
  async #show(asked: Asked): Promise<void> {
    if (this.#isRefused()) return;
    const opened = await this.#opened(asked);
    const made = await making(() => opened.session.make());
    if (!this.#mayShow(opened)) return;
    if (!made.ok) {
      this.#failed(opened.title, made.error);
      if (!this.#panels.has(opened.key)) this.#end(opened);
      return;
    }
    // The tab may have been closed while the reconstruction was made.
    if (!this.#panels.has(opened.key)) opened.isTied = false;
    this.#panels.show(opened.key, this.#content(opened, made.value), { keepWhenHidden: true });
    if (opened.isTied) return;
    opened.isTied = true;
    this.#panels.onClosed(opened.key, () => this.#end(opened));
  }

  async #opened(asked: Asked): Promise<Opened> {
    // The code that reads and orders the records is loaded with the first reconstruction.
    const { ReconstructionSession: Session } = await import('./reconstruction-session.ts');
    const key = `reconstruction/${JSON.stringify(asked)}`;
    const before = this.#open.get(key);
    if (before !== undefined) return before;
    const { plane } = this.#context();
    const record = async (files: readonly string[]): Promise<string | null> => {
      const recorded = await plane.recordLogRead({ action: 'reconstruct', files, filter: recordedFilter(asked) });
      return recorded.position === null ? recorded.cause : null;
    };
    const opened: Opened = {
      key,
      title: vscode.l10n.t('Reconstruction: {0}', scopeText(asked)),
      asked,
      session: new Session({ ...this.#root, record }, asked),
      isTied: false,
    };
    if (this.#open.size === 0) this.#stopListening = plane.onAuthorityChanged(() => this.#authorityChanged());
    this.#open.set(key, opened);
    return opened;
  }

  #content(opened: Opened, facts: ReconstructionFacts): PanelContent {
    const { title, session } = opened;
    return {
      title,
      panel: { kind: 'reconstruction', title, facts },
      json: session.whole,
      refresh: () => void this.#anew(opened, () => session.make()),
      reconstruction: request => void this.#answer(opened, request).catch((error: unknown) => complain(title, error)),
    };
  }

  async #answer(opened: Opened, request: ReconstructionRequest): Promise<void> {
    if (!this.#mayShow(opened)) return;
    const { session, key } = opened;
    switch (request.type) {
      case 'reconstruction-page':
      case 'reconstruction-sheet': {
        const message =
          request.type === 'reconstruction-page'
            ? session.page(request.made, request.from, request.count)
            : await session.sheet(request.made, request.sheet);
        if (message !== null && this.#mayShow(opened)) this.#panels.tell(key, message);
        return;
      }
      case 'reconstruction-add-file':
        return this.#addFiles(opened);
      case 'reconstruction-read-history':
        return this.#readHistory(opened);
      case 'reconstruction-remove':
        await this.#anew(opened, () => session.remove(request.made, request.evidence));
        return;
      case 'reconstruction-save-evidence':
        return this.#saveReading(opened, request.made, request.evidence);
      case 'reconstruction-save-html':
        return this.#saveHtml(opened, request.made);
    }
  }

  async #addFiles(opened: Opened): Promise<void> {
    const chosen = await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Add a log, an export, a bundle or a saved answer'),
      openLabel: vscode.l10n.t('Add to the Reconstruction'),
      canSelectMany: true,
    });
    for (const { scheme, fsPath } of chosen ?? []) {
      if (scheme !== 'file')
        throw new Error(vscode.l10n.t('{0} is not a file on the machine that holds the audit log', fsPath));
      await this.#anew(opened, () => opened.session.add({ is: 'file', file: fsPath }));
    }
  }

  /** Sends one recorded command to one node. */
  async #readHistory(opened: Opened): Promise<void> {
    const { plane, clusters, results } = this.#context();
    const picked = await pickMember(opened.session.members, clusters);
    if (picked === undefined || !this.#mayShow(opened)) return;
    const { cluster, node, label } = picked;
    const title = `${commandTitle('inspect_promotion_state')}: ${label}`;
    const result = await underWay(
      vscode.ProgressLocation.Notification,
      vscode.l10n.t('AeroDB: asking {0} for its history', label),
      () => plane.execute('inspect_promotion_state', { cluster, node }),
    );
    results.read(title, result);
    if (result.kind !== 'answered') return;
    const reading = evidenceOf(result, results.clusterLabel(result.cluster));
    const name = vscode.l10n.t('answer of {0}', reading.name);
    await this.#anew(opened, () => opened.session.add({ is: 'reading', name, json: reading.json, file: null }));
  }

  async #saveReading(opened: Opened, made: number, at: number): Promise<void> {
    const { session } = opened;
    const reading = session.addition(made, at);
    if (reading?.is !== 'reading') return;
    const file = await saveEvidence(reading, this.#root.write);
    const facts = file === undefined ? null : session.saved(reading, file);
    if (facts !== null) this.#replace(opened, facts);
  }

  async #saveHtml(opened: Opened, made: number): Promise<void> {
    const { session } = opened;
    await save(
      {
        title: vscode.l10n.t('Save the reconstruction as one HTML file'),
        fileName: 'reconstruction.html',
        filters: { HTML: ['html'] },
      },
      // The authority may have changed while the person answered.
      () => (this.#mayShow(opened) ? session.html(made, this.#root.madeBy) : null),
      this.#root.write,
    );
  }

  /** Makes the reconstruction again in its tab. A refusal changes nothing there. */
  async #anew(opened: Opened, make: () => Promise<Result<ReconstructionFacts>> | null): Promise<void> {
    if (!this.#mayShow(opened)) return;
    const made = await making(async () => make());
    if (made === null || !this.#mayShow(opened)) return;
    if (made.ok) this.#replace(opened, made.value);
    else this.#failed(opened.title, made.error);
  }

  #replace(opened: Opened, facts: ReconstructionFacts): void {
    if (this.#mayShow(opened)) this.#panels.replace(opened.key, this.#content(opened, facts));
  }

  #failed(title: string, error: ControlError): void {
    this.#context().results.error(title, error);
  }

  /** P7-A1: removes what the session may no longer see, and ends the reconstructions. */
  #authorityChanged(): void {
    const refused = auditReviewRefused(this.#context().plane.authority);
    if (refused === undefined) return;
    for (const { key, title, asked } of [...this.#open.values()])
      this.#panels.replace(key, {
        title,
        panel: { kind: 'refused', title, code: refused.code, message: refused.message },
        refresh: () => void this.#show(asked),
      });
    this.end();
  }

  #mayShow({ key, session }: Opened): boolean {
    return (
      this.#open.get(key)?.session === session && auditReviewRefused(this.#context().plane.authority) === undefined
    );
  }

  #isRefused(): boolean {
    const { plane, results } = this.#context();
    const refused = auditReviewRefused(plane.authority);
    if (refused !== undefined) results.error(vscode.l10n.t('Reconstruct What Happened'), refused);
    return refused !== undefined;
  }

  #end({ key, session }: Opened): void {
    session.close();
    if (this.#open.get(key)?.session === session) this.#open.delete(key);
    if (this.#open.size === 0) this.#stopListening();
  }

  /** Ends every reconstruction; the tabs stay as they are. */
  end(): void {
    for (const opened of [...this.#open.values()]) this.#end(opened);
  }
}

function making<T>(make: () => Promise<T>): Promise<T> {
  return underWay(vscode.ProgressLocation.Notification, vscode.l10n.t('AeroDB: reconstructing what happened'), make);
}

function complain(title: string, error: unknown): void {
  const cause = error instanceof Error ? error.message : String(error);
  void notify('error', vscode.l10n.t('AeroDB, {0}: {1}', title, cause));
}
