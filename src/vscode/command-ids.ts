/** How the ten commands are called in the editor; the manifest is checked against this by a test. */
import type { CommandName } from '../control-plane/commands/commands.ts';

/** `inspect_cluster_state` → `aerodb.inspectClusterState`. */
export function commandId(name: CommandName): string {
  return `aerodb.${name.replace(/_(\w)/g, (_match, letter: string) => letter.toUpperCase())}`;
}
