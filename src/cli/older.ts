/** The line that shows the next older part of what an answer shows: another command, and another recorded reading. */
import { commandLine, option } from '../control-plane/commands/command-line.ts';
import { engineOf } from '../control-plane/engine.ts';
import { olderPart } from '../control-plane/model/reads.ts';
import type { Clusters } from '../control-plane/ports.ts';
import type { Answered } from '../control-plane/request/result.ts';
import { ENGINES } from '../engines/registry.ts';
import type { OptionName } from './options.ts';
import { first, type Given } from './given.ts';

/** What is as it was on this line; the cluster and its addresses are told by the command itself. */
const KEPT = ['token-file', 'config', 'timeout', 'audit-dir'] as const satisfies readonly OptionName[];

/** `undefined` where nothing is older. */
export function olderLine({ answer, cluster }: Answered, clusters: Clusters, given: Given): string | undefined {
  const args = olderPart(answer, cluster);
  const config = clusters.find(cluster);
  if (args === undefined || !config.ok) return undefined;
  return [
    commandLine(answer.command, args, config.value, engineOf(ENGINES, config.value)),
    ...KEPT.flatMap(name => option(name, first(given, name))),
    ...(given.wide === undefined ? [] : ['--wide']),
    ...(given.operator === undefined ? [] : ['--operator']),
    ...(given.auditor === undefined ? [] : ['--auditor']),
  ].join(' ');
}
