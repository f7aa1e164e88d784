/**
 * The ten operator commands in the palette and the tree. Arguments can name a cluster and a node, and nothing that
 * skips a question.
 */
import * as vscode from 'vscode';
import * as z from 'zod/mini';
import { COMMAND_NAMES, commandSpec, type CommandName } from '../control-plane/commands/commands.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { isClusterName, isNodeName, WITHHELD } from '../control-plane/model/plausible.ts';
import type { ConfiguredClusters } from './clusters.ts';
import { commandId } from './command-ids.ts';
import { askLookup, askReason, pickCluster, pickNode } from './pickers.ts';
import type { Results } from './results.ts';
import { commandTitle } from './titles.ts';

/** What a caller may hand in: names of what is asked for, never how it is called on screen. */
const target = z.object({ cluster: z.exactOptional(z.string()), node: z.exactOptional(z.string()) });

/** What the commands work with. */
export interface CommandContext {
  readonly plane: ControlPlane;
  readonly clusters: ConfiguredClusters;
  readonly results: Results;
  /** How the node was called when its cluster was last read for the tree. */
  readonly nodeName: (cluster: string, node: string) => string | undefined;
}

/** Registers all ten; `context` is asked for when the first one runs. */
export function registerOperatorCommands(context: () => CommandContext): vscode.Disposable[] {
  return COMMAND_NAMES.map(name =>
    vscode.commands.registerCommand(commandId(name), (argument: unknown) => run(context(), name, argument)),
  );
}

async function run(context: CommandContext, command: CommandName, argument: unknown): Promise<void> {
  const collected = await collect(context, command, argument);
  if (collected === undefined) return;
  const { args, label } = collected;
  const spec = commandSpec(command);
  const cluster = isClusterName(args.cluster) ? args.cluster : WITHHELD;
  const titleOf = (node: string | undefined): string =>
    `${commandTitle(command)}: ${node === undefined ? cluster : `${cluster}, ${node}`}`;
  if (spec.confirmation === 'none') return inspect(context, command, args, titleOf(label));
  const result = await context.plane.execute(command, { ...args });
  context.results.concluded(titleOf(result.kind === 'executed' ? result.target.name : label), result);
}

/** Asks, shows the answer in the panel of this cluster and subject, and asks anew when a person asks for that. */
async function inspect(context: CommandContext, command: CommandName, args: Arguments, title: string): Promise<void> {
  const key = `${command}/${args.cluster}/${args.node ?? ''}/${args.lookup ?? ''}`;
  context.results.asking(key, title, isClusterName(args.cluster) ? args.cluster : WITHHELD);
  const result = await context.plane.execute(command, { ...args });
  context.results.inspected(key, title, result, () => void inspect(context, command, args, title));
}

interface Arguments {
  readonly cluster: string;
  readonly node?: string;
  readonly lookup?: string;
  readonly reason?: string;
}

/** What a person was asked for, and how the node is called. */
interface Collected {
  readonly args: Arguments;
  readonly label?: string;
}

/** Asks for what the row or the caller did not name; `undefined` when the person turned away. */
async function collect(
  context: CommandContext,
  command: CommandName,
  argument: unknown,
): Promise<Collected | undefined> {
  const parsed = target.safeParse(argument ?? {});
  const given = parsed.success ? parsed.data : {};
  const title = `AeroDB: ${commandTitle(command)}`;
  const cluster = given.cluster ?? (await pickCluster(context.clusters, title));
  if (cluster === undefined) return undefined;
  const { refusal, node: named, reason: wanted } = await context.plane.preflight(command, cluster);
  // A request that the session may not make is refused, and recorded, before the person is asked for more.
  if (named === 'none' || (refusal !== undefined && given.node === undefined)) return { args: { cluster } };
  const lookup = named === 'with-lookup' ? (given.cluster === undefined ? await askLookup(title) : '') : undefined;
  if (named === 'with-lookup' && lookup === undefined) return undefined;
  if (lookup === '') return { args: { cluster } };
  const picked =
    given.node === undefined
      ? await pickNode(title, cluster, () => context.plane.execute('inspect_cluster_state', { cluster }))
      : {
          node: given.node,
          label: context.nodeName(cluster, given.node) ?? (isNodeName(given.node) ? given.node : WITHHELD),
        };
  if (picked === undefined) return undefined;
  const { node, label } = picked;
  if (lookup !== undefined) return { args: { cluster, node, lookup }, label };
  const reason = wanted === 'none' ? '' : await askReason(title, wanted === 'required');
  return reason === undefined ? undefined : { args: { cluster, node, ...(reason === '' ? {} : { reason }) }, label };
}
