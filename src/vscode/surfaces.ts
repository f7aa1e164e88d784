/**
 * Where the editor shows our texts with foreign words in them: notifications, dialogs, pickers, input boxes, progress,
 * the status bar, the log. Everything shown goes through this file, so that no name and no answer can act as more than
 * text. A lint rule enforces this.
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

/** Shows a notification. Returns the pressed button, with the text that was passed in. */
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
 * A modal question; the first button has the focus. Returns the pressed button, with the text that was passed in.
 * Dialogs do not turn text into links.
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

/** Asks for one line. Stays open when the focus moves away. */
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

/** Asks for one of several items. Returns the picked item as it was passed in. Stays open when the focus moves away. */
export async function pick<T extends vscode.QuickPickItem>(
  items: readonly T[],
  options: vscode.QuickPickOptions & { readonly title: string },
): Promise<T | undefined> {
  const { placeHolder } = options;
  const picked = await vscode.window.showQuickPick(items.map(shownItem), {
    ...options,
    ignoreFocusOut: true,
    title: visible(options.title),
    ...(placeHolder === undefined ? {} : { placeHolder: visible(placeHolder) }),
  });
  return picked?.item;
}

/** An item whose texts are harmless, together with the item as it was passed in. */
function shownItem<T extends vscode.QuickPickItem>(item: T): vscode.QuickPickItem & { readonly item: T } {
  return {
    item,
    label: inert(item.label),
    ...(item.description === undefined ? {} : { description: inert(item.description) }),
    ...(item.detail === undefined ? {} : { detail: inert(item.detail) }),
  };
}

/** The place of a question in a sequence. */
export interface Step {
  readonly title: string;
  readonly step: number;
  readonly totalSteps: number;
  readonly placeHolder: string;
}

/** The person goes back to the question before. */
export const BACK = Symbol('back');
export type Answer<T> = T | typeof BACK | undefined;

/** What is said about a text while it is typed. With `isRefused`, the text is not accepted. */
export interface Remark {
  readonly text: string;
  readonly isRefused: boolean;
}

/** A remark about a text that is not accepted. */
export function refused(text: string): Remark {
  return { text, isRefused: true };
}

/** Asks for one line in a sequence of questions; `undefined` when the person cancelled. */
export function askStep(
  question: Step & {
    readonly prompt: string;
    readonly value: string;
    readonly isPassword?: boolean;
    readonly remark: (typed: string) => Remark | undefined;
  },
): Promise<Answer<string>> {
  const box = vscode.window.createInputBox();
  Object.assign(box, ofStep(question), { prompt: inert(question.prompt), value: question.value });
  box.password = question.isPassword === true;
  const look = (): boolean => {
    const remark = question.remark(box.value);
    const severity = vscode.InputBoxValidationSeverity[remark?.isRefused === true ? 'Error' : 'Info'];
    box.validationMessage = remark === undefined ? undefined : { message: inert(remark.text), severity };
    return remark?.isRefused !== true;
  };
  if (box.value !== '') look();
  box.onDidChangeValue(look);
  return answerOf(box, () => (look() ? box.value : undefined));
}

/** Asks for one of several items in a sequence of questions. Nothing is preselected. */
export function pickStep<T extends vscode.QuickPickItem>(question: Step, items: readonly T[]): Promise<Answer<T>> {
  const box = stepPick(question, items);
  return answerOf(box, () => box.activeItems[0]?.item);
}

/** Asks which of several items to take. None is ticked at first, and the person may tick none. */
export function tickStep<T extends vscode.QuickPickItem>(
  question: Step,
  items: readonly T[],
): Promise<Answer<readonly T[]>> {
  const box = stepPick(question, items);
  box.canSelectMany = true;
  return answerOf(box, () => box.selectedItems.map(({ item }) => item));
}

function stepPick<T extends vscode.QuickPickItem>(
  question: Step,
  items: readonly T[],
): vscode.QuickPick<vscode.QuickPickItem & { readonly item: T }> {
  const box = vscode.window.createQuickPick<vscode.QuickPickItem & { readonly item: T }>();
  Object.assign(box, ofStep(question));
  box.items = items.map(shownItem);
  return box;
}

function ofStep({ title, step, totalSteps, placeHolder }: Step): Partial<vscode.InputBox> {
  return {
    title: visible(title),
    step,
    totalSteps,
    placeholder: visible(placeHolder),
    ignoreFocusOut: true,
    ...(step === 1 ? {} : { buttons: [vscode.QuickInputButtons.Back] }),
  };
}

/**
 * Shows it until the person answers, goes back or cancels. `accepted` returns undefined for an answer that is not
 * accepted.
 */
function answerOf<T>(
  box: vscode.InputBox | vscode.QuickPick<vscode.QuickPickItem>,
  accepted: () => T | undefined,
): Promise<Answer<T>> {
  return new Promise(resolve => {
    const end = (answer: Answer<T>): void => {
      resolve(answer);
      box.dispose();
    };
    box.onDidAccept(() => {
      const answer = accepted();
      if (answer !== undefined) end(answer);
    });
    box.onDidTriggerButton(() => end(BACK));
    box.onDidHide(() => end(undefined));
    box.show();
  });
}

/** Shows that something is running. */
export async function underWay<T>(
  location: vscode.ProgressLocation,
  title: string,
  work: () => Thenable<T>,
): Promise<T> {
  return vscode.window.withProgress({ location, title: inert(title) }, work);
}

/**
 * Shows progress through several items, with the current one. The person can stop it; items that have begun are
 * finished.
 */
export async function underWayInTurn(
  title: string,
  work: (report: (line: string) => void, isStopped: () => boolean) => Thenable<void>,
): Promise<void> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: inert(title), cancellable: true },
    (progress, stopped) =>
      work(
        line => progress.report({ message: inert(line) }),
        () => stopped.isCancellationRequested,
      ),
  );
}

/** The text of a status bar item, after one of our icons. */
export function statusText(icon: string, text: string): string {
  return `$(${icon}) ${inert(text)}`;
}

/** One line of the log of this window. */
export function logLine(log: vscode.LogOutputChannel, level: 'info' | 'error', line: string): void {
  log[level](visible(line));
}
