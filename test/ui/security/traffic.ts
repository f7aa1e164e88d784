/**
 * Listens to everything that passes between the frames of a window, and keeps each panel's own line to the editor
 * within reach of a test.
 */
import type { Frame, Page } from 'playwright-core';

declare global {
  /** What the panel itself would post to the editor. */
  var panelLine: { postMessage: (message: unknown) => void } | undefined;
}

/** Messages as JSON, in the order of their arrival. */
export interface Traffic {
  readonly heard: string[];
}

/** Call it before the page goes anywhere. */
export async function listenTo(page: Page): Promise<Traffic> {
  const heard: string[] = [];
  await page.exposeFunction('aeroHeard', (message: string) => void heard.push(message));
  await page.addInitScript(() => {
    const tell = (message: unknown): void => {
      try {
        void (globalThis as unknown as { aeroHeard: (message: string) => Promise<void> }).aeroHeard(
          JSON.stringify([message]),
        );
      } catch {
        // A message that is no JSON (a port, say) carries no text.
      }
    };
    const listen = (): void => addEventListener('message', event => tell(event.data), true);
    listen();
    let acquire: (() => typeof globalThis.panelLine & { setState: (state: unknown) => void }) | undefined;
    Object.defineProperty(globalThis, 'acquireVsCodeApi', {
      configurable: true,
      get: () => acquire,
      set: (given: NonNullable<typeof acquire>) => {
        // The panel's document is written over the frame's first one, which takes its listeners away.
        listen();
        acquire = () => {
          const api = given();
          const line = {
            ...api,
            postMessage: (message: unknown) => {
              tell(message);
              api.postMessage(message);
            },
            setState: (state: unknown) => {
              tell(state);
              api.setState(state);
            },
          };
          globalThis.panelLine = line;
          return line;
        };
      },
    });
  });
  return { heard };
}

/** Says something to the editor as the panel in `frame` would, hostile or not. */
export async function say(frame: Frame, messages: readonly unknown[]): Promise<void> {
  const said = await frame.evaluate(all => {
    for (const message of all) globalThis.panelLine?.postMessage(message);
    return globalThis.panelLine !== undefined;
  }, messages);
  if (!said) throw new Error('The panel has no line to the editor.');
}

/** All text and markup of the window and its panels, attributes included. */
export async function everythingShown(page: Page): Promise<string> {
  return (
    await Promise.all(
      page.frames().map(frame => frame.evaluate(() => document.documentElement.outerHTML).catch(() => '')),
    )
  ).join('\n');
}

/** What the browser keeps of the window between visits: cookies apart, all of it. */
export async function keptByBrowser(page: Page): Promise<Readonly<Record<string, string>>> {
  return page.evaluate(async () => {
    const kept: Record<string, string> = {
      localStorage: JSON.stringify(Object.entries(localStorage)),
      sessionStorage: JSON.stringify(Object.entries(sessionStorage)),
    };
    const done = async <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error('IndexedDB'));
      });
    for (const { name } of await indexedDB.databases()) {
      if (name === undefined) continue;
      const database = await done(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        const values = await done(database.transaction(store).objectStore(store).getAll());
        kept[`${name}/${store}`] = JSON.stringify(values, (_key, value: unknown) =>
          value instanceof Uint8Array ? new TextDecoder().decode(value) : value,
        );
      }
      database.close();
    }
    return kept;
  });
}
