/** A node keeps here what it durably knows about write authority: the epoch that it adopted and the marker. */
import { join } from 'node:path';
import * as z from 'zod';
import { decimal } from './decimal.ts';
import { parsed } from './config.ts';
import { readIfPresent, replaceFile } from './files.ts';
import { toJson } from './vocabulary.ts';

const adoptedSchema = z.strictObject({
  epoch: decimal,
  candidate: z.string(),
  primary: z.strictObject({ epoch: decimal, node_id: z.string() }),
});
const markerSchema = z.strictObject({ epoch: decimal, held: z.boolean(), request_id: z.string().nullable() });

/** The highest epoch that this node has adopted, for whom, and the last node known to have been primary. */
export type AdoptedEpoch = Readonly<z.infer<typeof adoptedSchema>>;
/** The authority marker: this node took (`held`) or gave up write authority in `epoch`, on that request. */
export type Marker = Readonly<z.infer<typeof markerSchema>>;

/**
 * What a node durably knows about write authority. Two files, each replaced atomically: `epoch.json`, the promise to
 * acknowledge nothing older (P6-A1), and `authority.json`, the marker that alone decides who is primary after a crash
 * (P6-A2, P6-F2).
 */
export class Authority {
  readonly #directory: string;
  #adopted: AdoptedEpoch;
  #marker: Marker | null;

  constructor(directory: string, unknownPrimary: string) {
    this.#directory = directory;
    const [adoptedPath, markerPath] = [join(directory, 'epoch.json'), join(directory, 'authority.json')];
    const adopted = readIfPresent(adoptedPath);
    const marker = readIfPresent(markerPath);
    this.#adopted =
      adopted === null
        ? { epoch: 0n, candidate: unknownPrimary, primary: { epoch: 0n, node_id: unknownPrimary } }
        : parsed(adoptedPath, adopted, adoptedSchema);
    this.#marker = marker === null ? null : parsed(markerPath, marker, markerSchema);
  }

  get adopted(): AdoptedEpoch {
    return this.#adopted;
  }

  get marker(): Marker | null {
    return this.#marker;
  }

  /**
   * `holder`: this node may accept writes. `stale`: it took authority once and a newer epoch exists: it must halt
   * (P6-A1).
   */
  get standing(): 'holder' | 'stale' | 'none' {
    if (this.#marker?.held !== true) return 'none';
    return this.#marker.epoch === this.#adopted.epoch ? 'holder' : 'stale';
  }

  /** From here on nothing older than `epoch` is acknowledged by this node. */
  adopt(epoch: bigint, candidate: string): void {
    if (epoch <= this.#adopted.epoch) return;
    this.#writeAdopted({ ...this.#adopted, epoch, candidate });
  }

  /** `node_id` is known to be, or to have been, primary in `epoch`. */
  establish(epoch: bigint, nodeId: string): void {
    if (epoch <= this.#adopted.primary.epoch) return;
    const known = { ...this.#adopted, primary: { epoch, node_id: nodeId } };
    this.#writeAdopted(epoch > known.epoch ? { ...known, epoch, candidate: nodeId } : known);
  }

  /** Writes the marker: after its rename the authority is this node's (`held`), or no longer. */
  mark(marker: Marker): void {
    replaceFile(join(this.#directory, 'authority.json'), toJson(marker), 'marker');
    this.#marker = marker;
  }

  #writeAdopted(adopted: AdoptedEpoch): void {
    replaceFile(join(this.#directory, 'epoch.json'), toJson(adopted), 'epoch');
    this.#adopted = adopted;
  }
}
