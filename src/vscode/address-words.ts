/** What the field for addresses says while a person types. */
import * as vscode from 'vscode';
import { addressMistake, type AddressMistake } from '../control-plane/clusters/address-mistake.ts';
import type { ClusterConfig } from '../control-plane/clusters/cluster.ts';
import type { Engine } from '../control-plane/engine.ts';
import type { Result } from '../control-plane/model/errors.ts';
import { refused, type Remark } from './surfaces.ts';

/** What is wrong with the addresses, in words for that field, or what a person should know about them. */
export function remarkOnAddresses(typed: string, engine: Engine, cluster: Result<ClusterConfig>): Remark | undefined {
  const mistake = addressMistake(typed, engine);
  if (mistake !== undefined) return refused(mistakeText(mistake));
  if (!cluster.ok) return refused(cluster.error.message);
  if (cluster.value.endpoints.length > 1) return undefined;
  const only = vscode.l10n.t('This is the only address: if it does not answer, nothing can be read from this cluster.');
  return { text: only, isRefused: false };
}

function mistakeText(mistake: AddressMistake): string {
  switch (mistake.kind) {
    case 'none-typed':
      return vscode.l10n.t('At least one address is required.');
    case 'credentials':
      return vscode.l10n.t(
        'An address must not contain a user name or a password: remove everything before the @. A later ' +
          "step asks for them and keeps them in the editor's secret store.",
      );
    case 'no-scheme':
      return vscode.l10n.t('{0} has no scheme: write {1}', mistake.typed, mistake.write);
    case 'other-scheme':
      return vscode.l10n.t('{0}:// is not supported here: write {1}', mistake.scheme, mistake.write);
    case 'no-port':
      return vscode.l10n.t('{0} has no port: write {1}', mistake.typed, mistake.write);
    case 'plain':
      return vscode.l10n.t(
        '{0} is unencrypted HTTP to another machine, and others on the network can read it: write {1}, ' +
          'or use a tunnel that ends on localhost',
        mistake.typed,
        mistake.write,
      );
    case 'query':
      return vscode.l10n.t('An address has no part that begins with ? or #: write {0}', mistake.write);
    case 'twice':
      return vscode.l10n.t('{0} is given twice', mistake.typed);
  }
}
