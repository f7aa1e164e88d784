/**
 * The people of a rehearsed incident, each with a home, a configuration and an audit log of their own, and the built
 * terminal program on a pseudo-terminal. They sit at one machine: the host in their records is the same, and so is the
 * account; the name that each has configured is not.
 */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Reconstruction } from '../../src/reconstruction/model.ts';
import { cleanEnv, cli, records, Terminal, type Ended, type Fields } from '../support/terminal.ts';

export const ACCOUNT = userInfo().username;
/** The cluster, as everybody here has it configured. */
export const CLUSTER = 'orders';

/** Answers to what a control command asks, in the order of the questions. */
export interface Answers {
  /** The invariants of a force, each acknowledged by itself; with them, responsibility is taken. */
  readonly invariants?: readonly string[];
  readonly node: string;
  /** Called when the last question stands there, before it is answered. */
  readonly beforeTheLast?: () => void;
}

/** Where a cluster is reached: an address, or one that leads to a member which announces another. */
export type Endpoints = readonly (string | { readonly url: string; readonly member: string })[];

/** The engine of the cluster, and secrets by the member of the configuration that names their files. */
export interface Setting {
  readonly kind: string;
  readonly secrets?: Readonly<Record<string, string>>;
}

export class Person {
  readonly name: string;
  readonly audit: string;
  readonly #home: string;
  readonly #kind: string;
  readonly #secrets: Readonly<Record<string, Readonly<Record<string, string>>>>;

  constructor(folder: string, name: string, { kind, secrets = {} }: Setting = { kind: 'aerodb' }) {
    this.name = name;
    this.#kind = kind;
    this.#home = join(folder, name);
    this.audit = join(this.#home, 'audit');
    mkdirSync(this.#home, { recursive: true });
    this.#secrets = Object.fromEntries(
      Object.entries(secrets).map(([member, secret]) => {
        const file = join(this.#home, member);
        writeFileSync(file, secret, { mode: 0o600 });
        return [member, { [CLUSTER]: file }];
      }),
    );
  }

  get log(): string {
    return join(this.audit, 'audit.jsonl');
  }

  records(): readonly Fields[] {
    return records(this.audit);
  }

  /** A reading command, as an Observer, with the cluster at these addresses. */
  look(verb: string, endpoints: Endpoints, ...more: readonly string[]): Promise<Ended> {
    return cli([...this.#words(verb, endpoints), ...more], this.#env());
  }

  /** Asks for a control command of a node, confirms it as a person does, and returns the exit code and the request. */
  async ask(
    verb: string,
    endpoints: Endpoints,
    node: string,
    answers: Answers,
    ...more: readonly string[]
  ): Promise<{ readonly code: number | null; readonly output: string; readonly requestId: string }> {
    const terminal = await this.#open(verb, endpoints, node, more);
    await confirm(terminal, answers);
    const code = await terminal.end();
    return { code, output: terminal.output, requestId: this.#lastSent() };
  }

  /** The same, and the program is killed when `when` has come: no outcome is recorded. */
  async askAndDie(
    verb: string,
    endpoints: Endpoints,
    node: string,
    answers: Answers,
    when: () => Promise<void>,
    ...more: readonly string[]
  ): Promise<string> {
    const terminal = await this.#open(verb, endpoints, node, more);
    await terminal.sees('pid ');
    await confirm(terminal, answers);
    await when();
    process.kill(Number(/pid (\d+)\./u.exec(terminal.output)?.[1]), 'SIGKILL');
    await terminal.end();
    return this.#lastSent();
  }

  #open(verb: string, endpoints: Endpoints, node: string, more: readonly string[]): Promise<Terminal> {
    return Terminal.open(
      [...this.#words(verb, endpoints), '--node', node, '--operator', ...more],
      this.#env(),
      program => `echo pid $$.; exec ${program}`,
    );
  }

  #lastSent(): string {
    const intent = this.records().findLast(({ stage }) => stage === 'dispatch_intent');
    return String(intent?.['request_id']);
  }

  /** `audit`, as an Auditor. */
  review(verb: string, ...more: readonly string[]): Promise<Ended> {
    return cli(['audit', verb, '--auditor', '--audit-dir', this.audit, ...more], this.#env());
  }

  /** `audit reconstruct --json` of these files, the first of which is a log. */
  async reconstruct(...files: readonly string[]): Promise<Reconstruction & { readonly exitCode: number }> {
    const { code, stdout, stderr } = await this.review('reconstruct', ...given(files), '--json');
    assert.ok(stdout !== '', stderr);
    const report = JSON.parse(stdout) as Reconstruction & { readonly exitCode: number };
    assert.equal(report.exitCode, code);
    return report;
  }

  #words(verb: string, endpoints: Endpoints): readonly string[] {
    const config = join(this.#home, 'clusters.json');
    writeFileSync(
      config,
      JSON.stringify({
        clusters: [{ name: CLUSTER, kind: this.#kind, endpoints }],
        operatorName: this.name,
        ...this.#secrets,
      }),
      { mode: 0o600 },
    );
    return [...verb.split(' '), '--config', config, '--cluster', CLUSTER, '--audit-dir', this.audit];
  }

  #env(): NodeJS.ProcessEnv {
    return cleanEnv(this.#home, { NO_COLOR: '1' });
  }
}

async function confirm(
  terminal: Terminal,
  { invariants = [], node, beforeTheLast = () => undefined }: Answers,
): Promise<void> {
  for (const id of invariants) {
    await terminal.sees('invariant> ');
    terminal.type(id);
  }
  await terminal.sees('node> ');
  if (invariants.length === 0) beforeTheLast();
  terminal.type(node);
  if (invariants.length === 0) return;
  await terminal.sees('account> ');
  beforeTheLast();
  terminal.type(ACCOUNT);
}

/** The words that give these files to `audit reconstruct`. */
export function given([first, ...others]: readonly string[]): readonly string[] {
  return ['--file', first ?? assert.fail('no file'), ...others.flatMap(file => ['--with', file])];
}
