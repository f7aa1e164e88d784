/** Writing to a terminal, a file or a pipe that may be gone at any moment: a lost reader changes nothing but what is read. */

/** Where a run writes; results to `out`, errors and the dialogue to `err`. */
export interface Output {
  readonly out: (lines: readonly string[]) => void;
  readonly err: (lines: readonly string[]) => void;
  /** Like `out`, for much: resolves when handed over, with `false` when nobody reads any more. */
  readonly stream: (lines: readonly string[]) => Promise<boolean>;
}

/** Standard streams that were written to in this run. */
const opened = new Set<NodeJS.WriteStream>();

/** Where results and messages go. */
export function standardOutput(): Output {
  const to = (name: 'stdout' | 'stderr') => (lines: readonly string[]): void => {
    if (lines.length > 0) standardStream(name).write(joined(lines));
  };
  return { out: to('stdout'), err: to('stderr'), stream: (lines) => handOver(standardStream('stdout'), joined(lines)) };
}

/**
 * A standard stream, opened by its first use, because opening takes a good part of a short command's time. A closed pipe
 * or a terminal that hung up is not an error of the command.
 */
export function standardStream(name: 'stdout' | 'stderr'): NodeJS.WriteStream {
  const stream = process[name];
  if (!opened.has(stream)) stream.on('error', () => undefined);
  opened.add(stream);
  return stream;
}

/** Ends the process once everything that was written has been handed over. */
export async function leave(code: number): Promise<never> {
  for (const stream of opened) await handOver(stream, '');
  process.exit(code);
}

function handOver(stream: NodeJS.WriteStream, text: string): Promise<boolean> {
  if (stream.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => {
    stream.write(text, (error) => resolve(error === undefined || error === null));
  });
}

function joined(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
