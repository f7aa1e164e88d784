/** The second port of the log: reading and verifying. It never writes, locks nothing and never depends on appending. */
import { open, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { AuditLine, AuditReader, AuditVerdict, AuditVerification } from '../control-plane/model/audit-reader.ts';
import type { AuditPosition } from '../control-plane/model/audit-position.ts';
import { causeOf, codeOf } from './causes.ts';
import { parseObject } from './chain.ts';
import { chunksOf } from './chunks.ts';
import { LineSplitter } from './lines.ts';
import { defaultAuditDirectory, LOG_FILE } from './location.ts';
import { Verifier } from './verify.ts';

/** The log in a directory (the platform's own when left out), or any file: a copy, say. */
export type AuditSource = { readonly directory?: string } | { readonly file: string };

/** Opens nothing yet and never throws. */
export function openAuditReader(source: AuditSource = {}): AuditReader {
  return new FileAuditReader(
    'file' in source ? source.file : path.join(source.directory ?? defaultAuditDirectory(), LOG_FILE),
  );
}

class FileAuditReader implements AuditReader {
  readonly path: string;

  constructor(file: string) {
    this.path = file;
  }

  async verify(knownHead: AuditPosition | null): Promise<AuditVerdict> {
    return (await this.verifyHeads(knownHead === null ? [] : [knownHead])).verdict;
  }

  /** Never rejects: what cannot be read is a verdict too. */
  async verifyHeads(heads: readonly AuditPosition[]): Promise<AuditVerification> {
    const verifier = new Verifier(heads);
    try {
      await using file = await openLog(this.path);
      for await (const chunk of chunksOf(file, this.path)) if (!verifier.push(chunk)) break;
      return verifier.end();
    } catch (error) {
      return this.#unreadable(error, heads);
    }
  }

  async *lines(): AsyncGenerator<AuditLine> {
    await using file = await openLog(this.path);
    const splitter = new LineSplitter();
    let line = 0n;
    const parsed = (bytes: Buffer): AuditLine => {
      const text = bytes.toString();
      line += 1n;
      return { line, text, record: parseObject(text) };
    };
    for await (const chunk of chunksOf(file, this.path)) {
      const ended: AuditLine[] = [];
      splitter.push(chunk, bytes => ended.push(parsed(bytes)) > 0);
      yield* ended;
    }
    if (splitter.pendingBytes > 0) yield parsed(splitter.pending);
  }

  #unreadable(error: unknown, heads: readonly AuditPosition[]): AuditVerification {
    const missing = heads.map(head => ({ head, found: 'missing', line: null }) as const);
    const nothing = { line: null, seq: null, records: 0n, bytes: 0n, head: null };
    const absent = codeOf(error) === 'ENOENT';
    return absent && heads.length > 0
      ? {
          verdict: {
            ...nothing,
            kind: 'truncated',
            seq: 1n,
            message:
              `There is no file ${this.path}, and records are known to have been written: the whole log was ` +
              'removed.',
          },
          heads: missing,
        }
      : {
          verdict: {
            ...nothing,
            kind: 'unreadable',
            message: absent
              ? `There is no file ${this.path}: nothing was ever recorded there, or it was removed.`
              : `${this.path} cannot be read: ${causeOf(error)}.`,
          },
          heads: missing,
        };
  }
}

/** Opens a log for reading; rejects where something else than a regular file stands. */
export async function openLog(file: string): Promise<FileHandle> {
  // Asked before opening: to open a pipe is to wait for its writer.
  if (!(await stat(file)).isFile()) throw new Error('it is not a regular file');
  return open(file, 'r');
}
