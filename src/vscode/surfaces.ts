/**
 * Where the editor shows words of ours with foreign words in them: notifications, dialogs, pickers, input boxes,
 * progress, the status bar, the log. Every way to them leads through here, so that no name and no answer can be more
 * there than text; a lint rule keeps it so.
 */
import * as vscode from 'vscode';
import { visible } from '../text/foreign.ts';
import { inert } from './foreign.ts';

type Severity = 'information' | 'warning' | 'error';

const SHOW = {
  information: 'showInformationMessage',
  warning: 'showWarningMessage',
  error: 'showErrorMessage',
} as const;

/** Shows a notification; returns the button that was pressed, as it was given. */
export async function notify(
  severity: Severity,
  message: string,
  ...buttons: readonly string[]
): Promise<string | undefined> {
  const shown = buttons.map(visible);
  const answer = await vscode.window[SHOW[severity]](inert(message), ...shown);
  return answer === undefined ? undefined : buttons[shown.indexOf(answer)];
}

/**
 * A modal question; the first button has the focus. Returns the button that was pressed, as it was given. Dialogs make
 * nothing of what looks like a link.
 */
export async function ask(
  question: string,
  detail: readonly string[],
  ...buttons: readonly string[]
): Promise<string | undefined> {
  const shown = buttons.map(visible);
  const answer = await vscode.window.showWarningMessage(
    visible(question),
    { modal: true, detail: detail.map(visible).join('\n') },
    ...shown,
  );
  return answer === undefined ? undefined : buttons[shown.indexOf(answer)];
}

/** Asks for one line; it stays open when the focus goes elsewhere. */
export async function askText(
  options: vscode.InputBoxOptions & { readonly title: string; readonly placeHolder: string; readonly prompt: string },
  ended?: vscode.CancellationToken,
): Promise<string | undefined> {
  const validate = options.validateInput?.bind(options);
  return vscode.window.showInputBox(
    {
      ...options,
      ignoreFocusOut: true,
      title: visible(options.title),
      placeHolder: visible(options.placeHolder),
      prompt: inert(options.prompt),
      ...(validate === undefined
        ? {}
        : {
            validateInput: async (typed: string) => {
              const wrong = await validate(typed);
              return typeof wrong === 'string' ? inert(wrong) : wrong;
            },
          }),
    },
    ended,
  );
}

/**
 * Asks for one of several; returns the one that was picked, as it was given. It stays open when the focus goes
 * elsewhere.
 */
export async function pick<T extends vscode.QuickPickItem>(
  items: readonly T[],
  options: vscode.QuickPickOptions & { readonly title: string },
): Promise<T | undefined> {
  const shown = items.map(item => ({
    item,
    label: inert(item.label),
    ...(item.description === undefined ? {} : { description: inert(item.description) }),
    ...(item.detail === undefined ? {} : { detail: inert(item.detail) }),
  }));
  const { placeHolder } = options;
  const picked = await vscode.window.showQuickPick(shown, {
    ...options,
    ignoreFocusOut: true,
    title: visible(options.title),
    ...(placeHolder === undefined ? {} : { placeHolder: visible(placeHolder) }),
  });
  return picked?.item;
}

/** Shows that something is under way. */
export async function underWay<T>(
  location: vscode.ProgressLocation,
  title: string,
  work: () => Thenable<T>,
): Promise<T> {
  return vscode.window.withProgress({ location, title: inert(title) }, work);
}

/** Text of a status bar item behind an icon of ours. */
export function statusText(icon: string, text: string): string {
  return `$(${icon}) ${inert(text)}`;
}

/** One line of the log of this window. */
export function logLine(log: vscode.LogOutputChannel, level: 'info' | 'error', line: string): void {
  log[level](visible(line));
}
