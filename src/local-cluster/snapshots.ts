/** The snapshots of a node, and the checkpoint with which recovery begins. */
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { decimal } from './decimal.ts';
import { readIfPresent, replaceFile } from './files.ts';
import { decodeLines, encodeLine } from './lines.ts';
import type { Row, Store } from './store.ts';
import { type Position, toJson } from './vocabulary.ts';

/**
 * How many snapshots are kept, including the newest. A member that copied the older one can then still get the log
 * after it.
 */
const SNAPSHOTS_KEPT = 2;

const aboutSchema = z.strictObject({
  at: z.strictObject({ offset: decimal, chain: z.number(), epoch: decimal, commitId: decimal }),
  first_offset: decimal,
  created_at: z.string(),
  source: z.string(),
  rows: z.number(),
});
const rowSchema = z.strictObject({ key: z.string(), value: z.string(), commit_id: z.string(), epoch: z.string() });
const checkpointSchema = z.strictObject({ id: z.string() });

type About = Readonly<z.infer<typeof aboutSchema>>;

/** The data at a position of the log, verified. */
export interface Image {
  readonly at: Position;
  readonly rows: readonly Row[];
}

/**
 * In the form of the contract. `wal_first_offset` to `wal_end_offset`: the range of the log that it covers beyond the
 * one before it.
 */
export interface SnapshotItem {
  readonly kind: 'snapshot' | 'checkpoint';
  readonly id: string;
  readonly commit_id: bigint;
  readonly wal_first_offset: bigint;
  readonly wal_end_offset: bigint;
  readonly created_at: string;
  readonly durable: true;
  readonly source: string;
}

/** In the form in which the contract shows it beside the log. */
export interface Checkpoint {
  readonly id: string;
  readonly commit_id: bigint;
  readonly offset: bigint;
}

/** The snapshot is damaged or missing: the node halts with SnapshotIntegrityFailure (P6-F1). */
export class DamagedSnapshot extends Error {}

function read(bytes: Buffer): { readonly about: About; readonly rows: readonly Row[] } {
  const { lines, rest } = decodeLines(bytes, 0);
  const [head, ...body] = lines;
  if (head === undefined || rest !== 'none') throw new DamagedSnapshot('a checksum in the snapshot is wrong');
  try {
    const about = aboutSchema.parse(JSON.parse(head.json));
    if (about.rows !== body.length) throw new DamagedSnapshot('the snapshot is not whole');
    return { about, rows: body.map(line => rowSchema.parse(JSON.parse(line.json))) };
  } catch (error) {
    throw error instanceof DamagedSnapshot ? error : new DamagedSnapshot('the snapshot holds something else');
  }
}

/**
 * Snapshots are images of the visible data, each a file of checksummed records. The checkpoint is one atomically
 * replaced file and names the snapshot with which recovery begins. Only what a checkpoint covers may be retired from
 * the log.
 */
export class Snapshots {
  readonly #directory: string;
  readonly #checkpointPath: string;
  #items: readonly (About & { readonly id: string })[] = [];

  constructor(nodeDirectory: string) {
    this.#directory = join(nodeDirectory, 'snapshots');
    this.#checkpointPath = join(nodeDirectory, 'checkpoint.json');
  }

  /** Recovery does not need the log below this offset. */
  get truncationOffset(): bigint {
    return this.#items.at(-1)?.at.offset ?? 0n;
  }

  /** The log is kept from here on, so that every kept snapshot can be continued. */
  get neededFrom(): bigint {
    return this.#items[0]?.at.offset ?? 0n;
  }

  get items(): readonly SnapshotItem[] {
    const shown = (
      kind: SnapshotItem['kind'],
      { id, at, first_offset: first, created_at: created, source }: About & { readonly id: string },
    ): SnapshotItem => {
      return {
        kind,
        id: `${kind}-${id}`,
        commit_id: at.commitId,
        wal_first_offset: first,
        wal_end_offset: at.offset,
        created_at: created,
        durable: true,
        source,
      };
    };
    const last = this.#items.at(-1);
    return [
      ...this.#items.map(item => shown('snapshot', item)),
      ...(last === undefined ? [] : [shown('checkpoint', last)]),
    ];
  }

  /** At most one: it names the newest snapshot. */
  get checkpoints(): readonly Checkpoint[] {
    return this.items
      .filter(({ kind }) => kind === 'checkpoint')
      .map(({ id, commit_id: commit, wal_end_offset: offset }) => ({ id, commit_id: commit, offset }));
  }

  /** The image with which recovery begins; null if no checkpoint was ever taken. Throws DamagedSnapshot. */
  recover(): Image | null {
    mkdirSync(this.#directory, { recursive: true });
    const checkpoint = readIfPresent(this.#checkpointPath);
    if (checkpoint === null) return null;
    const id = checkpointSchema.parse(JSON.parse(checkpoint)).id;
    const present = readdirSync(this.#directory)
      .filter(file => file.endsWith('.snapshot'))
      .map(file => file.slice(0, -9))
      .sort();
    const ids = present.filter(one => one <= id).slice(-SNAPSHOTS_KEPT);
    // Leftovers of a crash between a snapshot and its checkpoint, or before an older snapshot was removed.
    for (const orphan of present.filter(one => !ids.includes(one))) rmSync(this.#path(orphan));
    if (!ids.includes(id)) throw new DamagedSnapshot('the snapshot that the checkpoint names is missing');
    const images = ids.map(one => ({ id: one, ...read(readFileSync(this.#path(one))) }));
    this.#items = images.map(image => ({ id: image.id, ...image.about }));
    const last = images.at(-1);
    return last === undefined ? null : { at: last.about.at, rows: last.rows };
  }

  /** Writes the visible data as a snapshot, then the checkpoint, then removes the snapshots that are no longer kept. */
  take(store: Store, source: string): void {
    const rows = store.rows(0n);
    const about: About = {
      at: store.visible,
      first_offset: this.truncationOffset,
      created_at: new Date().toISOString(),
      source,
      rows: rows.length,
    };
    let chain = 0;
    const parts = [toJson(about), ...rows.map(row => JSON.stringify(row))].map(json => {
      const line = encodeLine(json, chain);
      ({ chain } = line);
      return line.bytes;
    });
    this.#keep(about, Buffer.concat(parts));
  }

  /** Takes over the primary's newest snapshot. Throws DamagedSnapshot if it did not arrive whole. */
  install(bytes: Buffer): Image {
    const { about, rows } = read(bytes);
    this.#keep(about, bytes);
    return { at: about.at, rows };
  }

  /** The newest snapshot as a file's bytes; null if there is none. */
  newest(): Buffer | null {
    const last = this.#items.at(-1);
    return last === undefined ? null : readFileSync(this.#path(last.id));
  }

  /** Deletes everything: a node that joins again begins with nothing. */
  clear(): void {
    rmSync(this.#checkpointPath, { force: true });
    rmSync(this.#directory, { recursive: true, force: true });
    mkdirSync(this.#directory, { recursive: true });
    this.#items = [];
  }

  #keep(about: About, bytes: Buffer): void {
    const id = about.at.commitId.toString().padStart(20, '0');
    replaceFile(this.#path(id), bytes, 'snapshot');
    replaceFile(this.#checkpointPath, JSON.stringify({ id }), 'checkpoint');
    const items = [...this.#items, { id, ...about }];
    for (const dropped of items.slice(0, -SNAPSHOTS_KEPT)) rmSync(this.#path(dropped.id), { force: true });
    this.#items = items.slice(-SNAPSHOTS_KEPT);
  }

  #path(id: string): string {
    return join(this.#directory, `${id}.snapshot`);
  }
}
