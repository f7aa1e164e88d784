/** The ids of all commands in the editor; a test compares the manifest with them. */
import type { CommandName } from '../control-plane/commands/commands.ts';

/** `inspect_cluster_state` → `aerodb.inspectClusterState`. */
export function commandId(name: CommandName): string {
  return `aerodb.${name.replace(/_(\w)/g, (_match, letter: string) => letter.toUpperCase())}`;
}

/** The commands beside the ten: they show something, or change settings, secrets or the authority of the session. */
export const PRESENTATION_COMMANDS = [
  'aerodb.addCluster',
  'aerodb.tryIt',
  'aerodb.editCluster',
  'aerodb.removeCluster',
  'aerodb.setToken',
  'aerodb.refresh',
  'aerodb.refreshAll',
  'aerodb.assumeOperator',
  'aerodb.giveUpAuthority',
  'aerodb.becomeAuditor',
  'aerodb.showAuthority',
  'aerodb.openAuditLog',
  'aerodb.verifyAuditLog',
  'aerodb.reconstruct',
  'aerodb.openDocumentation',
  'aerodb.showLog',
] as const;

export type PresentationCommand = (typeof PRESENTATION_COMMANDS)[number];
