/**
 * The audit log's writer. An append resolves only after its record is on disk, and what cannot be recorded is refused
 * (P7-O3, P7-F1). The file only grows: nothing is cut, rewritten or rotated.
 */
import path from 'node:path';
import type { AuditPosition } from '../control-plane/model/audit-position.ts';
import type { AuditLog } from '../control-plane/ports.ts';
import type { AuditEntry } from '../control-plane/model/record.ts';
import { unavailable } from './causes.ts';
import { encodeRecord } from './chain.ts';
import type { SecondCopy } from './copy.ts';
import { FlushFailed, realFiles, type AuditFiles } from './files.ts';
import { latch, refuseWhenLatched } from './latch.ts';
import { defaultAuditDirectory, LOCK_FILE, LOG_FILE } from './location.ts';
import { LogLock } from './lock.ts';
import { CHECKED_BYTES, LogTail, type TailEnd } from './tail.ts';

export interface AuditLogOptions {
  /** Absolute path of the directory that holds `audit.jsonl`; by default the platform's own. */
  readonly directory?: string;
  /** Absolute path of a directory on another disk for a second copy: a record counts only if both files hold it. */
  readonly copyDirectory?: string | undefined;
  /** Called with the last position after each durable append: the head, to be kept outside the file. */
  readonly onAppended?: (head: AuditPosition) => void;
  /** How many milliseconds to wait while another process holds the lock. */
  readonly lockWaitMs?: number;
  /** How many bytes at the end of a long log are checked when it is opened. */
  readonly checkedBytes?: number;
  readonly files?: AuditFiles;
}

const LOCK_WAIT_MS = 5000;

/** Opens nothing yet and never throws: the first append opens the log, or says why that fails. */
export function openAuditLog(
  options: AuditLogOptions = {},
): AuditLog & { readonly path: string; readonly files: readonly string[] } {
  return new FileAuditLog(options);
}

class FileAuditLog implements AuditLog {
  readonly path: string;
  /** The log, and its second copy if there is one. */
  readonly files: readonly string[];
  readonly #directory: string;
  readonly #files: AuditFiles;
  readonly #lock: LogLock;
  readonly #tail: LogTail;
  readonly #checkedBytes: number;
  readonly #copyDirectory: string | undefined;
  #copy: SecondCopy | null = null;
  readonly #onAppended: (head: AuditPosition) => void;
  #queue: Promise<unknown> = Promise.resolve();

  constructor({
    directory = defaultAuditDirectory(),
    copyDirectory,
    onAppended = () => undefined,
    lockWaitMs = LOCK_WAIT_MS,
    checkedBytes = CHECKED_BYTES,
    files = realFiles,
  }: AuditLogOptions) {
    this.#directory = directory;
    this.path = path.join(directory, LOG_FILE);
    this.#files = files;
    this.#lock = new LogLock(path.join(directory, LOCK_FILE), lockWaitMs);
    this.#tail = new LogTail(this.path, files, checkedBytes);
    this.#checkedBytes = checkedBytes;
    this.#copyDirectory = copyDirectory;
    this.files = [this.path, ...(copyDirectory === undefined ? [] : [path.join(copyDirectory, LOG_FILE)])];
    this.#onAppended = onAppended;
  }

  /** Appends one after the other, in call order. Rejects only with `AuditUnavailable`. */
  append(entry: AuditEntry): Promise<AuditPosition> {
    const turn = this.#queue.then(() => this.#appendNow(entry));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async #appendNow(entry: AuditEntry): Promise<AuditPosition> {
    try {
      refuseWhenLatched(this.path);
      if (entry.stage === 'torn_tail_found')
        throw unavailable(`Only the log itself records a torn tail in ${this.path}`);
      if (!this.#tail.isOpen) await this.#open();
      await this.#lock.acquire();
      const head = await this.#appendLocked(entry).finally(() => this.#lock.release());
      this.#tell(head);
      return head;
    } catch (error) {
      // The next append opens the file again and checks the tail again.
      this.#tail.close();
      this.#copy?.close();
      if (error instanceof FlushFailed) {
        latch(this.path, error);
        refuseWhenLatched(this.path);
      }
      throw unavailable(`${this.path} could not be appended to`, error);
    }
  }

  async #open(): Promise<void> {
    if (!path.isAbsolute(this.#directory))
      throw unavailable(`The audit directory "${this.#directory}" is not an absolute path`);
    try {
      await this.#files.prepareDirectory(this.#directory);
    } catch (error) {
      if (error instanceof FlushFailed) throw error;
      throw unavailable(`The audit directory ${this.#directory} could not be prepared`, error);
    }
    this.#tail.open();
    // Done even if the file existed: the process that created it may have died before its name was on disk.
    await this.#files.syncDirectory(this.#directory);
    await this.#tail.catchUp();
    if (this.#copyDirectory === undefined) return;
    // Loaded only if there is a copy, because every run of the terminal program opens a log.
    const copies = await import('./copy.ts');
    this.#copy ??= new copies.SecondCopy(this.#copyDirectory, this.#files, this.#checkedBytes);
    await this.#copy.open(this.#tail);
  }

  async #appendLocked(entry: AuditEntry): Promise<AuditPosition> {
    const look = (): void => this.#refuseWithoutLock();
    const end = this.#tail.settle();
    // Also before anything is written: if the copy cannot be appended to, the log gets no record either.
    await this.#copy?.follow(this.#tail, look);
    const lines = encode(entry, end);
    for (const line of lines) this.#tail.append(line, look);
    const flushed = this.#tail.sync();
    let head: AuditPosition;
    try {
      // Computed while the disk works; the caller learns it only after the flush.
      head = this.#tail.advance(lines);
    } finally {
      await flushed;
    }
    await this.#copy?.follow(this.#tail, look);
    return head;
  }

  /** P7-O3: a process that was stopped and continues later must not write beside another writer. */
  #refuseWithoutLock(): void {
    if (!this.#lock.isHeld())
      throw unavailable(`The lock file beside ${this.path} was removed or replaced while it was held`);
  }

  #tell(head: AuditPosition): void {
    try {
      this.#onAppended(head);
    } catch {
      // The record is durable; a failure to keep the head is the listener's own.
    }
  }
}

/** The lines to write: the record, and before it the line that reports what an interrupted write left behind. */
function encode(entry: AuditEntry, { head, fragment, needsNewline }: TailEnd): readonly Buffer[] {
  const begun = (line: Buffer): Buffer => (needsNewline ? Buffer.concat([Buffer.from('\n'), line]) : line);
  if (fragment === null) return [begun(encodeRecord(entry, head).line)];
  const { time, clock, session, operator, authority } = entry;
  const torn = encodeRecord(
    {
      time,
      clock,
      session,
      operator,
      authority,
      n: '0',
      stage: 'torn_tail_found',
      detail:
        `An interrupted write left ${fragment.bytes} bytes before this record. They are not a record, and ` +
        'stay where they are.',
      torn_tail: { bytes: fragment.bytes.toString(), sha256: fragment.sha256 },
    },
    head,
  );
  return [begun(torn.line), encodeRecord(entry, torn.position).line];
}
