/**
 * Writing to a terminal, a file or a pipe. A reader that is gone changes nothing but what is read; a file that takes
 * less than the whole is a failure, and said.
 */
import { fstatSync, writeSync } from 'node:fs';
import { writeWhole } from '../files/whole.ts';

/** Where a run writes; results to `out`, errors and the dialogue to `err`. */
export interface Output {
  readonly out: (lines: readonly string[]) => void;
  readonly err: (lines: readonly string[]) => void;
  /** Like `out`, for much: resolves when handed over, with `false` when no more can be written. */
  readonly stream: (lines: readonly string[]) => Promise<boolean>;
  /** The same for bytes, as they are; they are no longer looked at when it resolves. */
  readonly bytes: (chunk: Uint8Array) => Promise<boolean>;
}

type Name = 'stdout' | 'stderr';

const DESCRIPTORS = { stdout: 1, stderr: 2 } as const;
/** Nobody reads any more: a closed pipe, a terminal that hung up. */
const READER_GONE: readonly string[] = ['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED'];

/** Standard streams that were written to in this run. */
const opened = new Set<NodeJS.WriteStream>();
/** Why standard output has not taken all of it. */
let failed: string | undefined;

/** Where results and messages go. */
export function standardOutput(): Output {
  const to =
    (name: Name) =>
    (lines: readonly string[]): void => {
      if (lines.length > 0) void handOver(name, joined(lines));
    };
  return {
    out: to('stdout'),
    err: to('stderr'),
    stream: lines => handOver('stdout', joined(lines)),
    bytes: chunk => handOver('stdout', chunk),
  };
}

/**
 * A standard stream, opened by its first use, because opening takes a good part of a short command's time. A closed
 * pipe or a terminal that hung up is not an error of the command.
 */
export function standardStream(name: Name): NodeJS.WriteStream {
  const stream = process[name];
  if (!opened.has(stream)) stream.on('error', () => undefined);
  opened.add(stream);
  return stream;
}

/**
 * Why standard output did not take all of what was written to it; `undefined` when it did, or when its reader had gone.
 */
export async function writeFailure(): Promise<string | undefined> {
  await handedOver();
  return failed;
}

/** Ends the process once everything that was written has been handed over. */
export async function leave(code: number): Promise<never> {
  await handedOver();
  process.exit(code);
}

async function handedOver(): Promise<void> {
  for (const stream of opened) await write(stream, '');
}

/** Resolves with `false` where it was not taken. */
async function handOver(name: Name, text: string | Uint8Array): Promise<boolean> {
  const error = isFile(name) ? writeToFile(name, text) : await write(standardStream(name), text);
  if (error === undefined) return true;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.message;
  const gone = READER_GONE.includes(code) || (code === 'EIO' && process[name].isTTY);
  if (name === 'stdout' && !gone) failed ??= code;
  return false;
}

/** Node writes to a file once and does not look at how much of it was taken; a disk that fills takes a part. */
function writeToFile(name: Name, text: string | Uint8Array): Error | undefined {
  try {
    writeWhole(typeof text === 'string' ? Buffer.from(text) : text, left => writeSync(DESCRIPTORS[name], left));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function isFile(name: Name): boolean {
  try {
    return fstatSync(DESCRIPTORS[name]).isFile();
  } catch {
    return false; // it is closed; its stream says so
  }
}

function write(stream: NodeJS.WriteStream, text: string | Uint8Array): Promise<Error | undefined> {
  if (stream.destroyed) return Promise.resolve(Object.assign(new Error('closed'), { code: 'ERR_STREAM_DESTROYED' }));
  return new Promise(resolve => {
    stream.write(text, error => resolve(error ?? undefined));
  });
}

function joined(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
