/** The names of nodes: kernels tell them beside the ids, and people know the names. */
import type { CollectedLog } from './collect.ts';
import { itemsOf, memberOf, textOf } from './members.ts';

export class NodeNames {
  readonly #names: ReadonlyMap<string, string>;
  /** Names that several nodes share. */
  readonly #shared: ReadonlySet<string>;

  /** The names in the recorded explanations. An id with two different names has none. */
  constructor(logs: readonly CollectedLog[]) {
    const told = new Map<string, Set<string>>();
    for (const { record } of logs.flatMap(({ records }) => records))
      for (const member of itemsOf(memberOf(memberOf(record, 'explanation'), 'kernel'), 'members')) {
        const [id, name] = [textOf(member, 'nodeId'), textOf(member, 'name')];
        if (id !== null && name !== null) told.set(id, (told.get(id) ?? new Set()).add(name));
      }
    this.#names = new Map(
      [...told].flatMap(([id, [name, another]]) => (name === undefined || another !== undefined ? [] : [[id, name]])),
    );
    const borne = new Set<string>();
    this.#shared = new Set([...this.#names.values()].filter(name => borne.has(name) || !borne.add(name)));
  }

  /** Only the name; the id if there is no name, or if another node has the same name. */
  short(id: string): string {
    const name = this.#names.get(id);
    return name === undefined || this.#shared.has(name) ? id : name;
  }

  /** The name, or `null`. */
  of(id: string): string | null {
    return this.#names.get(id) ?? null;
  }

  /** Name and id; only the id if it is the name itself, or if there is no name. */
  full(id: string): string {
    const name = this.#names.get(id);
    return name === undefined || name === id ? id : `${name} (${id})`;
  }
}
