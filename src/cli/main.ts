/** The terminal program's first lines: the runtime is checked before anything that needs it is loaded. */
import { takeEnvironment } from './environment.ts';
import { leave, standardOutput, writeFailure } from './output.ts';
import { brokenOff, notWritten, type BrokenOff, type RunState } from './run-state.ts';
import type { ExitCode } from './exit-codes.ts';

const OLDEST_NODE = 22;

const output = standardOutput();
/** What is known of this run, for whatever breaks. */
const state: RunState = {};

async function main(): Promise<ExitCode> {
  const [major = '0'] = process.versions.node.split('.');
  if (Number(major) < OLDEST_NODE) {
    output.err([
      `aerodb-control needs Node ${OLDEST_NODE} or newer; this is Node ${process.versions.node}. Nothing was ` +
        'asked and nothing was sent.',
    ]);
    return 2;
  }
  // Node's own notices about its experimental parts are about this program, not about the cluster.
  process.removeAllListeners('warning');
  process.on('warning', warning => {
    if (warning.name !== 'ExperimentalWarning') output.err([`${warning.name}: ${warning.message}`]);
  });
  const { run } = await import('./program.ts');
  return run(process.argv.slice(2), output, takeEnvironment(), state);
}

function say({ lines, code }: BrokenOff): ExitCode {
  output.err(lines);
  return code;
}

/** A result that did not reach where it was to stand is said to be missing there. */
async function finish(code: ExitCode): Promise<never> {
  const cause = await writeFailure();
  return leave(cause === undefined ? code : say(notWritten(state, cause, code)));
}

// Also what breaks where nobody waits for it: no stack trace, and no word about the outcome that is not known.
process.on('uncaughtException', error => void leave(say(brokenOff(state, error))));
void main()
  .catch((error: unknown) => say(brokenOff(state, error)))
  .then(finish);
