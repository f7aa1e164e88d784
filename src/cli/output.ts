/**
 * Writing to a terminal, a file or a pipe. A reader that has gone is not an error; a file that takes less than the
 * whole is an error and is reported.
 */
import { fstatSync, writeSync } from 'node:fs';
import { writeWhole } from '../files/whole.ts';

/** Where a run writes: results to `out`, errors and questions to `err`. */
export interface Output {
  readonly out: (lines: readonly string[]) => void;
  readonly err: (lines: readonly string[]) => void;
  /** Like `out`, for long output. Resolves when the text is handed over, with `false` when no more can be written. */
  readonly stream: (lines: readonly string[]) => Promise<boolean>;
  /** Like `stream`, for unchanged bytes. After it resolves, the caller may reuse the chunk. */
  readonly bytes: (chunk: Uint8Array) => Promise<boolean>;
  /** The stream of standard error, on which a person is asked. */
  readonly dialogue: () => NodeJS.WriteStream;
  /** Ends the process after everything written has been handed over. */
  readonly leave: (code: number) => Promise<never>;
}

type Name = 'stdout' | 'stderr';

const DESCRIPTORS = { stdout: 1, stderr: 2 } as const;
/** Errors that mean that the reader has gone: a closed pipe, a terminal that hung up. */
const READER_GONE: readonly string[] = ['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED'];

/** A pipe from which nothing was read yet takes this many bytes at once, on every system. */
const FITS_IN_PIPE = 16 * 1024;
/** How many bytes were written without a stream. */
let written = 0;

/** Standard streams that this run has written to. */
const opened = new Set<NodeJS.WriteStream>();
/** Why standard output did not take everything. */
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
    dialogue: () => standardStream('stderr'),
    leave,
  };
}

/**
 * A standard stream. It is opened at its first use, because opening takes a large part of a short command's time. A
 * closed pipe or a terminal that hung up is not an error of the command.
 */
function standardStream(name: Name): NodeJS.WriteStream {
  const stream = process[name];
  if (!opened.has(stream)) stream.on('error', () => undefined);
  opened.add(stream);
  return stream;
}

/**
 * Why standard output did not take everything that was written to it. `undefined` when it did, or when its reader had
 * gone.
 */
export async function writeFailure(): Promise<string | undefined> {
  await handedOver();
  return failed;
}

async function leave(code: number): Promise<never> {
  await handedOver();
  process.exit(code);
}

async function handedOver(): Promise<void> {
  for (const stream of opened) await write(stream, '');
}

/** Resolves with `false` when the text was not taken. */
async function handOver(name: Name, text: string | Uint8Array): Promise<boolean> {
  const error = isFile(name) ? writeToFile(name, text) : await writeToReader(name, text);
  if (error === undefined) return true;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.message;
  const gone = READER_GONE.includes(code) || (code === 'EIO' && process[name].isTTY);
  if (name === 'stdout' && !gone) failed ??= code;
  return false;
}

/** Node writes to a file once and ignores how much was taken; a full disk takes only a part. */
function writeToFile(name: Name, text: string | Uint8Array): Error | undefined {
  try {
    writeWhole(typeof text === 'string' ? Buffer.from(text) : text, left => writeSync(DESCRIPTORS[name], left));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Without a stream while the text is short: to open one takes longer than all else that a short command does. */
function writeToReader(name: Name, text: string | Uint8Array): Promise<Error | undefined> {
  let left = typeof text === 'string' ? Buffer.from(text) : text;
  written += left.length;
  try {
    while (opened.size === 0 && written <= FITS_IN_PIPE && left.length > 0)
      left = left.subarray(writeSync(DESCRIPTORS[name], left));
  } catch {
    // Another program filled the pipe, or it has no reader: the stream waits, or says what is wrong.
  }
  return left.length === 0 ? Promise.resolve(undefined) : write(standardStream(name), left);
}

function isFile(name: Name): boolean {
  try {
    return fstatSync(DESCRIPTORS[name]).isFile();
  } catch {
    return false; // closed; the write to its stream reports that
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
