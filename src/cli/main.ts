/** The first lines of the terminal program: they check the Node version before code that needs it is loaded. */
import { takeEnvironment } from './environment.ts';
import { standardOutput, writeFailure } from './output.ts';
import { brokenOff, notWritten, type BrokenOff, type RunState } from './run-state.ts';
import type { ExitCode } from './exit-codes.ts';

const OLDEST_NODE = 22;

/** The overview of all commands, which the bundler writes here: it is always the same, and asked for most often. */
declare const AERODB_OVERVIEW: string | undefined;
/** Lines of one word, or none, that ask for it. */
const OVERVIEW_WORDS: readonly (string | undefined)[] = [undefined, 'help', '--help', '-h'];

const output = standardOutput();
/** What is known of this run, so that any failure can report it. */
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
  const [word, ...others] = process.argv.slice(2);
  if (others.length === 0 && OVERVIEW_WORDS.includes(word) && typeof AERODB_OVERVIEW === 'string') {
    output.out([AERODB_OVERVIEW]);
    return 0;
  }
  // Node's notices about its experimental features concern this program, not the cluster, so they are not shown.
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

/** When the result could not be written, says so and changes the exit code. */
async function finish(code: ExitCode): Promise<never> {
  const cause = await writeFailure();
  return output.leave(cause === undefined ? code : say(notWritten(state, cause, code)));
}

// Covers errors outside the awaited calls too: they show no stack trace and claim no outcome that is not known.
process.on('uncaughtException', error => void output.leave(say(brokenOff(state, error))));
void main()
  .catch((error: unknown) => say(brokenOff(state, error)))
  .then(finish);
