/** What a node durably knows about write authority: the epoch that it adopted, and the marker. */
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

/**
 * The highest epoch that this node has adopted, the candidate for which it did so, and the last node known as primary.
 */
export type AdoptedEpoch = Readonly<z.infer<typeof adoptedSchema>>;
/** The authority marker: in `epoch` this node took (`held`) or gave up write authority, by that request. */
export type Marker = Readonly<z.infer<typeof markerSchema>>;

/**
 * What a node durably knows about write authority, in two files that are replaced atomically. `epoch.json` is the
 * promise to acknowledge nothing older (P6-A1). `authority.json` is the marker, which alone decides who is primary
 * after a crash (P6-A2, P6-F2).
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
   * `holder`: this node may accept writes. `stale`: it once took authority and a newer epoch exists, so it must halt
   * (P6-A1).
   */
  get standing(): 'holder' | 'stale' | 'none' {
    if (this.#marker?.held !== true) return 'none';
    return this.#marker.epoch === this.#adopted.epoch ? 'holder' : 'stale';
  }

  /** From now on this node acknowledges nothing older than `epoch`. */
  adopt(epoch: bigint, candidate: string): void {
    if (epoch <= this.#adopted.epoch) return;
    this.#writeAdopted({ ...this.#adopted, epoch, candidate });
  }

  /** Records that `nodeId` is, or was, primary in `epoch`. */
  establish(epoch: bigint, nodeId: string): void {
    if (epoch <= this.#adopted.primary.epoch) return;
    const known = { ...this.#adopted, primary: { epoch, node_id: nodeId } };
    this.#writeAdopted(epoch > known.epoch ? { ...known, epoch, candidate: nodeId } : known);
  }

  /** Writes the marker: after its rename this node has the authority (`held`), or no longer has it. */
  mark(marker: Marker): void {
    replaceFile(join(this.#directory, 'authority.json'), toJson(marker), 'marker');
    this.#marker = marker;
  }

  #writeAdopted(adopted: AdoptedEpoch): void {
    replaceFile(join(this.#directory, 'epoch.json'), toJson(adopted), 'epoch');
    this.#adopted = adopted;
  }
}
