/** One of the ten commands, from the parsed line to the exit code. The control plane does everything in between. */
import type { CommandName } from '../control-plane/commands/commands.ts';
import { commandSpec } from '../control-plane/commands/commands.ts';
import type { ControlError } from '../control-plane/model/errors.ts';
import { visible } from '../text/foreign.ts';
import type { Env } from './environment.ts';
import { errorExitCode, resultExitCode, type ExitCode } from './exit-codes.ts';
import { handleInterrupts } from './interrupts.ts';
import { refusalJson, resultJson } from './json.ts';
import type { Output } from './output.ts';
import { nodeByName } from './named-node.ts';
import { olderLine } from './older.ts';
import type { Invocation } from './parse.ts';
import type { RunState } from './run-state.ts';
import { assumeAuthority, clusterLabel, openSession } from './session.ts';
import { lineWidth, paintFor } from './text/paint.ts';
import { refusalText, type Hint } from './text/errors.ts';
import { resultText } from './text/results.ts';

/** Runs the command and returns the exit code. */
export async function runCommand(
  { command, input, given }: Extract<Invocation, { readonly kind: 'command' }>,
  output: Output,
  env: Env,
  state: RunState,
): Promise<ExitCode> {
  const json = given.json !== undefined;
  const refused = (error: ControlError, hint?: Hint): ExitCode => {
    const code = errorExitCode(error);
    output.err(refusalText(error, paintFor(process.stderr, env), hint));
    if (json) output.out([refusalJson(command, error, code)]);
    return code;
  };
  const opened = openSession(given, output, env);
  if (!opened.ok) return refused(opened.error);
  const session = opened.value;
  state.progress = session.progress;
  const authority = await assumeAuthority(session, given, input['cluster']);
  if (!authority.ok) return refused(authority.error, session.hint(authority.error, input['cluster'] ?? null));
  if (authority.value?.position === null)
    output.err([`The change of authority is NOT RECORDED: ${visible(authority.value.cause)}`]);

  const release = interruptible(command)
    ? handleInterrupts({
        progress: session.progress,
        question: signal => session.confirmer.interrupt(signal),
        end: () => session.plane.end(),
        say: line => output.err(['', line]),
        exit: code => void output.leave(code),
      })
    : undefined;
  const named = await nodeByName(session, command, input);
  if (named.kind === 'found') output.err([named.told]);
  if ('recorded' in named && named.recorded.position === null)
    output.err([`The reading for that name is NOT RECORDED: ${visible(named.recorded.cause)}`]);
  const result = named.kind === 'unread' ? named.failure : await session.plane.execute(command, named.input);
  state.result = result;
  release?.();

  const code = resultExitCode(result);
  const label = clusterLabel(session.clusters, result.cluster);
  if (result.kind === 'failed') {
    const hint =
      named.kind === 'nobody' || named.kind === 'unread' ? named.hint : session.hint(result.error, result.cluster);
    output.err(resultText(result, label, paintFor(process.stderr, env), { hint }));
  }
  if (json) output.out([resultJson(result, label, code)]);
  else if (result.kind !== 'failed') {
    const older = result.kind === 'answered' ? olderLine(result, session.clusters, given) : undefined;
    const shown = { width: lineWidth(process.stdout, env), isWide: given.wide !== undefined };
    output.out(resultText(result, label, paintFor(process.stdout, env), { shown, older }));
  }
  return code;
}

/** Only commands with a confirmation handle signals. A read may be ended at any time: only its answer is lost. */
function interruptible(command: CommandName): boolean {
  return commandSpec(command).confirmation !== 'none';
}
