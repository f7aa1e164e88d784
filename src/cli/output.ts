/** Writing to a terminal, a file or a pipe that may be gone at any moment: a lost reader changes nothing but what is read. */

/** Where a run writes; results to `out`, errors and the dialogue to `err`. */
export interface Output {
  readonly out: (lines: readonly string[]) => void;
  readonly err: (lines: readonly string[]) => void;
  /** Like `out`, for much: resolves when handed over, with `false` when nobody reads any more. */
  readonly stream: (lines: readonly string[]) => Promise<boolean>;
}

/** The standard streams. A closed pipe or a terminal that hung up is not an error of the command. */
export function standardOutput(): Output {
  const ignore = (): undefined => undefined;
  process.stdout.on('error', ignore);
  process.stderr.on('error', ignore);
  const to = (stream: NodeJS.WriteStream) => (lines: readonly string[]): void => {
    if (lines.length > 0) stream.write(joined(lines));
  };
  return { out: to(process.stdout), err: to(process.stderr), stream: (lines) => handOver(process.stdout, joined(lines)) };
}

/** Ends the process once everything that was written has been handed over. */
export async function leave(code: number): Promise<never> {
  await handOver(process.stdout, '');
  await handOver(process.stderr, '');
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
