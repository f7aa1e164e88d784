/** The command line that shows the next older part of an answer. It is a new command with its own record. */
import { commandLine, option } from '../control-plane/commands/command-line.ts';
import { engineOf } from '../control-plane/engine.ts';
import { olderPart } from '../control-plane/model/reads.ts';
import type { Clusters } from '../control-plane/ports.ts';
import type { AnsweredRead } from '../control-plane/request/result.ts';
import { ENGINES } from '../engines/registry.ts';
import type { OptionName } from './options.ts';
import { first, type GivenOptions } from './given.ts';

/** Options that are copied from the current line. The cluster and its addresses are already part of the command. */
const KEPT = ['token-file', 'config', 'timeout', 'audit-dir'] as const satisfies readonly OptionName[];

/** `undefined` when there is nothing older. */
export function olderLine(
  { answer, cluster }: AnsweredRead,
  clusters: Clusters,
  given: GivenOptions,
): string | undefined {
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
