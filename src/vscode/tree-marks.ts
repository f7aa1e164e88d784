/** What makes the rows of a cluster old: a request for a change that this window sent after they were read. */
import * as vscode from 'vscode';
import { commandSpec, isCommandName } from '../control-plane/commands/commands.ts';
import type { CommandResult } from '../control-plane/request/result.ts';

/** A request for a change, by how it ended and when that was known here: RFC 3339. */
export interface Change {
  readonly outcome: 'executed' | 'unknown';
  readonly time: string;
}

/** Rows that may be older than a change; `wasAsked`: they were asked for before it, and answered after it. */
export interface Mark extends Change {
  readonly wasAsked?: true;
}

/** The change that a result tells of, if it tells of one. What was refused or rejected changed nothing. */
export function changeIn(result: CommandResult, time: string): Change | undefined {
  if (result.kind === 'executed') return { outcome: 'executed', time };
  if (result.kind !== 'failed' || result.error.outcome === 'not_executed') return undefined;
  if (!isCommandName(result.command) || commandSpec(result.command).class !== 'control') return undefined;
  return { outcome: result.error.outcome, time };
}

/** The mark as a row says it. */
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

/** The clock of a time in RFC 3339, and its zone: "23:50:33Z"; any other text stays as it is. */
export function clockOf(time: string): string {
  const [, clock, zone] = /^[^T]*T(\d\d:\d\d:\d\d)(?:\.\d+)?(.*)$/u.exec(time) ?? [];
  return clock === undefined ? time : `${clock}${zone ?? ''}`;
}
