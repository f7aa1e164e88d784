/** Saves a kernel's answer as a file of evidence, in the form of `--json`, and other texts of ours. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { answeredJson } from '../control-plane/model/answered-json.ts';
import type { AnsweredRead } from '../control-plane/request/result.ts';
import type { ClusterLabel } from '../panel-protocol/panels.ts';
import { notify } from './surfaces.ts';

/** Writes the whole file or no file, and never overwrites a file of the audit log. */
export type WriteFile = (file: string, pieces: Iterable<string>) => Promise<void>;

/** An answer that can be saved: a name for the file, and its text. */
export interface Evidence {
  readonly name: string;
  readonly json: string;
}

/** The whole answer with its origin. The exit code in it is 0, as the terminal program has it for the same answer. */
export function evidenceOf(result: AnsweredRead, cluster: ClusterLabel): Evidence {
  const { observed, endpoint } = result.answer.reading;
  return {
    name: `${observed.nodeId ?? endpoint} ${observed.time}`,
    json: `${answeredJson(result, cluster, 0)}\n`,
  };
}

/** Asks where to save the answer, and writes it. Returns the file. */
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

/** What the save dialog says. */
export interface SavedAs {
  readonly title: string;
  readonly fileName: string;
  readonly filters: Readonly<Record<string, readonly string[]>>;
}

/**
 * Asks where to save, and then writes the pieces as they are at that moment; `null` means that there is no longer
 * anything to write. Returns the file, if one was written.
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
      throw new Error(vscode.l10n.t('{0} is not a file on the machine that holds the audit log', target.toString()));
    await write(target.fsPath, content);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    void notify('error', vscode.l10n.t('AeroDB: nothing was saved: {0}', cause));
    return undefined;
  }
  void notify('information', vscode.l10n.t('AeroDB: saved to {0}', target.fsPath));
  return target.fsPath;
}
