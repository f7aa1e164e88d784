/** What nodes are called: kernels tell names beside ids, and people know the names. */
import type { CollectedLog } from './collect.ts';
import { itemsOf, memberOf, textOf } from './members.ts';

export class NodeNames {
  readonly #names: ReadonlyMap<string, string>;
  /** Names that several nodes bear. */
  readonly #shared: ReadonlySet<string>;

  /** The names in the explanations that the records hold. An id that is told under two names has none. */
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

  /** The name alone; the id where there is none, or where another node bears it too. */
  short(id: string): string {
    const name = this.#names.get(id);
    return name === undefined || this.#shared.has(name) ? id : name;
  }

  /** The name, or `null`. */
  of(id: string): string | null {
    return this.#names.get(id) ?? null;
  }

  /** Name and id; the id alone where it is its own name, or has none. */
  full(id: string): string {
    const name = this.#names.get(id);
    return name === undefined || name === id ? id : `${name} (${id})`;
  }
}
