/** Reads the command line of the local cluster. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from './config.ts';
import { messageOf } from './vocabulary.ts';

export interface ServerOptions {
  readonly data: string;
  readonly host: string;
  readonly segmentBytes: number;
  readonly observerToken: string | null;
  readonly operatorToken: string | null;
  readonly checkpointEvery: number;
  readonly crashAt: string | null;
  /** Opens the loopback port for faults. */
  readonly faults: boolean;
  /** Members that exist only as reported state. */
  readonly observed: number;
}

export interface ClusterOptions extends ServerOptions {
  readonly nodes: number;
  readonly port: number;
  readonly writesPerSecond: number;
  /** Asks a person at the terminal what to do to the nodes. */
  readonly rehearsal: boolean;
  /** The file that receives the addresses of the nodes when they are ready. */
  readonly readyFile: string | null;
  /** This process ends when the process with this id has ended. */
  readonly whilePid: number | null;
}

export const USAGE = `Usage:
  cluster --data DIR [--nodes 3] [--port 9191] [--writes-per-second N] [options]
      Starts a cluster of N processes on one machine; node i listens on the i-th port from --port (0: free ones
      between 11000 and 20000).
      Prints one JSON line per node when it is ready: {"id","name","url","pid"}. Ctrl-C ends all of them.
  cluster node --data DIR --name node-2 [options]
      Starts one node of an existing cluster alone, where it was. Prints its line when it is ready.
Options:
  --host 127.0.0.1             the address to listen on
  --segment-bytes 1048576      size of a WAL segment
  --checkpoint-every 1000      commits between two checkpoints; WAL behind the second last is retired
  --rehearsal                  prints plainly, opens the ports of --faults, and asks you at this terminal which node to
                               kill, pause, cut off or bring back: a rehearsal of failures, for a person
  --ready-file FILE            writes {"pid","nodes"} to FILE when all nodes are ready, {"pid","error"} when they
                               cannot be
  --while-pid PID              ends as by Ctrl-C when that process is gone
  --observed 0                 so many synthetic members beside the real ones, for views at size
  --faults                     opens a loopback port per node ("admin" in its line) on which faults are asked for
  --crash-at POINT[:N]         ends the node at the N-th passage of a crash point
  --operator-token-file FILE   or AERODB_OPERATOR_TOKEN: may read and control
  --observer-token-file FILE   or AERODB_OBSERVER_TOKEN: may read
`;

const FLAGS = {
  data: { type: 'string' },
  nodes: { type: 'string', default: '3' },
  port: { type: 'string', default: '9191' },
  name: { type: 'string' },
  host: { type: 'string', default: '127.0.0.1' },
  'writes-per-second': { type: 'string', default: '0' },
  'segment-bytes': { type: 'string', default: '1048576' },
  'operator-token-file': { type: 'string' },
  'observer-token-file': { type: 'string' },
  'checkpoint-every': { type: 'string', default: '1000' },
  observed: { type: 'string', default: '0' },
  faults: { type: 'boolean', default: false },
  rehearsal: { type: 'boolean', default: false },
  'ready-file': { type: 'string' },
  'while-pid': { type: 'string' },
  'crash-at': { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

function number(flag: string, text: string, least: number, most: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : -1;
  if (value < least || value > most)
    throw new UsageError(`--${flag} must be a whole number from ${least} to ${most}; it was given as "${text}".`);
  return value;
}

function token(file: string | undefined, environment: string): string | null {
  if (file === undefined) return process.env[environment] ?? null;
  try {
    const text = readFileSync(file, 'utf8').trim();
    if (text === '') throw new Error('it is empty');
    return text;
  } catch (error) {
    throw new UsageError(`The token file ${file} cannot be used: ${messageOf(error)}.`);
  }
}

export type Command =
  | { readonly command: 'help' }
  | { readonly command: 'cluster'; readonly options: ClusterOptions }
  | { readonly command: 'node'; readonly name: string; readonly options: ServerOptions };

/** The parsed command line. Throws UsageError with what is wrong. */
export function readCommandLine(args: readonly string[]): Command {
  const isNodeAlone = args[0] === 'node';
  let values;
  try {
    ({ values } = parseArgs({
      args: args.slice(isNodeAlone ? 1 : 0),
      options: FLAGS,
      strict: true,
      allowPositionals: false,
    }));
  } catch (error) {
    throw new UsageError(`${messageOf(error)}. --help lists what exists.`);
  }
  if (values.help) return { command: 'help' };
  if (values.data === undefined || values.data === '')
    throw new UsageError('--data DIR is needed: the directory that holds the cluster, one folder per node.');
  const server: ServerOptions = {
    data: resolve(values.data),
    host: values.host,
    segmentBytes: number('segment-bytes', values['segment-bytes'], 1_024, 1_073_741_824),
    operatorToken: token(values['operator-token-file'], 'AERODB_OPERATOR_TOKEN'),
    observerToken: token(values['observer-token-file'], 'AERODB_OBSERVER_TOKEN'),
    checkpointEvery: number('checkpoint-every', values['checkpoint-every'], 1, 1_000_000_000),
    observed: number('observed', values.observed, 0, 10_000),
    faults: values.faults || values.rehearsal,
    crashAt: values['crash-at'] ?? null,
  };
  if (isNodeAlone) {
    if (values.name === undefined)
      throw new UsageError('--name is needed: which node of the cluster to start, node-1 for example.');
    return { command: 'node', name: values.name, options: server };
  }
  if (values.rehearsal && !(process.stdin.isTTY && process.stdout.isTTY))
    throw new UsageError('--rehearsal asks a person at a terminal, and this is none. Nothing was started.');
  const nodes = number('nodes', values.nodes, 1, 99);
  const port = number('port', values.port, 0, 65_535);
  if (port > 0 && port + nodes - 1 > 65_535)
    throw new UsageError(`--port ${port} leaves no room for ${nodes} ports below 65536.`);
  return {
    command: 'cluster',
    options: {
      ...server,
      nodes,
      port,
      writesPerSecond: number('writes-per-second', values['writes-per-second'], 0, 10_000),
      rehearsal: values.rehearsal,
      whilePid: values['while-pid'] === undefined ? null : number('while-pid', values['while-pid'], 1, 2 ** 31 - 1),
      readyFile: values['ready-file'] === undefined ? null : resolve(values['ready-file']),
    },
  };
}
