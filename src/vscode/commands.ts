/**
 * The ten operator commands in the palette and the tree. Their arguments can name a cluster and a node, but cannot skip
 * a question.
 */
import * as vscode from 'vscode';
import * as z from 'zod/mini';
import type { ClusterConfig } from '../control-plane/clusters/cluster.ts';
import { commandSpec, type CommandName } from '../control-plane/commands/commands.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import type { CommandResult } from '../control-plane/request/result.ts';
import { olderPart } from '../control-plane/model/reads.ts';
import type { Answered } from '../control-plane/request/result.ts';
import type { KeptReading } from '../panel-protocol/panels.ts';
import { isClusterName, isNodeName, WITHHELD } from '../control-plane/model/plausible.ts';
import type { ConfiguredClusters } from './clusters.ts';
import { addressesIn } from './configured.ts';
import type { Comparisons } from './comparisons.ts';
import { askLookup, askReason, pickCluster, pickEndpoint, pickNode } from './pickers.ts';
import { recordedAt, sourceOf } from './origin.ts';
import type { Results } from './results.ts';
import { commandTitle } from './titles.ts';

/** What a caller may pass in: what the command is about. It cannot set the texts that are shown. */
const target = z.object({
  cluster: z.exactOptional(z.string()),
  node: z.exactOptional(z.string()),
  /** A request to look up in the promotion state; a link of a result names it. */
  lookup: z.exactOptional(z.string()),
});

/** What the commands need. */
export interface CommandContext {
  readonly plane: ControlPlane;
  readonly clusters: ConfiguredClusters;
  readonly results: Results;
  readonly comparisons: Comparisons;
  /** The name of the node when the tree last read its cluster. */
  readonly nodeName: (cluster: string, node: string) => string | undefined;
  /** Receives the result of each control command: what was read before it is out of date. */
  readonly concluded: (result: CommandResult) => void;
}

/** Runs one of the ten; `argument` is a row of the tree, or what another extension passes. */
export async function runCommand(context: CommandContext, command: CommandName, argument: unknown): Promise<void> {
  const collected = await collect(context, command, argument);
  if (collected === undefined) return;
  const { args, label } = collected;
  if (commandSpec(command).confirmation === 'none') return inspect(context, command, args, label);
  const result = await context.plane.execute(command, { ...args });
  context.concluded(result);
  const name = result.kind === 'executed' ? result.target.name : label;
  context.results.concluded(titleOf(command, args, name), result);
}

/** The title of a request. `label` is the name of the node. */
function titleOf(command: CommandName, { cluster, before }: Arguments, label: string | undefined): string {
  const named = isClusterName(cluster) ? cluster : WITHHELD;
  const title = `${commandTitle(command)}: ${label === undefined ? named : `${named}, ${label}`}`;
  return before === undefined ? title : vscode.l10n.t('{0} (older than {1})', title, before);
}

/**
 * Sends the request and shows the answer in the panel of this cluster, subject and part; a person can refresh it. An
 * older part is another command, with its own record and panel.
 */
async function inspect(
  context: CommandContext,
  command: CommandName,
  args: Arguments,
  label: string | undefined,
): Promise<void> {
  const { cluster, node, lookup, before } = args;
  // The key leaves out the chosen endpoint, so that its answer replaces the one in the same panel.
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
          // The addresses are part of the key: when the name now means another cluster, the readings must not be
          // compared.
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

/** The cluster, and the number of its other endpoints that could be asked for the same. */
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

/** The commands whose answers in one window can be compared. */
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

/** The node's name when its cluster was last read, or else its id. */
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

/** The arguments of a command, and the name of the node. */
interface Collected {
  readonly args: Arguments;
  readonly label?: string;
}

/** Asks for what the row or the caller did not name; `undefined` when the person cancelled. */
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
  // When the session may not make the request, no more questions are asked: the request is refused and recorded.
  if (named === 'none' || (refusal !== undefined && given.node === undefined)) return { args: { cluster } };
  // A node that the caller names together with a look-up is the node whose history is read.
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
