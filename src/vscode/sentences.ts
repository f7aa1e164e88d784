/**
 * How a command ended, as a notification says it: what happened, in words. Codes and rules are in the panel and in the
 * window's log.
 */
import * as vscode from 'vscode';
import { isReading } from '../control-plane/commands/commands.ts';
import { isOwn, type ControlError } from '../control-plane/model/errors.ts';
import type { FlowFailure } from '../control-plane/request/flow.ts';
import type { Recorded } from '../control-plane/request/recorder.ts';

/** Whether the error needs no alarm: the person declined, or the confirmation was voided. Neither is a mistake. */
export function isNeutral(error: ControlError): boolean {
  return isOwn(error, 'PHASE7_CONFIRMATION_DECLINED') || isOwn(error, 'PHASE7_CONFIRMATION_VOIDED');
}

/**
 * The outcome comes first, because the end may be cut off: "AeroDB: OUTCOME UNKNOWN. Request Promotion: orders, node-2.
 * …"
 */
export function failureSentence(title: string, failure: FlowFailure): string {
  const { error, recorded, authorityEnded } = failure;
  const sentence = isOwn(error, 'PHASE7_CONFIRMATION_DECLINED')
    ? vscode.l10n.t('AeroDB: you did nothing. {0}. Nothing was sent.', title)
    : `AeroDB: ${outcome(failure)}. ${title}. ${error.message}`;
  return [
    sentence,
    ...(isNeutral(error) && recorded.position !== null
      ? [vscode.l10n.t('Recorded as #{0}.', recorded.position.seq.toString())]
      : []),
    // This error already says that the log cannot be written.
    ...(isOwn(error, 'PHASE7_AUDIT_UNAVAILABLE') ? [] : notRecorded(recorded)),
    ...(authorityEnded === undefined
      ? []
      : [vscode.l10n.t('Operator authority ended with it and has to be assumed again.')]),
  ].join(' ');
}

/** A sentence for everything that could not be recorded. */
export function notRecorded(recorded: Recorded): readonly string[] {
  return recorded.position === null
    ? [vscode.l10n.t('This could not be recorded in the audit log: {0}', recorded.cause)]
    : [];
}

/** A refusal outside of a request: "AeroDB: refused. Become Auditor. …" */
export function refusalSentence(title: string, { message }: ControlError): string {
  return `AeroDB: ${vscode.l10n.t('refused')}. ${title}. ${message}`;
}

function outcome({ command, error }: FlowFailure): string {
  if (error.outcome === 'unknown') return vscode.l10n.t('OUTCOME UNKNOWN');
  if (error.outcome === 'executed') return vscode.l10n.t('EXECUTED, with an error');
  if (isOwn(error, 'PHASE7_CONFIRMATION_VOIDED')) return vscode.l10n.t('nothing was sent');
  if (!isReading(command)) return vscode.l10n.t('not executed');
  return error.domain === 'TRANSPORT_ERROR' ? vscode.l10n.t('no answer') : vscode.l10n.t('not read');
}
