/** Saving what a kernel answered as a file of evidence, as `--json` writes it, and any other text of ours. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { answeredJson } from '../control-plane/model/answered-json.ts';
import type { Answered } from '../control-plane/request/result.ts';
import type { ClusterLabel } from '../panel-protocol/panels.ts';
import { notify } from './surfaces.ts';

/** Writes a file whole or not at all, and never over what belongs to the audit log. */
export type WriteFile = (file: string, pieces: Iterable<string>) => Promise<void>;

/** An answer that can be saved: how it is called, and its text. */
export interface Evidence {
  readonly name: string;
  readonly json: string;
}

/** The whole answer with its origin. The program of a terminal ends with 0 where it prints the same. */
export function evidenceOf(result: Answered, cluster: ClusterLabel): Evidence {
  const { observed, endpoint } = result.answer.reading;
  return {
    name: `${observed.nodeId ?? endpoint} ${observed.time}`,
    json: `${answeredJson(result, cluster, 0)}\n`,
  };
}

/** Asks where, and writes it; returns the file. */
export async function saveEvidence({ name, json }: Evidence, write: WriteFile): Promise<string | undefined> {
  return save(
    {
      title: vscode.l10n.t('Save the answer as evidence'),
      fileName: `promotion-state ${name}.json`,
      filters: { JSON: ['json'] },
    },
    () => [json],
    write,
  );
}

/** What is asked where a text is to be saved. */
export interface SavedAs {
  readonly title: string;
  readonly fileName: string;
  readonly filters: Readonly<Record<string, readonly string[]>>;
}

/**
 * Asks where, and writes what there is to be written by then; `null`: nothing any more. Returns the file, where one was
 * written.
 */
export async function save(
  { title, fileName, filters }: SavedAs,
  pieces: () => Iterable<string> | null,
  write: WriteFile,
): Promise<string | undefined> {
  const target = await vscode.window.showSaveDialog({
    title,
    saveLabel: vscode.l10n.t('Save'),
    defaultUri: vscode.Uri.file(join(homedir(), fileName.replaceAll(/[^\w.-]+/g, '-'))),
    filters: Object.fromEntries(Object.entries(filters).map(([name, endings]) => [name, [...endings]])),
  });
  const content = target === undefined ? null : pieces();
  if (target === undefined || content === null) return undefined;
  try {
    if (target.scheme !== 'file')
      throw new Error(vscode.l10n.t('{0} is not a file of the machine on which the log is', target.toString()));
    await write(target.fsPath, content);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    void notify('error', vscode.l10n.t('AeroDB: nothing was saved: {0}', cause));
    return undefined;
  }
  void notify('information', vscode.l10n.t('AeroDB: saved to {0}', target.fsPath));
  return target.fsPath;
}
