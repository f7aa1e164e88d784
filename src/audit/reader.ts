/**
 * The second port of the log: reads and verifies it. It never writes, takes no lock, and does not depend on appending.
 */
import path from 'node:path';
import type { AuditLine, AuditReader, AuditVerdict, AuditVerification } from '../control-plane/model/audit-reader.ts';
import type { AuditPosition } from '../control-plane/model/audit-position.ts';
import { parseObject } from './chain.ts';
import { chunksOf } from './chunks.ts';
import { LineSplitter } from './lines.ts';
import { defaultAuditDirectory, LOG_FILE } from './location.ts';
import { openLog } from './opened.ts';
import { verifyAuditFile } from './sources.ts';

/** The log in a directory (by default the platform's own), or any file, for instance a copy. */
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

  /** Never rejects: an unreadable file is a verdict, too. */
  async verifyHeads(heads: readonly AuditPosition[]): Promise<AuditVerification> {
    const { verdict, heads: checks, tolerated } = await verifyAuditFile({ file: this.path, as: 'log' }, heads);
    return { verdict: { ...verdict, message: [verdict.message, ...tolerated].join(' ') }, heads: checks };
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
}
