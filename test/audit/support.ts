/**
 * What the tests of the audit log share: directories that remove themselves, simple entries, and real writer processes.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { buildSync } from 'esbuild';
import type { AuditLine, AuditReader, AuditVerdict } from '../../src/control-plane/model/audit-reader.ts';
import type { AuditPosition } from '../../src/control-plane/model/audit-position.ts';
import type { AuditLog } from '../../src/control-plane/ports.ts';
import type { AuditEntry } from '../../src/control-plane/model/record.ts';
import type { ExportMaker } from '../../src/audit/export.ts';
import { openAuditLog } from '../../src/audit/log.ts';
import { openAuditReader } from '../../src/audit/reader.ts';
import { temporaryFolder } from '../support/folders.ts';
import { recordsIn } from '../support/records-in.ts';
import { entry, type Said, type WriterTask } from './entries.ts';

/** Who makes a bundle in these tests. */
export const MAKER: ExportMaker = {
  made: {
    time: '2026-01-02T03:04:05.678Z',
    clock: 'test clock',
    operator: { account: 'alice', host: 'ws-1', name: null },
    program: 'test',
  },
  heads: [],
};

export const WRITER = path.join(import.meta.dirname, 'writer.ts');

/** A directory of its own for one test; removed when the process ends. */
export function temporaryDirectory(): string {
  return temporaryFolder('aerodb-audit-');
}

const running = new Set<ChildProcess>();

// Before their folders are removed.
process.prependOnceListener('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export function logFile(directory: string): string {
  return path.join(directory, 'audit.jsonl');
}

export async function appendMany(
  log: AuditLog,
  from: number,
  to: number,
  more: Partial<AuditEntry> = {},
): Promise<readonly AuditPosition[]> {
  const positions: AuditPosition[] = [];
  for (let n = from; n <= to; n += 1) positions.push(await log.append(entry(n, more)));
  return positions;
}

/** A log of `count` records in its own directory. */
export async function writtenLog(
  count: number,
  more: Partial<AuditEntry> = {},
): Promise<{ readonly directory: string; readonly file: string; readonly positions: readonly AuditPosition[] }> {
  const directory = temporaryDirectory();
  const positions = await appendMany(openAuditLog({ directory }), 1, count, more);
  return { directory, file: logFile(directory), positions };
}

export async function allLines(reader: AuditReader): Promise<readonly AuditLine[]> {
  const lines: AuditLine[] = [];
  for await (const line of reader.lines()) lines.push(line);
  return lines;
}

export function verify(file: string, head: AuditPosition | null = null): Promise<AuditVerdict> {
  return openAuditReader({ file }).verify(head);
}

export function records(directory: string): readonly Readonly<Record<string, unknown>>[] {
  return recordsIn(logFile(directory));
}

/** Bundles the writer's program into one JavaScript file, which starts several times faster than its TypeScript. */
export function bundledWriter(): string {
  const file = path.join(temporaryDirectory(), 'writer.mjs');
  buildSync({
    entryPoints: [WRITER],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    logLevel: 'silent',
  });
  return file;
}

/** A writer in its own process. Every line that it prints is one JSON value. */
export class Writer {
  readonly process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  /** `command` runs Node through other programs, for example in a mount namespace. */
  constructor(task: WriterTask, command: readonly string[] = [], program = WRITER) {
    const whole: readonly string[] = [...command, process.execPath, program, JSON.stringify(task)];
    const child = spawn(whole[0] ?? '', whole.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
    this.process = child;
    running.add(child);
    child.once('exit', () => running.delete(child));
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  /** The next line, or `null` when the process has ended. */
  async next(): Promise<Said | null> {
    const line = await this.#lines.next();
    return line.done === true ? null : (JSON.parse(line.value) as Said);
  }

  async rest(): Promise<readonly Said[]> {
    const all: Said[] = [];
    for (let said = await this.next(); said !== null; said = await this.next()) all.push(said);
    await this.ended();
    return all;
  }

  async ended(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, 'exit');
  }

  /** Resolves when the process has stopped itself. */
  async stopped(): Promise<void> {
    const state = (): string =>
      spawnSync('ps', ['-o', 'state=', '-p', String(this.process.pid)], { encoding: 'utf8' }).stdout.trim();
    while (!state().startsWith('T')) await nextTurn();
  }

  go(): void {
    this.process.stdin?.write('go\n');
  }
}
