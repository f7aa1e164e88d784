/** The ids of the ten commands in the editor; a test compares the manifest with them. */
import type { CommandName } from '../control-plane/commands/commands.ts';

/** `inspect_cluster_state` → `aerodb.inspectClusterState`. */
export function commandId(name: CommandName): string {
  return `aerodb.${name.replace(/_(\w)/g, (_match, letter: string) => letter.toUpperCase())}`;
}
