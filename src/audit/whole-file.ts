/** Writes a file so that it is there whole or not at all, and tells whether the file or its source failed. */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { Replacement, type ReplacementStep } from '../files/replacement.ts';
import { causeOf, codeOf } from './causes.ts';

/** The source of the file's content could not be read. */
export class SourceFailed extends Error {}

/** The file is there whole, but a power cut may still remove its name. */
export class NotFlushed extends Error {
  readonly code: string | undefined;

  constructor(cause: unknown) {
    super(causeOf(cause), { cause });
    this.code = codeOf(cause);
  }
}

/**
 * Writes `pieces` to a file that is there whole or not at all. `onlyNew`: refuses with EEXIST if a file of this name
 * exists.
 */
export async function writeFileWhole(
  file: string,
  pieces: AsyncIterable<string | Uint8Array>,
  { onlyNew }: { readonly onlyNew: boolean },
): Promise<void> {
  let step: ReplacementStep | null = null;
  const target = new Replacement(file, {
    beside: path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}`),
    onlyNew,
    before: next => {
      step = next;
    },
  });
  try {
    for await (const piece of read(pieces)) target.write(typeof piece === 'string' ? Buffer.from(piece) : piece);
  } catch (error) {
    target.discard();
    throw error;
  }
  await target.keep().catch((error: unknown) => {
    throw isLast(step) ? new NotFlushed(error) : error;
  });
}

/** What is true after a file could not be written properly; does not cover errors of its source. */
export function writeFailure(file: string, error: unknown): string {
  return error instanceof NotFlushed
    ? `The export to ${file} is whole; whether its name outlasts a power cut is not known, because its directory ` +
        `could not be flushed (${error.code ?? error.message}).`
    : `The export to ${file} could not be written (${codeOf(error) ?? causeOf(error)}). No part of it stands there.`;
}

function isLast(step: ReplacementStep | null): boolean {
  return step === 'directory';
}

async function* read(pieces: AsyncIterable<string | Uint8Array>): AsyncGenerator<string | Uint8Array> {
  const source = pieces[Symbol.asyncIterator]();
  for (;;) {
    const next = await source.next().catch((error: unknown) => {
      throw new SourceFailed(causeOf(error), { cause: error });
    });
    if (next.done === true) return;
    yield next.value;
  }
}
