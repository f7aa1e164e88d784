/**
 * Changes that tools make to a text file on its way: a byte-order mark, another encoding, compression. They are undone
 * if that is certain, and always reported.
 */

const MARKS = { utf8: [0xef, 0xbb, 0xbf], utf16le: [0xff, 0xfe], utf16be: [0xfe, 0xff] } as const;

/** Compressed files by their first bytes, and the program that writes their content to a pipe. */
const COMPRESSED = [
  { begins: [0x1f, 0x8b], what: 'gzip', by: 'zcat' },
  { begins: [0x28, 0xb5, 0x2f, 0xfd], what: 'Zstandard', by: 'zstdcat' },
  { begins: [0xfd, 0x37, 0x7a, 0x58, 0x5a], what: 'xz', by: 'xzcat' },
  { begins: [0x42, 0x5a, 0x68], what: 'bzip2', by: 'bzcat' },
  { begins: [0x50, 0x4b, 0x03, 0x04], what: 'ZIP', by: 'unzip -p' },
] as const;

/** Why the bytes do not have any known form. */
export class NotReadable extends Error {}

/** The sentence about what was ignored. */
export function leftOut(what: string): string {
  return rewrote(`${what.charAt(0).toUpperCase()}${what.slice(1)} was ignored when reading`);
}

/** The sentence about a tool's change that affects no record. */
export function rewrote(what: string): string {
  return (
    `${what}: something rewrote the file on its way. The file is not byte for byte what was written; its ` +
    'records are still checked against their hashes.'
  );
}

/** Undoes changes at the beginning of a file; `notes` receives a sentence for each. */
export class Undoing {
  readonly notes: string[] = [];
  #decoder: InstanceType<typeof TextDecoder> | null = null;
  #isBegun = false;

  /** The original bytes of a chunk. The first chunk must hold at least five bytes, if the file has so many. */
  undo(chunk: Buffer): Buffer {
    if (!this.#isBegun) {
      this.#isBegun = true;
      return this.#begin(chunk);
    }
    return this.#decoded(chunk, true);
  }

  /** The remaining bytes at the end of the file. */
  end(): Buffer {
    return this.#decoded(Buffer.alloc(0), false);
  }

  #begin(chunk: Buffer): Buffer {
    const compressed = COMPRESSED.find(({ begins }) => startsWith(chunk, begins));
    if (compressed !== undefined)
      throw new NotReadable(
        `It is compressed (${compressed.what}). Verify its content from a pipe: ${compressed.by} FILE | ` +
          'aerodb-control audit verify --file -',
      );
    if (startsWith(chunk, MARKS.utf8)) {
      this.notes.push(leftOut('a byte-order mark at its beginning'));
      return chunk.subarray(MARKS.utf8.length);
    }
    const encoding = utf16Of(chunk);
    if (encoding === null) return chunk;
    this.#decoder = new TextDecoder(encoding, { fatal: true });
    this.notes.push(
      `It is in UTF-16 and was read as if it were in UTF-8, in which a log is written: a shell that rewrites what it ` +
        'sends to a file (PowerShell) did that. Letters that the shell did not know are lost; the records that held ' +
        'them read as edited.',
    );
    return this.#decoded(chunk, true);
  }

  #decoded(chunk: Buffer, stream: boolean): Buffer {
    if (this.#decoder === null) return chunk;
    try {
      return Buffer.from(this.#decoder.decode(chunk, { stream }));
    } catch {
      throw new NotReadable('It begins as UTF-16 text and does not go on as such.');
    }
  }
}

function utf16Of(chunk: Buffer): 'utf-16le' | 'utf-16be' | null {
  // Without a mark, the encoding follows from the first character, which is ASCII in every log and export.
  if (startsWith(chunk, MARKS.utf16le) || (chunk.length > 1 && chunk[0] !== 0 && chunk[1] === 0)) return 'utf-16le';
  return startsWith(chunk, MARKS.utf16be) || (chunk.length > 1 && chunk[0] === 0 && chunk[1] !== 0) ? 'utf-16be' : null;
}

function startsWith(chunk: Buffer, bytes: readonly number[]): boolean {
  return chunk.length >= bytes.length && bytes.every((byte, index) => chunk[index] === byte);
}
