/** Reads and answers the notifications of a VS Code window. */
import type { Locator, Page } from 'playwright-core';
import { matches, PATIENCE_MS, plain, waitFor, type Wanted } from './wait.ts';

/** A notification as a person sees it. */
export interface NotificationView {
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
  readonly buttons: readonly string[];
}

/** The toasts in the corner of the window. */
export class Notifications {
  private readonly page: Page;
  private readonly toasts: Locator;

  constructor(page: Page) {
    this.page = page;
    this.toasts = page.locator('.notifications-toasts .notification-list-item');
  }

  /** The visible notifications, newest first. */
  async all(): Promise<readonly NotificationView[]> {
    const seen = await this.page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('.notifications-toasts .notification-list-item')].map(toast => ({
        icon: toast.querySelector('.notification-list-item-icon')?.className ?? '',
        message: toast.querySelector<HTMLElement>('.notification-list-item-message')?.innerText ?? '',
        buttons: [
          ...toast.querySelectorAll<HTMLElement>('.notification-list-item-buttons-container .monaco-text-button'),
        ].map(button => button.innerText),
      })),
    );
    return seen.map(({ icon, message, buttons }) => ({
      severity: icon.includes('codicon-error') ? 'error' : icon.includes('codicon-warning') ? 'warning' : 'info',
      message: plain(message),
      buttons: buttons.map(plain),
    }));
  }

  /** Waits for a notification that contains this text. */
  async waitFor(wanted: Wanted): Promise<NotificationView> {
    const isWanted = ({ message }: NotificationView): boolean => matches(message, wanted);
    const all = await waitFor(
      `a notification that says ${String(wanted)}`,
      async () => this.all(),
      views => views.some(isWanted),
    );
    const found = all.find(isWanted);
    if (found === undefined) throw new Error('The notification closed by itself.');
    return found;
  }

  /** Clicks a button of the notification that contains this text. */
  async click(wanted: Wanted, button: string): Promise<void> {
    await this.toast(wanted).locator('.monaco-text-button', { hasText: button }).click({ timeout: PATIENCE_MS });
  }

  /** Closes the notification that contains this text. */
  async dismiss(wanted: Wanted): Promise<void> {
    const toast = this.toast(wanted);
    await toast.hover({ timeout: PATIENCE_MS });
    const before = await this.toasts.count();
    await toast.locator('.codicon-notifications-clear').click({ timeout: PATIENCE_MS });
    await waitFor(
      'the notification to close',
      async () => this.toasts.count(),
      count => count < before,
    );
  }

  private toast(wanted: Wanted): Locator {
    return this.toasts.filter({ hasText: wanted }).first();
  }
}
