/** A session on a member that stays open between statements: by MySQL's own client, as root. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { MysqlCluster } from '../../scripts/lib/mysql-cluster.mjs';
import { commandOf, ensureMysql } from '../../scripts/lib/mysql-install.mjs';
import { until } from './support.ts';

export class SqlSession implements AsyncDisposable {
  readonly #child: ChildProcessWithoutNullStreams;
  #output = '';
  #statements = 0;

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (bytes: Buffer) => (this.#output += bytes.toString()));
    child.stdin.on('error', () => undefined);
  }

  /** Opens a session and runs `statements` in it. */
  static async on(cluster: MysqlCluster, index: number, ...statements: readonly string[]): Promise<SqlSession> {
    const programs = await ensureMysql(() => undefined);
    const [file, ...args] = commandOf(programs, 'mysql');
    const socket = join(cluster.member(index).folder, 's');
    const child = spawn(file, [...args, '--no-defaults', '-uroot', '-S', socket, '--force', '-B', '-N', '-n']);
    const session = new SqlSession(child);
    for (const statement of statements) await session.run(statement);
    return session;
  }

  /** What the server answers, columns between tabs; errors are part of it. */
  async run(statement: string, withinMs = 30_000): Promise<string> {
    const begins = this.#output.length;
    const end = this.begin(statement);
    await until(`an answer to ${statement}`, () => this.#output.includes(end, begins), withinMs);
    return this.#output.slice(begins, this.#output.indexOf(end, begins)).trim();
  }

  /** Sends a statement without waiting; answers with the mark that follows its answer. */
  begin(statement: string): string {
    const mark = `end of statement ${(this.#statements += 1)}`;
    assert.equal(this.#child.exitCode, null, this.#output);
    this.#child.stdin.write(`${statement};\nSELECT '${mark}';\n`);
    return mark;
  }

  /** All that has been answered, and that the client said. */
  get output(): string {
    return this.#output;
  }

  /** Ends the session: what is open is rolled back. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}
