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
  const only = vscode.l10n.t('One address: if what is behind it does not answer, nothing of this cluster answers.');
  return { text: only, isRefused: false };
}

function mistakeText(mistake: AddressMistake): string {
  switch (mistake.kind) {
    case 'none-typed':
      return vscode.l10n.t('At least one address is required.');
    case 'credentials':
      return vscode.l10n.t(
        'An address holds no user name and no password: leave out what stands before the @. You are asked for the ' +
          "access in a later step, and it is kept in the editor's secret store.",
      );
    case 'no-scheme':
      return vscode.l10n.t('{0} has no scheme: write {1}', mistake.typed, mistake.write);
    case 'other-scheme':
      return vscode.l10n.t('{0}:// is not spoken there: write {1}', mistake.scheme, mistake.write);
    case 'no-port':
      return vscode.l10n.t('{0} has no port: write {1}', mistake.typed, mistake.write);
    case 'plain':
      return vscode.l10n.t(
        '{0} is plain HTTP to another machine, where everybody on the way reads along: write {1}, or reach it ' +
          'through a tunnel that ends on localhost',
        mistake.typed,
        mistake.write,
      );
    case 'query':
      return vscode.l10n.t('An address ends before ? and #: write {0}', mistake.write);
    case 'twice':
      return vscode.l10n.t('{0} stands there twice', mistake.typed);
  }
}
