/**
 * The ten operator commands in the palette and the tree. Arguments can name a cluster and a node, and nothing that
 * skips a question.
 */
import * as vscode from 'vscode';
import * as z from 'zod/mini';
import type { ClusterConfig } from '../control-plane/clusters/cluster.ts';
import { COMMAND_NAMES, commandSpec, type CommandName } from '../control-plane/commands/commands.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import type { CommandResult } from '../control-plane/request/result.ts';
import { olderPart } from '../control-plane/model/reads.ts';
import type { Answered } from '../control-plane/request/result.ts';
import type { KeptReading } from '../panel-protocol/panels.ts';
import { isClusterName, isNodeName, WITHHELD } from '../control-plane/model/plausible.ts';
import type { ConfiguredClusters } from './clusters.ts';
import { addressesIn } from './configured.ts';
import type { Comparisons } from './comparisons.ts';
import { commandId } from './command-ids.ts';
import { askLookup, askReason, pickCluster, pickEndpoint, pickNode } from './pickers.ts';
import { recordedAt, sourceOf } from './origin.ts';
import type { Results } from './results.ts';
import { commandTitle } from './titles.ts';

/** What a caller may hand in: names of what is asked for, never how it is called on screen. */
const target = z.object({
  cluster: z.exactOptional(z.string()),
  node: z.exactOptional(z.string()),
  /** A request whose fate is looked up: a link of a result names it. */
  lookup: z.exactOptional(z.string()),
});

/** What the commands work with. */
export interface CommandContext {
  readonly plane: ControlPlane;
  readonly clusters: ConfiguredClusters;
  readonly results: Results;
  readonly comparisons: Comparisons;
  /** How the node was called when its cluster was last read for the tree. */
  readonly nodeName: (cluster: string, node: string) => string | undefined;
  /** Told how each request for a change ended: what was read before it is old. */
  readonly concluded: (result: CommandResult) => void;
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
  if (commandSpec(command).confirmation === 'none') return inspect(context, command, args, label);
  const result = await context.plane.execute(command, { ...args });
  context.concluded(result);
  const name = result.kind === 'executed' ? result.target.name : label;
  context.results.concluded(titleOf(command, args, name), result);
}

/** What is asked of whom; `label` is how the node is called. */
function titleOf(command: CommandName, { cluster, before }: Arguments, label: string | undefined): string {
  const named = isClusterName(cluster) ? cluster : WITHHELD;
  const title = `${commandTitle(command)}: ${label === undefined ? named : `${named}, ${label}`}`;
  return before === undefined ? title : vscode.l10n.t('{0} (older than {1})', title, before);
}

/**
 * Asks, shows the answer in the panel of this cluster, subject and part, and asks anew when a person asks for that. An
 * older part is another command, with a record and a panel of its own.
 */
async function inspect(
  context: CommandContext,
  command: CommandName,
  args: Arguments,
  label: string | undefined,
): Promise<void> {
  const { cluster, node, lookup, before } = args;
  // Without the endpoint that was chosen: its answer takes the place of any other.
  const key = `${command}/${cluster}/${node ?? ''}/${lookup ?? ''}/${before ?? ''}`;
  const title = titleOf(command, args, label);
  context.results.asking(key, title, isClusterName(cluster) ? cluster : WITHHELD);
  const result = await context.plane.execute(command, { ...args });
  const older = result.kind === 'answered' ? olderPart(result.answer, cluster) : undefined;
  const ask = (other: Arguments) => (): void => {
    void inspect(
      context,
      command,
      other,
      other.node === undefined ? undefined : nodeLabel(context, cluster, other.node),
    );
  };
  const { config, others } = endpointsBeside(context, command, args);
  const isCompared = COMPARED.includes(command) && lookup === undefined && before === undefined;
  const compare =
    isCompared && result.kind === 'answered'
      ? context.comparisons.keep(
          // A name that has come to stand for another cluster is compared with nothing of the first.
          {
            key: `${key}/${addressesIn(context.clusters, cluster)}`,
            title,
            cluster: context.results.clusterLabel(cluster),
          },
          keptOf(result),
        )
      : undefined;
  const another = async (): Promise<void> => {
    const from = config === undefined ? undefined : await pickEndpoint(title, config, result);
    if (from !== undefined) await inspect(context, command, { ...args, from }, label);
  };
  context.results.inspected(key, title, result, {
    refresh: () => void inspect(context, command, args, label),
    ...(others > 0 ? { another: () => void another() } : {}),
    ...(compare === undefined ? {} : { compare }),
    ...(older === undefined ? {} : { older: ask(older) }),
    ...(before === undefined ? {} : { newest: ask({ cluster, ...(node === undefined ? {} : { node }) }) }),
  });
}

/** The cluster, and how many other endpoints than one of it could be asked for the same. */
function endpointsBeside(
  { clusters }: CommandContext,
  command: CommandName,
  { cluster, node }: Arguments,
): { readonly config: ClusterConfig | undefined; readonly others: number } {
  const found = clusters.find(cluster);
  const config = found.ok ? found.value : undefined;
  const isAsked = config !== undefined && commandSpec(command).isAskedInOrder && node === undefined;
  return { config, others: isAsked ? config.endpoints.length - 1 : 0 };
}

/** Of these the answers of one window can be compared. */
const COMPARED: readonly CommandName[] = [
  'inspect_cluster_state',
  'inspect_node',
  'inspect_replication_status',
  'inspect_promotion_state',
];

function keptOf({ answer, requestId, recorded }: Answered): KeptReading {
  const { reading } = answer;
  return { source: sourceOf(reading), document: reading.document(), requestId, recorded: recordedAt(recorded) };
}

/** As its cluster called it when it was last read, or its id. */
function nodeLabel({ nodeName }: CommandContext, cluster: string, node: string): string {
  return nodeName(cluster, node) ?? (isNodeName(node) ? node : WITHHELD);
}

interface Arguments {
  readonly cluster: string;
  readonly node?: string;
  readonly lookup?: string;
  readonly before?: string;
  readonly from?: string;
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
  // A node that is named for a history is whose history it is.
  if (named === 'with-lookup' && given.node !== undefined) {
    const { node, lookup } = given;
    return {
      args: { cluster, node, ...(lookup === undefined ? {} : { lookup }) },
      label: nodeLabel(context, cluster, node),
    };
  }
  const lookup = named === 'with-lookup' ? (given.cluster === undefined ? await askLookup(title) : '') : undefined;
  if (named === 'with-lookup' && lookup === undefined) return undefined;
  if (lookup === '') return { args: { cluster } };
  const picked =
    given.node === undefined
      ? await pickNode(title, cluster, () => context.plane.execute('inspect_cluster_state', { cluster }))
      : { node: given.node, label: nodeLabel(context, cluster, given.node) };
  if (picked === undefined) return undefined;
  const { node, label } = picked;
  if (lookup !== undefined) return { args: { cluster, node, lookup }, label };
  const reason = wanted === 'none' ? '' : await askReason(title, wanted === 'required');
  return reason === undefined ? undefined : { args: { cluster, node, ...(reason === '' ? {} : { reason }) }, label };
}
