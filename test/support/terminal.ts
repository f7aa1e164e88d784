/**
 * Real runs of the terminal program: plain processes, pseudo-terminals, a real cluster and a real log. Nothing here
 * makes decisions.
 */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from '../../scripts/build.mjs';
import { recordsIn } from './records-in.ts';
import { temporaryFolder } from './folders.ts';

export const ROOT = resolve(import.meta.dirname, '../..');

/** What ships, built once for all suites of this process. */
let program: Promise<string> | undefined;

/** Builds what ships, and returns the path of the terminal program. */
export function builtProgram(): Promise<string> {
  program ??= builtWith();
  return program;
}

/** Builds the terminal program; `registry` replaces its engines. */
export async function builtWith(registry?: string): Promise<string> {
  const folder = temporaryFolder('aerodb-cli-built-');
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  await build({ release: true, folder: join(folder, 'dist'), ...(registry === undefined ? {} : { registry }) });
  return join(folder, 'dist/aerodb-control.cjs');
}

/** Any JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A directory of its own for one suite; removed when the process ends. */
export function scratch(): string {
  return temporaryFolder('aerodb-cli-');
}

/**
 * The environment of a run: no personal settings, no colour unless the test sets it. What Node compiled for one run it
 * need not compile for the next: a suite starts the program many hundred times.
 */
export function cleanEnv(home: string, more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const compiled = NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE };
  return { PATH, HOME: home, SHELL: '/bin/sh', LANG: 'C.UTF-8', TERM: 'xterm', ...compiled, ...more };
}

/** Runs a program without a terminal. `input` is piped; without it, standard input is empty. */
export async function run(file: string, args: readonly string[], env: NodeJS.ProcessEnv, input = ''): Promise<Ended> {
  const child = spawn(file, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  await once(child, 'close');
  return { code: child.exitCode, stdout, stderr };
}

/** Runs the terminal program without a terminal. */
export async function cli(args: readonly string[], env: NodeJS.ProcessEnv, input = ''): Promise<Ended> {
  return run(process.execPath, [await builtProgram(), ...args], env, input);
}

const opened = new Set<Terminal>();

/** Closes the terminals that a test left open, so that a failed test does not hang. */
export function closeTerminals(): void {
  for (const terminal of opened) terminal.hangUp();
  opened.clear();
}

/** The terminal program in its own pseudo-terminal, as session leader, used as a person would use it. */
export class Terminal {
  readonly #script: ChildProcess;
  readonly #ended: Promise<unknown>;
  #output = '';
  #read = 0;
  #closed = false;
  #wake: () => void = () => undefined;

  /** `shell` adds to the program's words: redirections, pipes. */
  static async open(
    args: readonly string[],
    env: NodeJS.ProcessEnv,
    shell: (program: string) => string = words => `exec ${words}`,
    file?: string,
  ): Promise<Terminal> {
    const terminal = new Terminal([process.execPath, file ?? (await builtProgram()), ...args], env, shell);
    opened.add(terminal);
    return terminal;
  }

  private constructor(words: readonly string[], env: NodeJS.ProcessEnv, shell: (program: string) => string) {
    const program = words.map(word => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
    this.#script = spawn('script', ['-qfec', shell(program), '/dev/null'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#script.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
      this.#wake();
    });
    this.#script.stdin?.on('error', () => undefined);
    this.#ended = once(this.#script, 'close').then(() => {
      this.#closed = true;
      this.#wake();
    });
  }

  /** Everything that the terminal has shown. */
  get output(): string {
    return this.#output;
  }

  /** Resolves when the terminal shows this text after the text that was found before. */
  async sees(text: string): Promise<void> {
    for (;;) {
      const at = this.#output.indexOf(text, this.#read);
      if (at >= 0) {
        this.#read = at + text.length;
        return;
      }
      // The end of the output counts, not the exit: the last text may arrive after the exit.
      if (this.#closed) assert.fail(`the program ended without showing "${text}":\n${this.#output}`);
      await new Promise<void>(next => {
        this.#wake = next;
      });
    }
  }

  /** Sends keys unchanged. */
  press(keys: string): void {
    this.#script.stdin?.write(keys);
  }

  /** Sends a line and Enter. */
  type(line: string): void {
    this.press(`${line}\n`);
  }

  /** Waits for the end, and returns the exit code. */
  async end(): Promise<number | null> {
    await this.#ended;
    return this.#script.exitCode;
  }

  /** Closes the terminal: the program in it gets SIGHUP and can read no more. */
  hangUp(): void {
    this.#script.kill('SIGKILL');
  }
}

export interface Node {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  readonly admin: string;
}

/** Three processes of the real local cluster, with the port that faults are requested on. */
export class Cluster {
  readonly nodes: readonly Node[];
  readonly #launcher: ChildProcess;

  private constructor(launcher: ChildProcess, nodes: readonly Node[]) {
    this.#launcher = launcher;
    this.nodes = nodes;
  }

  static async start(directory: string, env: NodeJS.ProcessEnv = {}): Promise<Cluster> {
    const launcher = spawn(
      process.execPath,
      [join(ROOT, 'src/local-cluster/main.ts'), '--nodes', '3', '--port', '0', '--faults', '--data', directory],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, ...env },
      },
    );
    assert.ok(launcher.stdout);
    const nodes: Node[] = [];
    for await (const line of createInterface({ input: launcher.stdout })) {
      nodes.push(JSON.parse(line) as Node);
      if (nodes.length === 3) break;
    }
    return new Cluster(launcher, nodes);
  }

  get urls(): readonly string[] {
    return this.nodes.flatMap(({ url }) => ['--url', url]);
  }

  node(index: number): Node {
    return this.nodes[index] ?? assert.fail('no such node');
  }

  /** The node that reports itself as primary. */
  async primary(): Promise<Node> {
    for (const node of this.nodes) {
      const answer = (await fetch(`${node.url}/v1/nodes/${node.id}`).then(
        response => response.json(),
        () => undefined,
      )) as { readonly data: { readonly role: string } } | undefined;
      if (answer?.data.role === 'primary') return node;
    }
    return assert.fail('no node is the primary');
  }

  async fault(node: Node, faults: Fields): Promise<void> {
    const answer = await fetch(node.admin, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(faults),
    });
    assert.equal(answer.status, 200, await answer.text());
  }

  async stop(): Promise<void> {
    if (this.#launcher.exitCode === null && this.#launcher.kill('SIGTERM')) await once(this.#launcher, 'exit');
  }
}

/** The records of a log; none when there is no log. */
export function records(directory: string): readonly Fields[] {
  return recordsIn(join(directory, 'audit.jsonl'));
}

/** The stages of a log, in order. */
export function stages(directory: string): readonly unknown[] {
  return records(directory).map(({ stage }) => stage);
}
