/** Stands in for the editor's pickers, for code that runs outside of it. */

/** One line of a picker. */
export interface Item {
  readonly label: string;
  readonly description?: string;
  readonly picked?: boolean;
}

export interface Quick {
  readonly items: () => readonly Item[];
  /** Resolves when a picker stands open. */
  readonly offered: () => Promise<void>;
  /** Picks a line, or turns away, and waits for what follows. */
  readonly pick: (index: number | undefined) => Promise<void>;
  /** Waits for what was begun without anybody waiting for it. */
  readonly settled: () => Promise<void>;
}

/** Puts the stand-ins where the module that stands for `vscode` looks for them. */
export function pickedIn(): Quick {
  let items: readonly Item[] = [];
  let answer: ((item: Item | undefined) => void) | undefined;
  let open = Promise.withResolvers<undefined>();
  const settled = (): Promise<void> => new Promise(resolve => setImmediate(() => setImmediate(resolve)));
  Object.assign(globalThis, {
    pickInTest: (shown: readonly Item[]) =>
      new Promise<Item | undefined>(resolve => {
        items = shown;
        answer = resolve;
        open.resolve(undefined);
      }),
  });
  return {
    items: () => items,
    offered: async () => {
      await open.promise;
      open = Promise.withResolvers<undefined>();
    },
    pick: async index => {
      answer?.(index === undefined ? undefined : items[index]);
      await settled();
    },
    settled,
  };
}
