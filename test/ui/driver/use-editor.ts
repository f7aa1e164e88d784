/** Gives a suite an editor, and each of its tests a window. */
import type { Workbench } from './workbench.ts';
import { Editor, type EditorOptions } from './editor.ts';

/** What the tests of one suite use. */
export interface EditorInUse {
  readonly editor: Editor;
  /** The new window of this test. */
  readonly workbench: Workbench;
}

/**
 * Gives the tests of a `describe` block one editor, and each test a new window. After a failed test, it saves a
 * screenshot and prints the errors of the page and the output of the server.
 * @param options a function when they depend on something that an earlier `before` makes
 * @param ownWindows the tests open their windows themselves, because they must prepare something first
 */
export function useEditor(
  options: EditorOptions | (() => EditorOptions) = {},
  { ownWindows = false } = {},
): EditorInUse {
  let editor: Editor | undefined;
  let workbench: Workbench | undefined;

  before('start the editor', async function () {
    this.timeout(300_000);
    editor = await Editor.start(typeof options === 'function' ? options() : options);
  });
  beforeEach('open a window', async () => {
    if (!ownWindows) workbench = await editor?.openWindow();
  });
  afterEach('close the window', async function () {
    if (this.currentTest?.state === 'failed' && workbench !== undefined) {
      const picture = await workbench.screenshot(`failed-${this.currentTest.fullTitle()}`).catch(String);
      process.stdout.write(
        `      screenshot: ${picture}\n      page errors: ${JSON.stringify(workbench.pageErrors)}\n      ` +
          `server: ${editor?.serverOutput().slice(-1500) ?? ''}\n`,
      );
    }
    workbench = undefined;
    await editor?.closeWindows();
  });
  after('stop the editor', async () => {
    await editor?.stop();
    editor = undefined;
  });

  return {
    get editor() {
      return present(editor, 'editor');
    },
    get workbench() {
      return present(workbench, 'window');
    },
  };
}

function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`There is no ${what}: ask for it inside a test or a beforeEach.`);
  return value;
}
