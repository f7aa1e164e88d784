/** What makes the rows of a cluster out of date: a control request that this window sent after they were read. */
import * as vscode from 'vscode';
import { commandSpec, isCommandName } from '../control-plane/commands/commands.ts';
import type { CommandResult } from '../control-plane/request/result.ts';

/** A control request: how it ended, and when this window learned of it (RFC 3339). */
export interface Change {
  readonly outcome: 'executed' | 'unknown';
  readonly time: string;
}

/**
 * Rows that may be older than a change. `wasAsked`: the reading was requested before the change and answered after it.
 */
export interface Mark extends Change {
  readonly wasAsked?: true;
}

/** The change that a result reports, if any. A refused or rejected request changed nothing. */
export function changeIn(result: CommandResult, time: string): Change | undefined {
  if (result.kind === 'executed') return { outcome: 'executed', time };
  if (result.kind !== 'failed' || result.error.outcome === 'not_executed') return undefined;
  if (!isCommandName(result.command) || commandSpec(result.command).class !== 'control') return undefined;
  return { outcome: result.error.outcome, time };
}

/** The mark in words, for a row. */
export function markWords({ outcome, time, wasAsked }: Mark): string {
  const at = clockOf(time);
  if (outcome === 'unknown')
    return wasAsked === true
      ? vscode.l10n.t('asked for before a request whose outcome is unknown')
      : vscode.l10n.t('read before a request whose outcome is unknown');
  return wasAsked === true
    ? vscode.l10n.t('asked for before the request executed at {0}', at)
    : vscode.l10n.t('read before the request executed at {0}', at);
}

/** The clock part of a time in RFC 3339, with its zone: "23:50:33Z". Any other text is returned unchanged. */
export function clockOf(time: string): string {
  const [, clock, zone] = /^[^T]*T(\d\d:\d\d:\d\d)(?:\.\d+)?(.*)$/u.exec(time) ?? [];
  return clock === undefined ? time : `${clock}${zone ?? ''}`;
}
