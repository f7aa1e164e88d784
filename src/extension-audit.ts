/** Puts the editor's audit log together: where it is, who writes it, and everything that shows it to a person. */
import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import type * as vscode from 'vscode';
import { compareCopy } from './audit/copy-check.ts';
import { writeExport } from './audit/export.ts';
import { refuseWhenExposed } from './audit/exposed.ts';
import { LOG_FILE } from './audit/location.ts';
import { openAuditLog } from './audit/log.ts';
import { openAuditPages } from './audit/pages.ts';
import { requestEnd } from './audit/query.ts';
import { openAuditReader } from './audit/reader.ts';
import type { AuditReview } from './control-plane/model/audit-reader.ts';
import type { Operator } from './control-plane/commands/operator.ts';
import { WITHHELD } from './control-plane/model/plausible.ts';
import { AuditUnavailable, type AuditLog, type Clock, type Ids } from './control-plane/ports.ts';
import { ENGINES } from './engines/registry.ts';
import { machineValue } from './vscode/clusters.ts';
import { auditDirectoryIn, operatorNameIn } from './vscode/configured.ts';
import type { WriteFile } from './vscode/evidence.ts';
import { KnownHead } from './vscode/known-head.ts';
import type { ReconstructionRoot } from './vscode/reconstruction-editor.ts';

/** The log, who writes to it and when, and the ways to read it. */
export interface EditorAudit {
  readonly log: AuditLog;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly operator: Operator;
  readonly review: AuditReview;
  readonly reconstruction: ReconstructionRoot;
  /** Writes a file that does not belong to the log. */
  readonly write: WriteFile;
}

/** Opens nothing yet. The first record opens the log for writing, and a panel opens it for reading when asked. */
export function editorAudit({ globalState, extension }: vscode.ExtensionContext): EditorAudit {
  const setting = auditDirectoryIn('audit.directory', machineValue('audit.directory'));
  const copySetting = auditDirectoryIn('audit.copyDirectory', machineValue('audit.copyDirectory'));
  const directory = 'refused' in setting ? { directory: WITHHELD } : setting;
  const copyDirectory = 'refused' in copySetting ? WITHHELD : copySetting.directory;
  const copies = copyDirectory === undefined ? [] : [join(copyDirectory, LOG_FILE)];
  const reader = openAuditReader(directory);
  const head = new KnownHead(globalState, reader);
  const { version } = extension.packageJSON as { readonly version: string };
  const program = `AeroDB Control Plane ${version}`;
  const person = operator();
  const write: WriteFile = async (file, pieces) => {
    const { writeBeside } = await import('./audit/export.ts');
    await writeBeside(file, pieces, [reader.path, ...copies]);
  };
  const describe: AuditReview['describe'] = async (kind, target, kernel) =>
    (await ENGINES.find(({ id }) => id === kind)?.describeRecorded(target, kernel)) ?? null;
  const [copy] = copies;
  return {
    log:
      'refused' in setting
        ? nowhere(setting.refused)
        : 'refused' in copySetting
          ? nowhere(copySetting.refused)
          : refuseWhenExposed(
              openAuditLog({
                ...directory,
                copyDirectory,
                onAppended: position => void head.keep(position).catch(() => undefined),
              }),
            ), // a head that was not kept weakens the proof; nothing else depends on it
    clock: systemClock,
    ids: { uuid: randomUUID },
    operator: person,
    write,
    review: {
      reader,
      knownHead: () => head.get(),
      secondCopy: copy === undefined ? null : { path: copy, compare: () => compareCopy(reader.path, copy) },
      openPages: () => openAuditPages(reader.path),
      requestEnd,
      describe,
      exportTo: (file, pages, sought, options) =>
        writeExport(
          file,
          pages,
          sought,
          options,
          () => ({
            made: { time: systemClock.now(), clock: systemClock.name, operator: person, program },
            heads: [head.get()].flatMap(known =>
              known === null ? [] : [{ ...known, heldBy: "the editor's own storage" }],
            ),
          }),
          copies,
        ),
    },
    reconstruction: {
      log: reader.path,
      open: async file => (await import('./audit/given-file.ts')).givenDiskFile(file),
      pastOf: async kind => ENGINES.find(({ id }) => id === kind)?.past() ?? null,
      describe,
      write,
      madeBy: program,
    },
  };
}

const systemClock: Clock = { name: 'editor-system-utc', now: () => new Date().toISOString() };

/** The account and host as the operating system names them, with the configured name; recorded as asserted. */
function operator(): Operator {
  return { account: account(), host: hostname(), name: operatorNameIn(machineValue('operatorName')) };
}

function account(): string {
  try {
    return userInfo().username;
  } catch {
    // The system has no name for this user id. The account is then empty, and control commands are refused (P7-O3).
    return '';
  }
}

/** A log without a place: every append fails. What cannot be recorded is not done (P7-O3). */
function nowhere(why: string): AuditLog {
  return { append: () => Promise.reject(new AuditUnavailable(why)) };
}
