/**
 * The audit log's writer. Durable before it counts: an append resolves only after its record is on disk, and what
 * cannot be recorded is refused (P7-O3, P7-F1). The file only ever grows: nothing is cut, rewritten or rotated.
 */
import path from 'node:path';
import type { AuditPosition } from '../control-plane/model/audit-position.ts';
import type { AuditLog } from '../control-plane/ports.ts';
import type { AuditEntry } from '../control-plane/model/record.ts';
import { causeOf, unavailable } from './causes.ts';
import { encodeRecord } from './chain.ts';
import { FlushFailed, realFiles, type AuditFiles } from './files.ts';
import { defaultAuditDirectory, LOCK_FILE, LOG_FILE } from './location.ts';
import { LogLock } from './lock.ts';
import { CHECKED_BYTES, LogTail, type TailEnd } from './tail.ts';

export interface AuditLogOptions {
  /** Absolute path of the directory that holds `audit.jsonl`; the platform's own when left out. */
  readonly directory?: string;
  /** Told the last position after each durable append: the head that is to be kept outside the file. */
  readonly onAppended?: (head: AuditPosition) => void;
  /** For how long, in milliseconds, a lock that another process holds is waited for. */
  readonly lockWaitMs?: number;
  /** How much of a long log is checked when it is opened, in bytes from its end. */
  readonly checkedBytes?: number;
  readonly files?: AuditFiles;
}

const LOCK_WAIT_MS = 5000;

/** Files whose flush to disk has failed in this process: what the page cache says of them can no longer be believed. */
const latched = new Map<string, string>();

/** Opens nothing yet and never throws: the first append opens, and says why when it cannot. */
export function openAuditLog(options: AuditLogOptions = {}): AuditLog & { readonly path: string } {
  return new FileAuditLog(options);
}

class FileAuditLog implements AuditLog {
  readonly path: string;
  readonly #directory: string;
  readonly #files: AuditFiles;
  readonly #lock: LogLock;
  readonly #tail: LogTail;
  readonly #onAppended: (head: AuditPosition) => void;
  #queue: Promise<unknown> = Promise.resolve();

  constructor({
    directory = defaultAuditDirectory(),
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
    this.#onAppended = onAppended;
  }

  /** One after the other, in call order. Rejects with `AuditUnavailable` and with nothing else. */
  append(entry: AuditEntry): Promise<AuditPosition> {
    const turn = this.#queue.then(() => this.#appendNow(entry));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async #appendNow(entry: AuditEntry): Promise<AuditPosition> {
    try {
      this.#refuseWhenLatched();
      if (entry.stage === 'torn_tail_found')
        throw unavailable(`Only the log itself records a torn tail in ${this.path}`);
      if (!this.#tail.isOpen) await this.#open();
      await this.#lock.acquire();
      const head = await this.#appendLocked(entry).finally(() => this.#lock.release());
      this.#tell(head);
      return head;
    } catch (error) {
      // The next append opens anew and looks at the tail again.
      this.#tail.close();
      if (error instanceof FlushFailed) {
        latched.set(this.path, `${this.path} could not be flushed to disk: ${causeOf(error.cause)}`);
        this.#refuseWhenLatched();
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
    // Also where the file was found: whoever created it may have died before its name was on disk.
    await this.#files.syncDirectory(this.#directory);
    await this.#tail.catchUp();
  }

  async #appendLocked(entry: AuditEntry): Promise<AuditPosition> {
    const end = this.#tail.settle();
    const lines = encode(entry, end);
    for (const line of lines) this.#tail.append(line, () => this.#refuseWithoutLock());
    await this.#tail.sync();
    return this.#tail.advance(Buffer.concat(lines));
  }

  /** P7-O3: whoever was stopped and woken up again does not write beside another. */
  #refuseWithoutLock(): void {
    if (!this.#lock.isHeld())
      throw unavailable(`The lock file beside ${this.path} was removed or replaced while it was held`);
  }

  #refuseWhenLatched(): void {
    const cause = latched.get(this.path);
    if (cause !== undefined)
      throw unavailable(
        `${cause}. Nothing more is recorded until this window or process ends, because what is on the disk is no ` +
          'longer known',
      );
  }

  #tell(head: AuditPosition): void {
    try {
      this.#onAppended(head);
    } catch {
      // The record is durable; whoever keeps the head answers for keeping it.
    }
  }
}

/** The lines to write: the record, and before it the one that says what an interrupted write has left behind. */
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
        `An interrupted write left ${fragment.bytes} bytes before this record. They are no record, and stay where ` +
        'they stand.',
      torn_tail: { bytes: fragment.bytes.toString(), sha256: fragment.sha256 },
    },
    head,
  );
  return [begun(torn.line), encodeRecord(entry, torn.position).line];
}
